package plan_test

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
)

// A dead letter that goes away, or elsewhere, breaks those who read it.
func TestDiffOfDeadLetters(t *testing.T) {
	with := func(dead string) *plan.Plan {
		return &plan.Plan{Format: plan.Format, Channels: []plan.Channel{{Name: "p.in", Kind: "queue", DeadLetter: dead}}}
	}
	for _, c := range []struct {
		older, newer string
		class        plan.Class
		says         string
	}{
		{"p.bad", "", plan.Incompatible, "goes nowhere any more, and went to p.bad"},
		{"p.bad", "p.worse", plan.Incompatible, "goes to p.worse, and the readers of p.bad"},
		{"", "p.bad", plan.Safe, "its settings change"},
	} {
		got := plan.Diff(with(c.older), with(c.newer))
		if len(got) != 1 || got[0].Class != c.class || !strings.Contains(got[0].What, c.says) {
			t.Errorf("from %q to %q: %+v", c.older, c.newer, got)
		}
	}
}

// JSON that is no plan is not taken for one of an older cob.
func TestDecodeOfWhatIsNoPlan(t *testing.T) {
	for text, want := range map[string]string{"{}": "no plan", `{"format": 999}`: "format 999"} {
		if _, err := plan.Decode([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
