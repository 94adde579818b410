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
		url, _ := script(t, answerOnce, answerOnce)
		c := newConnector(t, Options{})
		sink := bind(t, c, url)
		do(t, sink, request("ping"))
		waitForOpen(c, 0)
		if r := do(t, sink, request("ping")); r.Outcome != record.Succeeded {
			t.Errorf("got %s: %s", r.Outcome, r.Detail)
		}
	})
	t.Run("on which the target said something unasked are not used", func(t *testing.T) {
		answered := make(chan struct{})
		url, _ := script(t, func(in *bufio.Reader, c net.Conn) {
			answerOnce(in, c)
			<-answered
			_, _ = io.WriteString(c, "HTTP/1.1 408 Request Timeout\r\n\r\n")
			_, _ = in.ReadByte() // until the client closes
		}, answerOnce)
		c := newConnector(t, Options{})
		sink := bind(t, c, url)
		do(t, sink, request("ping"))
		close(answered)
		waitForOpen(c, 0)
		if r := do(t, sink, request("ping")); r.Outcome != record.Succeeded {
			t.Errorf("got %s: %s", r.Outcome, r.Detail)
		}
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
		const calls = 3
		var all sync.WaitGroup
		all.Add(calls)
		w := serveWire(t, func(c net.Conn, r *http.Request) {
			all.Done()
			all.Wait() // every call on a connection of its own
			say(done)(c, r)
			_, _ = c.Read(make([]byte, 1)) // until the client closes
		})
		c := newConnector(t, Options{MaxConcurrent: calls})
		c.depots.most = 1
		sink := bind(t, c, w.url())
		var calling sync.WaitGroup
		for range calls {
			calling.Go(func() { do(t, sink, request("ping")) })
		}
		calling.Wait()
		waitForOpen(c, 1)
		c.Close()
	})
}

// waitForOpen waits until n connections are open.
func waitForOpen(c *Connector, n int) {
	for {
		c.lines.mu.Lock()
		open := len(c.lines.open)
		c.lines.mu.Unlock()
		if open == n {
			return
		}
		time.Sleep(time.Millisecond)
	}
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
