package jetstream

import (
	"context"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/journal/journaltest"
)

var ctx = context.Background()

// start opens a store for one test and closes it at its end.
func start(t testing.TB, o Options) *Server {
	t.Helper()
	if o.StoreDir == "" && o.URL == "" {
		o.StoreDir = t.TempDir()
	}
	if o.Reserve == 0 {
		o.Reserve = -1
	}
	s, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

func opened(t testing.TB, s *Server, o JournalOptions) *Journal {
	t.Helper()
	j, err := s.Journal(ctx, 0, o)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// recovered takes the journal over and returns its payloads.
func recovered(j journal.Journal) ([]string, error) {
	var all []string
	_, err := journal.Recover(ctx, j, "test", 0, func(journal.Snapshot) error { return nil }, func(c journal.Commit) error {
		if c.Owner == "" {
			all = append(all, string(c.Payload))
		}
		return nil
	})
	return all, err
}

func owned(t testing.TB, s *Server, o JournalOptions) *Journal {
	t.Helper()
	j := opened(t, s, o)
	if _, err := recovered(j); err != nil {
		t.Fatal(err)
	}
	return j
}

func TestContract(t *testing.T) {
	journaltest.Contract(t, func(t *testing.T) func() journal.Journal {
		s := start(t, Options{MarkInterval: 10 * time.Millisecond})
		return func() journal.Journal { return opened(t, s, JournalOptions{}) }
	})
}
