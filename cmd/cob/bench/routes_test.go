package bench

import (
	"io"
	"testing"
	"time"
)

// TestEveryMessageOfTheRouteIsAnInstance ends only when all that was published was taken.
func TestEveryMessageOfTheRouteIsAnInstance(t *testing.T) {
	all, err := Routes(t.Context(), Options{Rounds: 1, For: 20 * time.Millisecond, Out: io.Discard})
	if err != nil || len(all) != 4 {
		t.Fatalf("%d results, %v", len(all), err)
	}
	published, backlog, more, live := all[0], all[1], all[2], all[3]
	if published.N == 0 || backlog.N != published.N || more.N == 0 || live.N != more.N {
		t.Errorf("published %d and %d, taken %d and %d", published.N, more.N, backlog.N, live.N)
	}
	if backlog.Fsyncs == 0 || backlog.Fsyncs > 3 || backlog.Rate == 0 || live.Rate == 0 { // taken, started, and told so
		t.Errorf("backlog %+v, live %+v", backlog, live)
	}
}
