package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// Bounds of what a loser brings.
const (
	// MaxSurplus is the most that it brings of one instance, in bytes: one command
	// takes it.
	MaxSurplus = 1 << 20
	// surplusPart is about how much it brings at once.
	surplusPart = 2 << 20
	// keptPart is how many kept events it brings at once.
	keptPart = 16
)

// surplus is what the store of a loser has of some instances of a shard, beyond what
// the other cloud took over.
type surplus struct {
	Shard     int            `json:"shard"`
	Base      uint64         `json:"base"` // the last commit that both have
	Instances []surplusOfOne `json:"instances"`
	// Messages are those of channels, of no shard. They come before everything else.
	Messages []surplusMessage `json:"messages,omitempty"`
	// Dropped are messages that only the loser had, and has no more: its own instances took them.
	Dropped []jetstream.Gap `json:"dropped,omitempty"`
	// Kept are the events that were kept for instances that will ask for them. They
	// come before the instances.
	Kept []byte `json:"kept,omitempty"`
	// Others are events of no single instance that are not merged: activated plans.
	Others int `json:"others"`
}

type surplusOfOne struct {
	Instance string `json:"instance"`
	Before   string `json:"before"` // as in record.TakeSurplus
	Count    int    `json:"count"`
	Events   []byte `json:"events"` // nil where they are too many
	// Orphan says that it began with a message that cannot be brought.
	Orphan bool `json:"orphan,omitempty"`
}

// A surplusMessage is a message that only the loser has.
type surplusMessage struct {
	Channel string             `json:"channel"`
	ID      string             `json:"id"`
	Same    string             `json:"same"`
	Headers []jetstream.Header `json:"headers,omitempty"`
	Data    []byte             `json:"data"`
}

// Surplus reads what the store of the options has beyond the given commits, and beyond
// the given messages, by the names of their journals and channels, for Merge. The store is not changed. Errors: those of opening
// it; the journal begins behind the commit.
func Surplus(ctx context.Context, o Options, bases map[string]uint64) (parts [][]byte, err error) {
	o.Store.CopyDir, o.Store.Mirror = "", nil
	server, err := jetstream.Open(ctx, o.Store)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.Close(ctx)) }()
	plans, err := server.Plans(ctx)
	if err != nil {
		return nil, err
	}
	count, err := plans.Shards(ctx, 1)
	if err != nil {
		return nil, err
	}
	programs, err := storedPrograms(ctx, plans, o)
	if err != nil {
		return nil, err
	}
	parts, dropped, err := messagesBehind(ctx, server, bases)
	if err != nil {
		return nil, err
	}
	for number := range count {
		j, err := server.Journal(ctx, number, journalOptions)
		if err != nil {
			return nil, err
		}
		more, err := surplusOf(ctx, j, number, bases[j.Stats().Name], programs, dropped)
		if err = errors.Join(err, j.Close(ctx)); err != nil {
			return nil, fmt.Errorf("shard %d: %w", number, err)
		}
		parts = append(parts, more...)
	}
	return parts, nil
}

// messagesBehind reads the messages of channels that only this store has.
func messagesBehind(ctx context.Context, server *jetstream.Server, bases map[string]uint64) (parts [][]byte, dropped []jetstream.Gap, err error) {
	var all surplus
	size := 0
	cut := func() error {
		text, err := json.Marshal(all)
		parts, all.Messages, all.Dropped, size = append(parts, text), nil, nil, 0
		return err
	}
	dropped, err = server.MessagesBehind(ctx, bases, func(m jetstream.LooseMessage) error {
		all.Messages = append(all.Messages, surplusMessage{Channel: m.Channel, ID: m.ID, Same: m.Same, Headers: m.Headers, Data: m.Payload})
		if size += len(m.Payload); size < surplusPart {
			return nil
		}
		return cut()
	})
	if all.Dropped = dropped; err == nil && len(all.Messages)+len(all.Dropped) > 0 {
		err = cut()
	}
	return parts, dropped, err
}

func storedPrograms(ctx context.Context, plans *jetstream.Plans, o Options) (programs []*engine.Program, err error) {
	digests, err := plans.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, digest := range digests {
		encoded, err := plans.Get(ctx, digest)
		if err != nil {
			return nil, err
		}
		d, err := deployment.PrepareWithout(o.Agents, true, encoded, o.Connectors, o.Settings)
		var missing *connector.SettingsError
		if err != nil && !errors.As(err, &missing) {
			return nil, err
		}
		programs = append(programs, d.Program)
	}
	return programs, nil
}

// surplusOf reads the surplus of one shard.
func surplusOf(ctx context.Context, j *jetstream.Journal, number int, base uint64, programs []*engine.Program, dropped []jetstream.Gap) ([][]byte, error) {
	last := j.Stats().Last
	if last <= base {
		return nil, nil
	}
	state, err := stateAt(ctx, j, base, programs)
	if err != nil {
		return nil, err
	}
	behind, err := eventsBehind(ctx, j, base)
	if err != nil {
		return nil, err
	}
	behind.fill()
	events, all := behind.of, surplus{Shard: number, Base: base, Others: behind.others}
	var parts [][]byte
	size := 0
	cut := func() error {
		text, err := json.Marshal(all)
		parts = append(parts, text)
		all.Instances, all.Kept, all.Others, size = nil, nil, 0, 0
		return err
	}
	for kept := range slices.Chunk(behind.kept, keptPart) {
		all.Kept = record.AppendEvents(nil, kept)
		if size = len(all.Kept); size >= surplusPart || len(kept) == keptPart {
			if err := cut(); err != nil {
				return nil, err
			}
		}
	}
	for _, id := range sortedIDs(events) {
		one := surplusOfOne{Instance: id, Before: state.InstanceDigest(id), Count: len(events[id]), Events: record.AppendEvents(nil, events[id]), Orphan: orphan(events[id], dropped)}
		if len(one.Events) > MaxSurplus {
			one.Events = nil
		}
		all.Instances = append(all.Instances, one)
		if size += len(one.Events); size >= surplusPart {
			if err := cut(); err != nil {
				return nil, err
			}
		}
	}
	err = cut()
	return parts, err
}

// orphan says whether an instance began with one of these messages.
func orphan(events []record.Event, dropped []jetstream.Gap) bool {
	e, ok := fromMessage(events)
	return ok && slices.ContainsFunc(dropped, func(g jetstream.Gap) bool {
		return g.Channel == e.Channel && g.From <= e.Position && e.Position <= g.To
	})
}

func sortedIDs(events map[string][]record.Event) []string {
	ids := make([]string, 0, len(events))
	for id := range events {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// stateAt folds a journal up to a commit.
func stateAt(ctx context.Context, j *jetstream.Journal, base uint64, programs []*engine.Program) (*engine.State, error) {
	state, err := engine.NewState(engine.DefaultLimits())
	if err != nil {
		return nil, err
	}
	for _, p := range programs {
		state.AddProgram(p)
	}
	snap, ok, err := j.LatestSnapshot(ctx)
	if err != nil {
		return nil, err
	}
	if snap.UpTo > base {
		ok, snap.UpTo = false, 0
		if first := j.Stats().First; first > 1 {
			return nil, fmt.Errorf("the journal begins with commit %d and a snapshot of what came later; what both clouds have ends at %d", first, base)
		}
	}
	if ok {
		blob, _, err := shard.Unwrap(snap.Blob)
		if err == nil {
			err = state.Restore(blob)
		}
		if err != nil {
			return nil, err
		}
	}
	return state, j.Read(ctx, snap.UpTo+1, base, func(c journal.Commit) error {
		_, err := shard.Apply(state, c)
		return err
	})
}

// A tail is what happened behind a commit, of a journal.
type tail struct {
	of     map[string][]record.Event // by instance
	kept   []record.Event            // all record.EventKept
	others int                       // events of no instance that are not merged
}

// eventsBehind reads the tail of a journal.
func eventsBehind(ctx context.Context, j *jetstream.Journal, base uint64) (t tail, err error) {
	t.of = map[string][]record.Event{}
	err = j.Read(ctx, base+1, j.Stats().Last, func(c journal.Commit) error {
		if c.Owner != "" {
			return nil
		}
		all, err := record.ReadEvents(c.Payload)
		for _, ev := range all {
			t.add(ev)
		}
		return err
	})
	return t, err
}

func (t *tail) add(ev record.Event) {
	switch e := ev.(type) {
	case record.EventKept:
		t.kept = append(t.kept, e)
	case record.EventHanded, record.EventExpired, record.MessageSkipped:
		// Of an event that is brought, and of a message that is read here.
	default:
		if id := record.About(ev); id != "" {
			t.of[id] = append(t.of[id], ev)
		} else {
			t.others++
		}
	}
}

// fill writes events that were kept into those that took them, because the other cloud
// may have no such event. Where two events of one ID were kept nobody knows which it was.
func (t *tail) fill() {
	payloads := map[string]map[string]types.Value{}
	for _, ev := range t.kept {
		e := ev.(record.EventKept)
		if _, twice := payloads[e.ID]; twice {
			e.Payload = nil
		}
		payloads[e.ID] = e.Payload
	}
	for _, events := range t.of {
		for i, ev := range events {
			if e, ok := ev.(record.EventTaken); ok && e.Payload == nil {
				e.Payload = payloads[e.ID]
				events[i] = e
			}
		}
	}
}

// Merge takes what only another cloud has of some instances, as Surplus read it there,
// and says what became of each. It may be told twice. Errors: those of Submit.
func (n *Node) Merge(ctx context.Context, from string, part []byte) ([]failover.Merged, error) {
	var all surplus
	if err := json.Unmarshal(part, &all); err != nil {
		return nil, err
	}
	if all.Shard < 0 || all.Shard >= n.count() || n.at(all.Shard) == nil {
		return nil, ErrElsewhere
	}
	var merged []failover.Merged
	if all.Others > 0 {
		merged = append(merged, failover.Merged{Instance: fmt.Sprintf("(shard %d)", all.Shard), Verdict: failover.Differs, Events: all.Others,
			Detail: "plans that " + from + " activated, and what its routes kept, are not merged"})
	}
	for _, g := range all.Dropped {
		merged = append(merged, failover.Merged{Instance: "(channel " + g.Channel + ")", Verdict: failover.Differs, Events: int(g.To - g.From + 1),
			Detail: fmt.Sprintf("messages %d to %d were taken in %s before they came here, and it has them no more", g.From, g.To, from)})
	}
	messages, err := n.takeMessages(ctx, all.Messages)
	if err != nil {
		return nil, err
	}
	merged = append(merged, messages...)
	kept, err := n.takeKept(ctx, all.Shard, all.Kept)
	if err != nil {
		return nil, err
	}
	merged = append(merged, kept...)
	var here map[string][]record.Event // what happened here since, read once it is needed
	for _, one := range all.Instances {
		m := failover.Merged{Instance: one.Instance, Events: one.Count}
		taken, err := n.takeSurplus(ctx, all.Shard, one)
		if err != nil {
			return nil, err
		}
		if m.Verdict = failover.Imported; !taken {
			if here == nil {
				t, err := eventsBehind(ctx, n.at(all.Shard).journal, all.Base)
				if err != nil {
					return nil, err
				}
				here = t.of
			}
			if m.Verdict, m.Detail, err = n.compare(ctx, all.Shard, from, one, here[one.Instance]); err != nil {
				return nil, err
			}
		}
		merged = append(merged, m)
	}
	return merged, nil
}

// takeMessages takes messages that only the other cloud has, behind those that are here;
// one that its sender has repeated is known by its ID in the window of the channel.
func (n *Node) takeMessages(ctx context.Context, messages []surplusMessage) (merged []failover.Merged, err error) {
	counts := map[string]int{}
	for _, m := range messages {
		c := n.channels.find(m.Channel)
		if c == nil {
			merged = append(merged, failover.Merged{Instance: "(channel " + m.Channel + ")", Verdict: failover.Differs, Events: 1, Detail: "no plan here declares it: message " + m.ID})
			continue
		}
		_, existing, err := c.PublishAs(ctx, m.ID, m.Same, m.Headers, m.Data)
		if err != nil {
			return nil, err
		}
		if !existing {
			counts[m.Channel]++
		}
	}
	for _, channel := range slices.Sorted(maps.Keys(counts)) {
		merged = append(merged, failover.Merged{Instance: "(channel " + channel + ")", Verdict: failover.Imported, Events: counts[channel]})
	}
	return merged, nil
}

// takeKept takes the events that only the other cloud kept, as if they came now. One
// that is here by now, because its sender has repeated it, changes nothing; one that is refused is told.
func (n *Node) takeKept(ctx context.Context, number int, encoded []byte) (refused []failover.Merged, err error) {
	if encoded == nil {
		return nil, nil
	}
	events, err := record.ReadEvents(encoded)
	if err != nil {
		return nil, err
	}
	for _, ev := range events {
		e, ok := ev.(record.EventKept)
		if !ok {
			return nil, fmt.Errorf("a %T among the kept events", ev)
		}
		_, err := n.submit(ctx, number, record.DeliverEvent{Type: e.Type, ID: e.ID, Payload: e.Payload, Instance: e.Instance, Until: e.Until})
		var no *record.Rejection
		switch refusal := errors.As(err, &no); {
		case refusal && no.Code != record.Busy:
			refused = append(refused, failover.Merged{Instance: "(event " + e.Type + ")", Verdict: failover.Differs, Events: 1, Detail: e.ID + ": " + no.Detail})
		case err != nil:
			return nil, err
		}
	}
	return refused, nil
}

// takeSurplus is true where the instance goes on from where the other cloud was.
func (n *Node) takeSurplus(ctx context.Context, number int, one surplusOfOne) (bool, error) {
	if one.Events == nil {
		return false, nil
	}
	events, err := record.ReadEvents(one.Events)
	if err != nil {
		return false, err
	}
	_, err = n.submit(ctx, number, record.TakeSurplus{Instance: one.Instance, Before: one.Before, Events: events})
	var no *record.Rejection
	if errors.As(err, &no) && no.Code != record.Busy {
		return false, nil
	}
	return err == nil, err
}

// fromMessage is how an instance began that began with a message of a channel.
func fromMessage(events []record.Event) (e record.InstanceStarted, ok bool) {
	if len(events) > 0 {
		e, ok = events[0].(record.InstanceStarted)
	}
	return e, ok && e.Channel != ""
}

// compare finds out whether both clouds went on alike, and asks a person where not.
func (n *Node) compare(ctx context.Context, number int, from string, one surplusOfOne, here []record.Event) (verdict, detail string, err error) {
	events, err := record.ReadEvents(one.Events)
	if err != nil && one.Events != nil {
		return "", "", err
	}
	if _, ok := fromMessage(events); ok && len(here) == 0 && !one.Orphan {
		if verdict, _ := failover.Compare(failover.FactsOf(events), nil, true); verdict == failover.Agreed {
			return verdict, "", nil // it begins with its message, which is here by now
		}
	}
	runs := false
	err = n.at(number).processor.Query(ctx, func(s *engine.State) { runs = s.InstanceDigest(one.Instance) != "" })
	if err != nil {
		return "", "", err
	}
	verdict, odd := failover.Compare(failover.FactsOf(events), failover.FactsOf(here), runs)
	switch {
	case one.Events == nil:
		verdict, detail = failover.Differs, fmt.Sprintf("%s has %d events of it, over %d bytes, which are not merged", from, one.Count, MaxSurplus)
	case verdict == failover.Agreed:
		return verdict, "", nil
	default:
		var names []string
		for _, f := range odd {
			names = append(names, f.Name)
		}
		detail = fmt.Sprintf("%s had %s otherwise, or alone", from, strings.Join(names, ", "))
	}
	_, err = n.submit(ctx, number, record.PoisonInstance{Instance: one.Instance, Command: record.Differs, Detail: detail})
	var no *record.Rejection
	if errors.As(err, &no) && no.Code != record.Busy {
		return verdict, detail, nil // it is over, or was never here: the report says so
	}
	return verdict, detail, err
}
