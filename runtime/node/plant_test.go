package node

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

// bug is a mistake in the engine that a test puts there: it panics at a stage of the
// instance with the key "bad".
type bug struct {
	stage atomic.Value // engine.Stage
	met   atomic.Int32
}

func (b *bug) at(stage engine.Stage, key string) {
	if key == "bad" && stage == b.stage.Load() {
		b.met.Add(1)
		nothing := map[bool]map[string]int{}
		nothing[true][key]++ // what it says must not hold the key
	}
}

func (b *bug) open(t *testing.T, dir string) *Node {
	t.Helper()
	n, err := Open(t.Context(), Options{
		Store: jetstream.Options{StoreDir: dir}, Shards: 1, Connectors: connector.NewRegistry(),
		Settings: func(string, bool) (string, bool) { return "", false }, plant: b.at,
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// waiting is a package whose process waits for an event and gives what it says.
func waiting(t *testing.T) []byte {
	t.Helper()
	r, err := compiler.Compile(fstest.MapFS{"p.cob": {Data: []byte(`package p
event Go { id: string, n: int }
process P(id: string) -> int {
  key: id
  select {
    on Go as g where g.id == id { return g.n }
  }
}
`)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("%v %v", err, r)
	}
	return r.Encoded
}

func begin(t *testing.T, n *Node, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if _, err := n.Start(t.Context(), StartRequest{Process: "p.P", Input: fmt.Appendf(nil, `{"id":%q}`, key)}); err != nil {
			t.Fatalf("the start of %s: %v", key, err)
		}
	}
}

// goOn sends the event that an instance waits for, and waits for its end.
func goOn(t *testing.T, n *Node, key string) {
	t.Helper()
	_, err := n.PublishEvent(t.Context(), "p.Go", "e-"+key, fmt.Appendf(nil, `{"id":%q,"n":5}`, key))
	if err != nil {
		t.Fatalf("the event of %s: %v", key, err)
	}
	r, err := n.Start(t.Context(), StartRequest{Process: "p.P", Input: fmt.Appendf(nil, `{"id":%q}`, key), Wait: time.Minute})
	if err != nil || r.Ended == nil || string(r.Ended.Result) != "5" {
		t.Fatalf("%s ends as %+v, %v", key, r, err)
	}
}

func closed(t *testing.T, n *Node) {
	t.Helper()
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func incident(t *testing.T, n *Node, word string) {
	t.Helper()
	id := record.InstanceID("p.P", "bad")
	d, err := n.Instance(t.Context(), id, Person{})
	if err != nil || d.State != record.Incident || !strings.Contains(d.Blocked, "assignment to entry in nil map (plant_test.go") {
		t.Fatalf("it is %+v, %v", d, err)
	}
	if d.Outlook == nil || !strings.Contains(d.Outlook.Terminate, "ends it at once") || !strings.Contains(d.Outlook.Retry, word) {
		t.Errorf("the outlook is %+v", d.Outlook)
	}
	list := n.Instances(observe.Filter{State: record.Incident}, observe.Place{}, 10, Person{})
	if len(list) != 1 || list[0].ID != id {
		t.Errorf("with an incident are %+v", list)
	}
	var no *record.Rejection
	if err := n.Skip(t.Context(), id, Skipping{}); !errors.As(err, &no) || no.Code != record.Poisoned && no.Code != record.WrongState && no.Code != record.NotFound {
		t.Errorf("a command for it: %v", err)
	}
}

// A bug of the engine that concerns one instance is an incident of that instance, on
// a running node and after a restart; its neighbours complete, and without the bug it
// completes too.
func TestABugStopsItsInstanceOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	b := &bug{}
	n := b.open(t, dir)
	if _, err := n.Activate(t.Context(), waiting(t)); err != nil {
		t.Fatal(err)
	}
	begin(t, n, "bad", "a", "b", "c", "d")
	b.stage.Store(engine.StageDecide)
	// The event reaches the bad one and, as one command, nobody else is harmed.
	_, err := n.PublishEvent(t.Context(), "p.Go", "e-bad", []byte(`{"id":"bad","n":5}`))
	if err != nil {
		t.Fatal(err)
	}
	if b.met.Load() == 0 {
		t.Fatal("the bug was not met")
	}
	incident(t, n, "before the bug")
	goOn(t, n, "a")
	closed(t, n)
	n = b.open(t, dir)
	incident(t, n, "before the bug")
	goOn(t, n, "b")
	closed(t, n)

	b.stage.Store(engine.StageEvolve)
	n = b.open(t, dir)
	incident(t, n, "set it aside")
	goOn(t, n, "c")
	closed(t, n)

	b.stage.Store(engine.StageView)
	n = b.open(t, dir)
	incident(t, n, "a bug of this program")
	goOn(t, n, "d")

	b.stage.Store(engine.Stage(""))
	if err := n.Retry(t.Context(), record.InstanceID("p.P", "bad"), Retrying{Saying: Saying{By: "olga", Reason: "mended"}}); err != nil {
		t.Fatal(err)
	}
	goOn(t, n, "bad") // with the event that came while it was left alone
	history, err := n.History(t.Context(), record.InstanceID("p.P", "bad"), Person{})
	if err != nil {
		t.Fatal(err)
	}
	told := fmt.Sprintf("%+v", history)
	for _, want := range []string{"met while it decided DeliverEvent", "retry", "by olga: mended", "completed"} {
		if !strings.Contains(told, want) {
			t.Errorf("the history lacks %q: %s", want, told)
		}
	}
	closed(t, n)
}

// Many clients meet a bug at once: every one is answered, and the shard goes on.
func TestABugUnderLoad(t *testing.T) {
	b := &bug{}
	b.stage.Store(engine.StageDecide)
	n := b.open(t, filepath.Join(t.TempDir(), "store"))
	if _, err := n.Activate(t.Context(), waiting(t)); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 40 {
		key := fmt.Sprint("k", i)
		if i == 20 {
			key = "bad"
		}
		all.Go(func() { begin(t, n, key) })
	}
	all.Wait()
	for i := range 40 {
		if i != 20 {
			goOn(t, n, fmt.Sprint("k", i))
		}
	}
	incident(t, n, "before the bug")
	if err := n.Terminate(t.Context(), record.InstanceID("p.P", "bad"), Saying{By: "olga", Reason: "enough"}); err != nil {
		t.Fatal(err)
	}
	if i, _ := n.at(0).view.Find(record.InstanceID("p.P", "bad")); i.State != record.Cancelled || i.Detail != "terminated by olga: enough" {
		t.Errorf("it is %+v", i)
	}
	closed(t, n)
}
