package jetstream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/cob-lang/cob/runtime/journal"
)

// Errors of asking another node.
var (
	// ErrNobody: nobody listens there; nothing was done.
	ErrNobody = errors.New("no node answers there")
	// ErrNoAnswer: it may have been done or not.
	ErrNoAnswer = errors.New("the node that was asked gave no answer")
)

// A Bus carries questions between the nodes of an external store, and to the agents. Nothing on it is durable.
type Bus struct {
	nc      *nats.Conn
	timeout time.Duration
	largest int
}

// Bus is that of the store.
func (s *Server) Bus() *Bus {
	return &Bus{nc: s.nc, timeout: s.options.Timeout, largest: s.options.MaxPayload - headerAllowance}
}

// Dial reaches a bus and no store: the server may be a leaf node without JetStream. Whoever dials has to Close. Errors: those of
// Options.Validate, *ExternalServerError.
func Dial(o Options) (*Bus, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	s := &Server{options: o.withDefaults()}
	if err := s.reach(); err != nil {
		if s.nc != nil {
			s.nc.Close()
		}
		return nil, err
	}
	return s.Bus(), nil
}

// Close ends the connection of a bus that was dialled.
func (b *Bus) Close() { b.nc.Close() }

// Flush waits until the server has what was said.
func (b *Bus) Flush() error {
	if err := b.nc.FlushTimeout(b.timeout); err != nil {
		return unavailable("waiting for the server", err)
	}
	return nil
}

// Server is the address of the server that the bus is connected to, without credentials; "" while there is none.
func (b *Bus) Server() string { return b.nc.ConnectedUrlRedacted() }

// Listen answers what is asked at a place. handle runs on one goroutine and must not block; it calls reply once, from wherever it
// likes, or never. stop ends it.
func (b *Bus) Listen(place string, handle func(question []byte, reply func(answer []byte))) (stop func(), err error) {
	sub, err := b.nc.Subscribe(place, func(m *nats.Msg) {
		handle(m.Data, func(answer []byte) {
			if m.Reply != "" {
				_ = m.Respond(answer) // who asked finds out that there is no answer
			}
		})
	})
	if err != nil {
		return nil, unavailable("listening at "+place, err)
	}
	if err := sub.SetPendingLimits(-1, -1); err != nil {
		return nil, unavailable("listening at "+place, err)
	}
	// The servers know of it once they have answered.
	if err := b.nc.FlushTimeout(b.timeout); err != nil {
		return nil, unavailable("listening at "+place, err)
	}
	return func() { _ = sub.Unsubscribe() }, nil // a connection that is closed listens to nothing
}

// Ask sends a question and waits for the first answer. Errors: ErrNobody, ErrNoAnswer, ErrTooLarge.
func (b *Bus) Ask(ctx context.Context, place string, question []byte) ([]byte, error) {
	if most := b.Largest(); len(question) > most {
		return nil, fmt.Errorf("%d bytes for another node, at most %d: %w", len(question), most, ErrTooLarge)
	}
	m, err := b.nc.RequestWithContext(ctx, place, question)
	switch {
	case err == nil:
		return m.Data, nil
	case errors.Is(err, nats.ErrNoResponders):
		return nil, ErrNobody
	case errors.Is(err, nats.ErrReconnectBufExceeded), errors.Is(err, nats.ErrConnectionClosed):
		return nil, fmt.Errorf("%w: %w", ErrNobody, journal.ErrUnavailable)
	}
	return nil, fmt.Errorf("%w (%v)", ErrNoAnswer, err)
}

// Tell sends what needs no answer to all who listen; it may be lost.
func (b *Bus) Tell(place string, what []byte) error {
	if err := b.nc.Publish(place, what); err != nil {
		return unavailable("telling "+place, err)
	}
	return nil
}

// Largest is the largest question or answer, in bytes.
func (b *Bus) Largest() int { return b.largest }
