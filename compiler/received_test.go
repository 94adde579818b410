package compiler_test

import (
	"maps"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// TestWhatIsReceivedKeepsItsConditions declares what comes in by hand and by a contract:
// the plan says what each message has to be, beside an operation of the same name.
func TestWhatIsReceivedKeepsItsConditions(t *testing.T) {
	r := compile(t, fstest.MapFS{
		"ward/a.cob": {Data: []byte(`package ward

use asyncapi "bus.yaml" as bus

type Code = string where len(value) == 3
cloud paris { jurisdiction: "FR" }
endpoint own: mqtt {
  receive codes: [Code] { topic: "codes" }
  on paris { url: env.BROKER }
}
endpoint theirs: bus { on paris { url: env.BUS } }
channel kept: queue of json
route a {
  from own.codes as list
  send kept(list)
}
route b {
  from theirs.levels as level
  send kept(level)
}
process Tell() { call theirs.levels(7) }
`)},
		"ward/bus.yaml": {Data: []byte(`asyncapi: 2.6.0
info: { title: T, version: "1" }
servers: { main: { url: b, protocol: mqtt } }
channels:
  levels:
    subscribe: { message: { payload: { type: integer, minimum: 1 } } }
    publish: { operationId: levels, message: { payload: { type: integer, minimum: 6 } } }
`)},
	}, compiler.Options{Dir: "ward"})
	if r.Failed() {
		t.Fatal(r.Diagnostics)
	}
	u := types.NewUniverse(r.Plan.Types)
	guards, err := expression.NewChecker(u, r.Plan.Refinements)
	if err != nil {
		t.Fatal(err)
	}
	fits := map[string]string{}
	for _, e := range r.Plan.Endpoints {
		for _, in := range e.Receives {
			for _, text := range []string{`0`, `5`, `["abc"]`, `["abc", "ab"]`} {
				v, err := u.DecodeJSON([]byte(text), in.Type, types.Strict)
				if err == nil && guards.CheckAs(e.Name+"."+in.Name+expression.Brings, v, in.Type) == nil {
					fits[e.Name+"."+in.Name] += text
				}
			}
		}
	}
	if want := map[string]string{"ward.own.codes": `["abc"]`, "ward.theirs.levels": `5`}; !maps.Equal(fits, want) {
		t.Errorf("what may come in is %v, want %v", fits, want)
	}
}
