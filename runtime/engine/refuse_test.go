package engine_test

import (
	"errors"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/engine"
)

// TestWhatIsDeclaredAndNotKeptIsRefused gives a plan one thing at a time that
// nobody here would act upon.
func TestWhatIsDeclaredAndNotKeptIsRefused(t *testing.T) {
	yes := num("1")
	at := plan.Place("p.cob:7:1")
	channel := func(c plan.Channel) func(*plan.Plan) {
		c.Name, c.Kind, c.Type, c.At = "p.c", "queue", intT, at
		return func(p *plan.Plan) { p.Channels = append(p.Channels, c) }
	}
	for what, change := range map[string]func(*plan.Plan){
		"":                          channel(plan.Channel{MaxBytes: 1 << 20, Invalid: "p.c", ExpiresNs: 1, Dedupe: &plan.DedupeBy{By: yes, WithinNs: 1}}),
		"the priority of a channel": channel(plan.Channel{Priority: &yes}),
		"what runs at a partner": func(p *plan.Plan) {
			p.Partners = []plan.Partner{{Name: "p.x", At: at, Imports: []plan.Shared{{Name: "q.P", Kind: "process"}}}}
		},
	} {
		p := one(give(num("1")))
		change(p)
		_, err := engine.Link(p, "d")
		var unsupported *engine.UnsupportedError
		switch {
		case what == "" && err != nil:
			t.Errorf("what is kept is refused: %v", err)
		case what == "":
		case !errors.As(err, &unsupported):
			t.Errorf("%s is passed over: %v", what, err)
		case len(unsupported.Parts) != 1 || unsupported.Parts[0] != engine.Unsupported{What: what, At: at}:
			t.Errorf("%s is refused as %v", what, unsupported.Parts)
		}
	}
}
