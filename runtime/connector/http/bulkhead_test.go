package httpconnector

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/record"
)

// doorkeeper is a target in memory, for tests that own the clock. It says who
// has arrived and answers when it is told to.
type doorkeeper struct {
	arrived chan string // the header COB-Instance
	answer  chan struct{}
}

// doorkept makes a Sink whose calls reach a doorkeeper.
func doorkept(t *testing.T, o Options) (*Sink, *doorkeeper) {
	c := newConnector(t, o)
	d := &doorkeeper{arrived: make(chan string, 1000), answer: make(chan struct{})}
	c.lines.reach = func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go d.serve(theirs)
		return ours, nil
	}
	return bind(t, c, "http://doorkeeper").(*Sink), d
}

func (d *doorkeeper) serve(c net.Conn) {
	defer c.Close()
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return
	}
	d.arrived <- r.Header.Get("COB-Instance")
	<-d.answer
	say("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")(c, r)
}

// A call that waits for a place has not begun: its time stands still.
func TestWaitingForAPlaceIsNoAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink, door := doorkept(t, Options{MaxConcurrent: 1})
		replies := make(chan connector.Reply, 2)
		call := func(timeout time.Duration) {
			q := request("ping")
			q.TimeoutNs = int64(timeout)
			replies <- sink.Do(t.Context(), q)
		}
		go call(48 * time.Hour)
		synctest.Wait()
		go call(time.Second)
		time.Sleep(24 * time.Hour)
		if len(replies) != 0 || len(door.arrived) != 1 {
			t.Fatalf("%d calls ended and %d arrived while the only place was taken; want none and 1", len(replies), len(door.arrived))
		}
		door.answer <- struct{}{}
		if r := <-replies; r.Outcome != record.Succeeded || r.TookNs != int64(24*time.Hour) {
			t.Errorf("the first: %s after %s: %s", r.Outcome, time.Duration(r.TookNs), r.Detail)
		}
		// From here on it is an attempt, with its time.
		time.Sleep(999 * time.Millisecond)
		door.answer <- struct{}{}
		if r := <-replies; r.Outcome != record.Succeeded || r.TookNs != int64(999*time.Millisecond) {
			t.Errorf("the one that waited: %s after %s: %s", r.Outcome, time.Duration(r.TookNs), r.Detail)
		}
	})
}

// At the limit MaxConcurrent all calls run, beyond it they come in their order,
// and one that gives up waiting takes no place with it.
func TestMaxConcurrentIsFair(t *testing.T) {
	const places, calls, givesUp = 2, 200, 100
	synctest.Test(t, func(t *testing.T) {
		sink, door := doorkept(t, Options{MaxConcurrent: places})
		impatient, giveUp := context.WithCancel(t.Context())
		replies := make(chan connector.Reply, calls)
		var want []string
		for i := range calls {
			q, ctx := request("ping"), t.Context()
			q.Instance = fmt.Sprint("i", i)
			if i == givesUp {
				ctx = impatient
			} else {
				want = append(want, q.Instance)
			}
			go func() { replies <- sink.Do(ctx, q) }()
			synctest.Wait()
		}
		if len(door.arrived) != places {
			t.Fatalf("%d calls run at once; want %d", len(door.arrived), places)
		}
		giveUp()
		if r := <-replies; r.Outcome != record.Refused || r.Sign != connector.Silent {
			t.Errorf("the one that gave up: %s, %s: %s", r.Outcome, r.Sign, r.Detail)
		}
		var got []string
		for range want {
			door.answer <- struct{}{}
			if r := <-replies; r.Outcome != record.Succeeded {
				t.Errorf("%s: %s", r.Outcome, r.Detail)
			}
			got = append(got, <-door.arrived)
			synctest.Wait()
			if n := len(door.arrived); n > places {
				t.Errorf("%d calls run at once; want %d", n, places)
			}
		}
		// The two that ran first arrived in either order.
		slices.Sort(got[:places])
		if !slices.Equal(got, want) {
			t.Errorf("they came in the order %v", got)
		}
	})
}

// A place that comes at the moment in which its call gives up goes to the next.
func TestNoPlaceIsLost(t *testing.T) {
	for range 200 {
		b := newBulkhead(1)
		if err := b.enter(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- b.enter(ctx, nil) }()
		for waiting := 0; waiting == 0; {
			runtime.Gosched()
			b.mu.Lock()
			waiting = b.queued.Len()
			b.mu.Unlock()
		}
		b.mu.Lock()
		cancel()
		b.handOn()
		b.mu.Unlock()
		if err := <-ended; err == nil {
			b.leave()
		} else if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if b.free != 1 || b.queued.Len() != 0 {
			t.Fatalf("%d places are free and %d wait; want 1 and 0", b.free, b.queued.Len())
		}
	}
}

func TestCloseEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink, door := doorkept(t, Options{MaxConcurrent: 1})
		running, waiting := make(chan connector.Reply, 1), make(chan connector.Reply, 1)
		go func() { running <- sink.Do(t.Context(), request("ping")) }()
		synctest.Wait()
		go func() { waiting <- sink.Do(t.Context(), request("ping")) }()
		synctest.Wait()
		if err := sink.connector.Close(); err != nil {
			t.Fatal(err)
		}
		if r := <-waiting; r.Outcome != record.Refused || r.Sign != connector.Silent {
			t.Errorf("%s, %s: %s", r.Outcome, r.Sign, r.Detail)
		}
		door.answer <- struct{}{} // in memory, so that Close cannot cut it
		<-running
	})
}

// A binding that hangs takes its own places: calls to another cloud, to another
// endpoint and to another address of the same binding find theirs free.
func TestBindingsDoNotBlockEachOther(t *testing.T) {
	release := make(chan struct{})
	const calls = 8
	arrived := make(chan struct{}, calls)
	answer := say("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
	hangs := serveWire(t, func(c net.Conn, r *http.Request) {
		arrived <- struct{}{}
		<-release
		answer(c, r)
	})
	works := serveWire(t, answer)
	two := func(paris string) *plan.Plan {
		p := shop(planText(paris))
		p.Endpoints[0].Bindings = append(p.Endpoints[0].Bindings, plan.Binding{Cloud: "finland", URL: planText(works.url())})
		other := p.Endpoints[0]
		other.Name, other.Bindings = "shop.other", []plan.Binding{{Cloud: "paris", URL: planText(works.url())}}
		p.Endpoints = append(p.Endpoints, other)
		return p
	}
	c := newConnector(t, Options{MaxConcurrent: 1})
	sinkOf := func(paris string) *Sink {
		s, err := c.Bind(two(paris), nothingSet)
		if err != nil {
			t.Fatal(err)
		}
		return s.(*Sink)
	}
	before, again, moved := sinkOf(hangs.url()), sinkOf(hangs.url()), sinkOf(works.url())
	replies := make(chan connector.Reply, calls)
	for range calls {
		go func() { replies <- before.Do(context.Background(), request("ping")) }()
	}
	<-arrived
	for _, to := range []struct {
		sink            *Sink
		endpoint, cloud string
	}{{before, "shop.store", "finland"}, {before, "shop.other", "paris"}, {moved, "shop.store", "paris"}} {
		q := request("ping")
		q.Endpoint, q.Cloud = to.endpoint, to.cloud
		if r := do(t, to.sink, q); r.Outcome != record.Succeeded {
			t.Errorf("%s at %s: %s: %s", to.endpoint, to.cloud, r.Outcome, r.Detail)
		}
	}
	paris := targetKey{"shop.store", "paris"}
	if before.targets[paris].bulkhead != again.targets[paris].bulkhead {
		t.Error("two plans with the same address have places of their own; want the same ones")
	}
	if n := hangs.requests.Load(); n != 1 {
		t.Errorf("%d calls run where one hangs; want 1", n)
	}
	close(release)
	for range calls {
		if r := <-replies; r.Outcome != record.Succeeded {
			t.Errorf("a call that waited: %s: %s", r.Outcome, r.Detail)
		}
	}
}

// BenchmarkWaiting is what a call costs while it waits for a place.
func BenchmarkWaiting(b *testing.B) {
	sink := bind(b, newConnector(b, Options{MaxConcurrent: 1}), "http://127.0.0.1:1").(*Sink)
	gate := sink.targets[targetKey{"shop.store", "paris"}].bulkhead
	if err := gate.enter(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan struct{})
	used := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	before := used()
	n := 0
	for b.Loop() {
		n++
		go func() {
			sink.Do(ctx, request("ping"))
			ended <- struct{}{}
		}()
	}
	for waiting := 0; waiting < n; {
		runtime.Gosched()
		gate.mu.Lock()
		waiting = gate.queued.Len()
		gate.mu.Unlock()
	}
	b.ReportMetric(float64(used()-before)/float64(n), "bytes/waiting")
	stop()
	for range n {
		<-ended
	}
}
