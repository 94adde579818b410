package spec

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cob-lang/cob/spec/document"
)

// binDir is where built puts cob.
var binDir string

// built builds cob once for all tests.
var built = sync.OnceValue(func() error {
	var err error
	if binDir, err = os.MkdirTemp("", "cob-spec-"); err != nil {
		return err
	}
	out, err := exec.Command("go", "build", "-o", filepath.Join(binDir, "cob"), "../cmd/cob").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("building cob: %w\n%s", err, out)
	}
	return err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if binDir != "" {
		_ = os.RemoveAll(binDir) // what is left is in the temporary directory
	}
	os.Exit(code)
}

func buildCob(t *testing.T) (dir string) {
	t.Helper()
	if err := built(); err != nil {
		t.Fatal(err)
	}
	return binDir
}

// TestConsole runs the commands of all console blocks, in one directory per
// document, with the blocks that have file=NAME written into it before.
func TestConsole(t *testing.T) {
	bin := buildCob(t)
	for _, d := range documents(t) {
		if len(d.Kind("console")) > 0 {
			t.Run(d.Path, func(t *testing.T) { runConsole(t, bin, d) })
		}
	}
}

func runConsole(t *testing.T, bin string, d document.Document) {
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS("../examples")); err != nil {
		t.Fatal(err)
	}
	c := document.Console{Dir: dir, Env: []string{
		"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"),
		"COB_SERVER=http://127.0.0.1:1", "USER=ada", "CALENDAR_URL=", "NO_COLOR=1",
	}}
	text := strings.Join(d.Lines, "\n")
	for _, b := range d.Blocks {
		if name, ok := b.Attribute("file"); ok {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(b.Text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if b.Kind() != "console" {
			continue
		}
		steps, err := document.Steps(b)
		if err != nil {
			t.Fatal(err)
		}
		rewritten := ""
		for _, s := range steps {
			got, err := c.Run(context.Background(), s.Command)
			if err != nil {
				t.Fatalf("%s: %s: %v", b.Place(), s.Command, err)
			}
			shown := s.Shown
			if !document.Matches(shown, got) {
				if updating() && !strings.Contains(shown, "...") {
					shown = got
				} else {
					t.Errorf("%s: $ %s\ngives\n%s\nand the document shows\n%s", b.Place(), s.Command, got, shown)
				}
			}
			rewritten += "$ " + s.Command + "\n" + shown
		}
		text = strings.Replace(text, "```"+b.Info+"\n"+b.Text+"```", "```"+b.Info+"\n"+rewritten+"```", 1)
	}
	if updating() && text != strings.Join(d.Lines, "\n") {
		if err := os.WriteFile(d.Path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryCommandIsDescribed walks the commands by their help and wants the help
// of each in cli.md.
func TestEveryCommandIsDescribed(t *testing.T) {
	bin := buildCob(t)
	d, err := document.Read("cli.md")
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, b := range d.Kind("console") {
		steps, err := document.Steps(b)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range steps {
			shown = append(shown, s.Command)
		}
	}
	n := 0
	var walk func(command string)
	walk = func(command string) {
		n++
		if want := strings.TrimSpace("cob "+command) + " --help"; !slices.Contains(shown, want) {
			t.Errorf("cli.md has no console block with $ %s", want)
		}
		out, err := exec.Command(filepath.Join(bin, "cob"), append(strings.Fields(command), "--help")...).Output()
		if err != nil {
			t.Fatalf("cob %s --help: %v", command, err)
		}
		_, list, _ := strings.Cut(string(out), "Available Commands:\n")
		list, _, _ = strings.Cut(list, "\n\n")
		for _, line := range strings.Split(list, "\n") {
			// The command line library's own: shells and help about help.
			if name, _, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "help" && name != "completion" {
				walk(strings.TrimSpace(command + " " + name))
			}
		}
	}
	walk("")
	if n < 10 {
		t.Errorf("only %d commands were found", n)
	}
}
