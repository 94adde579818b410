package health

import (
	"fmt"
	"strconv"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// BreakerRules say when a binding is closed off, beside the failures of Rules, and
// how it is opened again. Ratios are millionths.
type BreakerRules struct {
	Rate     int   // so much of the latest ...
	Calls    int   // ... calls failed ...
	WindowNs int64 // ... all of them within this time
	SlowRate int   // or so much of them ...
	SlowNs   int64 // ... took this time or longer; 0: none is slow
	Trials   int   // so many calls have to succeed before it is as before
}

const millionth = 1_000_000

// breakerOf reads what a failover says, nil where it says nothing.
func breakerOf(b *plan.Breaker) *BreakerRules {
	if b == nil {
		return nil
	}
	return &BreakerRules{Rate: millionths(b.Rate), Calls: min(max(b.Calls, 1), MaxFailures), WindowNs: b.WindowNs,
		SlowRate: millionths(b.SlowRate), SlowNs: b.SlowNs, Trials: max(b.Trials, 1)}
}

// millionths of a ratio such as "0.5"; what is none is all of it.
func millionths(ratio string) int {
	x, err := types.ParseExact(ratio)
	if err == nil {
		if x, err = x.Mul(types.ExactInt(millionth)); err == nil {
			if n, ok := x.Truncate().Int(); ok {
				return int(n)
			}
		}
	}
	return millionth
}

// careful is what holds where the calls of an endpoint use two breakers: the lower
// share of the fewer calls in the longer time, and the more trials.
func (r *BreakerRules) careful(o *BreakerRules) *BreakerRules {
	switch {
	case r == nil:
		return o
	case o == nil:
		return r
	}
	both := BreakerRules{Rate: min(r.Rate, o.Rate), Calls: min(r.Calls, o.Calls), WindowNs: max(r.WindowNs, o.WindowNs), Trials: max(r.Trials, o.Trials)}
	switch {
	case r.SlowNs == 0:
		both.SlowRate, both.SlowNs = o.SlowRate, o.SlowNs
	case o.SlowNs == 0:
		both.SlowRate, both.SlowNs = r.SlowRate, r.SlowNs
	default:
		both.SlowRate, both.SlowNs = min(r.SlowRate, o.SlowRate), min(r.SlowNs, o.SlowNs)
	}
	return &both
}

func (r *BreakerRules) same(o *BreakerRules) bool {
	return r == o || r != nil && o != nil && *r == *o
}

// tally counts the latest calls of a binding for its breaker.
type tally struct {
	latest       []tallied // a ring, the oldest at next where it is full
	next         int
	failed, slow int
}

type tallied struct {
	at           record.Instant
	failed, slow bool
}

// add counts a call and says why the breaker opens, "" where it does not.
func (t *tally) add(r *BreakerRules, c tallied) string {
	if len(t.latest) < r.Calls {
		t.latest = append(t.latest, c)
	} else {
		t.drop(t.latest[t.next])
		t.latest[t.next] = c
		t.next = (t.next + 1) % r.Calls
	}
	if c.failed {
		t.failed++
	}
	if c.slow {
		t.slow++
	}
	if len(t.latest) < r.Calls || int64(c.at-t.latest[t.next].at) > r.WindowNs {
		return ""
	}
	switch {
	case t.failed*millionth >= r.Rate*r.Calls:
		return fmt.Sprintf("%d of the latest %s within %s failed", t.failed, counted(r.Calls, "call"), duration(r.WindowNs))
	case r.SlowNs > 0 && t.slow*millionth >= r.SlowRate*r.Calls:
		return fmt.Sprintf("%d of the latest %s within %s took %s or longer", t.slow, counted(r.Calls, "call"), duration(r.WindowNs), duration(r.SlowNs))
	}
	return ""
}

func (t *tally) drop(c tallied) {
	if c.failed {
		t.failed--
	}
	if c.slow {
		t.slow--
	}
}

func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}

// Admission is what a breaker says to a call that wants to leave.
type Admission struct {
	// Trial is not 0 for a call that finds out whether the binding is well; its sign
	// has to carry it.
	Trial uint64
	// Why is "" where the call may leave, else why it may not.
	Why string
}

// Admit asks the breaker of a binding whether a call may leave. A trial that is
// admitted is counted: its sign has to come.
func (t *Tracker) Admit(endpoint, cloud string) Admission {
	b := t.bindings[key{endpoint, cloud}]
	if b == nil || b.rules.Breaker == nil || b.Status != unhealthy {
		return Admission{}
	}
	if !b.tryable() {
		return Admission{Why: "the breaker is open: " + b.Reason}
	}
	b.trialsOut++
	if !b.tryable() {
		t.publish() // the next ones go elsewhere
	}
	return Admission{Trial: b.round}
}

// tryable says whether one more trial may leave.
func (b *binding) tryable() bool {
	return b.round != 0 && b.trialsOut+b.trialsGood < b.rules.Breaker.Trials
}

// tried takes the sign of a trial; others than those of the round that is going on
// say nothing.
func (b *binding) tried(s Sign) (mine bool) {
	if s.Trial == 0 || s.Trial != b.round {
		return false
	}
	b.trialsOut--
	return true
}

// begin begins a round of trials, once the binding has been back for long enough.
func (b *binding) begin() {
	if b.round == 0 {
		b.rounds++
		b.round, b.trialsOut, b.trialsGood = b.rounds, 0, 0
	}
}
