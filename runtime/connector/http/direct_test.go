package httpconnector

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// Who is spoken to without net/http's transport: nobody who would hear it.
func TestDirect(t *testing.T) {
	c := newConnector(t, Options{})
	proxied := newConnector(t, Options{})
	proxied.transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})
	for address, want := range map[string]bool{
		"http://shop.test": true, "http://shop.test:8080/a%2Fb": true, "http://ada:secret@[::1]:80": true,
		"https://shop.test": false, "http://[fe80::1%25eth0]:80": false, "http://läden.test": false,
	} {
		for _, by := range []*Connector{c, proxied} {
			sink := bind(t, by, address).(*Sink)
			got := sink.targets[targetKey{"shop.store", "paris"}].depot != nil
			if got != (want && by == c) {
				t.Errorf("%s, through a proxy %t: direct %t", address, by == proxied, got)
			}
		}
	}
}

// Both ways write a request in the same bytes.
func TestRequestsAreTheSameBothWays(t *testing.T) {
	p := func(address string) *plan.Plan {
		p := shop(planText(address))
		p.Endpoints[0].Operations = append(p.Endpoints[0].Operations,
			plan.Operation{Name: "range", Result: types.Of(types.Void), HTTP: &plan.HTTP{Method: "GET", Path: []plan.PathPart{{Text: "//r"}},
				Headers: []plan.NamedTree{{Name: "Range", Expr: text("order")}, {Name: "accept", Expr: text("order")}, {Name: "User-Agent", Expr: text("empty")}}}},
			plan.Operation{Name: "look", Result: types.Of(types.Void), HTTP: &plan.HTTP{Method: "HEAD", Path: []plan.PathPart{{Text: "/"}},
				Headers: []plan.NamedTree{{Name: "X-A", Expr: text("order")}, {Name: "Via", Expr: text("empty")}, {Name: "x-a", Expr: text("empty")}, {Name: "User-Agent", Expr: text("order")}}}})
		return p
	}
	for _, operation := range []string{"charge", "item", "refund", "put", "ping", "range", "look"} {
		var ways [2]string
		for way := range ways {
			seen := make(chan string, 1)
			address, _ := script(t, func(in *bufio.Reader, c net.Conn) {
				var raw strings.Builder
				if r, err := http.ReadRequest(bufio.NewReader(io.TeeReader(in, &raw))); err == nil {
					_, _ = io.Copy(io.Discard, r.Body)
				}
				seen <- raw.String()
				_, _ = io.WriteString(c, done)
			})
			bound, err := newConnector(t, Options{}).Bind(p(address), nothingSet)
			if err != nil {
				t.Fatal(err)
			}
			sink := bound.(*Sink)
			if way == 1 {
				sink.targets[targetKey{"shop.store", "paris"}].depot = nil
			}
			q := request(operation)
			if q.Args == nil {
				q.Args = map[string]types.Value{"order": " o-1 ", "empty": ""}
			}
			do(t, sink, q)
			ways[way] = strings.Replace(<-seen, strings.TrimPrefix(address, "http://"), "HOST", 1)
		}
		if ways[0] != ways[1] || !strings.Contains(ways[0], " HTTP/1.1\r\nHost: HOST\r\n") {
			t.Errorf("%s: direct\n%s\nand by net/http\n%s", operation, ways[0], ways[1])
		}
	}
}

// A large request is listened beside: a target that answers before it has read all, and
// reads no more, is heard whether it closes the connection or not.
func TestEarlyAnswerToALargeRequest(t *testing.T) {
	for _, size := range []int{atOnce, atOnce + 1, 32 << 20} {
		for _, closes := range []bool{true, false} {
			heard := make(chan struct{})
			address, _ := script(t, func(_ *bufio.Reader, c net.Conn) {
				_, _ = io.ReadFull(c, make([]byte, 100))
				_, _ = io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
				if closes {
					_ = c.(*net.TCPConn).CloseWrite() // a close would take the answer back
				}
				<-heard
			})
			c := newConnector(t, Options{MaxRequestBytes: 1 << 30})
			q := request("charge")
			whole, err := rendering(t, "charge", map[string]types.Value{"order": "", "amount": euros("1")}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			q.Args = map[string]types.Value{"order": strings.Repeat("x", size-len(whole.body)), "amount": euros("1")}
			r := do(t, bind(t, c, address), q)
			close(heard)
			if r.Outcome != record.Rejected || !strings.Contains(r.Detail, "413") {
				t.Errorf("%d bytes, closing %t: got %s: %s", size, closes, r.Outcome, r.Detail)
			}
		}
	}
}

// What a large request leaves on a connection that is kept is the next request.
func TestLargeRequestsShareAConnection(t *testing.T) {
	const calls = 3
	address, connections := script(t, func(in *bufio.Reader, c net.Conn) {
		for range calls {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			n, _ := io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(c, sized("402 Payment Required", asJSON, fmt.Sprintf(`{"reason":"%d bytes"}`, n)))
		}
	})
	sink := bind(t, newConnector(t, Options{}), address)
	for range calls {
		q := request("charge")
		q.Args = map[string]types.Value{"order": strings.Repeat("x", 1<<20), "amount": euros("1")}
		r := do(t, sink, q)
		if reason, _ := r.Fields["reason"].(string); r.Outcome != record.Raised || len(reason) != len("1048000 bytes") {
			t.Errorf("got %s: %s %v", r.Outcome, r.Detail, r.Fields)
		}
	}
	if connections() != 1 {
		t.Errorf("%d connections; want 1", connections())
	}
}

// A line whose caller was cut off, and one on which more came than was asked for, is not
// used again.
func TestLinesThatAreNotKept(t *testing.T) {
	for _, answer := range []string{done + "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.0 204 No Content\r\n\r\n", "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"} {
		more := make(chan struct{})
		w := serveWire(t, func(c net.Conn, r *http.Request) { say(answer)(c, r); <-more })
		c := newConnector(t, Options{})
		if r := do(t, bind(t, c, w.url()), request("ping")); r.Outcome != record.Succeeded {
			t.Errorf("%q: got %s: %s", answer, r.Outcome, r.Detail)
		}
		waitForOpen(c, 0)
		close(more)
	}
}
