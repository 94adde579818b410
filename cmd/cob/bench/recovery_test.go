package bench

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cob-lang/cob/runtime/node"
)

// BenchmarkRecovery opens a store in which 50,000 instances wait, in one process, for
// profiles: `cob bench recovery` measures it as users run it.
func BenchmarkRecovery(b *testing.B) {
	const count = 50_000
	plan, err := compileSource("parked", parked)
	if err != nil {
		b.Fatal(err)
	}
	ctx, store := context.Background(), filepath.Join(b.TempDir(), "store")
	n, err := openNode(ctx, store, plan)
	if err != nil {
		b.Fatal(err)
	}
	var next atomic.Int64
	var crew sync.WaitGroup
	for range 512 {
		crew.Go(func() {
			for i := next.Add(1); i <= count; i = next.Add(1) {
				if _, err := n.Start(ctx, node.StartRequest{Process: "parked.Park", Input: fmt.Appendf(nil, `{"id":"p-%d","note":"%0180d"}`, i, i)}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	crew.Wait()
	if err := n.Close(ctx); err != nil {
		b.Fatal(err)
	}
	n = nil
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		n, err := openNode(ctx, store, plan)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		runtime.GC()
		runtime.ReadMemStats(&after)
		if err := n.Close(ctx); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/count, "heap-B/instance")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*count), "ns/instance")
}
