package httpconnector

import (
	"context"
	"crypto/tls"
	"errors"
	"sync"
	"time"
)

// address is where connections go.
type address struct {
	host   string // with port
	secure bool
}

var errClosed = errors.New("the node is stopping")

// pool holds the connections to one address. Idle ones are reused last in,
// first out, so that few stay warm and the others time out.
type pool struct {
	to      address
	tls     *tls.Config
	idleFor time.Duration
	maxIdle int

	mu      sync.Mutex
	idle    []*conn
	busy    map[*conn]struct{}
	closed  bool
	reaping bool
}

// get gives an idle connection that still works, or nil. Errors: *notSent.
func (p *pool) get(now time.Time) (*conn, error) {
	for {
		c, err := p.take()
		if c == nil {
			return nil, err
		}
		if now.Sub(c.idleAt) < p.idleFor && c.alive() {
			return c, nil
		}
		p.drop(c)
	}
}

// dial makes a new connection. Errors: *notSent.
func (p *pool) dial(ctx context.Context) (*conn, error) {
	c, err := dial(ctx, p.to, p.tls)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_ = c.Close() // nothing was sent on it
		return nil, &notSent{errClosed}
	}
	p.busy[c] = struct{}{}
	return c, nil
}

func (p *pool) take() (*conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, &notSent{errClosed}
	}
	n := len(p.idle)
	if n == 0 {
		return nil, nil
	}
	c := p.idle[n-1]
	p.idle[n-1] = nil
	p.idle = p.idle[:n-1]
	p.busy[c] = struct{}{}
	return c, nil
}

// put gives a connection back for the next request.
func (p *pool) put(c *conn, now time.Time) {
	c.idleAt = now
	p.mu.Lock()
	if p.closed || len(p.idle) >= p.maxIdle {
		p.mu.Unlock()
		p.drop(c)
		return
	}
	delete(p.busy, c)
	p.idle = append(p.idle, c)
	if !p.reaping {
		p.reaping = true
		time.AfterFunc(p.idleFor, p.reap)
	}
	p.mu.Unlock()
}

func (p *pool) drop(c *conn) {
	p.mu.Lock()
	delete(p.busy, c)
	p.mu.Unlock()
	_ = c.Close() // it is given up; how it ends changes nothing
}

// reap closes what has been idle for too long, and comes again while anything
// is idle.
func (p *pool) reap() {
	now := time.Now()
	p.mu.Lock()
	var old []*conn
	for len(p.idle) > 0 && now.Sub(p.idle[0].idleAt) >= p.idleFor {
		old = append(old, p.idle[0])
		p.idle[0] = nil
		p.idle = p.idle[1:]
	}
	p.reaping = len(p.idle) > 0 && !p.closed
	if p.reaping {
		time.AfterFunc(p.idleFor, p.reap)
	}
	p.mu.Unlock()
	for _, c := range old {
		_ = c.Close() // idle: nothing is lost with it
	}
}

// shut closes every connection, also those in use.
func (p *pool) shut() {
	p.mu.Lock()
	all := p.idle
	for c := range p.busy {
		all = append(all, c)
	}
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, c := range all {
		_ = c.Close() // whoever uses it sees its end
	}
}
