package httpconnector

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

var errClosed = errors.New("the node is stopping")

// keepAlive is how often a silent connection is asked whether it still lives.
const keepAlive = 15 * time.Second

// bufferBytes holds the usual head and body, so that they leave in one write.
const bufferBytes = 4 << 10

// newTransport makes the client of a Connector, over connections that it can
// count and cut.
func newTransport(o *Options, l *lines) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            l.dial,
		TLSClientConfig:        o.TLS.Clone(), // the transport adds its protocols
		TLSHandshakeTimeout:    o.DialFor,
		ForceAttemptHTTP2:      true, // a dialer of one's own turns it off
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: keepAlive, PingTimeout: keepAlive},
		MaxIdleConnsPerHost:    o.MaxConcurrent,
		IdleConnTimeout:        o.IdleFor,
		MaxResponseHeaderBytes: int64(o.MaxHeaderBytes),
		ReadBufferSize:         bufferBytes,
		WriteBufferSize:        bufferBytes,
	}
}

// conn is a connection that knows how many bytes have left on it.
type conn struct {
	net.Conn
	written atomic.Int64
	of      *lines
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.written.Add(int64(n))
	return n, err
}

func (c *conn) Close() error {
	c.of.forget(c)
	return c.Conn.Close()
}

// below is the conn under what a transport uses, or nil.
func below(used net.Conn) *conn {
	for {
		switch c := used.(type) {
		case *conn:
			return c
		case *tls.Conn:
			used = c.NetConn()
		default:
			return nil
		}
	}
}

// lines are the open connections of a Connector.
type lines struct {
	reach   func(ctx context.Context, network, address string) (net.Conn, error)
	stopped context.Context // ends when the Connector is closed
	stop    context.CancelFunc

	mu   sync.Mutex
	open map[*conn]struct{}
}

func newLines(o *Options) *lines {
	dialer := net.Dialer{Timeout: o.DialFor, KeepAlive: keepAlive}
	l := &lines{reach: dialer.DialContext, open: map[*conn]struct{}{}}
	l.stopped, l.stop = context.WithCancel(context.Background())
	return l
}

func (l *lines) closed() bool { return l.stopped.Err() != nil }

// dial is connect, for a transport.
func (l *lines) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := l.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (l *lines) connect(ctx context.Context, network, address string) (*conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(l.stopped, cancel)()
	raw, err := l.reach(ctx, network, address)
	if err != nil {
		if l.closed() {
			err = errClosed
		}
		return nil, err
	}
	c := &conn{Conn: raw, of: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed() {
		_ = raw.Close() // nothing was sent on it
		return nil, errClosed
	}
	l.open[c] = struct{}{}
	return c, nil
}

func (l *lines) forget(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, c)
}

// shut cuts every connection, also those in use, and lets no other come.
func (l *lines) shut() {
	l.mu.Lock()
	l.stop()
	open := l.open
	l.open = map[*conn]struct{}{}
	l.mu.Unlock()
	for c := range open {
		_ = c.Conn.Close() // whoever uses it sees its end
	}
}
