package compiler_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
)

// behindIt is a process that waits in whatever stands in it, and behind it.
const behindIt = `package p

endpoint bank: http {
  operation charge(id: string) -> { id: string } { post "/c/${id}", idempotency_key: id }
  operation refund(id: string) { delete "/c/${id}", idempotent: true }
  on here { url: env.A }
}
cloud here {}

process Do(id: string) -> string {
  key: id
  %s
  behind: wait 1h
  return id
}
`

// TestWhereANewStepIsPassed: a new step counts for who has begun what runs behind it. What
// stands behind it in the text may be beside it, or run before it in the next round; then
// it counts for who has begun what runs before it.
func TestWhereANewStepIsPassed(t *testing.T) {
	const fresh = "fresh: wait 9m"
	for _, c := range []struct{ body, want string }{
		{"FRESH", "behind"},
		{"a: wait 1m\n  FRESH", "behind"},
		{"if id == \"x\" {\n    a: wait 1m\n    FRESH\n  }", "behind"},
		{"parallel {\n    branch one { a: wait 1m\n      FRESH }\n    branch two { b: wait 1m }\n  }", "a"},
		{"parallel {\n    branch one { a: wait 1m }\n    branch two { b: wait 1m\n      FRESH }\n  }", "b"},
		{"parallel {\n    branch one { a: wait 1m }\n    branch two { FRESH\n      b: wait 1m }\n  }", "b"},
		{"parallel {\n    branch one { a: wait 1m }\n    branch two {\n      if id == \"x\" {\n        b: wait 1m\n        FRESH\n      }\n    }\n  }", "b"},
		{"for n in [1, 2] {\n    a: wait 1m\n    FRESH\n  }", "a"},
		{"for n in [1, 2] {\n    if n == 1 {\n      a: wait 1m\n      FRESH\n    }\n  }", "a"},
		{"for n in [1, 2] {\n    if n == 1 {\n      a: wait 1m\n      FRESH\n    }\n    b: wait 1m\n  }", "b"},
		{"let charge = call bank.charge(id) {\n    compensate {\n      call bank.refund(charge.id)\n      FRESH\n    }\n  }", "charge"},
	} {
		older := fmt.Sprintf(behindIt, strings.Replace(c.body, "FRESH", "", 1))
		newer := fmt.Sprintf(behindIt, strings.Replace(c.body, "FRESH", fresh, 1))
		changes := plan.Diff(planOf(t, older), planOf(t, newer))
		if len(changes) != 1 || changes[0].Class != plan.SafeBefore || changes[0].Past != c.want || changes[0].What != "the step fresh is new" {
			t.Errorf("%s\ngives %+v\nwant one that is safe for instances not past %s", c.body, changes, c.want)
		}
	}
}

// TestNewStepsAreToldWhereTheyStand: one for each place, and those inside of a new one
// with it.
func TestNewStepsAreToldWhereTheyStand(t *testing.T) {
	older := fmt.Sprintf(behindIt, "parallel {\n    branch one { a: wait 1m }\n    branch two { b: wait 1m }\n  }")
	newer := fmt.Sprintf(behindIt, "parallel {\n    branch one { a: wait 1m\n      n1: wait 9m\n      if id == \"x\" { n2: wait 9m } }\n    branch two { n3: wait 9m\n      b: wait 1m }\n  }")
	var got []string
	for _, c := range plan.Diff(planOf(t, older), planOf(t, newer)) {
		got = append(got, fmt.Sprintf("%s %s: %s", c.Class, c.Past, c.What))
	}
	want := "safe for instances not past a: the step n1 is new | safe for instances not past b: the step n3 is new"
	if strings.Join(got, " | ") != want {
		t.Errorf("it gives %s, want %s", strings.Join(got, " | "), want)
	}
}

// TestADeadlineIsKept by the instances that run, so another one is not safe for them.
func TestADeadlineIsKept(t *testing.T) {
	older := fmt.Sprintf(behindIt, "a: wait 1m")
	newer := strings.Replace(older, "  key: id\n", "  key: id\n  deadline: 2h\n", 1)
	changes := plan.Diff(planOf(t, older), planOf(t, newer))
	if len(changes) != 1 || changes[0].Class != plan.SafeBefore || changes[0].Past != "a" || changes[0].What != "its deadline is another one, and an instance that runs keeps the one that it began with" {
		t.Errorf("it gives %+v", changes)
	}
}
