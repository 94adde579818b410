package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestAHeapMayHoldSomeGarbageWhateverIsLive(t *testing.T) {
	for live, want := range map[uint64]int64{0: 400, 10 << 20: 400, 96 << 20: 200, 192 << 20: 100, 384 << 20: 50, 8 << 30: 25} {
		if got := gcPercent(live, minGCPercent); got != want {
			t.Errorf("with %d bytes live: %d, want %d", live, got, want)
		}
	}
	if got := gcPercent(8<<30, openGCPercent); got != openGCPercent {
		t.Errorf("while it opens: %d", got)
	}
	runtime.GC()
	if liveHeap() == 0 {
		t.Error("the live heap cannot be read")
	}
}

// TestTheCollectorIsTunedAfterACollection waits for one that follows on another.
func TestTheCollectorIsTunedAfterACollection(t *testing.T) {
	if _, set := os.LookupEnv("GOGC"); set {
		t.Setenv("GOGC", "") // to be put back
		os.Unsetenv("GOGC")
	}
	c := tuneCollector()
	before := debug.SetGCPercent(-1)
	defer debug.SetGCPercent(100)
	if want := c.last.Load(); int64(before) != want {
		t.Errorf("it is %d, want %d", before, want)
	}
	defer c.stop()
	for c.last.Store(0); c.last.Load() == 0; time.Sleep(time.Millisecond) {
		runtime.GC()
	}
}
