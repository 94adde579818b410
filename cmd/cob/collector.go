package main

import (
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
// minGCPercent, for a large heap takes long to look through; while the node opens,
// and everything is read once, openGCPercent.
const (
	spareHeap     = 192 << 20 // bytes
	maxGCPercent  = 400
	openGCPercent = 60
	minGCPercent  = 25
)

// A collector keeps Go's at that, unless the user has set GOGC. It looks after every
// collection, for a heap may grow tenfold between two ticks of a clock.
type collector struct {
	least, last atomic.Int64
	ended       atomic.Bool
}

// collected is garbage that tells when it is collected.
type collected struct{ by *collector }

func tuneCollector() *collector {
	c := &collector{}
	c.least.Store(openGCPercent)
	if _, set := os.LookupEnv("GOGC"); !set {
		after(&collected{c})
	}
	return c
}

func after(garbage *collected) {
	c := garbage.by
	if c.ended.Load() {
		return
	}
	if percent := gcPercent(liveHeap(), c.least.Load()); c.last.Swap(percent) != percent {
		debug.SetGCPercent(int(percent))
	}
	runtime.SetFinalizer(&collected{c}, after)
}

// opened says that the node is open. What only that took is given back, in two rounds,
// for what the store pools is free in the second.
func (c *collector) opened() {
	c.least.Store(minGCPercent)
	for range 2 {
		debug.FreeOSMemory()
	}
}

func (c *collector) stop() { c.ended.Store(true) }

func gcPercent(live uint64, least int64) int64 {
	return min(maxGCPercent, max(least, int64(100*spareHeap/max(live, 1))))
}

func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
