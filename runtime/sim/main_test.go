package sim_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets garbage grow: a world is small and short, and collecting it every
// few milliseconds costs more than living it.
func TestMain(m *testing.M) {
	debug.SetGCPercent(1600)
	os.Exit(m.Run())
}
