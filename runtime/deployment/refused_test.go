package deployment_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/spec/golden"
)

// troubled has one thing after the other that a node does not do, each of them once:
// rules nobody asks, what no node keeps, steps that no engine runs, settings that are
// missing or unusable, and a connector that is not here.
const troubled = `package a

cloud paris { x: 1 }
cloud rome { x: 2 }

policy p {
  deny start
  deny publish
}

endpoint e: http {
  operation get(id: string) -> string { get "/${id}" }
  on paris { url: env.E_PARIS, auth: bearer { token: secret.s } }
  on rome { url: env.E_ROME, auth: bearer { token: secret.t } }
}

endpoint k: kafka {
  operation put(value: json) { produce "orders" { value: value } }
  on paris { brokers: env.BROKERS }
}

channel c: queue of json { max_bytes: 1MiB }
channel d: queue of json { retain: 1h }
channel f: queue of json { encrypt: secret.k }
channel g: queue of json { retain: 2h }
channel h: queue of json { priority: 1 }
channel i: queue of json { priority: 2 }

pattern x over c { every c, emit { n: 1 } to d }
pattern y over c { every c, emit { n: 2 } to d }
window w over c every 1m { emit { n: count() } to d }
window v over c every 2m { emit { n: count() } to d }
schedule s { every: 15m, send c({ at: due }) }
schedule r { every: 30m, send c({ at: due }) }
tenant t { instances: 5 }
tenant u { instances: 6 }
partner q { trust: env.Q, exports: [Q] }
migrate Q from "00112233" { rest -> pause }
rollout Q { new: 10% by id }

process Q(id: string) -> string {
  key: id
  policy: p
  pause: wait 1m
  return id
}

sla l {
  cost: at most 1 EUR
  on breach { audit objective }
}
process R(id: string) {
  key: id
  sla: l
  replicate: sync
  pause: wait 1m
}
`

func planOf(t *testing.T, text string) (*plan.Plan, []byte) {
	t.Helper()
	r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(text)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatal(err, r.Diagnostics)
	}
	return r.Plan, r.Encoded
}

func webOnly(t *testing.T) *connector.Registry {
	t.Helper()
	web, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = web.Close() })
	return connector.NewRegistry(web)
}

func onlyRome(name string, _ bool) (string, bool) { return "ftp://rome", name == "E_ROME" }

// TestAllReasonsAreToldAtOnce refuses a plan for many reasons of several rooms.
func TestAllReasonsAreToldAtOnce(t *testing.T) {
	p, _ := planOf(t, troubled)
	// What no source could make: a step without its expression, in two processes.
	for i := range p.Processes {
		p.Processes[i].Flow.Body[0] = plan.Step{ID: "let", Kind: plan.Let, At: p.Processes[i].Flow.Body[0].At}
	}
	encoded, err := plan.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	d, err := deployment.Prepare(encoded, webOnly(t), onlyRome)
	var refused *deployment.RefusedError
	if !errors.As(err, &refused) || d != nil {
		t.Fatalf("got %v and %v", d, err)
	}
	var got []string
	for _, r := range refused.Reasons {
		got = append(got, r.String())
		if r.At == "" || r.Problem == "" || r.Way == "" {
			t.Errorf("%+v does not say where, what and what helps", r)
		}
	}
	golden.Text(t, "testdata/refused.txt", strings.Join(got, "\n")+"\n")
	if len(got) < 25 {
		t.Errorf("%d reasons", len(got))
	}
	different := slices.Clone(got)
	slices.Sort(different)
	if len(slices.Compact(different)) != len(got) {
		t.Error("a reason is told twice")
	}
	lines := strings.Split(err.Error(), "\n")
	want := append([]string{"the plan of a cannot run here:"}, got[:deployment.MaxTold]...)
	want = append(want, fmt.Sprintf("and %d more", len(got)-deployment.MaxTold))
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	if !slices.Equal(lines, want) {
		t.Errorf("the text is\n%s", err)
	}
	var asJSON []deployment.Reason
	text, err := json.Marshal(refused.Reasons)
	if err != nil || json.Unmarshal(text, &asJSON) != nil || !slices.Equal(asJSON, refused.Reasons) {
		t.Errorf("as JSON %s, %v", text, err)
	}
}

// TestHowManyReasonsAreTold stands at the limit of the text, and one beyond.
func TestHowManyReasonsAreTold(t *testing.T) {
	for n, more := range map[int]bool{deployment.MaxTold: false, deployment.MaxTold + 1: true} {
		var tenants strings.Builder
		for i := range n {
			fmt.Fprintf(&tenants, "tenant t%d { instances: 5 }\n", i)
		}
		_, encoded := planOf(t, "package a\n\n"+tenants.String())
		_, err := deployment.Prepare(encoded, webOnly(t), onlyRome)
		if err == nil || strings.Count(err.Error(), "\n  a.cob:") != deployment.MaxTold || strings.HasSuffix(err.Error(), "and 1 more") != more {
			t.Errorf("%d reasons are told as\n%v", n, err)
		}
	}
}

// TestWhatMissesSettingsAloneIsStillADeployment explains what ran on a plan although
// nobody can be called; where anything else is wrong, too, there is none.
func TestWhatMissesSettingsAloneIsStillADeployment(t *testing.T) {
	const text = "package a\n\ncloud paris { x: 1 }\n\nendpoint e: http {\n  operation get() -> string { get \"/\" }\n  on paris { url: env.E }\n}\n\nprocess Q() { pause: wait 1m }\n"
	for declared, ready := range map[string]bool{"": true, "tenant t { instances: 5 }\n": false} {
		_, encoded := planOf(t, text+declared)
		d, err := deployment.Prepare(encoded, webOnly(t), onlyRome)
		var missing *connector.SettingsError
		if errors.As(err, &missing) != ready || (d != nil) != ready {
			t.Errorf("with %q: %v, %v", declared, d, err)
		}
		if !strings.Contains(err.Error(), "\n  a.cob:7:6: environment variable E is not set; a.e on paris needs it: set it") {
			t.Errorf("with %q: %v", declared, err)
		}
	}
}

// Where others reach a cloud, its settings need not be here; those of other clouds do,
// and where all are here the cloud is reached from here as well.
func TestSettingsOfACloudThatOthersReachMayBeMissing(t *testing.T) {
	_, encoded := planOf(t, twoPlaces)
	supply := func(names ...string) connector.Settings {
		return func(name string, _ bool) (string, bool) { return "http://127.0.0.1:1", slices.Contains(names, name) }
	}
	for _, c := range []struct {
		clouds, has []string
		missing     string // "" where it can run
		away        int
	}{
		{nil, []string{"E_PARIS", "E_ROME"}, "", 0},
		{[]string{"paris"}, []string{"E_PARIS", "E_ROME"}, "", 0},
		{[]string{"paris"}, []string{"E_ROME"}, "", 1},
		{[]string{"paris", "rome"}, nil, "", 2},
		{[]string{"paris"}, nil, "E_ROME", 1},
		{nil, []string{"E_ROME"}, "E_PARIS", 0},
	} {
		d, err := deployment.PrepareWithout(c.clouds, false, encoded, webOnly(t), supply(c.has...))
		var lacks *connector.SettingsError
		if c.missing != "" {
			if !errors.As(err, &lacks) || len(lacks.Wrong) != 1 || lacks.Wrong[0].Name != c.missing {
				t.Errorf("%v without %v: %v", c.clouds, c.has, err)
			}
			continue
		}
		if err != nil || d.Sinks == nil || len(d.Away) != c.away {
			t.Errorf("%v without %v: %v, %v", c.clouds, c.has, d, err)
		}
	}
}

const twoPlaces = `package p
cloud paris {}
cloud rome {}
endpoint e: http {
  operation get() -> string { get "/" }
  on paris { url: env.E_PARIS }
  on rome  { url: env.E_ROME }
}
process P() -> string {
  let x = call e.get()
  return x
}
`
