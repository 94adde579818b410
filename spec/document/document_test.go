package document_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/cob-lang/cob/spec/document"
)

const sample = "# A\n\n| a | b \\| c |\n|---|---|\n| 1 | [x](y.md#z) |\n\n```cob error=COB1 steps\nlet x\n```\n<!-- table -->\nold\n<!-- end -->\n```console\n$ a\nb\n$ c\n```\n"

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.md")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRead(t *testing.T) {
	d, err := document.Read(write(t, sample))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Blocks) != 2 || d.Blocks[0].Text != "let x\n" || d.Blocks[0].Line != 7 || d.Blocks[0].Kind() != "cob" {
		t.Errorf("blocks: %+v", d.Blocks)
	}
	if v, ok := d.Blocks[0].Attribute("error"); v != "COB1" || !ok {
		t.Errorf("error=%s", v)
	}
	if _, ok := d.Blocks[0].Attribute("cob"); ok {
		t.Error("the kind is no attribute")
	}
	if got, want := d.Rows(), [][]string{{"a", "b | c"}, {"1", "[x](y.md#z)"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("rows %v, want %v", got, want)
	}
	if got, want := d.Links(), []string{"y.md"}; !reflect.DeepEqual(got, want) {
		t.Errorf("links %v, want %v", got, want)
	}
	if got, ok := d.Between("table"); got != "old\n" || !ok {
		t.Errorf("between: %q", got)
	}
	again, err := document.Read(write(t, d.With("table", "new\n")))
	if got, _ := again.Between("table"); err != nil || got != "new\n" || len(again.Blocks) != 2 {
		t.Errorf("with: %q, %v", got, err)
	}
	steps, err := document.Steps(d.Blocks[1])
	if want := []document.Step{{"a", "b\n"}, {"c", ""}}; err != nil || !reflect.DeepEqual(steps, want) {
		t.Errorf("steps %v, want %v (%v)", steps, want, err)
	}
}

func TestAnOpenFenceIsAnError(t *testing.T) {
	if _, err := document.Read(write(t, "```cob\n")); err == nil {
		t.Error("want an error")
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		shown, got string
		want       bool
	}{
		{"a\n", "a  \n", true},
		{"a\n", "b\n", false},
		{"a...c\n", "abbc\n", true},
		{"a...c\n", "ab\nc\n", false},
		{"...\nc\n", "a\nb\nc\n", true},
		{"a\n...\n", "a\n", true},
		{"", "", true},
		{"", "a\n", false},
		{"a.c\n", "abc\n", false},
	} {
		if got := document.Matches(c.shown, c.got); got != c.want {
			t.Errorf("Matches(%q, %q) = %v", c.shown, c.got, got)
		}
	}
}

func TestConsole(t *testing.T) {
	c := document.Console{Dir: t.TempDir(), Replace: []string{"there", "here"}}
	if out, err := c.Run(context.Background(), "echo there; exit 3"); err != nil || out != "there\n" {
		t.Errorf("%q, %v", out, err)
	}
	if err := c.Begin("UP=up sh -c 'echo $UP; exec sleep 60'", "up\n"); err != nil {
		t.Error(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
