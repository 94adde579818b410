package httpconnector

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"syscall"
	"time"
)

// conn is one connection. One goroutine at a time owns it: it writes the
// request and then reads the answer, so that no other goroutine has to be woken
// on the way, and so that it is known what was written.
type conn struct {
	net.Conn
	in     *bufio.Reader
	raw    syscall.RawConn // of the TCP connection, nil where there is none
	secure bool
	used   bool // it has carried an exchange before
	idleAt time.Time
}

// notSent is why a request certainly did not reach the target.
type notSent struct{ err error }

func (n *notSent) Error() string { return n.err.Error() }
func (n *notSent) Unwrap() error { return n.err }

func isNet(err error) bool {
	var n net.Error
	return errors.As(err, &n)
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// dial connects. Every error is a *notSent.
func dial(ctx context.Context, to address, config *tls.Config) (*conn, error) {
	d := net.Dialer{KeepAlive: 15 * time.Second}
	plain, err := d.DialContext(ctx, "tcp", to.host)
	if err != nil {
		return nil, &notSent{err}
	}
	c := &conn{Conn: plain, secure: to.secure}
	if tcp, ok := plain.(syscall.Conn); ok {
		if raw, err := tcp.SyscallConn(); err == nil {
			c.raw = raw
		}
	}
	if to.secure {
		name, _, err := net.SplitHostPort(to.host)
		if err != nil {
			name = to.host
		}
		own := config.Clone()
		own.NextProtos = []string{"http/1.1"}
		if own.ServerName == "" {
			own.ServerName = name
		}
		t := tls.Client(plain, own)
		if err := t.HandshakeContext(ctx); err != nil {
			_ = plain.Close() // the handshake's error is the one that counts
			return nil, &notSent{err}
		}
		c.Conn = t
	}
	c.in = bufio.NewReaderSize(c.Conn, 4<<10)
	return c, nil
}

// exchange writes request and reads the answer. body is read into buf. A
// *notSent error says that not one byte left; after any other error the target
// may have the request. answered says that a part of an answer came.
func (c *conn) exchange(request []byte, buf []byte, o *Options, noBody bool) (h head, body []byte, answered bool, err error) {
	n, unwritten := c.Write(request)
	if unwritten != nil && n == 0 && !c.secure { // TLS does not tell how much of a record left
		return head{}, nil, false, &notSent{unwritten}
	}
	c.used = true
	if _, err := c.in.Peek(1); err != nil {
		if unwritten != nil {
			err = unwritten
		}
		return head{}, nil, false, err
	}
	// A target may answer before it has read everything, and close.
	h, err = readHead(c.in, o.MaxHeaderBytes)
	if err != nil {
		return head{}, nil, true, err
	}
	if noBody {
		return h, nil, true, nil
	}
	body, clean, err := readBody(c.in, h, buf, o.MaxResponseBytes, o.MaxHeaderBytes)
	if err != nil {
		return head{}, nil, true, err
	}
	// What is left over belongs to no request of ours.
	if !clean || unwritten != nil || c.in.Buffered() > 0 {
		h.close = true
	}
	return h, body, true, nil
}
