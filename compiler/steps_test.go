package compiler_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
)

// TestATestIsCheckedAgainWhenAStepIsRenamed holds that a test which names a step
// follows the process, although its own text stays the same.
func TestATestIsCheckedAgainWhenAStepIsRenamed(t *testing.T) {
	const process = "package p\n\nprocess Rest() {\n  pause: wait 1m\n}\n"
	fsys := fstest.MapFS{
		"a.cob": {Data: []byte(process)},
		"b.cob": {Data: []byte("package p\n\ntest \"rests\" {\n  when Rest()\n  then ran pause\n}\n")},
	}
	w, err := compiler.NewWorkspace(fsys, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{"pause", "break", "pause", "wait 1h\n  pause", "other"} {
		w.Edit("a.cob", strings.Replace(process, "pause", step, 1))
		c, err := w.Check()
		if err != nil {
			t.Fatal(err)
		}
		want := ""
		if !strings.HasSuffix(step, "pause") {
			want = "b.cob:5:12-5:17: error COB4321"
		}
		if got := diag.OneLines(c.Diagnostics); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("with the step %s: %q, want %q", step, got, want)
		}
	}
	// While the process has a mistake, nothing is said of its steps.
	w.Edit("a.cob", "package p\n\nprocess Rest() {\n  other: wait until 5\n}\n")
	c, err := w.Check()
	if err != nil {
		t.Fatal(err)
	}
	if got := diag.OneLines(c.Diagnostics); strings.Contains(got, "COB4321") || !strings.Contains(got, "a.cob:4:") {
		t.Errorf("got %q", got)
	}
}
