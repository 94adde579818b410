package observe

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/record"
)

func TestWhere(t *testing.T) {
	total, err := types.ParseAmount("5.00 EUR")
	if err != nil {
		t.Fatal(err)
	}
	x := &entry{
		id: "i", key: `o"1`, kind: &kind{process: "p.P"}, state: record.Completed, started: 1e9,
		more: &more{ended: 2e9, search: map[string]types.Value{
			"customer": "ann", "n": int64(7), "rate": types.ExactInt(3), "vip": true, "total": total, "at": time.Unix(0, 0).UTC(), "took": 36 * time.Hour,
		}},
	}
	for text, want := range map[string]bool{
		`state == "completed"`: true, `state != "completed"`: false, `process == "p.P" && key == "o\"1"`: true,
		`fault == null`: true, `fault != null`: false, `ended != null`: true, `started < 1970-01-01T00:00:02Z`: true, `ended <= 1970-01-01T00:00:01Z`: false,
		`n == 7`: true, `n == 7.0`: true, `n > 7`: false, `n >= 7`: true, `n < 10`: true, `n == "7"`: false, `rate <= 2.5`: false,
		`customer in ["bob", "ann"]`: true, `customer in []`: false, `!(customer == "ann")`: false, `vip == true`: true, `vip == false`: false,
		`total == 5 EUR`: true, `total > 4.99 EUR`: true, `total > 4 USD`: false, `total == 5`: false,
		`took == 1.5d`: true, `took < 37h`: true, `at == 1970-01-01T00:00:00Z`: true,
		`nothing == null`: true, `nothing > 1`: false, `nothing != 1`: true,
		`n == 1 || n == 7 && vip == true`: true, `(n == 1 || n == 7) && vip == false`: false, `!!(n == 7)`: true,
	} {
		w, err := ParseWhere(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := w.holds(x); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if w, err := ParseWhere(`b == 1 && a == 2 && b == 3 && state == "x"`); err != nil || strings.Join(w.Names(), " ") != "a b" {
		t.Errorf("names %v, %v", w.Names(), err)
	}
}

func TestWhereSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		``:                        "at byte 0: a name is wanted here",
		`state`:                   "at byte 5: an operator is wanted here",
		`state = "x"`:             `at byte 6: "=" has no meaning here`,
		`state == x`:              "at byte 9: a literal is wanted here",
		`state == "x`:             "at byte 9: a text is not closed",
		`state == "x" key == "y"`: "at byte 13: an operator is wanted here, not key",
		`(state == "x"`:           "at byte 13: a ) is wanted here, not the end",
		`state in "x"`:            "at byte 9: a list is wanted here",
		`state in ["x" "y"]`:      "at byte 14: a , or a ] is wanted here",
		`"x" == state`:            "at byte 0: a name is wanted here",
		strings.Repeat("(", MaxWhereDepth+1) + `n == 1`: "more than 32 brackets",
		strings.Repeat(" ", MaxWhere+1):                 "at most 4096 bytes",
	} {
		_, err := ParseWhere(text)
		var e *WhereError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %s", text, err, want)
		}
	}
	deep := strings.Repeat("(", MaxWhereDepth-1) + "n == 1" + strings.Repeat(")", MaxWhereDepth-1)
	if _, err := ParseWhere(deep + strings.Repeat(" ", MaxWhere-len(deep))); err != nil {
		t.Errorf("at the limits: %v", err)
	}
}

// TestForgottenInstancesAreNotListed forgets enough for their places to be closed.
func TestForgottenInstancesAreNotListed(t *testing.T) {
	v := New(deployment.NewTable())
	const n = 3000
	id := func(i int) string { return strings.Repeat("i", i+1) }
	for i := range n {
		v.Fold(1, []record.Event{
			record.InstanceStarted{At: record.Instant(i + 1), Instance: id(i), Process: "p.P"},
			record.InstanceEnded{At: record.Instant(i + 1), Instance: id(i), State: record.Completed},
		})
	}
	for i := range n - 1 {
		v.Fold(2, []record.Event{record.Forgotten{Instance: id(i)}})
		if i == 100 {
			v.Fold(2, []record.Event{record.InstanceStarted{At: n + 1, Instance: id(7), Process: "p.P"}})
		}
	}
	list := v.List(Filter{}, Place{}, n)
	if len(list) != 2 || list[0].ID != id(7) || list[1].ID != id(n-1) || len(v.order) > n/2 || v.ended != 1 {
		t.Errorf("%d are listed, %d in the order, %d ended", len(list), len(v.order), v.ended)
	}
}
