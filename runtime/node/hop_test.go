package node

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/lease"
)

// BenchmarkHop is an instance with one call: from the node to the service, and by way of
// an agent on the same server, or behind a leaf node. All of them share this process, so
// at 16 at a time the difference is what the hop takes of the processor, and at 1 what it
// takes of the time.
//
//	go test -run '^$' -bench Hop -benchtime 2000x ./runtime/node
func BenchmarkHop(b *testing.B) {
	for _, way := range []string{"node", "agent", "leaf"} {
		for _, clients := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/%d", way, clients), func(b *testing.B) { hop(b, way, clients) })
		}
	}
}

func hop(b *testing.B, way string, clients int) {
	hub, leaf := withLeaf(b)
	if way == "agent" {
		leaf = hub
	}
	var n *Node
	if way == "node" {
		n = openDirect(b, hub)
	} else {
		s := openServed(b, hub, leaf, 2)
		s.paris.enlist(nil)
		s.finland.enlist(nil)
		s.ready("paris", true)
		s.ready("finland", true)
		n = s.Node
	}
	b.ReportAllocs()
	b.ResetTimer()
	var next atomic.Int64
	var crew sync.WaitGroup
	for range clients {
		crew.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				r, err := n.Start(b.Context(), StartRequest{Process: "p.P", Input: fmt.Appendf(nil, `{"id":"%d"}`, i), Wait: durable})
				if err != nil || r.Ended == nil || strings.Trim(string(r.Ended.Result), `"`) != "paris" {
					b.Errorf("%+v %v", r, err)
					return
				}
			}
		})
	}
	crew.Wait()
	b.StopTimer()
}

// openDirect is a node with the settings of all clouds.
func openDirect(b *testing.B, hub string) *Node {
	services := map[string]*httptest.Server{"paris": newRegion(b, "paris", hub).Server, "finland": newRegion(b, "finland", hub).Server}
	web, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		b.Fatal(err)
	}
	n, err := Open(b.Context(), Options{
		Store: jetstream.Options{URL: hub}, Owner: "n", Shards: 2, Lease: lease.MinTTL, Connectors: connector.NewRegistry(web),
		Settings: func(name string, _ bool) (string, bool) {
			s, ok := services[strings.ToLower(name)]
			return s.URL, ok
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = n.Close(context.Background()) })
	holding(b, 2, n)
	if _, err := n.Activate(b.Context(), planned(b, fmt.Sprintf(twoClouds, 2))); err != nil {
		b.Fatal(err)
	}
	return n
}
