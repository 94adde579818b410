package httpconnector

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/record"
)

// counting is a server that answers as act says, and counts requests by their
// idempotency key.
type counting struct {
	net.Listener
	mu   sync.Mutex
	seen map[string]int
	done sync.WaitGroup
}

// serveCounting asks act after every request whether to go on; the connection
// ends where not.
func serveCounting(t *testing.T, l net.Listener, act func(c net.Conn, r *http.Request) bool) *counting {
	t.Helper()
	s := &counting{Listener: l, seen: map[string]int{}}
	s.done.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.done.Go(func() { s.serve(c, act) })
		}
	})
	t.Cleanup(func() { l.Close() })
	return s
}

func (s *counting) serve(c net.Conn, act func(net.Conn, *http.Request) bool) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		s.mu.Lock()
		s.seen[r.Header.Get("Idempotency-Key")]++
		s.mu.Unlock()
		if !act(c, r) {
			return
		}
	}
}

// after closes c and counts once everything that c sent has been read.
func (s *counting) after(c *Connector, key string) int {
	_ = c.Close()
	s.Close()
	s.done.Wait()
	return s.times(key)
}

func (s *counting) times(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[key]
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// certified gives the server's and the client's side of a certificate.
func certified(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	return &tls.Config{Certificates: s.TLS.Certificates}, s.Client().Transport.(*http.Transport).TLSClientConfig
}

// everyKind is the shop with operations that net/http takes for idempotent
// whatever the author says: by method, or by header.
func everyKind(address string) *plan.Plan {
	p := shop(planText(address))
	p.Endpoints[0].Operations = append(p.Endpoints[0].Operations,
		plan.Operation{Name: "options", Result: types.Of(types.Void), HTTP: &plan.HTTP{Method: "OPTIONS", Path: []plan.PathPart{{Text: "/options"}}}},
		plan.Operation{Name: "keyed", Result: types.Of(types.Void), HTTP: &plan.HTTP{Method: "POST", Path: []plan.PathPart{{Text: "/keyed"}},
			Headers: []plan.NamedTree{{Name: "X-Idempotency-Key", Expr: text("order")}}}})
	return p
}

// However a kept connection dies under a request that is not idempotent, no
// attempt sends it twice, though other kept connections and the target itself
// are there to take it.
func TestNotIdempotentIsSentOnce(t *testing.T) {
	serverTLS, clientTLS := certified(t)
	arguments["keyed"] = arguments["charge"]
	for _, operation := range []string{"ping", "charge", "remove", "options", "keyed"} {
		for _, how := range []string{"closed", "reset", "closed over TLS", "closed in the head of the answer"} {
			t.Run(operation+" "+how, func(t *testing.T) {
				const warm = 3
				var all sync.WaitGroup
				all.Add(warm)
				l, scheme := listen(t), "http://"
				if strings.HasSuffix(how, "TLS") {
					l, scheme = tls.NewListener(l, serverTLS), "https://"
				}
				s := serveCounting(t, l, func(c net.Conn, r *http.Request) bool {
					if strings.HasPrefix(r.Header.Get("Idempotency-Key"), "warm") {
						all.Done()
						all.Wait()
						_, _ = io.WriteString(c, done)
						return true
					}
					if how == "reset" {
						_ = c.(*net.TCPConn).SetLinger(0)
					}
					if how == "closed in the head of the answer" {
						_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nA: b\r\n")
					}
					return false
				})
				c := newConnector(t, Options{TLS: clientTLS})
				sink, err := c.Bind(everyKind(scheme+l.Addr().String()), nothingSet)
				if err != nil {
					t.Fatal(err)
				}
				var warming sync.WaitGroup
				for i := range warm {
					warming.Go(func() {
						q := request("ping")
						q.Key = fmt.Sprint("warm", i)
						do(t, sink, q)
					})
				}
				warming.Wait()
				q := request(operation)
				r := do(t, sink, q)
				if times := s.after(c, q.Key); r.Outcome != record.Unknown || r.Sign != connector.Failing || times != 1 {
					t.Errorf("got %s, %s (%s), and the target got it %d times; want unknown, and once", r.Outcome, r.Sign, r.Detail, times)
				}
			})
		}
	}
}

// Over HTTP/1.1 the end of its context does not keep net/http from writing; the
// connection's does.
func TestSecondConnectionCannotBeWritten(t *testing.T) {
	for _, again := range []bool{true, false} {
		near, far := net.Pipe()
		x := &exchange{earlier: true, again: again, cancel: func() {}}
		x.gotConn(httptrace.GotConnInfo{Conn: near})
		go func() { _, _ = far.Read(make([]byte, 1)) }()
		if _, err := near.Write([]byte{0}); (err == nil) != again || x.barred == again {
			t.Errorf("an exchange that may be repeated: %t; writing gives %v", again, err)
		}
		near.Close()
		far.Close()
	}
}

// A target that closes every connection after its answer, without a word, races
// with every next request. Whoever wins, nothing arrives twice, what is Refused
// has not arrived, and what Succeeded has.
func TestClosingRacesWithTheNextRequest(t *testing.T) {
	s := serveCounting(t, listen(t), func(c net.Conn, _ *http.Request) bool {
		_, _ = io.WriteString(c, done)
		return false
	})
	c := newConnector(t, Options{})
	sink := bind(t, c, "http://"+s.Addr().String())
	var mu sync.Mutex
	replies := map[string]connector.Reply{}
	var callers sync.WaitGroup
	for caller := range 4 {
		callers.Go(func() {
			for i := range 200 {
				q := request("ping")
				q.Key = fmt.Sprintf("%d/%d", caller, i)
				r := do(t, sink, q)
				mu.Lock()
				replies[q.Key] = r
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	s.after(c, "")
	for key, r := range replies {
		times := s.times(key)
		if times > 1 || r.Outcome == record.Refused && times != 0 || r.Outcome == record.Succeeded && times != 1 {
			t.Errorf("%s (%s), and the target got it %d times", r.Outcome, r.Detail, times)
		}
	}
}

// cutWriting makes every write on the connector's connections fail, with the
// target none the wiser.
func cutWriting(t *testing.T, c *Connector) {
	t.Helper()
	c.lines.mu.Lock()
	defer c.lines.mu.Unlock()
	for open := range c.lines.open {
		if err := open.Conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Error(err)
		}
	}
}

func TestNothingCouldBeWritten(t *testing.T) {
	for _, listening := range []bool{true, false} {
		for _, operation := range []string{"ping", "charge"} {
			l := listen(t)
			release := make(chan struct{})
			s := serveCounting(t, l, func(c net.Conn, r *http.Request) bool {
				if r.URL.Path == "/charges" {
					_, _ = io.WriteString(c, sized("200 OK", asJSON, goodCharge))
					return true
				}
				_, _ = io.WriteString(c, done)
				if r.Header.Get("Idempotency-Key") == "warm" {
					<-release
				}
				return true
			})
			c := newConnector(t, Options{})
			sink := bind(t, c, "http://"+l.Addr().String())
			warm := request("ping")
			warm.Key = "warm"
			do(t, sink, warm)
			if !listening {
				l.Close()
			}
			cutWriting(t, c)
			q := request(operation)
			r := do(t, sink, q)
			want, times := record.Succeeded, 1
			if !listening {
				want, times = record.Refused, 0
			}
			close(release)
			if got := s.after(c, q.Key); r.Outcome != want || got != times {
				t.Errorf("%s, somebody listening: %t: got %s (%s), and the target got it %d times", operation, listening, r.Outcome, r.Detail, got)
			}
		}
	}
}

// An idempotent request may have arrived over the kept connection that died,
// though no second one came about.
func TestSecondConnectionFails(t *testing.T) {
	l := listen(t)
	s := serveCounting(t, l, func(c net.Conn, r *http.Request) bool {
		if r.Method == "POST" {
			_, _ = io.WriteString(c, done)
			return true
		}
		return false
	})
	c := newConnector(t, Options{})
	sink := bind(t, c, "http://"+l.Addr().String())
	do(t, sink, request("ping"))
	l.Close()
	q := request("refund")
	r := do(t, sink, q)
	if times := s.after(c, q.Key); r.Outcome != record.Unknown || times != 1 {
		t.Errorf("got %s (%s), and the target got it %d times", r.Outcome, r.Detail, times)
	}
}

// The parts of HTTP/2 (RFC 9113) that a server needs to be rude.
const (
	clientPreface                          = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	headersFrame, resetFrame, settings     = 1, 3, 4
	endOfAnswer                            = 0x1 | 0x4 // END_STREAM, END_HEADERS
	status204                              = "\x89"    // in HPACK's static table
	protocolError, internal, refusedStream = 1, 2, 7
)

func writeFrame(c net.Conn, kind, flags byte, stream uint32, payload string) {
	frame := append([]byte{0, 0, byte(len(payload)), kind, flags}, binary.BigEndian.AppendUint32(nil, stream)...)
	_, _ = c.Write(append(frame, payload...))
}

// http2Resets is a server that answers the first request of a connection over
// HTTP/2 and resets the others. It counts the others, once its clients have gone.
func http2Resets(t *testing.T, config *tls.Config, code uint32) (address string, others func() int) {
	t.Helper()
	config = config.Clone()
	config.NextProtos = []string{"h2"}
	l := tls.NewListener(listen(t), config)
	var mu sync.Mutex
	n := 0
	var serving sync.WaitGroup
	serve := func(c net.Conn) {
		defer c.Close()
		in := bufio.NewReader(c)
		if _, err := in.Discard(len(clientPreface)); err != nil {
			return
		}
		writeFrame(c, settings, 0, 0, "")
		var head [9]byte
		for {
			if _, err := io.ReadFull(in, head[:]); err != nil {
				return
			}
			stream := binary.BigEndian.Uint32(head[5:])
			if _, err := in.Discard(int(head[0])<<16 | int(head[1])<<8 | int(head[2])); err != nil {
				return
			}
			switch {
			case head[3] != headersFrame:
			case stream == 1:
				writeFrame(c, headersFrame, endOfAnswer, stream, status204)
			default:
				mu.Lock()
				n++
				mu.Unlock()
				writeFrame(c, resetFrame, 0, stream, string(binary.BigEndian.AppendUint32(nil, code)))
			}
		}
	}
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { serve(c) })
		}
	})
	t.Cleanup(func() { l.Close() })
	return "https://" + l.Addr().String(), func() int { l.Close(); serving.Wait(); return n }
}

func TestHTTP2Resets(t *testing.T) {
	serverTLS, clientTLS := certified(t)
	for _, code := range []uint32{protocolError, internal, refusedStream} {
		for _, operation := range []string{"charge", "remove"} {
			address, others := http2Resets(t, serverTLS, code)
			c := newConnector(t, Options{TLS: clientTLS})
			sink := bind(t, c, address)
			if r := do(t, sink, request("ping")); r.Outcome != record.Succeeded {
				t.Fatalf("got %s: %s", r.Outcome, r.Detail)
			}
			r := do(t, sink, request(operation))
			_ = c.Close()
			if times := others(); r.Outcome != record.Unknown || r.Sign != connector.Failing || times != 1 {
				t.Errorf("%s, code %d: got %s, %s (%s), and the target got it %d times", operation, code, r.Outcome, r.Sign, r.Detail, times)
			}
		}
	}
}

func TestHTTP2(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("asked over %s", r.Proto)
		}
		switch r.URL.Path {
		case "/charges":
			panic(http.ErrAbortHandler)
		case "/once":
			<-r.Context().Done()
		default:
			_, _ = io.WriteString(w, goodItem)
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	c := newConnector(t, Options{TLS: server.Client().Transport.(*http.Transport).TLSClientConfig})
	sink := bind(t, c, server.URL)
	for range 3 {
		if r := do(t, sink, request("item")); r.Outcome != record.Succeeded {
			t.Errorf("got %s: %s", r.Outcome, r.Detail)
		}
	}
	if r := do(t, sink, request("charge")); r.Outcome != record.Unknown || r.Sign != connector.Failing || !strings.Contains(r.Detail, "reset the stream") {
		t.Errorf("cut: %s, %s: %s", r.Outcome, r.Sign, r.Detail)
	}
	q := request("remove")
	q.TimeoutNs = int64(300 * time.Millisecond)
	if r := do(t, sink, q); r.Outcome != record.Unknown || !strings.Contains(r.Detail, "no answer in time") {
		t.Errorf("never answered: %s: %s", r.Outcome, r.Detail)
	}
	c.Close()
	if r := do(t, sink, request("item")); r.Outcome != record.Refused || r.Sign != connector.Silent {
		t.Errorf("closed: %s, %s: %s", r.Outcome, r.Sign, r.Detail)
	}
}

func TestProxy(t *testing.T) {
	proxy := serveWire(t, func(c net.Conn, r *http.Request) {
		if r.Method == "CONNECT" {
			say("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")(c, r)
			return
		}
		if r.RequestURI != "http://shop.test/a%2Fb/items/p-1" {
			t.Errorf("the proxy is asked for %s", r.RequestURI)
		}
		say(sized("200 OK", asJSON, goodItem))(c, r)
	})
	c := newConnector(t, Options{})
	at, err := url.Parse(proxy.url())
	if err != nil {
		t.Fatal(err)
	}
	c.transport.Proxy = http.ProxyURL(at)
	if r := do(t, bind(t, c, "http://shop.test/a%2Fb"), request("item")); r.Outcome != record.Succeeded {
		t.Errorf("got %s: %s", r.Outcome, r.Detail)
	}
	if r := do(t, bind(t, c, "https://shop.test"), request("charge")); r.Outcome != record.Refused {
		t.Errorf("a proxy that lets nobody through: got %s: %s", r.Outcome, r.Detail)
	}
}
