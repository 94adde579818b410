package main

import (
	"runtime"
	"testing"
)

func TestAHeapMayHoldSomeGarbageWhateverIsLive(t *testing.T) {
	for live, want := range map[uint64]int{0: 400, 10 << 20: 400, 96 << 20: 200, 192 << 20: 100, 384 << 20: 50, 8 << 30: 25} {
		if got := gcPercent(live); got != want {
			t.Errorf("with %d bytes live: %d, want %d", live, got, want)
		}
	}
	runtime.GC()
	if liveHeap() == 0 {
		t.Error("the live heap cannot be read")
	}
}
