package compiler_test

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/lower"
	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

// sideBySide is how the command runs what need not be done one after the other.
func sideBySide(n int, do func(int)) {
	var group sync.WaitGroup
	var next atomic.Int64
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	group.Wait()
}

// checked checks the declarations, then the bodies side by side.
func checked(m *module.Module, info *resolve.Info) (*check.Program, []diag.Diagnostic) {
	d := check.Declare(m, info, sideBySide)
	decls := d.Bodies()
	bodies := make([]*check.Body, len(decls))
	sideBySide(len(decls), func(i int) { bodies[i] = d.Body(decls[i], nil) })
	return d.Program(bodies), d.Diagnostics(bodies)
}

// generated is a package of 10,000 lines, and how many they are exactly.
func generated() (fstest.MapFS, int) {
	text := syntaxtest.Generate(10_000)
	return fstest.MapFS{"generated.cob": {Data: []byte(text)}}, strings.Count(text, "\n")
}

// perLine measures f, which works on that many lines. The metrics that count are
// lines per second and nanoseconds per line.
func perLine(b *testing.B, lines int, f func()) {
	b.ReportAllocs()
	for b.Loop() {
		f()
	}
	all := float64(lines) * float64(b.N)
	b.ReportMetric(all/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/all, "ns/line")
}

// BenchmarkFrontEnd takes a generated package of 10,000 lines from its text to its
// plan: lex, parse, resolve, check, lower.
//
//	GOMAXPROCS=1 go test -run xxx -bench FrontEnd ./compiler
func BenchmarkFrontEnd(b *testing.B) {
	fsys, lines := generated()
	perLine(b, lines, func() {
		m, ds, err := module.Load(fsys, ".", module.Options{Trees: &syntax.Trees{Each: sideBySide}})
		if err != nil {
			b.Fatal(err)
		}
		info, found := resolve.Resolve(m)
		program, more := checked(m, info)
		isError := func(d diag.Diagnostic) bool { return d.Severity == diag.Error }
		if all := slices.Concat(ds, found, more); slices.ContainsFunc(all, isError) {
			b.Fatal(diag.OneLines(all[:min(20, len(all))]))
		}
		lower.Lower(program, sideBySide)
	})
}

// BenchmarkCompile adds the canonical bytes of the plan and their digest.
func BenchmarkCompile(b *testing.B) {
	fsys, lines := generated()
	perLine(b, lines, func() {
		if r, err := compiler.Compile(fsys, compiler.Options{Each: sideBySide}); err != nil || r.Failed() {
			b.Fatal(err)
		}
	})
}

// BenchmarkPasses measures each pass behind the parser alone.
func BenchmarkPasses(b *testing.B) {
	fsys, lines := generated()
	m, _, err := module.Load(fsys, ".", module.Options{})
	if err != nil {
		b.Fatal(err)
	}
	info, _ := resolve.Resolve(m)
	program, _ := checked(m, info)
	built, _ := lower.Lower(program, sideBySide)
	b.Run("resolve", func(b *testing.B) { perLine(b, lines, func() { resolve.Resolve(m) }) })
	b.Run("check", func(b *testing.B) {
		perLine(b, lines, func() {
			info, _ := resolve.Resolve(m)
			checked(m, info)
		})
	})
	b.Run("lower", func(b *testing.B) { perLine(b, lines, func() { lower.Lower(program, sideBySide) }) })
	b.Run("encode", func(b *testing.B) {
		perLine(b, lines, func() {
			if _, err := plan.Encode(built); err != nil {
				b.Fatal(err)
			}
		})
	})
}
