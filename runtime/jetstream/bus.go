package jetstream

import (
	"context"
	"errors"
	"fmt"

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

// A Bus carries questions between the nodes of an external store. Nothing on it is durable.
type Bus struct{ server *Server }

// Bus is that of the store.
func (s *Server) Bus() *Bus { return &Bus{server: s} }

// Listen answers what is asked at a place. handle runs on one goroutine and must not block; it calls reply once, from wherever it
// likes, or never. stop ends it.
func (b *Bus) Listen(place string, handle func(question []byte, reply func(answer []byte))) (stop func(), err error) {
	sub, err := b.server.nc.Subscribe(place, func(m *nats.Msg) {
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
	if err := b.server.nc.FlushTimeout(b.server.options.Timeout); err != nil {
		return nil, unavailable("listening at "+place, err)
	}
	return func() { _ = sub.Unsubscribe() }, nil // a connection that is closed listens to nothing
}

// Ask sends a question and waits for the first answer. Errors: ErrNobody, ErrNoAnswer, ErrTooLarge.
func (b *Bus) Ask(ctx context.Context, place string, question []byte) ([]byte, error) {
	if most := b.Largest(); len(question) > most {
		return nil, fmt.Errorf("%d bytes for another node, at most %d: %w", len(question), most, ErrTooLarge)
	}
	m, err := b.server.nc.RequestWithContext(ctx, place, question)
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
	if err := b.server.nc.Publish(place, what); err != nil {
		return unavailable("telling "+place, err)
	}
	return nil
}

// Largest is the largest question or answer, in bytes.
func (b *Bus) Largest() int { return b.server.options.MaxPayload - headerAllowance }
