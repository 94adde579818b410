package httpconnector

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/record"
)

// Sink carries out the requests of one plan. Everything in it is only read.
type Sink struct {
	options    *Options
	operations map[operationKey]*operation
	targets    map[targetKey]*target
}

type operationKey struct{ endpoint, name string }

type targetKey struct{ endpoint, cloud string }

var _ connector.Sink = (*Sink)(nil)

// Buffers beyond this are not kept for the next call.
const keptBytes = 64 << 10

var renderedPool = sync.Pool{New: func() any { return &rendered{head: make([]byte, 0, 1<<10), exchanged: make([]byte, 0, 1<<10)} }}

// Do carries out one attempt. See the package comment for what each answer
// becomes.
func (s *Sink) Do(ctx context.Context, q connector.Request) connector.Reply {
	started := time.Now()
	op := s.operations[operationKey{q.Endpoint, q.Operation}]
	t := s.targets[targetKey{q.Endpoint, q.Cloud}]
	if op == nil || t == nil {
		return connector.Reply{Outcome: record.Rejected, Detail: "the plan has no operation " + q.Operation + " of " + q.Endpoint + " at " + q.Cloud}
	}
	bound := q.TimeoutNs
	if bound <= 0 {
		bound = op.timeoutNs
	}
	if bound <= 0 {
		bound = s.options.TimeoutNs
	}
	deadline := started.Add(time.Duration(bound))

	r := renderedPool.Get().(*rendered)
	reply := s.attempt(ctx, &q, op, t, r, deadline)
	if cap(r.head) <= keptBytes && cap(r.body) <= keptBytes && cap(r.exchanged) <= keptBytes {
		renderedPool.Put(r)
	}
	reply.TookNs = int64(time.Since(started))
	return reply
}

// maxRedirects bounds how often one GET is sent on.
const maxRedirects = 3

func (s *Sink) attempt(ctx context.Context, q *connector.Request, op *operation, t *target, r *rendered, deadline time.Time) connector.Reply {
	if err := t.bulkhead.enter(ctx, deadline); err != nil {
		return op.broken(&notSent{err}, ctx, t)
	}
	defer t.bulkhead.leave()
	location := ""
	for range maxRedirects + 1 {
		if err := op.render(r, q, t, location, s.options); err != nil {
			return op.reply(t, record.Rejected, connector.Silent, "cannot be sent: %v", err)
		}
		c, h, body, err := s.exchange(ctx, op, t, r, deadline)
		if err != nil {
			return op.broken(err, ctx, t)
		}
		if op.safe && h.status >= 300 && h.status < 400 && h.location != "" {
			if next, ok := t.sameAddress(location, h.location); ok {
				location = next
				t.release(c, &h)
				continue
			}
		}
		reply := op.judge(&h, body, t)
		if h.retryAfter != "" && reply.Outcome == record.Refused {
			reply.RetryAfterNs = retryAfterNs(h.retryAfter, time.Now())
		}
		t.release(c, &h)
		return reply
	}
	return op.reply(t, record.Rejected, connector.Failing, "redirects more than %d times", maxRedirects)
}

// exchange sends what was rendered. Where a kept connection turns out to be
// dead, the request goes out once more on a fresh one if that cannot do harm:
// nothing of it had left, or asking twice is asking once.
func (s *Sink) exchange(ctx context.Context, op *operation, t *target, r *rendered, deadline time.Time) (*conn, head, []byte, error) {
	for fresh := false; ; fresh = true {
		c, err := t.connect(ctx, fresh, deadline)
		if err != nil {
			return nil, head{}, nil, err
		}
		reused := c.used
		h, body, answered, err := s.once(ctx, op, c, r)
		if err == nil {
			return c, h, body, nil
		}
		t.pool.drop(c)
		var unsent *notSent
		harmless := errors.As(err, &unsent) || op.idempotent
		if !reused || answered || !harmless || isTimeout(err) || ctx.Err() != nil {
			return nil, head{}, nil, err
		}
	}
}

func (s *Sink) once(ctx context.Context, op *operation, c *conn, r *rendered) (h head, body []byte, answered bool, err error) {
	if err := ctx.Err(); err != nil {
		return head{}, nil, false, &notSent{err}
	}
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func() { _ = c.Conn.SetDeadline(time.Unix(1, 0)) }) // a broken connection ends by itself
		defer func() {
			if !stop() { // the deadline may still be moved: nobody else may own it
				h.close = true
			}
		}()
	}
	h, body, answered, err = c.exchange(r.head, r.exchanged, s.options, op.method == "HEAD")
	if body != nil {
		r.exchanged = body
	}
	return h, body, answered, err
}

// connect gives a connection whose deadline is set.
func (t *target) connect(ctx context.Context, fresh bool, deadline time.Time) (*conn, error) {
	var c *conn
	var err error
	if !fresh {
		if c, err = t.pool.get(time.Now()); err != nil {
			return nil, err
		}
	}
	if c == nil {
		dialing, cancel := context.WithDeadline(ctx, deadline)
		defer cancel()
		if c, err = t.pool.dial(dialing); err != nil {
			return nil, err
		}
	}
	if err := c.SetDeadline(deadline); err != nil {
		t.pool.drop(c)
		return nil, &notSent{err}
	}
	return c, nil
}

// release gives the connection of a complete answer back.
func (t *target) release(c *conn, h *head) {
	if h.close {
		t.pool.drop(c)
		return
	}
	t.pool.put(c, time.Now())
}

// sameAddress resolves a redirect; ok is false where it leads to another
// address, for a binding's address is what policies have judged.
func (t *target) sameAddress(from, location string) (pathAndQuery string, ok bool) {
	scheme := "http"
	if t.address.secure {
		scheme = "https"
	}
	base, err := url.Parse(scheme + "://" + t.address.host + from)
	if err != nil {
		return "", false
	}
	u, err := base.Parse(location)
	if err != nil || u.Scheme != scheme || u.User != nil {
		return "", false
	}
	if u.Host != base.Host && u.Host != strings.TrimSuffix(strings.TrimSuffix(base.Host, ":80"), ":443") {
		return "", false
	}
	return u.RequestURI(), true
}

// Probe asks the binding's address for its head on a connection of its own. Any
// answer means that it can be reached, but for 502, 503 and 504, with which a
// gateway says that nobody is behind it.
func (s *Sink) Probe(ctx context.Context, endpoint, cloud string, timeoutNs int64) connector.Reply {
	started := time.Now()
	t := s.targets[targetKey{endpoint, cloud}]
	if t == nil {
		return connector.Reply{Outcome: record.Rejected, Detail: "the plan has no binding of " + endpoint + " at " + cloud}
	}
	if timeoutNs <= 0 {
		timeoutNs = s.options.TimeoutNs
	}
	op := &operation{name: "probe", method: "HEAD", safe: true, idempotent: true}
	reply := s.probe(ctx, op, t, started.Add(time.Duration(timeoutNs)))
	reply.TookNs = int64(time.Since(started))
	return reply
}

func (s *Sink) probe(ctx context.Context, op *operation, t *target, deadline time.Time) connector.Reply {
	c, err := t.connect(ctx, true, deadline)
	if err != nil {
		return op.broken(err, ctx, t)
	}
	defer t.pool.drop(c)
	r := &rendered{head: []byte("HEAD " + t.base + "/ HTTP/1.1\r\n" + t.headers + "Connection: close\r\n\r\n")}
	h, _, _, err := s.once(ctx, op, c, r)
	switch {
	case err != nil:
		return op.broken(err, ctx, t)
	case h.status == 502 || h.status == 503 || h.status == 504:
		return op.reply(t, record.Refused, connector.Failing, "%s", answered(h.status))
	}
	return op.reply(t, record.Succeeded, connector.Alive, "%s", answered(h.status))
}
