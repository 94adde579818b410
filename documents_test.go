package cob_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/format"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/sim"
	"github.com/cob-lang/cob/spec/document"
)

func readDocument(t *testing.T, path string) document.Document {
	t.Helper()
	d, err := document.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestREADMEShowsFilesAsTheyAre(t *testing.T) {
	blocks := readDocument(t, "README.md").Kind("cob")
	if len(blocks) == 0 {
		t.Fatal("no blocks of cob")
	}
	for _, b := range blocks {
		path, ok := b.Attribute("file")
		if !ok {
			t.Errorf("%s: want ```cob file=PATH: a file that the next test compiles", b.Place())
		} else if !strings.Contains(readText(t, path), b.Text) {
			t.Errorf("%s: %s does not hold this text", b.Place(), path)
		}
	}
}

func TestExamplesCheckFormatAndPassTheirTests(t *testing.T) {
	var dirs []string // of packages
	files := 0
	err := filepath.WalkDir("examples", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".cob" {
			return err
		}
		files++
		if text := readText(t, path); format.Source(text) != text {
			t.Errorf("%s is not formatted: cob fmt %s", path, path)
		}
		if dir := filepath.Dir(path); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
		return nil
	})
	if err != nil || len(dirs) < 8 {
		t.Fatalf("%d files in %d packages (%v)", files, len(dirs), err)
	}
	for _, dir := range dirs {
		r, err := compiler.Compile(os.DirFS(dir), compiler.Options{Prefix: dir + "/"})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range r.Diagnostics {
			if d.Severity != diag.Info {
				t.Errorf("%s: %s", d.Code, d.Message)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "README.md")); err != nil {
			t.Errorf("%s has no README.md", dir)
		}
		if r.Failed() {
			continue
		}
		program, err := engine.Link(r.Plan, r.Digest)
		var later *engine.UnsupportedError
		if errors.As(err, &later) {
			if !strings.Contains(readText(t, filepath.Join(dir, "README.md")), "refuse") {
				t.Errorf("%s cannot be run yet, and its README.md does not say so: %v", dir, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range r.Suite.Tests {
			if result := sim.RunTest(program, test); !result.Passed() {
				t.Errorf("%s: %s: %+v", dir, test.Name, result.Failures)
			}
		}
	}
}

// TestREADMEDoesWhatItSays runs the commands of README.md in their order, the
// node and the calendar of the walk-through on ports that are free.
func TestREADMEDoesWhatItSays(t *testing.T) {
	bin, dir := t.TempDir(), t.TempDir()
	for name, pkg := range map[string]string{"cob": "./cmd/cob", "calendar": "./examples/leave/calendar"} {
		if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, name), pkg).CombinedOutput(); err != nil {
			t.Fatalf("building %s: %v\n%s", name, err, out)
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS("examples")); err != nil {
		t.Fatal(err)
	}
	node, calendar := freeAddress(t), freeAddress(t)
	c := &document.Console{
		Dir: dir,
		Env: []string{"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "COB_SERVER=http://" + node, "USER=ada"},
		Replace: []string{
			"go run ./cmd/cob demo", "cob demo",
			"go run ./examples/leave/calendar", "calendar -listen " + calendar,
			"cob run ", "cob run --listen " + node + " --store " + filepath.Join(dir, "store") + " ",
			"127.0.0.1:8180", node, "127.0.0.1:8090", calendar,
		},
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	ran := 0
	for _, b := range readDocument(t, "README.md").Kind("console") {
		steps, err := document.Steps(b)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := b.Attribute("not-here"); ok {
			continue
		}
		for _, s := range steps {
			ran++
			if strings.Contains(s.Command, "demo") && testing.Short() {
				continue
			}
			runStep(t, c, b, s)
		}
	}
	if ran < 12 {
		t.Errorf("only %d commands were found", ran)
	}
}

func runStep(t *testing.T, c *document.Console, b document.Block, s document.Step) {
	t.Helper()
	if _, ok := b.Attribute("background"); ok {
		if err := c.Begin(s.Command, s.Shown); err != nil {
			t.Fatalf("%s: %v", b.Place(), err)
		}
		return
	}
	// What a node does, it does in its own time: what only looks is asked again.
	looks := strings.HasPrefix(s.Command, "cob ps") || strings.HasPrefix(s.Command, "cob show") || strings.HasPrefix(s.Command, "cob task list")
	for tries := 1; ; tries++ {
		got, err := c.Run(context.Background(), s.Command)
		if err != nil {
			t.Fatalf("%s: %s: %v", b.Place(), s.Command, err)
		}
		if document.Matches(s.Shown, got) {
			return
		}
		if !looks || tries == 100 {
			t.Errorf("%s: $ %s\ngives\n%s\nand the document shows\n%s", b.Place(), s.Command, got, s.Shown)
			return
		}
	}
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestCIRunsTheTestCommand: the command that the README names is the one that
// every change has to pass.
func TestCIRunsTheTestCommand(t *testing.T) {
	command := ""
	for _, b := range readDocument(t, "README.md").Kind("console") {
		if rest, ok := strings.CutPrefix(b.Text, "$ go test"); ok {
			command = "go test" + strings.TrimSuffix(rest, "\n")
		}
	}
	lines := strings.Split(strings.TrimSpace(readText(t, ".ci/run")), "\n")
	if command == "" || lines[len(lines)-1] != command {
		t.Errorf("README.md says %q, and .ci/run ends with %q", command, lines[len(lines)-1])
	}
}

// maxArchitectureLines keeps the way in short.
const maxArchitectureLines = 300

// TestArchitectureNamesTheRooms holds the table of ARCHITECTURE.md against rooms.
func TestArchitectureNamesTheRooms(t *testing.T) {
	d := readDocument(t, "ARCHITECTURE.md")
	if len(d.Lines) > maxArchitectureLines {
		t.Errorf("ARCHITECTURE.md has %d lines; at most %d are read", len(d.Lines), maxArchitectureLines)
	}
	described := map[string][]string{}
	var order []string
	for _, row := range d.Rows() {
		if path := strings.Trim(row[0], "`"); len(row) == 5 && path != "room" {
			described[path] = row
			order = append(order, path)
		}
	}
	var want []string
	for _, r := range rooms {
		want = append(want, r.path)
		row := described[r.path]
		if row == nil {
			continue // told below
		}
		if pure := row[1] == "pure"; pure != r.pure {
			t.Errorf("%s: pure is %v in the document and %v in rooms", r.path, pure, r.pure)
		}
		var libraries []string
		for _, l := range strings.Split(row[4], ", ") {
			if l != "" {
				libraries = append(libraries, strings.Trim(l, "`"))
			}
		}
		if !slices.Equal(libraries, r.libraries) {
			t.Errorf("%s: libraries are %v in the document and %v in rooms", r.path, libraries, r.libraries)
		}
	}
	if !slices.Equal(order, want) {
		t.Errorf("the rooms of the document are\n%s\nand those of layers_test.go\n%s", strings.Join(order, "\n"), strings.Join(want, "\n"))
	}
}

func TestLinksLeadSomewhere(t *testing.T) {
	var documents []string
	for _, pattern := range []string{"*.md", "spec/*.md", "examples/*/*.md", "examples/*/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, found...)
	}
	n := 0
	for _, path := range documents {
		for _, link := range readDocument(t, path).Links() {
			if strings.Contains(link, "://") {
				continue
			}
			n++
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), link)); err != nil {
				t.Errorf("%s: the link %s leads nowhere", path, link)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d links were found", n)
	}
}
