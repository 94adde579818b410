package compiler_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
)

const versioned = `package p

label personal

enum Status { open, closed }
type Order { id: string, status: Status, note: string? where len(note ?? "") < 10 }
union Pay { card: string, cash: bool }
fault Bad { why: string }
fault Late { id: string }
event Paid { id: string }

cloud here { zone: "a" }
cloud there { zone: "b" }

endpoint bank: http {
  operation charge(id: string) -> { id: string } raises Bad { post "/c/${id}", error 400: Bad { why: "no" } }
  operation refund(id: string) { delete "/c/${id}", idempotent: true }
  on here { url: env.A }
  on there { url: env.B }
}

role clerk { groups: ["clerks"] }
channel intake: queue of Order { dead_letter: failed }
channel failed: queue of json

process Sell(order: Order, pay: Pay) -> string raises Bad, Late {
  key: order.id
  let text = "x"
  let charge = call bank.charge(order.id) {
    compensate { call bank.refund(charge.id) }
  }
  if order.status == Status.open {
    wait 1m
  }
  let seen: { ok: bool } = task look(order) {
    role: clerk
    due:  2d
    else { fail Late { id: order.id } }
  }
  select {
    on Paid as p where p.id == order.id { return text }
    after 7d { return seen.ok ? "yes" : charge.id }
  }
}

route in {
  from intake as order
  start Sell(order, { cash: true })
}
`

// Routes that hold messages from one plan to the next.
const gathering = `package p

type Item { id: string, n: int, at: string }
channel items: queue of Item
channel sums: queue of { id: string, n: int }

route sum {
  from items as item
  wrap { id: item.id, n: item.n } as short
  aggregate by short.id as group until len(group) == 2 within 5m emit { id: group[0].id, n: group[0].n } as sum
  to sums
}

route turns {
  from items as item
  let twice = item.n * 2
  resequence by item.n per item.id within 10s
  send sums({ id: item.id, n: twice })
}
`

func TestDiffOfWhatRoutesHold(t *testing.T) {
	const safe = " | safe: route p.sum: it does something else with the messages that come from now on"
	const turned = " | safe: route p.turns: it does something else with the messages that come from now on"
	for _, c := range []struct{ old, new, want string }{
		{"within 5m", "within 6m", safe[3:]},
		{"by short.id", "by \"all\"", safe[3:]},
		{"wrap { id: item.id, n: item.n }", "wrap { id: item.id, n: item.n, at: item.at }", "incompatible: route p.sum: aggregate gathered [{ id: string, n: int }] and gathers [{ id: string, n: int, at: string }]: a group that is open holds both; give the step another name" + safe},
		{"within 10s", "within 9s", turned[3:]},
		{"n: twice }", "n: 1 }", turned[3:]},
		{"let twice = item.n * 2", "let twice = item.n * 2.5", "incompatible: route p.turns: twice was int and is decimal in what follows resequence, where messages wait that have the old one; give the step another name" + turned},
		{"let twice = item.n * 2\n", "let thrice = item.n * 3\n", "incompatible: route p.turns: what follows resequence reads thrice, and messages that wait there have none; give the step another name" + turned},
	} {
		text := strings.Replace(gathering, c.old, c.new, 1)
		if strings.Contains(c.new, "2.5") {
			text = strings.Replace(text, "n: twice", "n: int(twice)", 1)
		}
		if strings.Contains(c.new, "thrice") {
			text = strings.Replace(text, "n: twice", "n: thrice", 1)
		}
		var got []string
		for _, x := range plan.Diff(planOf(t, gathering), planOf(t, text)) {
			got = append(got, string(x.Class)+": "+x.Where+": "+x.What)
		}
		if strings.Join(got, " | ") != c.want {
			t.Errorf("%q for %q gives\n%s\nwant\n%s", c.new, c.old, strings.Join(got, " | "), c.want)
		}
	}
}

// Each case edits a program; the change that follows is the only one, or the
// ones behind each other.
func TestDiffClassifies(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"let text = \"x\"\n", "let text =    \"x\"\n\n\n", ""},
		{"closed }", "closed, lost }", "safe: enum p.Status: the value lost is new"},
		{"note: string?", "more: int?, note: string?", "safe: record p.Order: the field more is new"},
		{"note: string?", "more: int, note: string?", "incompatible: record p.Order: the field more is new and required: data that exists does not have it"},
		{"note: string?", "note: string? @personal", "safe: record p.Order: the labels of the field note were [] and are [personal]: policies decide anew"},
		{" where len(note ?? \"\") < 10", "", "safe: type p.Order: the condition on note is gone"},
		{"< 10", "< 9", "incompatible: type p.Order: the condition on note is another one, and data which exists may break it"},
		{"note: string?", "note: string? @json(\"n\")", "incompatible: record p.Order: the field note is called n in JSON, not note"},
		{"cash: bool }", "cash: bool, iban: string }", "safe: union p.Pay: the case iban is new"},
		{"event Paid { id: string }", "event Paid { id: string, by: string }", "incompatible: event p.Paid: the field by is new and required: data that exists does not have it"},
		{"  on there { url: env.B }\n", "", "needs migrate: endpoint p.bank: it is not on there any more, and what was done there could not be undone | safe: setting B: it is gone"},
		{"env.B", "env.C", "safe: endpoint p.bank: what its owner promises on there, or its address, changes | safe: setting B: it is gone | safe: setting C: the node needs it now"},
		{"channel intake: queue of Order { dead_letter: failed }", "channel intake: queue of Order", "incompatible: channel p.intake: what cannot be processed goes nowhere any more, and went to p.failed, whose readers wait for it"},
		{"  key: order.id\n", "  key: \"${order.id}-\"\n", "needs migrate: process p.Sell: its key is another one, and the instances that run have the old one"},
		{"pay: Pay) ->", "pay: Pay, more: int?) ->", "safe: process p.Sell: the parameter more is new | safe: route p.in: it does something else with the messages that come from now on"},
		{"raises Bad, Late {\n  key", "raises Bad, Late, Other {\n  key", "incompatible: process p.Sell: it may fail with p.Other, which nobody expects | safe for instances not past fail#2: process p.Sell: the step fail#2 does something else | safe: fault p.Other: it is new"},
		{"wait 1m", "wait 2m", "safe for instances not past wait: process p.Sell: the step wait does something else"},
		{"  let text = \"x\"\n", "  let text = \"x\"\n  pause: wait 9m\n", "safe for instances not past charge: process p.Sell: the step pause is new"},
		{"    wait 1m\n", "    rest: wait 1m\n", "needs migrate: process p.Sell: the step wait is gone, and an instance may stand at it | safe for instances not past seen: process p.Sell: the step rest is new"},
		{"    compensate { call bank.refund(charge.id) }\n", "", "safe for instances not past charge: process p.Sell: the step charge does something else | safe for instances not past charge: process p.Sell: the step bank.refund is gone"},
		{"    wait 1m\n", "    wait 1m\n    let _n = 1\n", "safe for instances not past seen: process p.Sell: the step _n is new"},
		{"call bank.refund(charge.id)", "call bank.refund(order.id)", "safe for instances not past charge: process p.Sell: the step bank.refund does something else"},
		{"due:  2d", "due:  3d", "safe for instances not past seen: process p.Sell: the step seen does something else"},
		{"channel failed: queue of json\n", "channel failed: queue of json\nchannel more: queue of Order\n", "safe: channel p.more: it is new"},
		{"route in {\n  from intake as order\n  start Sell(order, { cash: true })\n}\n", "", "safe: route p.in: it is gone: the messages of p.intake stay there"},
	} {
		old, text := versioned, strings.Replace(versioned, c.old, c.new, 1)
		if strings.Contains(c.new, "Other") {
			text = strings.Replace(text, "fault Late", "fault Other { id: string }\nfault Late", 1)
			text = strings.Replace(text, "else { fail Late", "else { fail Other", 1)
			text = strings.Replace(text, "    wait 1m", "    if order.id == \"\" { fail Late { id: \"\" } }\n    wait 1m", 1)
			old = strings.Replace(old, "    wait 1m", "    if order.id == \"\" { fail Late { id: \"\" } }\n    wait 1m", 1)
		}
		var got []string
		for _, x := range plan.Diff(planOf(t, old), planOf(t, text)) {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s", x.Class, x.Past))+": "+x.Where+": "+x.What)
		}
		if strings.Join(got, " | ") != c.want {
			t.Errorf("%q for %q gives\n%s\nwant\n%s", c.new, c.old, strings.Join(got, " | "), c.want)
		}
	}
}

func planOf(t *testing.T, text string) *plan.Plan {
	t.Helper()
	r := compile(t, fstest.MapFS{"a.cob": {Data: []byte(text)}}, compiler.Options{})
	if r.Failed() {
		t.Fatal(r.Diagnostics)
	}
	return r.Plan
}
