package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// versioned is a package whose instances wait, unless they are quick, and in a version
// may fail. more is declared besides.
func versioned(t *testing.T, result, more string) []byte {
	t.Helper()
	text := fmt.Sprintf(`package v
fault Bad { why: string }
process P(id: string, customer: string, quick: bool) -> string raises Bad {
  key: id
  if !quick { wait 1h }
  %s
}
%s
`, result, more)
	r, err := compiler.Compile(fstest.MapFS{"v.cob": {Data: []byte(text)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("%v %v", err, r.Diagnostics)
	}
	return r.Encoded
}

const half = `rollout P {
  new:     50% by customer
  promote: after 1h when instances >= 4 && fault_rate <= old.fault_rate
  else:    roll back
}`

func beginOne(t *testing.T, n *Node, id, customer string, quick bool) string {
	t.Helper()
	r, err := n.Start(t.Context(), StartRequest{Process: "v.P", Input: fmt.Appendf(nil, `{"id":%q,"customer":%q,"quick":%t}`, id, customer, quick), Wait: map[bool]time.Duration{true: time.Minute}[quick]})
	if err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// planOfInstance is the plan that an instance runs or ran on.
func planOfInstance(t *testing.T, n *Node, id string) string {
	t.Helper()
	s, err := n.holder(id)
	if err != nil {
		t.Fatal(err)
	}
	i, ok := s.view.Find(id)
	if !ok {
		t.Fatalf("there is no %s", id)
	}
	return i.Plan
}

func mustActivate(t *testing.T, n *Node, encoded []byte) string {
	t.Helper()
	d, err := n.Activate(t.Context(), encoded)
	if err != nil {
		t.Fatal(err)
	}
	return d.Digest
}

// goers are the customers of 40 whose instances begin on a plan.
func goers(t *testing.T, n *Node, round, digest string) (list []string) {
	t.Helper()
	for i := range 40 {
		customer := fmt.Sprint("c", i)
		if planOfInstance(t, n, beginOne(t, n, round+customer, customer, true)) == digest {
			list = append(list, customer)
		}
	}
	return list
}

// TestAShareFollowsItsKey: who belongs to the share is the same whenever it is asked,
// after a restart, and for a larger share.
func TestAShareFollowsItsKey(t *testing.T) {
	dir := t.TempDir()
	n, _ := opened(t, dir)
	mustActivate(t, n, versioned(t, `return "old"`, ""))
	newer := mustActivate(t, n, versioned(t, `return "new"`, half))
	first := goers(t, n, "a", newer)
	if len(first) < 8 || len(first) > 32 {
		t.Fatalf("%d of 40 customers begin on the newer plan, of which it is to have half", len(first))
	}
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	n, _ = opened(t, dir)
	if again := goers(t, n, "b", newer); !slices.Equal(first, again) {
		t.Fatalf("after a restart others begin on it: %v, before %v", again, first)
	}
	list, whole, err := n.Rollouts(t.Context())
	if err != nil || !whole || len(list) != 1 || list[0].New.Instances+list[0].Old.Instances != 80 || list[0].Share != 0.5 {
		t.Fatalf("%+v %v %v", list, whole, err)
	}
	if err := n.Reshare(t.Context(), "v.P", 800_000, "olga"); err != nil {
		t.Fatal(err)
	}
	larger := goers(t, n, "c", newer)
	if len(larger) <= len(first) || slices.ContainsFunc(first, func(c string) bool { return !slices.Contains(larger, c) }) {
		t.Fatalf("a larger share has %v, and a smaller one had %v", larger, first)
	}
	if err := n.Reshare(t.Context(), "v.P", 1_000_000, "olga"); err != nil {
		t.Fatal(err)
	}
	if all := goers(t, n, "d", newer); len(all) != 40 {
		t.Fatalf("promoted, %d of 40 begin on it", len(all))
	}
	if list, _, _ := n.Rollouts(t.Context()); len(list) != 0 {
		t.Fatalf("promoted, and %+v still runs", list)
	}
}

// TestARolloutIsJudged by what came of its instances: a plan that fails more often goes
// back, one that does not is promoted, and nothing happens before its time.
func TestARolloutIsJudged(t *testing.T) {
	for _, c := range []struct{ result, ends string }{
		{`fail Bad { why: "x" }`, "older"},
		{`return "new"`, "newer"},
	} {
		n, log := opened(t, t.TempDir())
		digests := map[string]string{"older": mustActivate(t, n, versioned(t, `return "old"`, ""))}
		digests["newer"] = mustActivate(t, n, versioned(t, c.result, half))
		goers(t, n, "a", "")
		if err := n.judge(t.Context(), time.Now().Add(59*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if list, _, _ := n.Rollouts(t.Context()); len(list) != 1 {
			t.Fatal("it was judged before its time")
		}
		if err := n.judge(t.Context(), time.Now().Add(61*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if got := n.Deployments()[0].Digest; got != digests[c.ends] {
			t.Fatalf("%s: the active plan is %.8s, want the %s one of %v\n%s", c.result, got, c.ends, digests, log)
		}
		if list, _, _ := n.Rollouts(t.Context()); len(list) != 0 {
			t.Fatalf("judged, and %+v still runs", list)
		}
		if on := goers(t, n, "b", digests[c.ends]); len(on) != 40 {
			t.Fatalf("%s: %d of 40 begin on the %s plan", c.result, len(on), c.ends)
		}
	}
}

// TestInstancesAreMigratedOneByOne, and the dry run tells the same without doing it.
func TestInstancesAreMigratedOneByOne(t *testing.T) {
	n, _ := opened(t, t.TempDir())
	older := versioned(t, `return "old"`, "")
	mustActivate(t, n, older)
	for i := range 30 {
		beginOne(t, n, fmt.Sprint("i", i), "c", false)
	}
	newer := mustActivate(t, n, versioned(t, `let greeting = "hi ${customer}"
  return greeting`, ""))
	dry, err := n.Migrate(t.Context(), Migrating{Process: "v.P", Dry: true})
	if err != nil || dry.Moved != 30 || dry.Stay != 0 || len(dry.Places) != 1 || dry.Places[0].What != "at wait" || len(dry.Places[0].Instances) != MaxNamed {
		t.Fatalf("%+v %v", dry, err)
	}
	versions, err := n.Versions(t.Context())
	if err != nil || len(versions) != 2 || !versions[0].Active || versions[0].Instances != 0 || versions[1].Instances != 30 {
		t.Fatalf("a dry run moved something: %+v %v", versions, err)
	}
	done, err := n.Migrate(t.Context(), Migrating{Process: "v.P", By: "olga", Reason: "r"})
	if err != nil || done.Moved != 30 || done.Stay != 0 || done.To != newer {
		t.Fatalf("%+v %v", done, err)
	}
	if versions, _ = n.Versions(t.Context()); versions[0].Instances != 30 || versions[1].Instances != 0 {
		t.Fatalf("%+v", versions)
	}
	again, err := n.Migrate(t.Context(), Migrating{Process: "v.P"})
	if err != nil || again.Moved != 0 || again.Stay != 0 {
		t.Fatalf("what was done is done again: %+v %v", again, err)
	}
	back, err := n.Migrate(t.Context(), Migrating{Process: "v.P", To: plan.Digest(older)[:12]})
	if err != nil || back.Moved != 30 {
		t.Fatalf("%+v %v", back, err)
	}
	if _, err := n.Migrate(t.Context(), Migrating{Process: "v.P", To: "00000000"}); err == nil || !strings.Contains(err.Error(), "no plan 00000000 of v.P is known here") {
		t.Fatal(err)
	}
}

// keptDecisions is a trail; while it is full it keeps nothing.
type keptDecisions struct {
	mu   sync.Mutex
	full bool
	list []string
}

func (k *keptDecisions) Ready() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.full {
		return errors.New("the disk is full")
	}
	return nil
}

func (k *keptDecisions) Decided(d Decision) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list = append(k.list, fmt.Sprintf("%s: %s %.8s for %.8s: %s%s", d.What, d.Process, d.Newer, d.Older, d.Found, d.Problem))
}

func (k *keptDecisions) set(full bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.full = full
}

// TestWhatWasRolledBackStaysSo when a node begins again with the same package, however
// often, until somebody deploys it once more; and the trail has the roll-back, or there is
// none.
func TestWhatWasRolledBackStaysSo(t *testing.T) {
	dir, trail := t.TempDir(), &keptDecisions{}
	open := func() *Node {
		n, _ := opened(t, dir)
		n.options.Trail = trail
		return n
	}
	n := open()
	older := mustActivate(t, n, versioned(t, `return "old"`, ""))
	bad := versioned(t, `fail Bad { why: "x" }`, half)
	newer := mustActivate(t, n, bad)
	goers(t, n, "a", "")
	trail.set(true)
	later := time.Now().Add(61 * time.Minute)
	if err := n.judge(t.Context(), later); err == nil || err.Error() != "the disk is full" {
		t.Fatalf("the trail is full: %v", err)
	}
	if list, _, _ := n.Rollouts(t.Context()); len(list) != 1 {
		t.Fatal("it was judged, and nobody wrote it down")
	}
	trail.set(false)
	if err := n.judge(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("rolled back: v.P %.8s for %.8s: ", newer, older); len(trail.list) != 1 || !strings.HasPrefix(trail.list[0], want) {
		t.Fatalf("the trail has %q, want %q", trail.list, want)
	}
	for round := range 2 {
		d, err := n.BeginWith(t.Context(), bad)
		if err != nil || d.RolledBack != newer || d.Digest != older || n.Deployments()[0].Digest != older {
			t.Fatalf("begun again %d times: %+v %v", round, d, err)
		}
		if list, _, _ := n.Rollouts(t.Context()); len(list) != 0 {
			t.Fatalf("begun again %d times, and %+v runs", round, list)
		}
		if versions, err := n.Versions(t.Context()); err != nil || len(versions) != 2 || versions[0].RolledBack || !versions[1].RolledBack {
			t.Fatalf("%+v %v", versions, err)
		}
		if err := n.judge(t.Context(), later); err != nil || len(trail.list) != 1 {
			t.Fatalf("it was judged again: %v %q", err, trail.list)
		}
		var no *record.Rejection
		if err := n.Reshare(t.Context(), "v.P", 1000, "olga"); !errors.As(err, &no) || no.Code != record.NotFound {
			t.Fatalf("the share of what was rolled back: %v", err)
		}
		if err := n.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		n = open()
	}
	if on := goers(t, n, "b", older); len(on) != 40 {
		t.Fatalf("%d of 40 begin on the older plan", len(on))
	}
	if mustActivate(t, n, bad); len(n.Deployments()) != 1 || n.Deployments()[0].Digest != newer {
		t.Fatal("who deploys it once more does not get it")
	}
	if list, _, _ := n.Rollouts(t.Context()); len(list) != 1 || list[0].Older != older || list[0].Share != 0.5 {
		t.Fatalf("it is not rolled out once more: %+v", list)
	}
	if d, err := n.BeginWith(t.Context(), versioned(t, `return "other"`, "")); err != nil || d.RolledBack != "" || n.Deployments()[0].Digest != d.Digest {
		t.Fatalf("another package: %+v %v", d, err)
	}
}

// TestNodesAgreeOnVersions: what is deployed, rolled out, judged, rolled back and
// migrated on one node is so on all of them, while both start instances all the time and
// none is refused or lost.
func TestNodesAgreeOnVersions(t *testing.T) {
	url := external(t)
	a := joined(t, url, "a", 4)
	v1 := mustActivate(t, a, versioned(t, `return "1"`, ""))
	b := joined(t, url, "b", 0)
	nodes := []*Node{a, b}
	holding(t, 2, nodes...)
	stop, began, all := make(chan struct{}), make([]int, len(nodes)), sync.WaitGroup{}
	for i, n := range nodes {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				beginOne(t, n, fmt.Sprintf("flow%d-%d", i, began[i]), fmt.Sprint("c", began[i]%40), true)
				began[i]++
			}
		})
	}
	for i := range 30 {
		beginOne(t, nodes[i%2], fmt.Sprint("waits", i), "c", false)
	}
	agree := func(what, digest string, rollouts int, share float64) {
		t.Helper()
		for _, n := range nodes {
			list, whole, err := n.Rollouts(t.Context())
			if err != nil || !whole || len(list) != rollouts || rollouts == 1 && list[0].Share != share || n.Deployments()[0].Digest != digest {
				t.Fatalf("%s: on %s %.8s is active, and %+v %v %v", what, n.options.Owner, n.Deployments()[0].Digest, list, whole, err)
			}
		}
	}
	split := func(round, digest string) []string {
		t.Helper()
		first := goersOn(t, a, nodes, round+"a", digest)
		if second := goersOn(t, b, nodes, round+"b", digest); !slices.Equal(first, second) {
			t.Fatalf("%s: the nodes let others begin on %.8s: %v and %v", round, digest, first, second)
		}
		return first
	}
	judged := func(n *Node, digest string) {
		t.Helper()
		if err := n.judge(t.Context(), time.Now().Add(61*time.Minute)); err != nil {
			t.Fatal(err)
		}
		agree("judged", digest, 0, 0)
	}
	bad := versioned(t, `fail Bad { why: "x" }`, half)
	v2 := mustActivate(t, b, bad)
	agree("a rollout", v2, 1, 0.5)
	if on := split("r2", v2); len(on) < 8 || len(on) > 32 {
		t.Fatalf("%d of 40 customers begin on the newer plan, of which it is to have half", len(on))
	}
	judged(a, v1)
	if d, err := b.BeginWith(t.Context(), bad); err != nil || d.RolledBack != v2 {
		t.Fatalf("%+v %v", d, err)
	}
	agree("begun again with what was rolled back", v1, 0, 0)
	v3 := mustActivate(t, a, versioned(t, `let greeting = "3"
  return greeting`, half))
	if err := b.Reshare(t.Context(), "v.P", 800_000, "olga"); err != nil {
		t.Fatal(err)
	}
	agree("a larger share", v3, 1, 0.8)
	split("r3", v3)
	judged(b, v3)
	if on := split("r4", v3); len(on) != 40 {
		t.Fatalf("promoted, %d of 40 begin on it", len(on))
	}
	moved := Migrated{To: v3}
	for _, n := range nodes { // what a call of the API does
		m, err := n.Migrate(t.Context(), Migrating{Process: "v.P", By: "olga"})
		if err != nil || m.To != v3 {
			t.Fatal(m, err)
		}
		moved = moved.Plus(m)
	}
	if moved.Moved != 30 || moved.Stay != 0 {
		t.Fatalf("%+v", moved)
	}
	close(stop)
	all.Wait()
	quick := 6*40 + began[0] + began[1]
	until(t, "all that was begun is counted", func() bool {
		ended := 0
		for _, n := range nodes {
			for _, f := range n.Figures() {
				for _, count := range f.Outcomes {
					ended += count
				}
			}
		}
		return ended == quick
	})
	for _, n := range nodes {
		closed(t, n)
	}
}

// goersOn is goers where instances may live on any of several nodes.
func goersOn(t *testing.T, n *Node, nodes []*Node, round, digest string) (list []string) {
	t.Helper()
	for i := range 40 {
		customer := fmt.Sprint("c", i)
		id := beginOne(t, n, round+customer, customer, true)
		for _, o := range nodes {
			s, err := o.holder(id)
			if err != nil {
				continue
			}
			if v, ok := s.view.Find(id); ok && v.Plan == digest {
				list = append(list, customer)
			}
		}
	}
	return list
}
