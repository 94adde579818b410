package twin

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/jetstream"
)

// store stands for the node: a store with a mirror, and no instances.
type store struct {
	*jetstream.Server
	merged []string
}

func (s *store) Synced(context.Context) error { return nil }
func (s *store) MirrorHeard() time.Time       { return s.Heard() }
func (s *store) Need() failover.Need          { return failover.NeedOf([]failover.Promise{{Replicate: "sync"}}) }
func (s *store) UnderWay() []failover.Repeated {
	return []failover.Repeated{{Instance: "i", Key: "i/pay#1", What: "bank.pay on london"}}
}

func (s *store) Merge(_ context.Context, from string, part []byte) ([]failover.Merged, error) {
	s.merged = append(s.merged, from+" "+string(part))
	return []failover.Merged{{Instance: string(part), Verdict: failover.Imported, Events: 2}}, nil
}

// place is one cloud of a test.
type place struct {
	*Twin
	t      *testing.T
	dir    string
	tenure *Tenure
	inner  *store
}

const testLease = 2 * time.Second

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func pairOf(t *testing.T, witness string) (london, rome *place) {
	t.Helper()
	a, b := freeAddress(t), freeAddress(t)
	open := func(cloud, listen, other string, standby bool) *place {
		p := &place{t: t, dir: t.TempDir()}
		var err error
		p.Twin, err = Open(Options{Cloud: cloud, Dir: filepath.Join(p.dir, "mirror"), Listen: listen, Other: "nats://" + other, Witness: witness, Pair: "test", Lease: testLease, Standby: standby})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			p.leave()
			_ = p.Close(context.Background()) // a test may have closed it
		})
		return p
	}
	return open("london", a, b, false), open("rome", b, a, true)
}

// is waits for what a cloud is to be.
func (p *place) is(want failover.Place) (rejoin bool) {
	p.t.Helper()
	got, rejoin, err := p.Decide(p.t.Context())
	if err != nil || got != want {
		p.t.Fatalf("it is %v (%v), want %v", got, err, want)
	}
	return rejoin
}

// own lets the cloud own until leave.
func (p *place) own() {
	p.t.Helper()
	p.is(failover.Owner)
	var err error
	if p.tenure, err = p.Own(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	server, err := jetstream.Open(p.t.Context(), jetstream.Options{StoreDir: filepath.Join(p.dir, "store"), Reserve: -1,
		Mirror: &jetstream.MirrorOptions{URL: p.options.Other, Cloud: p.options.Cloud, Term: p.tenure.Term()}})
	if err != nil {
		p.t.Fatal(err)
	}
	p.inner = &store{Server: server}
	if err := p.tenure.Serve(p.inner); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) leave() {
	if p.tenure == nil {
		return
	}
	if err := p.inner.Close(context.Background()); err != nil {
		p.t.Error(err)
	}
	p.tenure.Close()
	p.tenure = nil
}

func (p *place) follow() (taken chan error) {
	taken = make(chan error, 1)
	go func() { taken <- p.Follow(p.t.Context()) }()
	return taken
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func stateOf(t *testing.T, p *place) State {
	t.Helper()
	s, err := p.State()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// together waits until the owner's mirror may take over.
func together(t *testing.T, owner, mirror *place) {
	t.Helper()
	eventually(t, "the mirror may take over", func() bool {
		return mirror.Role().Owner == owner.options.Cloud && !stateOf(t, owner).Alone
	})
}

// TestAPersonDecides lets an owner hand over, the loser come back with what only it has,
// and refuses what would make two owners.
func TestAPersonDecides(t *testing.T) {
	london, rome := pairOf(t, "")
	rome.is(failover.Mirror)
	taken := rome.follow()
	if err := rome.TakeOver(t.Context(), true); err == nil || !strings.Contains(err.Error(), "has not heard of an owner") {
		t.Fatalf("a mirror that holds nothing: %v", err)
	}
	london.own()
	together(t, london, rome)
	if s := stateOf(t, rome); s.Place != "mirror" || s.Owner != "london" || s.Term != 1 {
		t.Fatalf("%+v", s)
	}
	for lost, why := range map[bool]string{true: "is not lost, it answers"} {
		if err := rome.TakeOver(t.Context(), lost); err == nil || !strings.Contains(err.Error(), why) {
			t.Fatalf("lost %v: %v", lost, err)
		}
	}
	if err := london.GoAlone(t.Context()); err != nil || !london.tenure.Alone() {
		t.Fatal(err)
	}
	if err := rome.GoAlone(t.Context()); err == nil {
		t.Fatal("a mirror goes alone")
	}
	together(t, london, rome)
	tenure := london.tenure
	handed := make(chan struct{})
	go func() {
		defer close(handed)
		<-tenure.Ended()
		london.leave()
	}()
	if err := rome.TakeOver(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if err := <-taken; err != nil {
		t.Fatal(err)
	}
	<-handed
	if tenure.Valid() || rome.Role().Term != 2 {
		t.Fatalf("london is valid %v, rome is %+v", tenure.Valid(), rome.Role())
	}
	rome.own()
	if !london.is(failover.Mirror) {
		t.Fatal("a loser has to bring what only it has")
	}
	surplus := func(context.Context, map[string]uint64) ([][]byte, error) { return [][]byte{[]byte("one")}, nil }
	if err := london.Rejoin(t.Context(), filepath.Join(london.dir, "store"), surplus); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(london.dir, "store.before-term-2")); err != nil {
		t.Error(err)
	}
	r, ok, err := rome.Report(0)
	if err != nil || !ok || r.From != "london" || r.To != "rome" || r.Back == nil || len(r.Merged) != 1 || r.Merged[0].Instance != "one" || len(r.Twice) != 1 {
		t.Fatalf("%+v %v %v", r, ok, err)
	}
	if _, ok, err := london.Report(0); ok || err != nil {
		t.Fatalf("london has taken nothing over: %v %v", ok, err)
	}
	if london.is(failover.Mirror) {
		t.Fatal("it has brought all it had")
	}
	london.follow()
	together(t, rome, london)
}

// TestTheWitnessDecides lets a mirror take over from an owner that is gone, and from
// none that is not; the owner stops before that.
func TestTheWitnessDecides(t *testing.T) {
	w, err := jetstream.OpenWitness(t.TempDir(), "127.0.0.1:0", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	london, rome := pairOf(t, "nats://"+w.Address())
	london.own()
	rome.is(failover.Mirror)
	taken := rome.follow()
	together(t, london, rome)
	select {
	case err := <-taken:
		t.Fatalf("it takes over from an owner that is there: %v", err)
	case <-time.After(2 * testLease):
	}
	if !london.tenure.Valid() {
		t.Fatal("the owner has lost its lease")
	}
	// The owner goes on and reaches nobody any more.
	old := london.tenure
	london.tenure = nil
	defer old.Close()
	old.stop()
	if err := london.inner.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := <-taken; err != nil {
		t.Fatal(err)
	}
	if old.Valid() {
		t.Error("two clouds may act at once")
	}
	rome.own()
	if role := rome.Role(); role.Term != 2 || role.Owner != "rome" {
		t.Errorf("%+v", role)
	}
	if _, _, err := old.sign(t.Context()); !errors.Is(err, jetstream.ErrTakenOver) {
		t.Errorf("the witness takes the loser for the owner: %v", err)
	}
	if london.is(failover.Mirror); london.Role().Term != 1 {
		t.Errorf("%+v", london.Role())
	}
}

// TestEveryWaitIsTold: a cloud that does not go on says what it waits for, and does not
// keep anybody waiting who asks.
func TestEveryWaitIsTold(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // a witness that never says a word
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	london, _ := pairOf(t, "nats://secret@"+silent.Addr().String())
	ctx, stop := context.WithCancel(t.Context())
	decided := make(chan error)
	go func() {
		_, _, err := london.Decide(ctx)
		decided <- err
	}()
	tells := func(p *place, what string) {
		t.Helper()
		eventually(t, what, func() bool { return strings.Contains(stateOf(t, p).Waits, what) })
	}
	tells(london, "the witness to say which cloud owns")
	if s := stateOf(t, london); strings.Contains(s.Witness, "secret") || !strings.Contains(s.Witness, silent.Addr().String()) {
		t.Errorf("the witness is %q", s.Witness)
	}
	stop()
	if err := <-decided; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}

	london, rome := pairOf(t, "")
	rome.is(failover.Mirror)
	rome.follow()
	tells(rome, "a person")
	london.own()
	together(t, london, rome)
	eventually(t, "nothing is waited for", func() bool { return stateOf(t, london).Waits == "" })
	if err := rome.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	tells(london, "the other cloud, which does not answer")
	london.leave()
	go func() { _ = london.Rejoin(t.Context(), filepath.Join(london.dir, "store"), nil) }()
	tells(london, "the other cloud, which does not answer: it has to take")
}
