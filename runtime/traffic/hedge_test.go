package traffic

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/record"
)

func TestHedged(t *testing.T) {
	yes, no := func() bool { return true }, func() bool { return false }
	for _, c := range []struct {
		name                    string
		may                     func() bool
		first, second           time.Duration // until they answer
		firstSays, secondSays   record.Outcome
		want                    record.Outcome
		bySecond, sent, secondC bool // secondC: the second was cut off
		firstCut                bool
		took                    time.Duration
	}{
		{name: "a quick answer", may: yes, first: 50 * time.Millisecond, firstSays: record.Succeeded, want: record.Succeeded, took: 50 * time.Millisecond},
		{name: "no budget", may: no, first: time.Second, firstSays: record.Succeeded, want: record.Succeeded, took: time.Second},
		{name: "the second is faster", may: yes, first: time.Second, second: 20 * time.Millisecond, firstSays: record.Succeeded, secondSays: record.Raised,
			want: record.Raised, bySecond: true, sent: true, firstCut: true, took: 120 * time.Millisecond},
		{name: "the first is faster all the same", may: yes, first: 110 * time.Millisecond, second: time.Second, firstSays: record.Succeeded, secondSays: record.Succeeded,
			want: record.Succeeded, sent: true, secondC: true, took: 110 * time.Millisecond},
		{name: "the second cannot", may: yes, first: time.Second, second: time.Millisecond, firstSays: record.Succeeded, secondSays: record.Refused,
			want: record.Succeeded, sent: true, took: time.Second},
		{name: "nobody knows", may: yes, first: time.Second, second: time.Millisecond, firstSays: record.Unknown, secondSays: record.Refused,
			want: record.Unknown, sent: true, took: time.Second},
		{name: "both refuse", may: yes, first: time.Second, second: time.Millisecond, firstSays: record.Refused, secondSays: record.Refused,
			want: record.Refused, bySecond: true, sent: true, took: time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sent, firstCut, secondCut bool
				send := func(after time.Duration, says record.Outcome, cut *bool) Send {
					return func(ctx context.Context) connector.Reply {
						select {
						case <-time.After(after):
							return connector.Reply{Outcome: says}
						case <-ctx.Done():
							*cut = true
							return connector.Reply{Outcome: record.Unknown}
						}
					}
				}
				second := send(c.second, c.secondSays, &secondCut)
				start := time.Now()
				reply, by := Hedged(context.Background(), 100*time.Millisecond, c.may, send(c.first, c.firstSays, &firstCut), func(ctx context.Context) connector.Reply {
					sent = true
					return second(ctx)
				})
				took := time.Since(start)
				synctest.Wait()
				if reply.Outcome != c.want || by != c.bySecond || sent != c.sent || firstCut != c.firstCut || secondCut != c.secondC || took != c.took {
					t.Errorf("%s by the second %v after %s; sent %v, cut %v and %v", reply.Outcome, by, took, sent, firstCut, secondCut)
				}
			})
		})
	}
}

func TestTheBudgetHolds(t *testing.T) {
	var b Budget
	if b.Spend("p.a", "0.1") {
		t.Error("spent before there was a call")
	}
	hedged := 0
	for calls := 1; calls <= 1000; calls++ {
		b.Called("p.a")
		for b.Spend("p.a", "0.1") {
			hedged++
		}
		if hedged != calls/10 {
			t.Fatalf("%d of %d calls were sent twice", hedged, calls)
		}
	}
	if b.Spend("p.b", "0.5") || b.Spend("p.a", "much") {
		t.Error("spent for another endpoint, or by no ratio")
	}
}
