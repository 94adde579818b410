package shard_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

const second = record.Instant(1e9)

// napping is a package whose process waits a second and then asks an endpoint.
func napping(t *testing.T) *engine.Program {
	t.Helper()
	text := types.Of(types.String)
	p := &plan.Plan{
		Format: plan.Format, Package: "p",
		Endpoints: []plan.Endpoint{{Name: "p.bell", Operations: []plan.Operation{
			{Name: "ring", Params: []types.Field{{Name: "who", Type: text}}, Result: types.Of(types.Void)},
		}, Bindings: []plan.Binding{{Cloud: "paris"}}}},
		Processes: []plan.Process{{Name: "p.Nap", Params: []types.Field{{Name: "who", Type: text}}, Flow: plan.Flow{Body: []plan.Step{
			{ID: "wait#1", Kind: plan.Wait, Wait: &plan.WaitStep{DelayNs: int64(second)}},
			{ID: "ring#1", Kind: plan.Call, Call: &plan.CallStep{Endpoint: "p.bell", Operation: "ring",
				Args:       []expression.Tree{{Op: expression.Var, Name: "who", Type: text}},
				Candidates: []plan.Candidate{{Cloud: "paris", Verdict: plan.Allow}}}},
		}}}},
	}
	program, err := engine.Link(p, "digest")
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func state(t *testing.T) *engine.State {
	t.Helper()
	s, err := engine.NewState(engine.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	s.AddProgram(napping(t))
	return s
}

func at(now record.Instant) engine.Facts { return engine.Facts{Now: now} }

func start(key string) record.StartInstance {
	return record.StartInstance{Process: "p.Nap", Key: key, Input: map[string]types.Value{"who": key}}
}

func TestABatchIsLetOutAsOne(t *testing.T) {
	c := shard.NewCore(state(t))
	if c.Payload() != nil || c.Size() != 0 {
		t.Fatal("an empty batch has something to write")
	}
	var heard []string
	hear := func(r record.Reply, err error) { heard = append(heard, fmt.Sprint(r.Rejected, err)) }
	c.Offer(record.ActivatePlan{Package: "p", Digest: "digest"}, at(1), hear)
	c.Offer(start("a"), at(1), hear)
	c.Offer(start("a"), at(1), hear) // no events of its own, and answered with the batch
	payload := c.Payload()
	if events, err := record.ReadEvents(payload); err != nil || len(events) != 3 {
		t.Fatalf("the payload holds %d events, %v", len(events), err)
	}
	if c.Size() < len(payload) {
		t.Errorf("the size %d is less than the %d bytes of the payload", c.Size(), len(payload))
	}
	if len(heard) != 0 {
		t.Fatal("somebody was answered before the commit")
	}
	b := c.Cut(7)
	if b.Answer(); len(heard) != 3 || b.Number != 7 || len(b.Events) != 3 {
		t.Fatalf("heard %v of batch %d with %d events", heard, b.Number, len(b.Events))
	}
	if c.Payload() != nil || c.Size() != 0 || len(c.Open().Events) != 0 {
		t.Error("the next batch is not empty")
	}
}

func TestAFailedBatchTellsEverybody(t *testing.T) {
	c := shard.NewCore(state(t))
	var got error
	c.Offer(record.ActivatePlan{Package: "p", Digest: "digest"}, at(1), func(_ record.Reply, err error) { got = err })
	c.Offer(start("a"), at(1), nil)
	if c.Cut(0).Fail(journal.ErrUnknown); !errors.Is(got, journal.ErrUnknown) {
		t.Fatalf("heard %v", got)
	}
}

func TestTimersFireAtTheirTimeAndNoMoreThanAsked(t *testing.T) {
	c := shard.NewCore(state(t))
	c.Offer(record.ActivatePlan{Package: "p", Digest: "digest"}, at(0), nil)
	for i := range 5 {
		c.Offer(start(fmt.Sprint(i)), at(0), nil)
	}
	c.Cut(1)
	if c.FireDue(at(second-1), 10); c.Payload() != nil {
		t.Fatal("a timer fired before its time")
	}
	if c.FireDue(at(second), 2); len(c.Cut(2).Effects) != 2 {
		t.Fatal("two timers were asked for")
	}
	if c.FireDue(at(second), 10); len(c.Cut(3).Effects) != 3 {
		t.Fatal("three timers were left")
	}
}

func TestWhatAnAppendMeans(t *testing.T) {
	for _, c := range []struct {
		err  error
		want shard.Verdict
	}{
		{nil, shard.Durable},
		{fmt.Errorf("disk: %w", journal.ErrFull), shard.Again},
		{journal.ErrUnavailable, shard.Again},
		{journal.ErrFenced, shard.Lost},
		{journal.ErrUnknown, shard.Lost},
		{journal.ErrNotOwner, shard.Lost},
		{&journal.TooLargeError{}, shard.Lost},
	} {
		if got := shard.Judge(c.err); got != c.want {
			t.Errorf("%v: %d, want %d", c.err, got, c.want)
		}
	}
}

// lived writes three commits: the plan, an instance, and its timer.
func lived(t *testing.T, store *journal.Store) *engine.State {
	t.Helper()
	handle, s := store.Open(), state(t)
	if _, err := shard.Recover(context.Background(), handle, "one", 0, s, nil, nil); err != nil {
		t.Fatal(err)
	}
	c := shard.NewCore(s)
	for _, cmd := range []record.Command{record.ActivatePlan{Package: "p", Digest: "digest"}, start("a"), nil} {
		if cmd == nil {
			c.FireDue(at(2*second), 1)
		} else {
			c.Offer(cmd, at(second), nil)
		}
		number, err := handle.Append(context.Background(), c.Payload())
		if err != nil {
			t.Fatal(err)
		}
		c.Cut(number)
	}
	return s
}

func TestRecoveryGivesTheStateAgain(t *testing.T) {
	ctx := context.Background()
	for _, from := range []uint64{0, 3, 4} { // with a snapshot after that commit
		store := journal.NewStore("s", journal.StoreOptions{})
		want := lived(t, store)
		if from > 0 {
			if err := store.Open().Snapshot(ctx, from, shard.Wrap(prefix(t, store, from), nil)); err != nil {
				t.Fatal(err)
			}
			if err := store.Open().Truncate(ctx, from); err != nil {
				t.Fatal(err)
			}
		}
		got := state(t)
		var numbers []uint64
		if _, err := shard.Recover(ctx, store.Open(), "two", 0, got, nil, func(n uint64, events []record.Event) { numbers = append(numbers, n) }); err != nil {
			t.Fatal(err)
		}
		if got.Digest() != want.Digest() {
			t.Errorf("from a snapshot at %d: another state", from)
		}
		if len(numbers) != int(4-max(from, 1)) {
			t.Errorf("from a snapshot at %d: heard of commits %v", from, numbers)
		}
		pending := got.Pending()
		if len(pending) != 1 || !pending[0].Of().Again {
			t.Errorf("from a snapshot at %d: the call under way leaves again as %+v", from, pending)
		}
	}
}

// prefix is the state after a commit.
func prefix(t *testing.T, store *journal.Store, upTo uint64) *engine.State {
	t.Helper()
	s := state(t)
	err := store.Open().Replay(context.Background(), 1, func(c journal.Commit) error {
		if c.Number > upTo {
			return nil
		}
		_, err := shard.Apply(s, c)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestApplyNamesTheCommitThatDoesNotFit(t *testing.T) {
	s := state(t)
	if events, err := shard.Apply(s, journal.Commit{Number: 1, Owner: "somebody"}); err != nil || events != nil {
		t.Errorf("a take-over changes nothing: %v, %v", events, err)
	}
	var damage *record.DamageError
	if _, err := shard.Apply(s, journal.Commit{Number: 2, Payload: []byte("garbage")}); !errors.As(err, &damage) {
		t.Errorf("garbage: %v", err)
	}
	var unfit *engine.EvolveError
	payload := record.AppendEvents(nil, []record.Event{record.StepLeft{Instance: "nobody"}})
	if _, err := shard.Apply(s, journal.Commit{Number: 3, Payload: payload}); !errors.As(err, &unfit) || err.Error()[:9] != "commit 3:" {
		t.Errorf("an event of another journal: %v", err)
	}
}

func TestARefusalOfTheSecondCopySaysNothing(t *testing.T) {
	for _, c := range []struct {
		again     bool
		got, want record.Outcome
	}{
		{false, record.Refused, record.Refused},
		{true, record.Refused, record.Unknown},
		{true, record.Rejected, record.Rejected},
		{true, record.Raised, record.Raised},
		{true, record.Succeeded, record.Succeeded},
	} {
		if got := (engine.Target{Again: c.again}).Outcome(c.got); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
