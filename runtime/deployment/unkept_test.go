package deployment_test

import (
	"errors"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/connector"
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
	for declared, want := range map[string]engine.Unsupported{
		"": {},
		"endpoint f: http {\n  operation get() -> string { get \"/\" }\n  on paris { url: env.F, limit: 1/s }\n}":                       {What: "the limit of a binding", At: "a.cob:20:6"},
		"endpoint f: http {\n  operation get() -> string { get \"/\" }\n  on paris { url: env.F, auth: bearer { token: secret.f } }\n}": {What: "the auth of a binding", At: "a.cob:20:6"},
		"channel d: queue of json { retain: 1h }":                                                    {What: "the retain of a channel", At: "a.cob:18:9"},
		"channel d: queue of json { encrypt: secret.k }":                                             {What: "the encrypt of a channel", At: "a.cob:18:9"},
		"pattern x over c { every c, emit { n: 1 } to d }\nchannel d: queue of json":                 {What: "pattern", At: "a.cob:18:9"},
		"window x over c every 1m { emit { n: count() } to d }\nchannel d: queue of json":            {What: "window", At: "a.cob:18:8"},
		"schedule s { every: 15m, send c({ at: due }) }":                                             {What: "schedule", At: "a.cob:18:10"},
		"tenant t { instances: 5 }":                                                                  {What: "tenant", At: "a.cob:18:8"},
		"partner p { trust: env.P, exports: [Q] }":                                                   {What: "partner", At: "a.cob:18:9"},
		"migrate Q from \"00112233\" { rest -> pause }":                                              {What: "migrate", At: "a.cob:18:9"},
		"rollout Q { new: 10% by id }":                                                               {What: "rollout", At: "a.cob:18:9"},
		"sla s {\n  cost: at most 1 EUR\n  on breach { audit objective }\n}\nprocess R() { sla: s }": {What: "the on breach of an sla", At: "a.cob:20:15"},
	} {
		r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(text + declared + "\n")}}, compiler.Options{})
		if err != nil || r.Failed() {
			t.Fatalf("%s: %v %v", declared, err, r.Diagnostics)
		}
		_, err = deployment.Prepare(r.Encoded, &connector.Registry{}, func(string, bool) (string, bool) { return "x", true })
		var unsupported *engine.UnsupportedError
		refused := errors.As(err, &unsupported)
		switch {
		case want.What == "" && refused:
			t.Errorf("a package that runs is refused: %v", err)
		case want.What == "":
		case !refused:
			t.Errorf("%s is passed over: %v", declared, err)
		case len(unsupported.Parts) != 1 || unsupported.Parts[0] != want:
			t.Errorf("%s is refused as %v", declared, unsupported.Parts)
		}
		if _, err := engine.Link(r.Plan, plan.Digest(r.Encoded)); err != nil {
			t.Errorf("a test block of a package with %s says %v", declared, err)
		}
	}
}
