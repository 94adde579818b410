package node

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/journal"
)

// TestWhatIsWaitedForAtAStart: servers of others that are not ready are asked again, and
// everything else is told at once.
func TestWhatIsWaitedForAtAStart(t *testing.T) {
	away := fmt.Errorf("opening the channel p.intake: %w", journal.ErrUnavailable)
	gone := &jetstream.ExternalServerError{}
	broken := errors.New("the plan does not fit")
	for name, c := range map[string]struct {
		url     string
		reached bool
		errs    []error
		want    error
		tries   int
	}{
		"a stream without a leader":             {"nats://there", false, []error{away, journal.ErrUnknown, nil}, nil, 3},
		"a server that stops when it was there": {"nats://there", true, []error{gone, nil}, nil, 2},
		"a server that never was there":         {"nats://there", false, []error{gone, nil}, gone, 1},
		"a server that went away meanwhile":     {"nats://there", false, []error{away, gone, nil}, nil, 3},
		"another mistake":                       {"nats://there", true, []error{broken, nil}, broken, 1},
		"the embedded server":                   {"", true, []error{away, nil}, away, 1},
	} {
		o := Options{Store: jetstream.Options{URL: c.url}, Log: slog.New(slog.DiscardHandler)}
		tries := 0
		err := o.awaitServers(t.Context(), c.reached, func() error {
			tries++
			return c.errs[tries-1]
		})
		if err != c.want || tries != c.tries {
			t.Errorf("%s: %v after %d tries, want %v after %d", name, err, tries, c.want, c.tries)
		}
	}
}
