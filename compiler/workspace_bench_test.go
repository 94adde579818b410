package compiler_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

// large is a package of 200 files and 50,000 lines, and how many they are exactly.
func large() (fstest.MapFS, int) {
	fsys, lines := fstest.MapFS{}, 0
	for name, text := range syntaxtest.GenerateFiles(200, 250) {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
		lines += strings.Count(text, "\n")
	}
	return fsys, lines
}

func checkNow(b *testing.B, w *compiler.Workspace) {
	c, err := w.Check()
	if err != nil || c.Failed() {
		b.Fatal(err, diag.OneLines(c.Diagnostics[:min(5, len(c.Diagnostics))]))
	}
}

// BenchmarkColdCheck checks a workspace of which nothing is known yet. The metric
// live-MB is what the workspace then holds.
func BenchmarkColdCheck(b *testing.B) {
	fsys, lines := large()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var last *compiler.Workspace
	perLine(b, lines, func() {
		w, err := compiler.NewWorkspace(fsys, compiler.Options{Each: sideBySide})
		if err != nil {
			b.Fatal(err)
		}
		checkNow(b, w)
		last = w
	})
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "live-MB")
	runtime.KeepAlive(last)
}

// BenchmarkEdit checks that workspace again after an edit inside of a process: in
// turns a number grows by a digit, the line gets a mistake, a line is added, and all of that is taken back.
// The metrics are times of single checks.
func BenchmarkEdit(b *testing.B) {
	fsys, _ := large()
	w, err := compiler.NewWorkspace(fsys, compiler.Options{Each: sideBySide})
	if err != nil {
		b.Fatal(err)
	}
	checkNow(b, w)
	names := make([]string, 0, len(fsys))
	for name := range fsys {
		names = append(names, name)
	}
	slices.Sort(names)
	var times []time.Duration
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		name := names[i*7%len(names)]
		good := string(fsys[name].Data)
		at := strings.Index(good, "\n  let charge = ")
		if at < 0 {
			b.Fatal("no process in " + name)
		}
		for _, text := range []string{
			strings.Replace(good, "> 1000", "> 10000", 1),
			good[:at] + "\n  let = " + good[at+len("\n  let charge = "):],
			good[:at] + "\n" + good[at:],
			good,
		} {
			start := time.Now()
			w.Edit(name, text)
			if _, err := w.Check(); err != nil {
				b.Fatal(err)
			}
			times = append(times, time.Since(start))
		}
	}
	slices.Sort(times)
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(times[len(times)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
}
