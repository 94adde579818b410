package compiler_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
)

const operated = `package p

import "./clinic"

cloud here { zone: "a" }

endpoint bank: http {
  operation look(id: string) -> string { get "/c/${id}" }
  on here { url: env.A, limit: 10/s, auth: bearer { token: secret.a } }
}

failover twin { replicate: async }

sla gold {
  rpo: 1m
  on breach { audit objective }
}

channel lost: queue of json
channel intake: queue of string { dead_letter: lost, expires: 1h }

process Sell(id: string) -> string {
  key:      id
  sla:      gold
  failover: twin
  wait 1m
  if id == "" { rest: wait 1h }
  let bed = call clinic.Admit(id)
  return bed
}

tenant acme { limit: 5/s, price: { call: 1 EUR } }

partner hospital {
  trust:   "https://h.example.org"
  url:     env.H
  exports: [Sell, intake]
  imports: [clinic.Admit]
}

rollout Sell { new: 10% by id }

migrate Sell from "00000000" { a -> wait }
`

// TestDiffOfWhatIsOperated edits what stands beside the flows; the changes behind
// each edit are the only ones.
func TestDiffOfWhatIsOperated(t *testing.T) {
	planOf := func(text, params string) *plan.Plan {
		r := compile(t, fstest.MapFS{"a.cob": {Data: []byte(text)},
			"clinic/c.cob": {Data: []byte("package clinic\n\nprocess Admit(" + params + ") -> string { key: id\n  return id }\n")}}, compiler.Options{})
		if r.Failed() {
			t.Fatal(r.Diagnostics)
		}
		return r.Plan
	}
	older := planOf(operated, "id: string")
	encoded, err := plan.Encode(older)
	if err != nil {
		t.Fatal(err)
	}
	digest := plan.Digest(encoded)
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"10/s", "11/s", "safe: endpoint p.bank: what its owner promises on here, or its address, changes"},
		{"secret.a }", "secret.b }", "safe: endpoint p.bank: what its owner promises on here, or its address, changes | safe: setting a: it is gone | safe: setting b: the node needs it now"},
		{"replicate: async", "replicate: sync", "safe: failover p.twin: it changes | safe: process p.Sell: its settings change"},
		{"audit objective", "audit process", "safe: sla p.gold: it changes"},
		{"rpo: 1m", "rpo: 2m", "safe: sla p.gold: it changes"},
		{"expires: 1h", "expires: 2h", "safe: channel p.intake: its settings change"},
		{"limit: 5/s", "limit: 6/s", "safe: tenant p.acme: it changes"},
		{"10% by id", "20% by id", "safe: rollout p.Sell: it changes"},
		{"a -> wait", "a -> rest", "safe: process p.Sell: the way from the plan 00000000 is another one"},
		{"migrate Sell from \"00000000\" { a -> wait }\n", "", "safe: process p.Sell: there is no way from the plan 00000000 any more"},
		{"\"00000000\"", "\"00000001\"", "safe: process p.Sell: there is no way from the plan 00000000 any more | safe: process p.Sell: there is a way from the plan 00000001"},
		{"[Sell, intake]", "[Sell]", "incompatible: partner p.hospital: it may not use p.intake any more"},
		{"[Sell, intake]", "[Sell, intake, lost]", "safe: partner p.hospital: it may use p.lost, too"},
		{"env.H", "env.G", "safe: partner p.hospital: it is trusted or reached otherwise | safe: setting G: the node needs it now | safe: setting H: it is gone"},
		{"clinic.Admit", "clinic.Admit", "needs migrate: partner p.hospital: clinic.Admit takes, gives or raises something else, and a step may wait for it | safe for instances not past bed: process p.Sell: the step bed does something else"},
		{"  wait 1m\n", "", "needs migrate: process p.Sell: the step wait is gone, and an instance may stand at it"},
		{"  wait 1m\n", "FROM", "safe: process p.Sell: the step wait is gone, and who waits at it goes on at bed | safe: process p.Sell: there is a way from the plan " + digest[:8]},
		{"  if id == \"\" { rest: wait 1h }\n", "REST", "needs migrate: process p.Sell: the step if is gone, and an instance may stand at it | safe: process p.Sell: the step rest is another one, and who waits at it goes on at bed | safe: process p.Sell: there is a way from the plan " + digest[:8]},
	} {
		text, params := strings.Replace(operated, c.old, c.new, 1), "id: string"
		switch {
		case c.new == "FROM":
			text = strings.Replace(operated, c.old, "", 1) + "\nmigrate Sell from \"" + digest + "\" { wait -> bed }\n"
			text = strings.Replace(text, "a -> wait", "a -> bed", 1)
			c.want += " | safe: process p.Sell: the way from the plan 00000000 is another one"
		case c.new == "REST":
			text = strings.Replace(operated, c.old, "  rest: wait 1h\n", 1) + "\nmigrate Sell from \"" + digest[:8] + "\" { rest -> bed }\n"
		case c.old == "":
		case c.old == c.new:
			params = "id: string, ward: string?"
		case c.old == "  wait 1m\n":
			text = strings.Replace(text, "a -> wait", "a -> rest", 1)
			c.want += " | safe: process p.Sell: the way from the plan 00000000 is another one"
		}
		var got []string
		for _, x := range plan.Diff(older, planOf(text, params)) {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s", x.Class, x.Past))+": "+x.Where+": "+x.What)
		}
		want := strings.Split(c.want, " | ")
		if c.want == "" {
			want = nil
		}
		if !sameChanges(got, want) {
			t.Errorf("%q for %q gives\n%s\nwant\n%s", c.new, c.old, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func sameChanges(a, b []string) bool {
	count := map[string]int{}
	for _, x := range a {
		count[x]++
	}
	for _, x := range b {
		count[x]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}
