package httpconnector

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/record"
)

// script is a server that does one act per connection, in the order of the
// connections.
func script(t *testing.T, acts ...func(in *bufio.Reader, c net.Conn)) (url string, connections func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	n := 0
	var done sync.WaitGroup
	done.Add(1)
	go func() {
		defer done.Done()
		for i := range acts {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			n++
			mu.Unlock()
			acts[i](bufio.NewReader(c), c)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); done.Wait() })
	return "http://" + l.Addr().String(), func() int { mu.Lock(); defer mu.Unlock(); return n }
}

func readRequest(in *bufio.Reader) {
	if r, err := http.ReadRequest(in); err == nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
}

const done = "HTTP/1.1 204 No Content\r\n\r\n"

func answerOnce(in *bufio.Reader, c net.Conn) {
	readRequest(in)
	_, _ = io.WriteString(c, done)
}

// answerThenCutTheNext reads a second request and closes without an answer: to
// the client that looks like a kept connection that died at the wrong moment.
func answerThenCutTheNext(in *bufio.Reader, c net.Conn) {
	answerOnce(in, c)
	readRequest(in)
}

func TestKeptConnections(t *testing.T) {
	t.Run("carry the next request", func(t *testing.T) {
		url, connections := script(t, func(in *bufio.Reader, c net.Conn) { answerOnce(in, c); answerOnce(in, c) })
		sink := bind(t, newConnector(t, Options{}), url)
		for range 2 {
			if r := do(t, sink, request("ping")); r.Outcome != record.Succeeded {
				t.Errorf("got %s: %s", r.Outcome, r.Detail)
			}
		}
		if connections() != 1 {
			t.Errorf("%d connections; want 1", connections())
		}
	})
	t.Run("that the target has closed are not used", func(t *testing.T) {
		closed := make(chan struct{})
		url, _ := script(t, func(in *bufio.Reader, c net.Conn) { answerOnce(in, c); c.Close(); close(closed) }, answerOnce)
		sink := bind(t, newConnector(t, Options{}), url)
		do(t, sink, request("ping"))
		<-closed
		if r := do(t, sink, request("ping")); r.Outcome != record.Succeeded {
			t.Errorf("got %s: %s", r.Outcome, r.Detail)
		}
	})
	t.Run("on which the target said something unasked are not used", func(t *testing.T) {
		said := make(chan struct{})
		hold := make(chan struct{})
		url, _ := script(t, func(in *bufio.Reader, c net.Conn) {
			answerOnce(in, c)
			_, _ = io.WriteString(c, "HTTP/1.1 408 Request Timeout\r\n\r\n")
			close(said)
		}, func(in *bufio.Reader, c net.Conn) { answerOnce(in, c); close(hold) })
		sink := bind(t, newConnector(t, Options{}), url)
		do(t, sink, request("ping"))
		<-said
		if r := do(t, sink, request("ping")); r.Outcome != record.Succeeded {
			t.Errorf("got %s: %s", r.Outcome, r.Detail)
		}
		<-hold
	})
	t.Run("that die under a request that is not idempotent", func(t *testing.T) {
		url, connections := script(t, answerThenCutTheNext, answerOnce)
		sink := bind(t, newConnector(t, Options{}), url)
		do(t, sink, request("ping"))
		if r := do(t, sink, request("ping")); r.Outcome != record.Unknown || connections() != 1 {
			t.Errorf("got %s over %d connections: %s; want unknown, and no request sent unseen", r.Outcome, connections(), r.Detail)
		}
	})
	t.Run("that die under an idempotent one", func(t *testing.T) {
		url, connections := script(t, answerThenCutTheNext, answerOnce)
		sink := bind(t, newConnector(t, Options{}), url)
		do(t, sink, request("ping"))
		if r := do(t, sink, request("refund")); r.Outcome != record.Succeeded || connections() != 2 {
			t.Errorf("got %s over %d connections: %s", r.Outcome, connections(), r.Detail)
		}
	})
	t.Run("a fresh one that dies is asked once", func(t *testing.T) {
		url, connections := script(t, func(in *bufio.Reader, _ net.Conn) { readRequest(in) }, answerOnce)
		sink := bind(t, newConnector(t, Options{}), url)
		if r := do(t, sink, request("refund")); r.Outcome != record.Unknown || connections() != 1 {
			t.Errorf("got %s over %d connections: %s", r.Outcome, connections(), r.Detail)
		}
	})
	t.Run("time out", func(t *testing.T) {
		ended := make(chan error, 1)
		url, _ := script(t, func(in *bufio.Reader, c net.Conn) {
			answerOnce(in, c)
			_, err := in.ReadByte()
			ended <- err
		})
		sink := bind(t, newConnector(t, Options{IdleFor: time.Millisecond}), url)
		do(t, sink, request("ping"))
		if err := <-ended; err != io.EOF {
			t.Errorf("the target sees %v; want the end of the connection", err)
		}
	})
	t.Run("are not kept beyond the limit", func(t *testing.T) {
		p := &pool{idleFor: time.Hour, maxIdle: 1, busy: map[*conn]struct{}{}}
		for range 2 {
			near, far := net.Pipe()
			defer far.Close()
			p.put(&conn{Conn: near}, time.Now())
		}
		if len(p.idle) != 1 {
			t.Errorf("%d idle connections; want 1", len(p.idle))
		}
		p.shut()
	})
}

// A target that answers before it has read the whole request, and closes, is
// heard all the same.
func TestEarlyAnswer(t *testing.T) {
	url, _ := script(t, func(in *bufio.Reader, c net.Conn) {
		if _, err := http.ReadRequest(in); err != nil {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	})
	if r := do(t, bind(t, newConnector(t, Options{}), url), request("charge")); r.Outcome != record.Rejected {
		t.Errorf("got %s: %s", r.Outcome, r.Detail)
	}
}
