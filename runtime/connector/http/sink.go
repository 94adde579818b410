package httpconnector

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/record"
)

// Sink carries out the requests of one plan. Everything in it is only read.
type Sink struct {
	connector  *Connector
	options    *Options
	operations map[operationKey]*operation
	targets    map[targetKey]*target
}

type operationKey struct{ endpoint, name string }

type targetKey struct{ endpoint, cloud string }

var _ connector.Sink = (*Sink)(nil)

// Buffers beyond this are not kept for the next call.
const keptBytes = 64 << 10

// bodies are the buffers into which answers are read.
var bodies = sync.Pool{New: func() any { return new([]byte) }}

// Do carries out one attempt. See the package comment for what each answer
// becomes.
func (s *Sink) Do(ctx context.Context, q connector.Request) connector.Reply {
	op := s.operations[operationKey{q.Endpoint, q.Operation}]
	t := s.targets[targetKey{q.Endpoint, q.Cloud}]
	if op == nil || t == nil {
		return connector.Reply{Outcome: record.Rejected, Detail: "the plan has no operation " + q.Operation + " of " + q.Endpoint + " at " + q.Cloud}
	}
	if err := t.bulkhead.enter(ctx, s.connector.lines.stopped.Done()); err != nil {
		return s.broken(ctx, op, t, &notSent{err})
	}
	defer t.bulkhead.leave()
	started := time.Now()
	bound := q.TimeoutNs
	if bound <= 0 {
		bound = op.timeoutNs
	}
	if bound <= 0 {
		bound = s.options.TimeoutNs
	}
	deadline := started.Add(time.Duration(bound))

	buf := bodies.Get().(*[]byte)
	reply := s.attempt(ctx, &q, op, t, buf, deadline)
	if cap(*buf) <= keptBytes {
		bodies.Put(buf)
	}
	reply.TookNs = int64(time.Since(started))
	return reply
}

// maxRedirects bounds how often one GET is sent on.
const maxRedirects = 3

func (s *Sink) attempt(ctx context.Context, q *connector.Request, op *operation, t *target, buf *[]byte, deadline time.Time) connector.Reply {
	var instead *url.URL
	for range maxRedirects + 1 {
		x, err := op.render(q, t, instead, s.options)
		if err != nil {
			return op.reply(t, record.Rejected, connector.Silent, "cannot be sent: %v", err)
		}
		h, body, err := s.exchange(ctx, x, t, deadline, *buf)
		if err != nil {
			return s.broken(ctx, op, t, err)
		}
		*buf = body
		if op.safe && h.status >= 300 && h.status < 400 && h.location != "" {
			if next := t.sameAddress(&x.url, h.location); next != nil {
				instead = next
				continue
			}
		}
		return op.judge(q.Args, &h, body, t)
	}
	return op.reply(t, record.Rejected, connector.Failing, "redirects more than %d times", maxRedirects)
}

func (s *Sink) exchange(ctx context.Context, x *exchange, t *target, deadline time.Time, buf []byte) (head, []byte, error) {
	if t.depot != nil {
		return t.depot.run(ctx, x, deadline, buf)
	}
	return x.run(ctx, s.connector.transport, deadline, buf, s.options)
}

// sameAddress resolves a redirect; it is nil where it leads to another address,
// for a binding's address is what policies have judged.
func (t *target) sameAddress(from *url.URL, location string) *url.URL {
	u, err := from.Parse(location)
	if err != nil || u.Scheme != from.Scheme || u.User != nil || !strings.EqualFold(withPort(u), t.address.host) {
		return nil
	}
	return u
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
	x, err := op.render(&connector.Request{}, t, nil, s.options)
	if err != nil {
		return op.reply(t, record.Rejected, connector.Silent, "cannot be sent: %v", err)
	}
	h, _, err := x.run(ctx, s.connector.probing, deadline, nil, s.options)
	switch {
	case err != nil:
		return s.broken(ctx, op, t, err)
	case h.status == 502 || h.status == 503 || h.status == 504:
		return op.reply(t, record.Refused, connector.Failing, "%s", answered(h.status))
	}
	return op.reply(t, record.Succeeded, connector.Alive, "%s", answered(h.status))
}
