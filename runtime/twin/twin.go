package twin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/lease"
)

// Options describe one of two clouds. All but Witness, Token and Log are required.
type Options struct {
	Cloud   string
	Dir     string         // of the mirror
	Listen  string         // address for the other cloud
	Token   string         // that it has to give
	TLS     *jetstream.TLS // of the clouds and the witness, nil for plain text
	Other   string         // address of the other cloud's mirror, nats://TOKEN@HOST:PORT
	Witness string         // address of the witness, "" for none: a person decides then
	Pair    string         // names the two clouds at the witness
	Lease   time.Duration
	Standby bool // a cloud that begins with nothing waits for the other one
	Log     *slog.Logger
}

// Named times.
const (
	askOther    = 2 * time.Second // longest wait for the other cloud
	witnessTime = 2 * time.Second // and for the witness
	yieldTime   = time.Minute     // that an owner may take to hand over
)

// What the clouds ask each other beside copying.
const (
	opRole  = "role"
	opYield = "yield"
	opMerge = "merge"
)

// A Twin is one of two clouds. Its methods but Decide, Follow, Own and Rejoin may be
// called from any goroutine.
type Twin struct {
	options Options
	mirror  *jetstream.Mirror
	opened  time.Time
	hands   chan hand // what people ask of a mirror

	mu      sync.Mutex
	witness *jetstream.Server // nil while it was not reached
	board   *jetstream.Board  // of the witness
	away    bool              // the witness did not answer last
	place   failover.Place
	tenure  *Tenure
	yielded time.Time // when the shards were handed over last
	why     string    // of the next take-over
	from    string
	wait    wait

	chosen bool // the witness has said that this mirror takes over; of Follow alone

	reaching  sync.Mutex // one goroutine opens the witness
	reporting sync.Mutex // one report is changed at a time
}

// A hand is what a person asks of a mirror.
type hand struct {
	lost  bool
	reply chan error
}

// Open listens to the other cloud. Errors: those of jetstream.OpenMirror.
func Open(o Options) (*Twin, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	m, err := jetstream.OpenMirror(jetstream.MirrorHouse{Dir: o.Dir, Listen: o.Listen, Token: o.Token, TLS: o.TLS, Cloud: o.Cloud, Log: o.Log})
	if err != nil {
		return nil, err
	}
	t := &Twin{options: o, mirror: m, opened: time.Now(), hands: make(chan hand)}
	m.Handle(t.answer)
	return t, nil
}

// Close ends it.
func (t *Twin) Close(ctx context.Context) error {
	t.mu.Lock()
	w := t.witness
	t.witness, t.board = nil, nil
	t.mu.Unlock()
	var err error
	if w != nil {
		err = w.Close(ctx)
	}
	return errors.Join(err, t.mirror.Close())
}

// Role is what was decided last.
func (t *Twin) Role() jetstream.Role { return t.mirror.Role() }

// Dir is the second copy that a store begins with, as jetstream.Options.CopyDir.
func (t *Twin) Dir() string { return t.options.Dir }

func noteOf(r jetstream.Role) failover.Note {
	return failover.Note{Term: r.Term, Owner: r.Owner, Alone: r.Alone}
}

// reach opens the witness, or gives the board of the one that is open. Nobody else waits
// for it meanwhile.
func (t *Twin) reach(ctx context.Context) (*jetstream.Board, error) {
	t.reaching.Lock()
	defer t.reaching.Unlock()
	t.mu.Lock()
	w, board := t.witness, t.board
	t.mu.Unlock()
	if board != nil {
		return board, nil
	}
	var err error
	if w == nil {
		if w, err = jetstream.Open(ctx, jetstream.Options{URL: t.options.Witness, TLS: t.options.TLS, MaxPayload: 64 << 10, Timeout: witnessTime, Log: t.options.Log}); err != nil {
			return nil, err
		}
		t.mu.Lock()
		t.witness = w
		t.mu.Unlock()
	}
	if board, err = w.Board(ctx); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.board = board
	return board, nil
}

func (t *Twin) noteKey() string  { return "pair." + t.options.Pair + ".owner" }
func (t *Twin) aliveKey() string { return "pair." + t.options.Pair + ".alive" }

// A look is what the witness said.
type look struct {
	board    *jetstream.Board
	note     failover.Note
	revision uint64 // of the note
	alive    uint64 // revision of the owner's sign of life, 0 for none
}

// look asks the witness. Errors: it cannot be reached.
func (t *Twin) look(ctx context.Context) (look, error) {
	l, err := t.ask(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	if away := err != nil; away != t.away && ctx.Err() == nil {
		if t.away = away; away {
			t.options.Log.Warn("the witness does not answer", "error", err)
		} else {
			t.options.Log.Warn("the witness answers")
		}
	}
	return l, err
}

func (t *Twin) ask(ctx context.Context) (look, error) {
	board, err := t.reach(ctx)
	if err != nil {
		return look{}, err
	}
	notes, err := board.Look(ctx)
	if err != nil {
		return look{}, err
	}
	l := look{board: board}
	for _, n := range notes {
		switch n.Key {
		case t.noteKey():
			l.revision = n.Revision
			if err := json.Unmarshal(n.Value, &l.note); err != nil {
				return look{}, fmt.Errorf("the note %s of the witness cannot be read: %w", n.Key, err)
			}
		case t.aliveKey():
			l.alive = n.Revision
		}
	}
	if l.alive == 0 { // a replica of the witness may be behind
		gone, err := board.Gone(ctx, t.aliveKey())
		if err != nil {
			return look{}, err
		}
		if !gone {
			return look{}, errors.New("it is behind")
		}
	}
	return l, nil
}

// write writes a note over the one that was read.
func (t *Twin) write(ctx context.Context, l look, n failover.Note) error {
	text, err := json.Marshal(n)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, witnessTime)
	defer cancel()
	_, err = l.board.Write(ctx, t.noteKey(), text, l.revision, 0)
	return err
}

// other asks the other cloud what it knows, nil where it does not answer.
func (t *Twin) other(ctx context.Context) *jetstream.Role {
	ctx, cancel := context.WithTimeout(ctx, askOther)
	defer cancel()
	text, err := jetstream.Ask(ctx, t.options.Other, t.options.TLS, t.options.Cloud, opRole, nil)
	var r jetstream.Role
	if err != nil || json.Unmarshal(text, &r) != nil {
		return nil
	}
	return &r
}

// answer is what the other cloud is told.
func (t *Twin) answer(op string, body []byte) ([]byte, error) {
	switch op {
	case opRole:
		return json.Marshal(t.mirror.Role())
	case opYield:
		return nil, t.yield()
	case opMerge:
		return t.merge(body)
	}
	return nil, fmt.Errorf("a question %q that is not known here", op)
}

// Decide says what this cloud is to be, as soon as that is known. A mirror that was an
// owner has to Rejoin first. Errors: the context's; of the disk.
func (t *Twin) Decide(ctx context.Context) (place failover.Place, rejoin bool, err error) {
	for told := false; ; told = true {
		place, rejoin, err = t.decide(ctx)
		if err != nil || place != failover.Unsure {
			t.goesOn()
			t.mu.Lock()
			t.place = place
			t.mu.Unlock()
			return place, rejoin, err
		}
		switch {
		case t.handedOver():
			t.waits("the other cloud to take over what was handed over to it")
		default:
			t.waits("the witness to say which cloud owns")
		}
		if !told {
			t.options.Log.Warn("nobody says yet which cloud owns: the witness cannot be reached, or the other cloud is about to take over")
		}
		if err := pause(ctx, t.options.Lease/6); err != nil {
			return failover.Unsure, false, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (t *Twin) decide(ctx context.Context) (place failover.Place, rejoin bool, err error) {
	own := noteOf(t.mirror.Role())
	var note, other *failover.Note
	var l look
	if t.options.Witness != "" {
		if l, err = t.look(ctx); err != nil {
			return failover.Unsure, false, ctx.Err()
		}
		note = &l.note
	} else if r := t.other(ctx); r != nil {
		n := noteOf(*r)
		other = &n
	}
	if own.Term == 0 && !t.options.Standby && (note == nil || note.Term == 0) && (other == nil || other.Term == 0) {
		if err := t.mirror.Begin(); err != nil {
			return failover.Unsure, false, err
		}
		own = noteOf(t.mirror.Role())
	}
	place = failover.Begin(t.options.Cloud, own, note != nil, note, other)
	switch {
	case place == failover.Owner && note != nil && note.Owner == t.options.Cloud && t.handedOver():
		return failover.Unsure, false, nil
	case place == failover.Owner && note != nil && failover.Chosen(t.options.Cloud, own, *note):
		return failover.Mirror, false, nil // which then takes over
	case place == failover.Owner && note != nil && note.Term == 0:
		if t.write(ctx, l, own) != nil {
			return failover.Unsure, false, nil
		}
	case place == failover.Mirror:
		return place, own.Owner == t.options.Cloud, nil
	}
	return place, false, err
}

// handedOver says that the other cloud is about to take over.
func (t *Twin) handedOver() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.yielded.IsZero() && time.Since(t.yielded) < 2*t.options.Lease
}

// Follow is what a mirror does until this cloud owns. Errors: the context's; of the disk.
func (t *Twin) Follow(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case h := <-t.hands:
			err := t.byHand(ctx, h.lost)
			h.reply <- err
			if err == nil {
				return nil
			}
		case <-time.After(t.options.Lease / 8):
			taken, err := t.unattended(ctx)
			if taken || err != nil {
				return err
			}
		}
	}
}

// silent is how long the owner was not heard here.
func (t *Twin) silent() time.Duration {
	last := t.mirror.Heard()
	if last.Before(t.opened) {
		last = t.opened
	}
	return time.Since(last)
}

// unattended takes over when the witness agrees that the owner is gone.
//
// The silence is measured before the witness is asked: an owner that neither the mirror
// nor, after that, the witness has heard holds no lease. From the measure on until it is
// decided the mirror answers nobody, because its answer would be a lease; as long as it
// hears the owner it answers.
func (t *Twin) unattended(ctx context.Context) (taken bool, err error) {
	if t.options.Witness == "" {
		t.waits("a person: there is no witness, so cob failover lets this cloud take over")
		return false, nil
	}
	silent := t.silent()
	if t.chosen || silent >= t.options.Lease {
		t.mirror.Hush(true)
		silent = t.silent()
	}
	defer func() { t.mirror.Hush(t.chosen && !taken) }()
	l, err := t.look(ctx)
	if err != nil {
		t.waits("the witness: without it nobody takes over")
		return false, ctx.Err() // the next look asks again
	}
	own := noteOf(t.mirror.Role())
	if t.chosen = failover.Chosen(t.options.Cloud, own, l.note); t.chosen {
		if silent < t.options.Lease {
			t.waits("%s to have been silent for %v: the witness says that this cloud takes over", own.Owner, t.options.Lease)
			return false, nil
		}
		return true, t.take(l.note.Term, own.Owner, "the witness says so")
	}
	next, may := failover.TakesOver(t.options.Cloud, own, l.note, l.alive != 0, silent, t.options.Lease)
	if !may || t.write(ctx, l, next) != nil {
		t.whyNot(own, l, silent)
		return false, nil
	}
	why := fmt.Sprintf("neither the witness nor %s heard %s for %v", t.options.Cloud, own.Owner, t.options.Lease)
	return true, t.take(next.Term, own.Owner, why)
}

// whyNot says what a mirror that does not take over waits for, while it does not hear
// the owner.
func (t *Twin) whyNot(own failover.Note, l look, silent time.Duration) {
	switch {
	case own.Term == 0:
		t.waits("an owner: it has not heard of one yet")
	case silent < t.options.Lease/2:
		t.goesOn()
	case l.note.Alone:
		t.waits("%s, which goes on alone: this cloud does not hold everything, so it takes over only when a person says so", l.note.Owner)
	case l.alive != 0:
		t.waits("%s: the witness hears it, this cloud does not", own.Owner)
	case l.note.Term != own.Term || l.note.Owner != own.Owner:
		t.waits("%s, which owns in term %d as the witness says: this cloud has heard of term %d alone", l.note.Owner, l.note.Term, own.Term)
	default:
		t.waits("%s to have been silent for %v: then this cloud takes over", own.Owner, t.options.Lease)
	}
}

// take makes this cloud the owner.
func (t *Twin) take(term uint64, from, why string) error {
	t.mu.Lock()
	t.from, t.why = from, why
	t.mu.Unlock()
	_, err := t.mirror.TakeOver(term)
	t.chosen = false
	if err == nil {
		t.goesOn()
		t.options.Log.Warn("this cloud takes over", "cloud", t.options.Cloud, "term", term, "from", from, "why", why)
	}
	return err
}

// byHand takes over because a person says so.
func (t *Twin) byHand(ctx context.Context, lost bool) error {
	own, other := noteOf(t.mirror.Role()), t.other(ctx)
	term, err := failover.ByHand(t.options.Cloud, own, other != nil, lost)
	if err != nil {
		return err
	}
	why := "a person said that " + own.Owner + " is lost"
	if other != nil {
		limited, cancel := context.WithTimeout(ctx, yieldTime)
		defer cancel()
		why = "a person asked for it, and " + own.Owner + " handed over"
		t.waits("%s to hand over", own.Owner)
		if _, err := jetstream.Ask(limited, t.options.Other, t.options.TLS, t.options.Cloud, opYield, nil); err != nil {
			return fmt.Errorf("%s does not hand over: %w", own.Owner, err)
		}
	}
	if t.options.Witness != "" {
		l, err := t.look(ctx)
		if err != nil {
			return fmt.Errorf("the witness cannot be reached, and two clouds must not own at once: %w", err)
		}
		if l.note.Term >= term || l.note.Owner == t.options.Cloud {
			return fmt.Errorf("the witness says that %s owns in term %d", l.note.Owner, l.note.Term)
		}
		if lost && (l.alive != 0 || t.silent() < t.options.Lease) {
			return fmt.Errorf("%s was heard within the last %v: ask again then", own.Owner, t.options.Lease)
		}
		if err := t.write(ctx, l, failover.Note{Term: term, Owner: t.options.Cloud, Alone: true}); err != nil {
			return fmt.Errorf("writing it down at the witness: %w", err)
		}
	}
	return t.take(term, own.Owner, why)
}

// TakeOver lets this cloud take over because a person says so; lost says that the other
// one is gone. Without that the owner is asked to hand over. Errors: why not.
func (t *Twin) TakeOver(ctx context.Context, lost bool) error {
	h := hand{lost: lost, reply: make(chan error, 1)}
	select {
	case t.hands <- h:
		return <-h.reply
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(askOther):
		if r := t.mirror.Role(); r.Owner == t.options.Cloud {
			return fmt.Errorf("%s owns the shards already, in term %d", t.options.Cloud, r.Term)
		}
		return errors.New("this cloud does not know yet what it is: ask again")
	}
}

// ValidLease says whether a lease is within the bounds.
func ValidLease(d time.Duration) error { return lease.ValidTTL(d) }
