package e2e

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/examples/orders/services"
	"github.com/cob-lang/cob/runtime/record"
)

// Whatever paris does to one charge, the order is paid once and shipped.
func TestOneChargeGoesWrong(t *testing.T) {
	for _, how := range []services.Misbehaviour{
		services.Garbage, services.GarbageDone, services.Mute, services.MuteDone, services.ErrorDone, services.Overloaded,
		services.CutDone, services.CutInTheBody, services.WithoutAnswer,
	} {
		t.Run(string(how), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			n := w.run()
			w.paris.Tamper(services.Tampering{How: how, Times: 1, Method: "POST"})
			s := n.start(goodOrder("o-1"), "")
			n.inSelect(s.ID)
			n.ship("o-1")
			if d := n.over(s.ID); d.State != record.Completed {
				t.Errorf("got %s %+v %s", d.State, d.Fault, d.Detail)
			}
			n.settled()
			if got := w.net()["o-1"]; got != 1 {
				t.Errorf("charged %d times in the end: %+v %+v", got, w.paris.Ledger(), w.finland.Ledger())
			}
			if got := kinds(w.warehouse.Ledger()); got != "hold" {
				t.Errorf("the warehouse's ledger says %q", got)
			}
		})
	}
}

// settled waits until nothing lives any more and no outcome is unknown.
func (n *node) settled() {
	n.t.Helper()
	eventually(n.t, "everything is settled", func() bool {
		var f struct{ Counts struct{ Instances int } }
		n.call("GET", "/v1/figures", nil, &f)
		return f.Counts.Instances == 0
	})
}

// net is how often each order is charged and not refunded.
func (w *world) net() map[string]int {
	sum := map[string]int{}
	for _, p := range w.payments() {
		order := map[string]string{}
		for _, e := range p.Ledger() {
			switch e.Kind {
			case "charge":
				order[e.ID] = e.Order
				sum[e.Order]++
			case "refund":
				sum[order[e.ID]]--
			}
		}
	}
	return sum
}

// No answer, garbage or a cut at both payments, for good: the time-outs hold,
// the order fails with a typed fault, and what it did is undone. What the clouds
// had done is undone as soon as they can be asked.
func TestBothPaymentsMisbehave(t *testing.T) {
	for _, how := range []services.Misbehaviour{services.MuteDone, services.GarbageDone, services.CutDone} {
		t.Run(string(how), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			n := w.run()
			for _, p := range []*services.Payments{w.paris, w.finland} {
				p.Tamper(services.Tampering{How: how})
			}
			s := n.start(goodOrder("o-1"), "?wait=1m")
			d := n.over(s.ID)
			if d.State != record.Faulted || d.Fault == nil || d.Fault.Type != "std.Unavailable" || !strings.Contains(d.Detail, "tries") {
				t.Errorf("got %s %+v %s", d.State, d.Fault, d.Detail)
			}
			if got := kinds(w.warehouse.Ledger()); got != "hold release" {
				t.Errorf("the warehouse's ledger says %q", got)
			}
			w.paris.Behave()
			w.finland.Behave()
			n.settled()
			if got := w.net()["o-1"]; got != 0 {
				t.Errorf("still charged %d times: %+v %+v", got, w.paris.Ledger(), w.finland.Ledger())
			}
		})
	}
}

// An answer that does not fit the contract is no answer.
func TestTheCatalogueSpeaksGarbage(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	w.catalogueParis.Tamper(services.Tampering{How: services.Garbage})
	s := n.start(goodOrder("o-1"), "")
	n.inSelect(s.ID)
	if w.catalogueFinland.Calls("GET") != 1 {
		t.Error("finland was not asked")
	}
	n.cob("show", s.ID).want(t, 0, "attempt 1 unknown", "paris", "text/html")
}
