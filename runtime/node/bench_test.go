package node_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/node"
)

var intT, stringT = types.Of(types.Int), types.Of(types.String)

func variable(name string, t types.Type) expression.Tree {
	return expression.Tree{Op: expression.Var, Type: t, Name: name}
}

func literal(text string, t types.Type) expression.Tree {
	return expression.Tree{Op: expression.Literal, Type: t, Text: text}
}

func sum(a, b expression.Tree) expression.Tree {
	return expression.Tree{Op: expression.Add, Type: intT, Args: []expression.Tree{a, b}}
}

func let(id string, e expression.Tree) plan.Step {
	return plan.Step{ID: id, Kind: plan.Let, Var: "sum", Type: e.Type, Expr: &e, At: "five.cob:1:1"}
}

// fiveSteps is examples/steps: five transitions and no call. With park, it waits
// an hour before the last one.
func fiveSteps(t testing.TB, park bool) []byte {
	t.Helper()
	id := variable("id", stringT)
	result := variable("sum", intT)
	body := []plan.Step{
		let("a", variable("n", intT)),
		let("b", sum(variable("sum", intT), literal("1", intT))),
		let("c", sum(variable("sum", intT), variable("sum", intT))),
		let("d", sum(variable("sum", intT), literal("-1", intT))),
	}
	if park {
		body = append(body, plan.Step{ID: "wait", Kind: plan.Wait, At: "five.cob:1:1", Wait: &plan.WaitStep{DelayNs: int64(time.Hour)}})
	}
	body = append(body, plan.Step{ID: "return", Kind: plan.Return, Expr: &result, At: "five.cob:1:1"})
	encoded, err := plan.Encode(&plan.Plan{Format: plan.Format, Package: "five", Processes: []plan.Process{{
		Name: "five.Five", Result: intT, Key: &id, At: "five.cob:1:1",
		Params: []types.Field{{Name: "id", Type: stringT}, {Name: "n", Type: intT}, {Name: "note", Type: stringT}},
		Flow:   plan.Flow{Body: body},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// note makes the variables of an instance about 200 bytes.
var note = string(make200())

func make200() []byte {
	b := make([]byte, 180)
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return b
}

func noSettings(string, bool) (string, bool) { return "", false }

func openNode(t testing.TB, dir string, shards int) *node.Node {
	t.Helper()
	n, err := node.Open(context.Background(), node.Options{
		Store: jetstream.Options{StoreDir: dir}, Shards: shards, Connectors: connector.NewRegistry(), Settings: noSettings,
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// BenchmarkFiveTransitions starts instances of five transitions and waits for
// each to be durable before it counts: engine, journal and fsync, no HTTP. The
// ratio to bare JetStream is that of BenchmarkBarePublish in runtime/jetstream.
func BenchmarkFiveTransitions(b *testing.B) {
	for _, clients := range []int{1, 64, 512} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			n := openNode(b, filepath.Join(b.TempDir(), "store"), 0)
			defer n.Close(context.Background())
			if _, err := n.Activate(context.Background(), fiveSteps(b, false)); err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			drive(b, n, clients, 0, b.N)
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "instances/s")
		})
	}
}

// drive starts count instances, numbered from one above after.
func drive(b testing.TB, n *node.Node, clients, after, count int) {
	b.Helper()
	var next atomic.Int64
	next.Store(int64(after))
	var crew sync.WaitGroup
	for range clients {
		crew.Go(func() {
			for i := next.Add(1); i <= int64(after+count); i = next.Add(1) {
				input := fmt.Appendf(nil, `{"id":"i-%d","n":%d,"note":%q}`, i, i, note)
				if _, err := n.Start(context.Background(), node.StartRequest{Process: "five.Five", Input: input}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	crew.Wait()
}

// BenchmarkRecovery opens a node on a store with 100,000 parked instances.
func BenchmarkRecovery(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "store")
	n := openNode(b, dir, 0)
	if _, err := n.Activate(context.Background(), fiveSteps(b, true)); err != nil {
		b.Fatal(err)
	}
	const parked = 100_000
	drive(b, n, 512, 0, parked)
	if err := n.Close(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(size(b, dir))/parked, "disk-B/instance")
	b.ResetTimer()
	for range b.N {
		n := openNode(b, dir, 0)
		counts, err := n.Counts(context.Background())
		if err != nil || counts.Instances != parked || counts.Timers != parked {
			b.Fatalf("recovered %+v, %v", counts, err)
		}
		b.StopTimer()
		if err := n.Close(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

func size(b testing.TB, dir string) (bytes int64) {
	b.Helper()
	err := filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			bytes += info.Size()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return bytes
}
