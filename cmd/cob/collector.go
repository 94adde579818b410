package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// How much garbage a node may hold before it is collected: spareHeap, whatever is
// live. A node with few instances then spends a tenth less of its time on collecting
// than with Go's default, as much as is live; one with a million that wait does not
// take twice what they are. At most maxGCPercent of what is live, and at least
// minGCPercent, for a large heap takes long to look through.
const (
	spareHeap    = 192 << 20 // bytes
	maxGCPercent = 400
	minGCPercent = 25
)

// collected is garbage that tells when it is collected.
type collected struct {
	ended  func() bool // the node has
	before *atomic.Int64
}

// tuneCollector keeps the collector at that until ctx ends, unless the user has set
// GOGC. It looks after every collection, for a heap may grow tenfold between two ticks
// of a clock.
func tuneCollector(ctx context.Context) {
	if _, set := os.LookupEnv("GOGC"); set {
		return
	}
	after(&collected{func() bool { return ctx.Err() != nil }, new(atomic.Int64)})
}

func after(c *collected) {
	if c.ended() {
		return
	}
	if percent := int64(gcPercent(liveHeap())); c.before.Swap(percent) != percent {
		debug.SetGCPercent(int(percent))
	}
	runtime.SetFinalizer(&collected{c.ended, c.before}, after)
}

// shed gives back what only the opening of a node took.
func shed() { debug.FreeOSMemory() }

func gcPercent(live uint64) int {
	return int(min(maxGCPercent, max(minGCPercent, 100*spareHeap/max(live, 1))))
}

func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
