package sim_test

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/runtime/sim"
)

// A task that nobody does and that is reminded of for ever does not let time go on for
// ever, and what has a time of its own still happens.
func TestTimeStopsWhereOnlyRemindersWouldCome(t *testing.T) {
	r, program := tested(t, map[string]string{"a.cob": `package a

role clerk { groups: ["clerks"] }
role boss  { groups: ["bosses"] }

process Ask() -> bool {
  let agreed: bool = task agree() {
    role:     clerk
    remind:   every 1d
    escalate: to boss after 3d
  }
  return agreed
}

process Both() {
  parallel {
    branch a { call Ask() }
    branch b { wait 9d }
  }
}

channel calls: queue of string { dead_letter: lost }
channel lost: queue of json
channel counts: queue of int

route note {
  from calls as call
  dedupe by call within 20d
  aggregate by "all" as group within 9d emit len(group) as n
  to counts
}

test "nobody does it" {
  when Ask()
  then task agree is open
  then waits at agreed
}

test "somebody does it later" {
  when Ask()
  when advance 30d
  when complete task agree true
  then returns true
}

test "what waits for its time comes" {
  when Both()
  then ran Both.wait
  then waits
}

test "what a route gathers comes, and what it only knows does not count" {
  when send calls("a")
  when Ask()
  then sent counts(1)
}
`})
	if got := results(r, program); strings.Contains(got, "FAIL") {
		t.Error(got)
	}
	const day = int64(24 * 3600e9)
	for i, want := range []int64{3 * day, 30 * day, 9 * day, 9 * day} {
		if got := sim.RunTest(program, r.Suite.Tests[i]); got.VirtualNs != want {
			t.Errorf("%s: time stops after %d h, want %d h", got.Name, got.VirtualNs/3600e9, want/3600e9)
		}
	}
}

// What a word of a route keeps has a time of its own: a test that ends while messages are
// gathered lets that time come.
func TestTimeGoesOnForWhatARouteKeeps(t *testing.T) {
	r, program := tested(t, map[string]string{"a.cob": `package a

channel orders: queue of string { dead_letter: rejected }
channel rejected: queue of json
channel counts: queue of int { dead_letter: rejected }

route count {
  from orders as order
  dedupe by order within 1h
  aggregate by "all" as group within 10m emit len(group) as n
  to counts
}

test "two of three" {
  when send orders("a")
  when send orders("b")
  when send orders("a")
  then sent counts(2) once
}
`})
	if got := results(r, program); strings.Contains(got, "FAIL") {
		t.Error(got)
	}
}
