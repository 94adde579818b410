package node

import "testing"

// A message is dropped when the slowest route of its channel has it, and not
// before: the others would never see it.
func TestTheSlowestRouteHoldsMessages(t *testing.T) {
	var table channelTable
	if !table.join("a", "one") || !table.join("a", "two") || !table.join("b", "one") {
		t.Fatal("a new route of a channel joins")
	}
	if table.join("a", "one") {
		t.Error("a route joins a channel once")
	}
	for _, step := range []struct {
		channel, route string
		position, want uint64
	}{
		{"a", "one", 5000, 0},
		{"b", "one", 7, 7},
		{"a", "two", 3000, 3000},
		{"a", "two", 6000, 5000},
	} {
		if got := table.advance(step.channel, step.route, step.position); got != step.want {
			t.Errorf("%s of %s at %d: all are at %d, want %d", step.route, step.channel, step.position, got, step.want)
		}
	}
}
