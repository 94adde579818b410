package deployment_test

import (
	"errors"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
)

// TestWhatNoNodeKeepsIsRefused adds one declaration at a time to a package that
// runs. Test blocks run with all of them.
func TestWhatNoNodeKeepsIsRefused(t *testing.T) {
	const text = `package a

cloud paris { x: 1 }

endpoint e: http {
  operation get(id: string) -> string { get "/${id}" }
  on paris { url: "https://localhost" }
}

channel c: queue of json { max_bytes: 1MiB }

process Q(id: string) -> string {
  key: id
  pause: wait 1m
  return id
}

`
	for declared, want := range map[string]deployment.Reason{
		"": {},
		"endpoint f: http {\n  operation get() -> string { get \"/\" }\n  on paris { url: env.F, auth: bearer { token: secret.f } }\n}": {At: "a.cob:20:6", Problem: "no node keeps the auth bearer of a.f on paris yet"},
		"channel d: queue of json { retain: 1h }":                                                    {At: "a.cob:18:9", Problem: "no node keeps the retain 1h of the channel a.d yet"},
		"channel d: queue of json { encrypt: secret.k }":                                             {At: "a.cob:18:9", Problem: "no node keeps the encrypt of the channel a.d yet"},
		"pattern x over c { every c, emit { n: 1 } to d }\nchannel d: queue of json":                 {At: "a.cob:18:9", Problem: "no node keeps the pattern a.x yet"},
		"window x over c every 1m { emit { n: count() } to d }\nchannel d: queue of json":            {At: "a.cob:18:8", Problem: "no node keeps the window a.x yet"},
		"schedule s { every: 15m, send c({ at: due }) }":                                             {At: "a.cob:18:10", Problem: "no node keeps the schedule a.s yet"},
		"tenant t { instances: 5 }":                                                                  {At: "a.cob:18:8", Problem: "no node keeps what is allotted to the tenant a.t yet"},
		"partner p { trust: env.P, exports: [Q] }":                                                   {At: "a.cob:18:9", Problem: "no node keeps what is exported to the partner a.p yet"},
		"migrate Q from \"00112233\" { rest -> pause }":                                              {},
		"rollout Q { new: 10% by id }":                                                               {},
		"sla s {\n  cost: at most 1 EUR\n  on breach { audit objective }\n}\nprocess R() { sla: s }": {At: "a.cob:20:15", Problem: "no node keeps the on breach of the sla a.s yet"},
	} {
		r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(text + declared + "\n")}}, compiler.Options{})
		if err != nil || r.Failed() {
			t.Fatalf("%s: %v %v", declared, err, r.Diagnostics)
		}
		_, err = deployment.Prepare(r.Encoded, webOnly(t), func(string, bool) (string, bool) { return "x", true })
		var refused *deployment.RefusedError
		is := errors.As(err, &refused)
		switch {
		case want.Problem == "" && is:
			t.Errorf("a package that runs is refused: %v", err)
		case want.Problem == "":
		case !is:
			t.Errorf("%s is passed over: %v", declared, err)
		default:
			want.Way = "leave it out here; cob test runs all the same"
			if !slices.Contains(refused.Reasons, want) {
				t.Errorf("%s is refused as %v", declared, refused.Reasons)
			}
		}
		if _, err := engine.Link(r.Plan, plan.Digest(r.Encoded)); err != nil {
			t.Errorf("a test block of a package with %s says %v", declared, err)
		}
	}
}
