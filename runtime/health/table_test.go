package health

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
)

func instant() record.Instant { return record.Instant(time.Now().UnixNano()) }

// In a bubble of its own time: a binding goes down, is probed every five
// seconds, comes back, and after a minute of good probes is healthy again.
func TestProbing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := NewTable([]Watch{{"shop.pay", "paris", rules}})
		ctx, stop := context.WithCancel(context.Background())
		var mu sync.Mutex
		var probes []time.Duration
		up := false
		start := time.Now()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			table.Run(ctx, func(_ context.Context, endpoint, cloud string, _ int64) connector.Reply {
				mu.Lock()
				defer mu.Unlock()
				probes = append(probes, time.Since(start))
				if endpoint != "shop.pay" || cloud != "paris" {
					t.Errorf("probed %s at %s", endpoint, cloud)
				}
				if up {
					return connector.Reply{Sign: connector.Alive}
				}
				return connector.Reply{Sign: connector.Failing, Detail: "connection refused"}
			})
		}()
		time.Sleep(time.Minute)
		if len(probes) != 0 {
			t.Errorf("probed while nothing was wrong: %v", probes)
		}
		for range 3 {
			table.Called(connector.Request{Endpoint: "shop.pay", Cloud: "paris"}, connector.Reply{Sign: connector.Failing, Detail: "d"}, Admission{}, instant())
		}
		time.Sleep(12 * time.Second)
		mu.Lock()
		if len(probes) != 2 || probes[0] != 65*time.Second || probes[1] != 70*time.Second {
			t.Errorf("probes at %v; want 5 s and 10 s after the failures", probes)
		}
		up = true
		mu.Unlock()
		time.Sleep(62 * time.Second) // the first good probe is at 75 s, so 135 s ends the minute
		if s := table.View().Of("shop.pay", "paris").Status; s != placement.Unhealthy {
			t.Errorf("at 134 s it is %s", s)
		}
		time.Sleep(2 * time.Second)
		if s := table.View().Of("shop.pay", "paris").Status; s != placement.Healthy {
			t.Errorf("at 136 s it is %s: %+v", s, table.Entries())
		}
		stop()
		<-ended
	})
}

func TestAProbeWaitsForTheOneBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := NewTable([]Watch{{"shop.pay", "paris", rules}})
		for range 3 {
			table.Observe(sign(instant(), connector.Failing))
		}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan struct{})
		calls := 0
		go func() {
			defer close(ended)
			table.Run(ctx, func(ctx context.Context, _, _ string, _ int64) connector.Reply {
				calls++
				<-ctx.Done()
				return connector.Reply{Sign: connector.Failing}
			})
		}()
		time.Sleep(time.Minute)
		stop()
		<-ended
		if calls != 1 {
			t.Errorf("%d probes at once", calls)
		}
	})
}

func TestManyGoroutines(t *testing.T) {
	table := NewTable([]Watch{{"shop.pay", "paris", rules}})
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 500 {
				says := connector.Alive
				if (i+g)%7 == 0 {
					says = connector.Failing
				}
				table.Observe(sign(record.Instant(i)*second, says))
				table.View().Of("shop.pay", "paris")
				if i%100 == 0 {
					table.Replace([]Watch{{"shop.pay", "paris", rules}, {"shop.pay", "finland", rules}})
				}
			}
		})
	}
	all.Wait()
	if e := table.Entries()[0]; e.Good+e.Bad != 2000 {
		t.Errorf("%d signs counted; want 2000", e.Good+e.Bad)
	}
}
