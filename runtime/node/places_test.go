package node_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/node"
)

const guarding = `package p

cloud paris {}
cloud finland {}

endpoint e: http {
  operation get(id: string) -> string { get "/${id}" }

  on paris   { url: env.PARIS%s }
  on finland { url: env.FINLAND }
}

failover guarded {
  prefer:    listed
  tries:     3, %s each, backoff 1ms..5ms
  unhealthy: 1000 failures in 1m
  probe:     every 100ms
  failback:  after %s
  breaker:   50%% of 10 calls in 1m%s, 2 trials
  %s
}

process P(id: string) -> string {
  key:      id
  failover: guarded
  let from = call e.get(id)
  return from
}
`

// place is a service in a cloud that can be broken.
type place struct {
	*httptest.Server
	name  string
	calls atomic.Int64 // that are no probes
	does  atomic.Pointer[func(w http.ResponseWriter, r *http.Request)]
}

func newPlace(t *testing.T, name, address string) *place {
	t.Helper()
	p := &place{name: name}
	p.well()
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "GET" {
			p.calls.Add(1)
			(*p.does.Load())(w, r)
		}
	}))
	if address != "" {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_ = p.Listener.Close() // it was made for nothing
		p.Listener = l
	}
	p.Start()
	t.Cleanup(p.Close)
	return p
}

func (p *place) behave(f func(w http.ResponseWriter, r *http.Request)) { p.does.Store(&f) }

func (p *place) well() {
	p.behave(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, "%q", p.name)
	})
}

type placed struct {
	*node.Node
	t              testing.TB
	paris, finland *place
	next           int
}

// guard is what differs between the tests.
type guard struct{ limit, each, failback, slow, more string }

func openPlaced(t *testing.T, g guard) *placed {
	t.Helper()
	g.each, g.failback = cmp.Or(g.each, "1m"), cmp.Or(g.failback, "1h")
	r, err := compiler.Compile(fstest.MapFS{"p.cob": {Data: fmt.Appendf(nil, guarding, g.limit, g.each, g.failback, g.slow, g.more)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatal(err, r.Diagnostics)
	}
	p := &placed{t: t, paris: newPlace(t, "paris", ""), finland: newPlace(t, "finland", "")}
	c, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p.Node, err = node.Open(context.Background(), node.Options{
		Store: jetstream.Options{StoreDir: filepath.Join(t.TempDir(), "store")}, Shards: 2, Connectors: connector.NewRegistry(c),
		Settings: func(name string, _ bool) (string, bool) {
			return map[string]string{"PARIS": p.paris.URL, "FINLAND": p.finland.URL}[name], true
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Node.Close(context.Background()) })
	if _, err := p.Activate(t.Context(), r.Encoded); err != nil {
		t.Fatal(err)
	}
	return p
}

// ask runs an instance and says which cloud answered, and how long it took.
func (p *placed) ask() (string, time.Duration) {
	p.t.Helper()
	p.next++
	start := time.Now()
	got, err := p.Start(context.Background(), node.StartRequest{Process: "p.P", Input: fmt.Appendf(nil, `{"id":"%d"}`, p.next), Wait: time.Minute})
	if err != nil || got.Ended == nil {
		p.t.Fatalf("instance %d: %+v, %v", p.next, got, err)
	}
	return string(got.Ended.Result), time.Since(start)
}

// paris is how the first cloud stands.
func (p *placed) stands() node.CloudStatus { return p.Endpoints()[0].Clouds[0] }

// until waits until something holds.
func (p *placed) until(what string, holds func() bool) {
	p.t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("%s: %+v", what, p.Endpoints())
		}
	}
}

// A cloud breaks in each of the ways in which clouds break. No instance notices, and
// after the breaker has opened nobody asks there any more.
func TestNobodyAsksBehindAnOpenBreaker(t *testing.T) {
	for name, breaks := range map[string]func(*place){
		"refused":    func(p *place) { p.Close() },
		"black hole": func(p *place) { p.behave(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }) },
		"slow": func(p *place) {
			p.behave(func(w http.ResponseWriter, _ *http.Request) {
				time.Sleep(150 * time.Millisecond)
				_, _ = io.WriteString(w, `"paris"`)
			})
		},
		"500": func(p *place) {
			p.behave(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) })
		},
		"garbage": func(p *place) {
			p.behave(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"half": `) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			var g guard
			switch name {
			case "black hole":
				g.each = "400ms"
			case "slow":
				g.slow = ", slow 80% over 100ms"
			}
			p := openPlaced(t, g)
			for range 5 {
				if from, _ := p.ask(); from != `"paris"` {
					t.Fatalf("%s answered while paris was well", from)
				}
			}
			breaks(p.paris)
			broke := time.Now()
			var longest time.Duration
			asked := 0
			for p.stands().Breaker == "" {
				if asked++; asked > 10 {
					t.Fatalf("closed after %d calls: %+v", asked, p.stands())
				}
				from, took := p.ask()
				if longest = max(longest, took); name != "slow" && from != `"finland"` {
					t.Errorf("%s answered", from)
				}
			}
			opened := time.Since(broke)
			reached, signs := p.paris.calls.Load(), p.stands().Good+p.stands().Bad
			for range 20 {
				if from, _ := p.ask(); from != `"finland"` {
					t.Errorf("%s answered behind an open breaker", from)
				}
			}
			if now := p.paris.calls.Load(); now != reached || p.stands().Good+p.stands().Bad != signs || p.stands().Breaker != "open" {
				t.Errorf("%d calls reached paris behind an open breaker: %+v", now-reached, p.stands())
			}
			t.Logf("open after %d calls and %s; the longest of them took %s", asked, opened, longest)
		})
	}
}

// What was cut off comes back: by probes first, then by just as many trials as
// declared, and then it is preferred again.
func TestTheWayBack(t *testing.T) {
	p := openPlaced(t, guard{failback: "300ms"})
	p.ask()
	address := p.paris.Listener.Addr().String()
	p.paris.Close()
	for p.stands().Breaker == "" {
		p.ask()
	}
	back := newPlace(t, "paris", address)
	p.until("no trial", func() bool { return p.stands().Breaker == "on trial" })
	if n := back.calls.Load(); n != 0 {
		t.Errorf("%d calls before the trial", n)
	}
	for i := 1; i <= 4; i++ {
		if from, _ := p.ask(); from != `"paris"` {
			t.Errorf("call %d was answered by %s", i, from)
		}
		if now := p.stands(); (now.Health == "healthy") != (i >= 2) {
			t.Errorf("after %d of 2 trials: %+v", i, now)
		}
	}
}

// A cloud that goes away while nobody calls is known to be away before somebody
// does: the first call goes elsewhere at once.
func TestProbesSeeWhatNobodyCalls(t *testing.T) {
	p := openPlaced(t, guard{})
	p.until("paris was not probed", func() bool { return p.stands().Health == "healthy" })
	p.paris.Close()
	cut := time.Now()
	p.until("it is not known", func() bool { return p.stands().Breaker == "open" })
	t.Logf("known after %s, with a probe every 100ms", time.Since(cut))
	if from, _ := p.ask(); from != `"finland"` || p.stands().Good+p.stands().Bad != 0 {
		t.Errorf("%s answered, and paris was called: %+v", from, p.stands())
	}
}

// A call that is slower than usual is answered by the other cloud.
func TestSlowCallsAreSentTwice(t *testing.T) {
	p := openPlaced(t, guard{more: "hedge: after p50, at most 50%"})
	for range 30 {
		p.ask()
	}
	before := p.finland.calls.Load()
	p.paris.behave(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	if from, _ := p.ask(); from != `"finland"` || p.finland.calls.Load() != before+1 {
		t.Errorf("%s answered; %d calls went to finland", from, p.finland.calls.Load()-before)
	}
	if p.stands().Bad != 0 {
		t.Errorf("what was cut off here counts against paris: %+v", p.stands())
	}
}

// A cloud whose owner takes one call at a time, with nobody waiting: what comes
// meanwhile goes to the other one.
func TestAFullPlaceSpillsOver(t *testing.T) {
	p := openPlaced(t, guard{limit: ", limit: 1000000/s, 1 at once, 0 waiting"})
	inside, out := make(chan bool), make(chan bool)
	p.paris.behave(func(w http.ResponseWriter, _ *http.Request) {
		inside <- true
		<-out
		_, _ = io.WriteString(w, `"paris"`)
	})
	first, err := p.Start(context.Background(), node.StartRequest{Process: "p.P", Input: []byte(`{"id":"first"}`)})
	if err != nil {
		t.Fatal(first, err)
	}
	<-inside
	if from, _ := p.ask(); from != `"finland"` || p.paris.calls.Load() != 1 {
		t.Errorf("%s answered, and %d calls are at paris", from, p.paris.calls.Load())
	}
	close(out)
}
