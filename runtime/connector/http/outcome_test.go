package httpconnector

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/record"
)

// wire is a server that answers every request with exact bytes, and counts
// requests. With hang it then keeps the connection open, else it closes it.
type wire struct {
	net.Listener
	requests atomic.Int64
	done     sync.WaitGroup
}

func serveWire(t testing.TB, answer func(c net.Conn, r *http.Request)) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveWireOn(t, l, answer)
}

func serveWireOn(t testing.TB, l net.Listener, answer func(c net.Conn, r *http.Request)) *wire {
	t.Helper()
	w := &wire{Listener: l}
	w.done.Add(1)
	go func() {
		defer w.done.Done()
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			w.done.Add(1)
			go func() {
				defer w.done.Done()
				defer c.Close()
				in := bufio.NewReader(c)
				r, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				if _, err := io.Copy(io.Discard, r.Body); err != nil {
					return
				}
				w.requests.Add(1)
				answer(c, r)
			}()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		w.done.Wait()
	})
	return w
}

func (w *wire) url() string { return "http://" + w.Addr().String() }

func say(text string) func(net.Conn, *http.Request) {
	return func(c net.Conn, _ *http.Request) { _, _ = io.WriteString(c, text) }
}

func sized(status, contentType, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", status, contentType, len(body), body)
}

const (
	goodCharge = `{"id":"c-1","amount":{"amount":"20.00","currency":"EUR"}}`
	goodItem   = `{"sku":"p-1","price":{"amount":"20.00","currency":"EUR"},"stock":3}`
	asJSON     = "application/json"
)

// TestOutcomes is what becomes of an answer, whether this connector reads it (http) or
// net/http's transport (https).
func TestOutcomes(t *testing.T) {
	serverTLS, clientTLS := certified(t)
	cases := []struct {
		name, operation, answer string
		outcome                 record.Outcome
		sign                    connector.Sign
		detail                  string
	}{
		{"a result", "charge", sized("201 Created", asJSON, goodCharge), record.Succeeded, connector.Alive, ""},
		{"a result in chunks", "charge", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n" + goodCharge[:5] + "\r\n" + fmt.Sprintf("%x", len(goodCharge)-5) + "\r\n" + goodCharge[5:] + "\r\n0\r\n\r\n", record.Succeeded, connector.Alive, ""},
		{"a result up to the end of the connection", "item", "HTTP/1.0 200 OK\r\n\r\n" + goodItem, record.Succeeded, connector.Alive, ""},
		{"a result after an interim response", "item", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + sized("200 OK", asJSON, goodItem), record.Succeeded, connector.Alive, ""},
		{"a result under a wrong content type", "item", sized("200 OK", "text/plain", goodItem), record.Succeeded, connector.Alive, ""},
		{"no result wanted", "ping", sized("200 OK", "text/html", "<p>thanks"), record.Succeeded, connector.Alive, ""},
		{"no body where none is wanted", "ping", "HTTP/1.1 204 No Content\r\n\r\n", record.Succeeded, connector.Alive, ""},

		{"a declared fault", "charge", sized("402 Payment Required", asJSON, `{"reason":"secret-word"}`), record.Raised, connector.Alive, "402"},
		{"a declared fault without its field", "charge", sized("402 Payment Required", asJSON, `{"why":"secret-word"}`), record.Rejected, connector.Failing, "does not give the fault's fields: reason"},
		{"a declared fault with a field of another type", "charge", sized("402 Payment Required", asJSON, `{"reason":[1]}`), record.Rejected, connector.Failing, "want string, not a list"},
		{"a declared fault in a page", "charge", sized("402 Payment Required", "text/html", `<p>secret-word`), record.Rejected, connector.Failing, "no JSON but text/html"},

		{"a bad request", "charge", sized("400 Bad Request", asJSON, `{"error":"secret-word"}`), record.Rejected, connector.Alive, "answered 400 Bad Request"},
		{"not found", "item", sized("404 Not Found", asJSON, `{}`), record.Rejected, connector.Alive, "404"},
		{"already gone", "refund", sized("404 Not Found", asJSON, `{}`), record.Succeeded, connector.Alive, "already gone"},
		{"gone for good", "refund", sized("410 Gone", asJSON, `{}`), record.Succeeded, connector.Alive, "already gone"},
		{"not found by an operation that is not idempotent", "remove", sized("404 Not Found", asJSON, `{}`), record.Rejected, connector.Alive, "404"},
		{"a redirect of a POST", "charge", "HTTP/1.1 307 Temporary Redirect\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", record.Rejected, connector.Alive, "change the binding's address"},
		{"a redirect of a GET elsewhere", "item", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n", record.Rejected, connector.Alive, "change the binding's address"},
		{"a redirect in a circle", "item", "HTTP/1.1 302 Found\r\nLocation: /x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", record.Rejected, connector.Failing, "more than 3 times"},

		{"too many requests", "charge", "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", record.Refused, connector.Alive, "429"},
		{"overloaded", "charge", "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", record.Refused, connector.Failing, "503"},
		{"unavailable, perhaps after the work", "charge", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", record.Unknown, connector.Failing, "503"},
		{"unavailable with a header that says nothing", "charge", "HTTP/1.1 503 Service Unavailable\r\nRetry-After:\r\nContent-Length: 0\r\n\r\n", record.Unknown, connector.Failing, "503"},
		{"unavailable to a GET", "item", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", record.Refused, connector.Failing, "503"},
		{"unavailable to what is idempotent", "put", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", record.Refused, connector.Failing, "503"},
		{"request timeout", "charge", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", record.Refused, connector.Alive, "408"},
		{"too early", "charge", "HTTP/1.1 425 Too Early\r\nContent-Length: 0\r\n\r\n", record.Refused, connector.Alive, "425"},
		{"an error of its own", "charge", sized("500 Internal Server Error", asJSON, goodCharge), record.Unknown, connector.Failing, "500"},
		{"a bad gateway", "charge", sized("502 Bad Gateway", asJSON, `{}`), record.Unknown, connector.Failing, "502"},
		{"a gateway that waited in vain", "charge", "HTTP/1.1 504 Gateway Timeout\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", record.Unknown, connector.Failing, "504"},
		{"a bad gateway that asks for patience", "charge", "HTTP/1.1 502 Bad Gateway\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", record.Unknown, connector.Failing, "502"},

		{"garbage for a result", "charge", sized("200 OK", "text/html", "<html>secret-word"), record.Unknown, connector.Failing, "no JSON but text/html"},
		{"garbage for an idempotent result", "put", sized("200 OK", "text/html", "<html>secret-word"), record.Unknown, connector.Failing, "no JSON but text/html"},
		{"half a result", "charge", sized("200 OK", asJSON, goodCharge[:20]), record.Unknown, connector.Failing, "it is no JSON"},
		{"a result of another shape", "charge", sized("200 OK", asJSON, `{"id":7,"amount":{"amount":"secret-word","currency":"EUR"}}`), record.Unknown, connector.Failing, "id: want string, not an int; amount.amount: does not fit its type"},
		{"a result against a refinement", "item", sized("200 OK", asJSON, strings.Replace(goodItem, "3", "-3", 1)), record.Unknown, connector.Failing, "stock: must satisfy stock >= 0"},
		{"no body where a result is due", "charge", "HTTP/1.1 204 No Content\r\n\r\n", record.Unknown, connector.Failing, "without a body, where shop.Charge is due"},

		{"no HTTP", "charge", "SSH-2.0-OpenSSH\r\n\r\n", record.Unknown, connector.Failing, "no HTTP: no status line"},
		{"another protocol", "charge", "HTTP/1.1 101 Switching Protocols\r\n\r\n", record.Unknown, connector.Failing, "switches protocols"},
		{"two lengths", "charge", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", record.Unknown, connector.Failing, "Content-Length"},
		{"length and chunks", "charge", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", record.Unknown, connector.Failing, "without a body"},
		{"another transfer encoding", "charge", "HTTP/1.1 200 OK\r\nTransfer-Encoding: br\r\n\r\n0\r\n\r\n", record.Unknown, connector.Failing, "Transfer-Encoding other than chunked"},
		{"a malformed header", "charge", "HTTP/1.1 200 OK\r\nsecret-word\r\n\r\n", record.Unknown, connector.Failing, "malformed header field"},
		{"a status that is none", "ping", "HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n", record.Unknown, connector.Failing, "outside 100 to 599"},
		{"a status beyond all", "ping", "HTTP/1.1 600 More\r\nContent-Length: 0\r\n\r\n", record.Unknown, connector.Failing, "outside 100 to 599"},
		{"interim responses without end", "ping", strings.Repeat("HTTP/1.1 103 Early Hints\r\nX: "+strings.Repeat("x", 4000)+"\r\n\r\n", 20), record.Unknown, connector.Failing, "limit MaxHeaderBytes"},
		{"broken chunks", "charge", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", record.Unknown, connector.Failing, "broken chunks"},
		{"broken compression", "charge", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 11\r\n\r\nsecret-word", record.Unknown, connector.Failing, "broken compression"},
		{"closed without an answer", "charge", "", record.Unknown, connector.Failing, "closed without an answer"},
		{"cut in the head", "charge", "HTTP/1.1 200 OK\r\nA: b\r\n", record.Unknown, connector.Failing, "in the middle of the answer"},
		{"cut in the body", "charge", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", record.Unknown, connector.Failing, "in the middle of the answer"},
		{"cut in the chunks", "charge", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{", record.Unknown, connector.Failing, "in the middle of the answer"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, w := range []*wire{serveWire(t, say(c.answer)), serveWireOn(t, tls.NewListener(listen(t), serverTLS), say(c.answer))} {
				url := w.url()
				if _, plain := w.Listener.(*net.TCPListener); !plain {
					url = "https" + strings.TrimPrefix(url, "http")
				}
				r := do(t, bind(t, newConnector(t, Options{TLS: clientTLS}), url), request(c.operation))
				if r.Outcome != c.outcome || r.Sign != c.sign {
					t.Errorf("got %s and %s (%s); want %s and %s", r.Outcome, r.Sign, r.Detail, c.outcome, c.sign)
				}
				if !strings.Contains(r.Detail, c.detail) || c.detail != "" && !strings.HasPrefix(r.Detail, c.operation+" of shop.store at paris ("+url) {
					t.Errorf("the detail is %q; want who was asked and %q", r.Detail, c.detail)
				}
				if want := int64(1); w.requests.Load() != want && c.name != "a redirect in a circle" {
					t.Errorf("the target got %d requests; want %d", w.requests.Load(), want)
				}
			}
		})
	}
}

func TestWhatAnswersCarry(t *testing.T) {
	w := serveWire(t, func(c net.Conn, r *http.Request) {
		switch r.URL.Path {
		case "/charges":
			say(sized("402 Payment Required", asJSON, `{"reason":"no funds"}`))(c, r)
		default:
			say(sized("200 OK", asJSON, goodItem))(c, r)
		}
	})
	ask := func(operation string) connector.Reply {
		return do(t, bind(t, newConnector(t, Options{}), w.url()), request(operation))
	}
	if r := ask("charge"); r.Fault != "shop.Declined" || !types.Equal(r.Fields, map[string]types.Value{"reason": "no funds"}) {
		t.Errorf("the fault is %s %v", r.Fault, r.Fields)
	}
	want := map[string]types.Value{"sku": "p-1", "price": euros("20"), "stock": int64(3)}
	if r := ask("item"); !types.Equal(r.Value, want) {
		t.Errorf("the value is %v; want %v", r.Value, want)
	}
	r := connector.Reply{Outcome: record.Raised, Fault: "f", Detail: "d", TookNs: 5}
	if got := r.Ended(request("item")); got.Instance != "i1" || got.Activation != 3 || got.Attempt != 1 || got.Outcome != record.Raised || got.Fault != "f" || got.Detail != "d" || got.TookNs != 5 {
		t.Errorf("Ended gives %+v", got)
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String()
	l.Close()
	r := do(t, bind(t, newConnector(t, Options{}), url), request("charge"))
	if r.Outcome != record.Refused || r.Sign != connector.Failing || !strings.HasSuffix(r.Detail, "connection refused; nothing was sent") {
		t.Errorf("got %s, %s: %s", r.Outcome, r.Sign, r.Detail)
	}
}

func TestNameWithoutAddress(t *testing.T) {
	r := do(t, bind(t, newConnector(t, Options{}), "http://nowhere.invalid"), request("charge"))
	if r.Outcome != record.Refused || r.Sign != connector.Failing {
		t.Errorf("got %s, %s: %s", r.Outcome, r.Sign, r.Detail)
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, goodItem) }))
	defer server.Close()
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	trusting := newConnector(t, Options{TLS: server.Client().Transport.(*http.Transport).TLSClientConfig})
	sink := bind(t, trusting, server.URL)
	for range 3 {
		if r := do(t, sink, request("item")); r.Outcome != record.Succeeded {
			t.Errorf("got %s: %s", r.Outcome, r.Detail)
		}
	}
	r := do(t, bind(t, newConnector(t, Options{}), server.URL), request("charge"))
	if r.Outcome != record.Refused || !strings.Contains(r.Detail, "certificate") {
		t.Errorf("an unknown certificate: got %s: %s", r.Outcome, r.Detail)
	}
}

func TestNeverAnswers(t *testing.T) {
	release := make(chan struct{})
	w := serveWire(t, func(net.Conn, *http.Request) { <-release })
	defer close(release)
	q := request("charge")
	q.TimeoutNs = int64(500 * time.Millisecond)
	r := do(t, bind(t, newConnector(t, Options{}), w.url()), q)
	if r.Outcome != record.Unknown || r.Sign != connector.Failing || !strings.HasSuffix(r.Detail, "no answer in time, after the request was sent") {
		t.Errorf("got %s, %s: %s", r.Outcome, r.Sign, r.Detail)
	}
}

func TestStoppedWhileWaiting(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	arrived := make(chan struct{}, 2)
	w := serveWire(t, func(net.Conn, *http.Request) { arrived <- struct{}{}; <-release })
	c := newConnector(t, Options{})
	sink := bind(t, c, w.url())

	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-arrived; cancel() }()
	if r := sink.Do(ctx, request("charge")); r.Outcome != record.Unknown || r.Sign != connector.Silent {
		t.Errorf("after the caller stopped: %s, %s: %s", r.Outcome, r.Sign, r.Detail)
	}
	if r := sink.Do(ctx, request("charge")); r.Outcome != record.Refused || r.Sign != connector.Silent {
		t.Errorf("with a caller that has stopped before: %s, %s: %s", r.Outcome, r.Sign, r.Detail)
	}
	go func() { <-arrived; c.Close() }()
	if r := do(t, sink, request("charge")); r.Outcome != record.Unknown || r.Sign != connector.Silent {
		t.Errorf("after Close: %s, %s: %s", r.Outcome, r.Sign, r.Detail)
	}
	if r := do(t, sink, request("charge")); r.Outcome != record.Refused || r.Sign != connector.Silent {
		t.Errorf("on a closed connector: %s, %s: %s", r.Outcome, r.Sign, r.Detail)
	}
	if w.requests.Load() != 2 {
		t.Errorf("the target got %d requests; want 2", w.requests.Load())
	}
}

func TestUnknownOperation(t *testing.T) {
	sink := bind(t, newConnector(t, Options{}), "http://127.0.0.1:1")
	for _, q := range []connector.Request{{Endpoint: "shop.store", Operation: "nothing", Cloud: "paris"}, {Endpoint: "shop.store", Operation: "ping", Cloud: "mars"}} {
		if r := sink.Do(context.Background(), q); r.Outcome != record.Rejected || r.Sign != connector.Silent {
			t.Errorf("got %s: %s", r.Outcome, r.Detail)
		}
	}
	if r := sink.Probe(context.Background(), "shop.store", "mars", 1); r.Outcome != record.Rejected {
		t.Errorf("probing nothing: got %s", r.Outcome)
	}
}

func TestProbe(t *testing.T) {
	for _, c := range []struct {
		answer string
		sign   connector.Sign
	}{
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", connector.Alive},
		{"HTTP/1.1 404 Not Found\r\n\r\n", connector.Alive},
		{"HTTP/1.1 500 Internal Server Error\r\n\r\n", connector.Alive},
		{"HTTP/1.1 503 Service Unavailable\r\n\r\n", connector.Failing},
		{"HTTP/1.1 502 Bad Gateway\r\n\r\n", connector.Failing},
		{"garbage\r\n", connector.Failing},
		{"", connector.Failing},
	} {
		w := serveWire(t, func(conn net.Conn, r *http.Request) {
			if r.Method != "HEAD" || r.URL.Path != "/base/" {
				t.Errorf("the probe is %s %s", r.Method, r.URL.Path)
			}
			say(c.answer)(conn, r)
		})
		r := bind(t, newConnector(t, Options{}), w.url()+"/base/").Probe(context.Background(), "shop.store", "paris", int64(10*time.Second))
		if r.Sign != c.sign || r.TookNs <= 0 {
			t.Errorf("%q: got %s (%s) after %d ns; want %s", c.answer, r.Sign, r.Detail, r.TookNs, c.sign)
		}
	}
}
