package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
)

// passing is a package whose route, of a given name, copies every message of one
// channel into another.
func passing(t *testing.T, route string, above int) []byte {
	t.Helper()
	text := fmt.Sprintf(`package p
type M { id: string, n: int }
channel in: queue of M
channel out: queue of M
route %s {
  from in as m
  filter m.n > %d
  send out(m)
}
`, route, above)
	r, err := compiler.Compile(fstest.MapFS{"p.cob": {Data: []byte(text)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("%v %v", err, r)
	}
	return r.Encoded
}

// lines is a log that tests look into.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func openAt(dir string, log *lines) (*Node, error) {
	return Open(context.Background(), Options{
		Store: jetstream.Options{StoreDir: dir}, Shards: 2, Connectors: connector.NewRegistry(),
		Settings: func(string, bool) (string, bool) { return "", false }, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
}

func opened(t *testing.T, dir string) (*Node, *lines) {
	t.Helper()
	log := &lines{}
	n, err := openAt(dir, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close(context.Background()) })
	return n, log
}

func activatePlan(t *testing.T, n *Node, encoded []byte) {
	t.Helper()
	if _, err := n.Activate(t.Context(), encoded); err != nil {
		t.Fatal(err)
	}
}

func publish(t *testing.T, n *Node, count int, prefix string) {
	t.Helper()
	for i := range count {
		if _, err := n.PublishMessage(t.Context(), "p.in", fmt.Sprint(prefix, i), []byte(`{"id":"a","n":1}`)); err != nil {
			t.Fatal(err)
		}
	}
}

// until waits for what comes by itself.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never comes: %s", what)
		}
	}
}

func messages(t *testing.T, n *Node, channel string) uint64 {
	t.Helper()
	info, err := n.channels.find(channel).Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return info.Messages
}

func TestARenamedRouteIsPumpedNoMore(t *testing.T) {
	n, log := opened(t, filepath.Join(t.TempDir(), "store"))
	activatePlan(t, n, passing(t, "one", 0))
	activatePlan(t, n, passing(t, "two", 0))
	if len(n.pumps) != 1 || n.pumps["p.two"] == nil {
		t.Fatalf("the pumps are %v", n.pumps)
	}
	publish(t, n, 2500, "m")
	until(t, "all messages come through", func() bool { return messages(t, n, "p.out") == 2500 })
	// What the old route held back is dropped with the rest.
	until(t, "what is consumed is dropped", func() bool { return messages(t, n, "p.in") < 1500 })
	if strings.Contains(log.String(), "ERROR") {
		t.Fatal(log)
	}
}

func TestWhatIsPublishedAfterALossComesThrough(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	n, _ := opened(t, dir)
	activatePlan(t, n, passing(t, "one", 0))
	publish(t, n, 20, "old")
	until(t, "all messages come through", func() bool { return messages(t, n, "p.out") == 20 })
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	// The channel's stream is lost, and the operator does what the message says.
	if err := os.RemoveAll(filepath.Join(dir, "jetstream", "$G", "streams", "COB_C_p_in")); err != nil {
		t.Fatal(err)
	}
	var damage *journal.DamageError
	mark := filepath.Join(dir, "marks", "COB_C_p_in")
	if _, err := openAt(dir, &lines{}); !errors.As(err, &damage) || !strings.Contains(damage.WayOut, mark) {
		t.Fatalf("got %v", err)
	}
	if err := os.Remove(mark); err != nil {
		t.Fatal(err)
	}
	n, _ = opened(t, dir)
	publish(t, n, 30, "new")
	until(t, "all messages come through", func() bool { return messages(t, n, "p.out") == 50 })
}

func TestARouteThatReadAnotherChannelIsRefused(t *testing.T) {
	n, _ := opened(t, filepath.Join(t.TempDir(), "store"))
	first := passing(t, "one", 0)
	activatePlan(t, n, first)
	publish(t, n, 20, "m")
	until(t, "all messages come through", func() bool { return messages(t, n, "p.in") == 20 && messages(t, n, "p.out") == 20 })
	p, err := plan.Decode(first)
	if err != nil {
		t.Fatal(err)
	}
	shorter := jetstream.ChannelOptions{}
	other, err := n.server.Channel(t.Context(), "p", "elsewhere", shorter)
	if err != nil {
		t.Fatal(err)
	}
	if err := reaches(t.Context(), other, &p.Channels[0], 20, "p.one"); err == nil || !strings.Contains(err.Error(), "give the route another name") {
		t.Fatalf("got %v", err)
	}
}

// active is the plan that each shard starts instances with.
func active(t *testing.T, n *Node) (digests []string) {
	t.Helper()
	for _, s := range n.held() {
		if err := s.processor.Query(t.Context(), func(state *engine.State) { digests = append(digests, state.Active("p")) }); err != nil {
			t.Fatal(err)
		}
	}
	return digests
}

// A caller that goes away in the middle leaves no shard behind.
func TestAnActivationIsWholeOrNot(t *testing.T) {
	n, _ := opened(t, filepath.Join(t.TempDir(), "store"))
	activatePlan(t, n, passing(t, "one", 0))
	for i := 1; i < 40; i++ {
		encoded := passing(t, "one", -i)
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*150)*time.Microsecond)
		_, _ = n.Activate(ctx, encoded)
		cancel()
		now := n.Deployments()[0].Digest
		for number, digest := range active(t, n) {
			if digest != now {
				t.Fatalf("shard %d starts with %.8s, the node says %.8s", number, digest, now)
			}
		}
	}
}

// While some shards have a plan and others do not, no message is handed over;
// the node finishes by itself.
func TestAnActivationInTheMiddleIsFinished(t *testing.T) {
	n, _ := opened(t, filepath.Join(t.TempDir(), "store"))
	activatePlan(t, n, passing(t, "one", 0))
	encoded := passing(t, "one", -1)
	d, err := deployment.Prepare(encoded, n.options.Connectors, n.options.Settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.plans.Put(t.Context(), d.Digest, encoded); err != nil {
		t.Fatal(err)
	}
	if err := n.at(0).processor.AddProgram(t.Context(), d.Program); err != nil {
		t.Fatal(err)
	}
	if _, err := n.at(0).processor.Submit(t.Context(), record.ActivatePlan{Package: "p", Digest: d.Digest}); err != nil {
		t.Fatal(err)
	}
	n.moving.Lock()
	n.unfinished["p"] = d
	n.moving.Unlock()
	if err := (&pump{node: n, route: "p.one", channel: "p.in"}).deliver(nil); !errors.Is(err, errMoving) {
		t.Fatalf("messages are handed over in the middle: %v", err)
	}
	publish(t, n, 20, "m")
	n.activation.Lock()
	n.finishLater()
	n.activation.Unlock()
	until(t, "all messages come through", func() bool { return messages(t, n, "p.out") == 20 })
	for _, digest := range active(t, n) {
		if digest != d.Digest || n.Deployments()[0].Digest != d.Digest {
			t.Fatalf("the shards start with %.8s", digest)
		}
	}
	if r, err := n.Activate(t.Context(), encoded); err != nil || !r.Unchanged {
		t.Fatalf("%+v, %v", r, err)
	}
}

// A node whose plan changes with every save stores a few of them, and opens again.
func TestPlansThatNobodyRunsAreDropped(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	n, log := opened(t, dir)
	activatePlan(t, n, passing(t, "one", 0))
	publish(t, n, 4, "m") // these instances hold on to the first plan
	until(t, "all messages come through", func() bool { return messages(t, n, "p.out") == 4 })
	first := n.Deployments()[0].Digest
	for i := range 3 * KeepObsolete {
		activatePlan(t, n, passing(t, "one", i+1))
	}
	last := n.Deployments()[0].Digest
	stored := func() []string {
		all, err := n.plans.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := stored(); len(all) > KeepObsolete+2 || !slices.Contains(all, first) || !slices.Contains(all, last) {
		t.Fatalf("%d plans are stored: %s", len(all), log)
	}
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	n, _ = opened(t, dir)
	if got := n.Deployments(); len(got) != 1 || got[0].Digest != last {
		t.Fatalf("after a restart the plans are %+v", got)
	}
	activatePlan(t, n, passing(t, "one", 1)) // one that was dropped comes back
	if r, err := n.Activate(t.Context(), passing(t, "one", 1)); err != nil || !r.Unchanged {
		t.Fatalf("%+v, %v", r, err)
	}
}

func TestMessageIDsAreChecked(t *testing.T) {
	n, _ := opened(t, filepath.Join(t.TempDir(), "store"))
	activatePlan(t, n, passing(t, "one", 0))
	const good = `{"id":"a","n":0}`
	for _, test := range []struct{ id, body, want string }{
		{strings.Repeat("k", MaxID), good, ""},
		{strings.Repeat("k", MaxID+1), good, "the ID has 513 bytes; at most 512 are allowed"},
		{"a\nb", good, `the ID "a\nb" has several lines; want one of 1 to 512 bytes`},
		{"large", `{"id":"` + strings.Repeat("x", 1<<20) + `","n":0}`, "publishing to the channel p.in: "},
	} {
		_, err := n.PublishMessage(t.Context(), "p.in", test.id, []byte(test.body))
		if test.want == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		var refused *record.Rejection
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("got %v, want %s", err, test.want)
		} else if !errors.Is(err, ErrTooLarge) && (!errors.As(err, &refused) || refused.Code != record.Invalid) {
			t.Errorf("%v is not Invalid", err)
		}
	}
}

// A node closes under traffic, and when its caller has no time.
func TestCloseEnds(t *testing.T) {
	n, _ := opened(t, filepath.Join(t.TempDir(), "store"))
	activatePlan(t, n, passing(t, "one", 0))
	var crew sync.WaitGroup
	for c := range 8 {
		crew.Go(func() {
			for i := 0; ; i++ {
				if _, err := n.PublishMessage(t.Context(), "p.in", fmt.Sprint(c, "-", i), []byte(`{"id":"a","n":1}`)); err != nil {
					return
				}
			}
		})
	}
	until(t, "traffic", func() bool { return messages(t, n, "p.out") > 50 })
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	crew.Wait()
	hasty, _ := opened(t, filepath.Join(t.TempDir(), "store"))
	dead, cancel := context.WithCancel(t.Context())
	cancel()
	_ = hasty.Close(dead) // it comes back, which is all that it can promise
	if _, err := n.Activate(t.Context(), passing(t, "two", 0)); !errors.Is(err, ErrNotReady) {
		t.Fatalf("a closed node activates a plan: %v", err)
	}
}
