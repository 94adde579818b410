package httpconnector

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// notSent is why a request certainly did not reach the target.
type notSent struct{ err error }

func (n *notSent) Error() string { return n.err.Error() }
func (n *notSent) Unwrap() error { return n.err }

// exchange is one request and what becomes of it. It is never used again: the
// transport may look at it for a while after its answer.
type exchange struct {
	method string
	url    url.URL
	host   string
	fields []field // the head but for what belongs to the exchange itself
	body   []byte
	usual  [8]field // behind fields, the first of them

	again  bool // sending twice is sending once
	ctx    context.Context
	cancel context.CancelFunc

	// Of the connection that the transport uses now; written before the request
	// leaves, on the goroutine of run.
	got     bool
	conn    *conn
	before  int64 // bytes that had left on conn
	http2   bool
	earlier bool // the request may have left on a connection before this one
	barred  bool // it was about to leave twice

	wroteHead atomic.Bool
}

// field is one of the head, with its name as it goes out.
type field struct{ name, value string }

const userAgent = "User-Agent"

// set puts a field in the place of any other with its name.
func (x *exchange) set(name, value string) {
	for i := range x.fields {
		if x.fields[i].name == name {
			x.fields[i].value = value
			return
		}
	}
	x.add(name, value)
}

// add puts a field beside others with its name.
func (x *exchange) add(name, value string) {
	if x.fields == nil {
		x.fields = x.usual[:0]
	}
	x.fields = append(x.fields, field{name, value})
}

// header is the fields as net/http wants them.
func (x *exchange) header() http.Header {
	h := make(http.Header, len(x.fields))
	for _, f := range x.fields {
		h[f.name] = append(h[f.name], f.value)
	}
	return h
}

// run sends the request and reads the answer, its body into buf. A *notSent
// error says that the request did not leave; after any other error the target
// may have it.
func (x *exchange) run(ctx context.Context, over http.RoundTripper, deadline time.Time, buf []byte, o *Options) (head, []byte, error) {
	x.ctx, x.cancel = context.WithDeadline(ctx, deadline)
	defer x.cancel()
	trace := httptrace.ClientTrace{GotConn: x.gotConn, WroteHeaders: x.wroteHeaders}
	request := &http.Request{Method: x.method, URL: &x.url, Host: x.host, Header: x.header()}
	if len(x.body) > 0 {
		request.ContentLength = int64(len(x.body))
		request.GetBody = x.reader
		request.Body, _ = x.reader()
	}
	response, err := over.RoundTrip(request.WithContext(httptrace.WithClientTrace(x.ctx, &trace)))
	switch {
	case err != nil && !x.left():
		return head{}, nil, &notSent{err}
	case x.barred:
		return head{}, nil, io.EOF
	case err != nil:
		return head{}, nil, told(err, o)
	}
	defer response.Body.Close() // what matters of it has been read
	h, err := readHead(response)
	if err != nil {
		return head{}, nil, err
	}
	body, err := readBody(response, buf, o.MaxResponseBytes)
	if err != nil {
		return head{}, nil, told(err, o)
	}
	return h, body, nil
}

// reader reads the body from its beginning. The type is one that the transport
// knows to be in memory: head and body then leave in one write.
func (x *exchange) reader() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(x.body)), nil
}

// gotConn hears of every connection before the request is written to it. The
// second time, the transport is about to send the request again; where it may
// have left before and must not leave twice, it is kept from leaving.
func (x *exchange) gotConn(info httptrace.GotConnInfo) {
	x.earlier = x.left()
	x.got, x.conn, x.http2 = true, below(info.Conn), false
	if secure, ok := info.Conn.(*tls.Conn); ok {
		x.http2 = secure.ConnectionState().NegotiatedProtocol == "h2"
	}
	if x.conn != nil {
		x.before = x.conn.written.Load()
	}
	x.wroteHead.Store(false)
	if !x.earlier || x.again {
		return
	}
	// HTTP/2 asks the context once more before it writes; HTTP/1.1 does not, but
	// has the connection to itself.
	x.barred = true
	x.cancel()
	if !x.http2 {
		_ = info.Conn.Close() // unused
	}
}

func (x *exchange) wroteHeaders() { x.wroteHead.Store(true) }

// left says whether the target may have the request: its whole head was written
// and, on a connection of its own, a byte went out. Without a whole head there
// is no request. With HTTP/2 a call that is given up does not wait for its
// writer, so that only the writer's silence to the end would prove anything.
func (x *exchange) left() bool {
	switch {
	case x.earlier:
		return true
	case !x.got:
		return false
	case x.http2:
		return x.wroteHead.Load() || x.ctx.Err() != nil
	case x.conn == nil:
		return true
	}
	return x.wroteHead.Load() && x.conn.written.Load() != x.before
}
