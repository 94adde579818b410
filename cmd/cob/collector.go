package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How much garbage a node may hold before it is collected: as much as is live,
// as Go does by default, but a small heap up to spareHeap. A node with few
// instances then spends a tenth less of its time on collecting.
const (
	spareHeap    = 192 << 20 // bytes
	maxGCPercent = 400
	tuneEvery    = 5 * time.Second
)

// tuneCollector keeps the collector at that until ctx ends, unless the user has
// set GOGC.
func tuneCollector(ctx context.Context) {
	if _, set := os.LookupEnv("GOGC"); set {
		return
	}
	tick := time.NewTicker(tuneEvery)
	defer tick.Stop()
	for {
		debug.SetGCPercent(gcPercent(liveHeap()))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func gcPercent(live uint64) int {
	return int(min(maxGCPercent, max(100, 100*spareHeap/max(live, 1))))
}

func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
