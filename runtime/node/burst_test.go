package node_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/node"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

const charging = `package p
failover once { tries: 1, 1h each }
cloud c { jurisdiction: "FR" }
endpoint e: http {
  operation charge(id: string) -> string {
    post "/charges" { body: id }
    idempotency_key: id
  }
  on c { url: env.URL }
}
process P(id: string) -> string {
  key: id
  failover: once
  let x = call e.charge(id)
  return x
}
`

// slow is a service in good health that answers nobody before release.
type slow struct {
	*httptest.Server
	release chan struct{}
	calls   atomic.Int64
}

func newSlow() *slow {
	s := &slow{release: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		s.calls.Add(1)
		select {
		case <-s.release:
		case <-r.Context().Done():
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `"ok"`)
	}))
	return s
}

// openCharging opens a node whose only service is s, with few places for calls.
func openCharging(t *testing.T, s *slow, places int) *node.Node {
	t.Helper()
	compiled, err := compiler.Compile(fstest.MapFS{"p.cob": {Data: []byte(charging)}}, compiler.Options{})
	if err != nil || compiled.Failed() {
		t.Fatal(err, compiled.Diagnostics)
	}
	c, err := httpconnector.New(httpconnector.Options{MaxConcurrent: places})
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.Open(context.Background(), node.Options{
		Store: jetstream.Options{StoreDir: filepath.Join(t.TempDir(), "store")}, Shards: 2, Connectors: connector.NewRegistry(c),
		Settings: func(string, bool) (string, bool) { return s.URL, true },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Activate(t.Context(), compiled.Encoded); err != nil {
		t.Fatal(err)
	}
	return n
}

// startCharges starts instances, each waited for as long as wait says, in the
// background.
func startCharges(t *testing.T, n *node.Node, count int, wait time.Duration) *sync.WaitGroup {
	var crew sync.WaitGroup
	const callers = 20
	for c := range callers {
		crew.Go(func() {
			for i := c; i < count; i += callers {
				if _, err := n.Start(context.Background(), node.StartRequest{Process: "p.P", Input: fmt.Appendf(nil, `{"id":"%d"}`, i), Wait: wait}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	return &crew
}

// TestABurstOnASlowServiceMakesNoFaults starts far more at once than a service in
// good health may be asked at once. Each call has one try, and waiting for a
// place uses up none.
func TestABurstOnASlowServiceMakesNoFaults(t *testing.T) {
	const places, count = 8, 1500
	s := newSlow()
	defer s.Close()
	n := openCharging(t, s, places)
	defer n.Close(context.Background())
	startCharges(t, n, count, 0).Wait()
	if counts, err := n.Counts(t.Context()); err != nil || counts.Instances != count {
		t.Fatalf("%d instances wait for the service (%v); want %d", counts.Instances, err, count)
	}
	close(s.release)
	// The same keys again: each answers at the end of its instance.
	startCharges(t, n, count, time.Hour).Wait()
	outcomes := map[string]int{}
	for _, f := range n.Figures() {
		for outcome, times := range f.Outcomes {
			outcomes[outcome] += times
		}
	}
	if outcomes["completed"] != count || s.calls.Load() != count {
		t.Errorf("%d charges gave %v and %d calls; the first that failed: %+v", count, outcomes, s.calls.Load(),
			n.Instances(observe.Filter{State: record.Faulted}, observe.Place{}, 1, node.Person{}))
	}
}

// TestCloseWithCallsThatWait ends a node while most of its calls wait for a
// place: nothing becomes of them, and Close does not wait for them.
func TestCloseWithCallsThatWait(t *testing.T) {
	const places, count = 2, 100
	s := newSlow()
	defer s.Close()
	n := openCharging(t, s, places)
	startCharges(t, n, count, 0).Wait()
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if calls := s.calls.Load(); calls > places {
		t.Errorf("%d calls reached the service; want at most %d", calls, places)
	}
	if list := n.Instances(observe.Filter{State: record.Faulted}, observe.Place{}, 1, node.Person{}); len(list) != 0 {
		t.Errorf("closing made a fault: %+v", list)
	}
}
