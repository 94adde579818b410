package bench

import (
	"context"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cob-lang/cob/examples/w1"
	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/node"
)

// BenchmarkW1 is W1 in one process, for profiles: `cob bench w1` measures it as
// users run it.
func BenchmarkW1(b *testing.B) {
	outside := httptest.NewServer(servicesOfW1())
	defer outside.Close()
	plan, err := compileSource("w1", w1.Source)
	if err != nil {
		b.Fatal(err)
	}
	calls, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	n, err := node.Open(ctx, node.Options{
		Store: jetstream.Options{StoreDir: filepath.Join(b.TempDir(), "store")}, Connectors: connector.NewRegistry(calls),
		Settings: func(string, bool) (string, bool) { return outside.URL, true },
	})
	if err != nil {
		b.Fatal(err)
	}
	defer n.Close(ctx)
	if _, err := n.Activate(ctx, plan); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs() // the services' and the clients' too
	b.ResetTimer()
	var next atomic.Int64
	var crew sync.WaitGroup
	for range 128 {
		crew.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				input := fmt.Appendf(nil, `{"input":{"id":"b-%d","amount":%d}}`, i, i%2*200)
				r, err := n.Start(ctx, node.StartRequest{Process: "w1.W1", Input: input, Wait: time.Minute})
				if err != nil || r.Ended == nil {
					b.Errorf("%+v, %v", r, err)
					return
				}
			}
		})
	}
	crew.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "instances/s")
}
