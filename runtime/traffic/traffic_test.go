package traffic

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"pgregory.net/rapid"
)

// However calls come: in no window of the declared time do more leave than declared,
// in none of a shorter time more than the burst and what has come up since, and
// nobody waits longer than that takes.
func TestTheRateIsNeverExceeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := plan.Limit{Count: rapid.Int64Range(1, 12).Draw(t, "count"), PerNs: rapid.Int64Range(1, 1000).Draw(t, "per"), Burst: rapid.Int64Range(0, 12).Draw(t, "burst")}
		burst := l.Burst
		if burst == 0 || burst > l.Count {
			burst = l.Count
		}
		r := newRate(l)
		now, evenly := int64(0), (l.PerNs+l.Count-1)/l.Count
		var left []int64
		for i := range rapid.IntRange(1, 60).Draw(t, "calls") {
			now += rapid.Int64Range(0, 2*evenly).Draw(t, fmt.Sprint("gap", i))
			at := r.at(now)
			if i > 0 && at > max(now, left[i-1]+l.PerNs) {
				t.Fatalf("call %d came at %d and waits until %d, after one at %d", i, now, at, left[i-1])
			}
			now = at
			r.take(now)
			left = append(left, now)
			for j := range left {
				n, within := int64(len(left)-j), now-left[j]
				if within < l.PerNs && n > l.Count {
					t.Fatalf("%d calls within %d: %v", n, within, left)
				}
				if n > burst+within/evenly {
					t.Fatalf("%d calls within %d, with a burst of %d: %v", n, within, burst, left)
				}
			}
		}
	})
}

// What is allowed is used: one call after the other, as many as declared leave.
func TestTheRateIsReached(t *testing.T) {
	r := newRate(plan.Limit{Count: 100, PerNs: int64(time.Second), Burst: 20})
	now := int64(0)
	for range 1000 {
		now = r.at(now)
		r.take(now)
	}
	if want := int64(9800 * time.Millisecond); now < want-2e7 || now > want+2e7 {
		t.Errorf("1000 calls at 100/s took %s", time.Duration(now))
	}
}

func TestAGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		two := int64(2)
		g := NewGate(plan.Limit{Count: 1000, PerNs: int64(time.Second), AtOnce: 3, Waiting: &two})
		ctx := context.Background()
		for range 3 {
			if err := g.Enter(ctx); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		var order []int
		var all sync.WaitGroup
		for i := range 2 {
			all.Go(func() {
				if err := g.Enter(ctx); err != nil {
					t.Error(err)
				}
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
			})
			synctest.Wait()
		}
		if err := g.Enter(ctx); !errors.Is(err, ErrFull) {
			t.Errorf("the third one to wait hears %v", err)
		}
		g.Leave()
		synctest.Wait()
		if len(order) != 1 {
			t.Errorf("%v went when one left", order)
		}
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if err := g.Enter(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who gives up hears %v", err)
		}
		g.Leave()
		all.Wait()
		if fmt.Sprint(order) != "[0 1]" || g.waiting.Len() != 0 {
			t.Errorf("they went as %v, and %d wait", order, g.waiting.Len())
		}
		for range 3 {
			g.Leave()
		}
		if g.running != 0 {
			t.Errorf("%d run when all have left", g.running)
		}
	})
}

// Who waits for the rate goes when it allows, and at no other time.
func TestAGateKeepsTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(plan.Limit{Count: 10, PerNs: int64(time.Second), Burst: 2})
		start := time.Now()
		var mu sync.Mutex
		var went []time.Duration
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if err := g.Enter(context.Background()); err != nil {
					t.Error(err)
				}
				g.Leave()
				mu.Lock()
				went = append(went, time.Since(start))
				mu.Unlock()
			})
		}
		all.Wait()
		if fmt.Sprint(went) != "[0s 0s 100ms 200ms 300ms 400ms]" {
			t.Errorf("they went after %v", went)
		}
	})
}

func TestGatesStay(t *testing.T) {
	limited := func(n int64, waiting *int64) []*plan.Plan {
		return []*plan.Plan{{Endpoints: []plan.Endpoint{{Name: "p.a", Bindings: []plan.Binding{{Cloud: "x", Limit: &plan.Limit{Count: n, PerNs: 1, Waiting: waiting}}, {Cloud: "y"}}}}}}
	}
	var g Gates
	none, one := int64(0), int64(1)
	g.Replace(limited(5, &none))
	first := g.Of("p.a", "x")
	if first == nil || g.Of("p.a", "y") != nil || g.Of("p.b", "x") != nil {
		t.Fatal("the gates are not where the limits are")
	}
	same := int64(0)
	if g.Replace(limited(5, &same)); g.Of("p.a", "x") != first {
		t.Error("the same limit makes another gate")
	}
	for _, other := range [][]*plan.Plan{limited(5, &one), limited(6, &none), limited(5, nil)} {
		g.Replace(limited(5, &none))
		before := g.Of("p.a", "x")
		if g.Replace(other); g.Of("p.a", "x") == before {
			t.Errorf("another limit keeps its gate: %+v", g.Of("p.a", "x").limit)
		}
	}
	if g.Replace(nil); g.Of("p.a", "x") != nil {
		t.Error("a limit holds that no plan has any more")
	}
}
