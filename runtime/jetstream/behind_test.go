package jetstream

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/cob-lang/cob/runtime/journal"
)

// TestAReplicaThatLagsBehindIsNoDamage lets a replica answer that has nothing yet, as
// one does while the servers of a cluster start: what the leader has is not lost.
func TestAReplicaThatLagsBehindIsNoDamage(t *testing.T) {
	n := externalServer(t, true)
	s := start(t, Options{URL: n.ClientURL()})
	j := owned(t, s, JournalOptions{})
	last := j.Stats().Last
	if err := j.Close(ctx); err != nil {
		t.Fatal(err)
	}
	lag(t, n.ClientURL(), n.GlobalAccount().AddMapping, j.name)
	j = opened(t, s, JournalOptions{})

	var damage *journal.DamageError
	notYet := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, journal.ErrUnavailable) || errors.As(err, &damage) {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := j.TakeOver(ctx, "next", 0)
	notYet("taking over", err)
	notYet("reading", j.Replay(ctx, 1, func(journal.Commit) error { return nil }))

	// What the leader has not either is damage.
	if err := s.purge(ctx, j.name, last+1); err != nil {
		t.Fatal(err)
	}
	if _, err := j.TakeOver(ctx, "next", 0); !errors.As(err, &damage) {
		t.Errorf("taking over what has lost its last commit: %v", err)
	}
}

// lag answers direct questions about a stream as a replica does that has nothing of it.
func lag(t *testing.T, url string, mapping func(from, to string) error, stream string) {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	_, err = nc.Subscribe("lagging", func(m *nats.Msg) {
		answer := nats.NewMsg(m.Reply)
		answer.Header.Set("Status", statusNotFound)
		answer.Header.Set("Description", "Message Not Found")
		if err := m.RespondMsg(answer); err != nil {
			t.Error(err)
		}
	})
	if err == nil {
		err = nc.Flush()
	}
	if err == nil {
		err = mapping(directPrefix+stream, "lagging")
	}
	if err != nil {
		t.Fatal(err)
	}
}
