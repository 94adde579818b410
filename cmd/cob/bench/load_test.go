package bench

import (
	"context"
	"testing"
	"time"
)

// TestWhoFallsBehindIsTimedFromWhenItWasDue puts 50 requests in 50 ms to one client that
// takes 2 ms for each: all are made, and the last is not as quick as it looks.
func TestWhoFallsBehindIsTimedFromWhenItWasDue(t *testing.T) {
	slow := func(context.Context, int64) error { time.Sleep(2 * time.Millisecond); return nil }
	r := Drive(t.Context(), "slow", Load{Clients: 1, For: 50 * time.Millisecond, Rate: 1000}, slow)
	if r.N != 50 {
		t.Errorf("%d were made, want 50", r.N)
	}
	if r.P99 < 49*time.Millisecond || r.P999 < r.P99 { // it began after 49 others, and was due 49 ms after the first
		t.Errorf("the last one took %s and %s", r.P99, r.P999)
	}
}

func TestACostIsThatOfEach(t *testing.T) {
	before := cost{CPU: time.Second, Commits: 10, Bytes: 1000}
	r := cost{CPU: 3 * time.Second, Commits: 15, Bytes: 3000}.minus(before).of(Result{N: 10})
	if r.CPU != 200*time.Millisecond || r.Fsyncs != 0.5 || r.Bytes != 200 {
		t.Errorf("%+v", r)
	}
	if r := (cost{CPU: 1}).of(Result{}); r.CPU != 0 {
		t.Errorf("of none: %+v", r)
	}
}

// TestAnOpenLoopHasClientsEnough lets every request leave in time although each takes as
// long as openFor.
func TestAnOpenLoopHasClientsEnough(t *testing.T) {
	for rate, want := range map[float64]int{1: openClients, 10_000: 2000, MaxRate: 20_000} {
		if l := (Load{Clients: 4}).at(rate); l.Clients != want || l.Rate != rate {
			t.Errorf("at %v/s: %+v, want %d clients", rate, l, want)
		}
	}
	if l := (Load{Clients: 5000}).at(10_000); l.Clients != 5000 {
		t.Errorf("%+v", l)
	}
}

func TestARateHasItsBounds(t *testing.T) {
	for rate, fits := range map[float64]bool{-1: false, 0: true, 0.5: true, MaxRate: true, MaxRate + 1: false} {
		if err := (Options{Rate: rate}).Validate(); (err == nil) != fits {
			t.Errorf("%v/s: %v", rate, err)
		}
	}
}
