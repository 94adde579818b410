package golden

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite golden files to what the code gives now")

// Archive is one test case.
type Archive struct {
	Path  string
	Files []File
}

// File is one section of an archive.
type File struct {
	Name, Text string
}

// Get returns the text of a section, or "" when there is none.
func (a Archive) Get(name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return f.Text
		}
	}
	return ""
}

// With returns the sections whose names end so, in the order of the archive.
func (a Archive) With(suffix string) []File {
	var out []File
	for _, f := range a.Files {
		if strings.HasSuffix(f.Name, suffix) {
			out = append(out, f)
		}
	}
	return out
}

// Run runs one subtest per *.txtar file in a directory. What f returns must equal
// the sections of those names; other sections are input. A directory without
// archives fails the test.
func Run(t *testing.T, dir string, f func(t *testing.T, a Archive) []File) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no *.txtar in %s (%v): add one, or name the right directory", dir, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			raw := parse(t, path)
			compare(t, raw, path, f(t, archive(path, raw)))
		})
	}
}

// Read returns one archive.
func Read(t *testing.T, path string) Archive {
	t.Helper()
	return archive(path, parse(t, path))
}

func parse(t *testing.T, path string) *txtar.Archive {
	t.Helper()
	raw, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatalf("reading a golden archive: %v", err)
	}
	return raw
}

func archive(path string, raw *txtar.Archive) Archive {
	a := Archive{Path: path}
	for _, x := range raw.Files {
		a.Files = append(a.Files, File{x.Name, string(x.Data)})
	}
	return a
}

func compare(t *testing.T, raw *txtar.Archive, path string, got []File) {
	t.Helper()
	changed := false
	for _, g := range got {
		at := -1
		for i, x := range raw.Files {
			if x.Name == g.Name {
				at = i
			}
		}
		text := g.Text
		if text != "" && !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		switch {
		case at >= 0 && string(raw.Files[at].Data) == text:
		case *update && at >= 0:
			raw.Files[at].Data, changed = []byte(text), true
		case *update:
			raw.Files, changed = append(raw.Files, txtar.File{Name: g.Name, Data: []byte(text)}), true
		case at < 0:
			t.Errorf("%s has no section %q; got:\n%s", path, g.Name, text)
		default:
			t.Errorf("%s, section %q (run with -update to accept):\n%s", path, g.Name, Diff(string(raw.Files[at].Data), text))
		}
	}
	if changed {
		if err := os.WriteFile(path, txtar.Format(raw), 0o644); err != nil {
			t.Fatalf("updating a golden archive: %v", err)
		}
	}
}

// Text compares a text with a golden file, or rewrites the file with -update.
func Text(t *testing.T, path, got string) {
	t.Helper()
	want, err := os.ReadFile(path)
	if err == nil && string(want) == got {
		return
	}
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatalf("updating a golden file: %v", err)
		}
		return
	}
	t.Errorf("%s (run with -update to accept):\n%s", path, Diff(string(want), got))
}

// Diff returns the lines in which two texts differ, `-` for want and `+` for got,
// and "" when they are equal.
func Diff(want, got string) string {
	if want == got {
		return ""
	}
	a, b := strings.SplitAfter(want, "\n"), strings.SplitAfter(got, "\n")
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	endA, endB := len(a), len(b)
	for endA > start && endB > start && a[endA-1] == b[endB-1] {
		endA, endB = endA-1, endB-1
	}
	var out strings.Builder
	fmt.Fprintf(&out, "@ line %d\n", start+1)
	for _, line := range a[start:endA] {
		out.WriteString("-" + strings.TrimSuffix(line, "\n") + "\n")
	}
	for _, line := range b[start:endB] {
		out.WriteString("+" + strings.TrimSuffix(line, "\n") + "\n")
	}
	return out.String()
}
