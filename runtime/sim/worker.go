package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// worker is a process that owns shards. A crash takes everything from it.
type worker struct {
	name   string
	life   int // counts up with every crash
	up     bool
	paused bool
	// delayed is what happened to it while it was paused.
	delayed []func()
	skew    nanos // of its clock
	owns    []*owner
}

// owner is a worker's hold on one shard.
type owner struct {
	worker  *worker
	shard   int
	life    int
	loop    *shard.Loop
	handle  *journal.Memory
	inbox   []shard.Request
	begun   bool
	writing bool
	stalled error // why the journal takes nothing now
	storing bool  // a snapshot
	lost    bool
	armed   nanos // when it wakes for a timer, -1 for never
}

// disk is what a shard's journal is written to.
type disk struct {
	store   *journal.Store
	waiting []*owner // whose appends have not landed yet
	slow    nanos    // until when every write takes long
	away    nanos    // until when it takes nothing
	damage  *damage  // nil where it is whole
	rival   bool     // the next write is preceded by a rival's take-over
}

// on does something at a worker after a time, unless it crashes first. A paused
// worker does it when it goes on.
func (w *world) on(k *worker, wait nanos, do func()) {
	life := k.life
	w.agenda.after(wait, func() {
		if k.life != life {
			return
		}
		if k.paused {
			k.delayed = append(k.delayed, func() {
				if k.life == life {
					do()
				}
			})
			return
		}
		do()
	})
}

func (o *owner) alive() bool { return !o.lost && o.life == o.worker.life }

func (w *world) clock(k *worker) record.Instant { return birth + record.Instant(w.agenda.now+k.skew) }

func (w *world) facts(k *worker) engine.Facts {
	return engine.Facts{Now: w.clock(k), Health: w.outside}
}

// crash ends a worker's process. What it was writing lands or does not.
func (w *world) crash(k *worker) {
	w.trace("%s crashes", k.name)
	w.figures.Crashes++
	k.life++
	k.up, k.paused, k.delayed = false, false, nil
	for s, o := range k.owns {
		if o == nil {
			continue
		}
		k.owns[s] = nil
		w.audits[s].released(o)
		d := w.disks[s]
		if len(d.waiting) == 1 && d.waiting[0] == o && w.random.chance(500) {
			d.store.Crash()
			d.waiting = nil
		}
		if w.options.Plant == ForgetfulDisk && w.random.chance(200) {
			d.store.LoseTail(1)
		}
		w.spoilDisk(s)
		w.claimSoon(s)
	}
}

func (w *world) restart(k *worker) {
	if !k.up {
		w.trace("%s is back", k.name)
		k.up = true
	}
}

func (w *world) resume(k *worker) {
	if !k.paused {
		return
	}
	w.trace("%s goes on", k.name)
	k.paused = false
	late := k.delayed
	k.delayed = nil
	for _, do := range late {
		do()
	}
}

// owner is who owns a shard as far as the others know, or nil.
func (w *world) owner(s int) *owner {
	if o := w.owners[s]; o != nil && o.alive() {
		return o
	}
	return nil
}

// claimSoon lets some worker take a shard over that nobody owns.
func (w *world) claimSoon(s int) {
	if w.claiming[s] {
		return
	}
	w.claiming[s] = true
	w.agenda.after(w.random.between(20*millisecond, 400*millisecond), func() {
		w.claiming[s] = false
		if w.owner(s) == nil {
			w.claim(s, w.workers[w.random.below(len(w.workers))])
		}
	})
}

// claim takes a shard over, whoever owned it before.
func (w *world) claim(s int, k *worker) {
	if !k.up || k.paused {
		w.claimSoon(s)
		return
	}
	d := w.disks[s]
	d.store.Release()
	state, err := engine.NewState(w.limits)
	if err != nil {
		panic(err)
	}
	for _, p := range w.known() {
		state.AddProgram(p)
	}
	if mix(w.options.Seed, "packs")%2 == 0 { // whatever waits, all the time
		state.PackFrom(0)
	}
	handle := d.store.Open()
	before := handle.Stats().Last
	if w.stormy() && w.random.chance(100) {
		d.store.Inject([]journal.Fault{journal.Refuse, journal.LoseAck, journal.LoseRequest, journal.Full, journal.Rival}[w.random.below(5)])
	}
	var behind int64
	if w.options.Plant == ReadsBeforeTheFence && w.random.chance(300) {
		err = w.fenceLate(s, handle, k, state)
	} else {
		behind, err = shard.Recover(context.Background(), handle, k.name, 0, state, w.restored(s), nil)
	}
	for n := before; n < handle.Stats().Last; n++ {
		w.audits[s].takeOver()
	}
	if err != nil {
		w.trace("%s cannot take shard %d over: %v", k.name, s, err)
		if !d.heal(w, err) && !expected(err) {
			w.fail(promiseReadable, "shard %d: %v", s, err)
		}
		w.claimSoon(s)
		return
	}
	d.unnoticed(w, s)
	if old := k.owns[s]; old != nil {
		w.audits[s].released(old)
		old.lost = true
	}
	w.figures.TakeOvers++
	o := &owner{worker: k, shard: s, life: k.life, handle: handle, armed: -1}
	o.loop = shard.NewLoop(state, behind, shard.LoopOptions{
		Shard: s, SnapshotEvery: w.snapshotEvery,
		Facts: func() engine.Facts {
			f := w.facts(k)
			if w.options.Plant == EarlyTimers {
				f.Now += record.Instant(hour)
			}
			return f
		},
		Dispatch: func(effects []engine.Effect) {
			if o.begun || w.options.Plant != NoDispatchAgain {
				w.dispatch(o, effects)
			}
		},
	})
	k.owns[s], w.owners[s] = o, o
	w.trace("%s owns shard %d from commit %d, epoch %d", k.name, s, handle.Stats().Last, handle.Stats().Epoch)
	w.audits[s].recovered(state, handle.Stats().Epoch)
	o.loop.Begin()
	o.begun = true
	w.work(o)
}

// restored holds what a snapshot has beside the state against what was put there.
func (w *world) restored(s int) func(uint64, []byte) error {
	return func(upTo uint64, aside []byte) error {
		if want := asideOf(s); string(aside) != want {
			w.fail(promiseFold, "shard %d: the snapshot at commit %d has %q beside the state, want %q", s, upTo, aside, want)
		}
		return nil
	}
}

// asideOf is what snapshots of a shard hold besides the state.
func asideOf(s int) string { return fmt.Sprintf("read models of shard %d", s) }

// expected says whether an owner may see this error of a journal.
func expected(err error) bool {
	for _, known := range []error{journal.ErrFenced, journal.ErrUnknown, journal.ErrFull, journal.ErrUnavailable, journal.ErrNotOwner} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// work decides what waits and writes it down.
func (w *world) work(o *owner) {
	if !o.alive() || o.writing || o.worker.paused || w.failure != nil {
		return
	}
	n, taken := len(o.inbox), 0
	if n > 1 && w.random.chance(300) {
		n = 1 + w.random.below(n)
	}
	o.loop.Fill(func() (shard.Request, bool) {
		if taken == n {
			return shard.Request{}, false
		}
		taken++
		return o.inbox[taken-1], true
	})
	o.inbox = append(o.inbox[:0:0], o.inbox[taken:]...)
	w.write(o)
}

// write brings the open batch on its way to the disk. It stays as it is until its
// owner has heard of it.
func (w *world) write(o *owner) {
	payload := o.loop.Batch()
	if payload == nil {
		w.settled(o, 0, 0)
		if len(o.inbox) > 0 || !o.loop.Idle() {
			w.on(o.worker, 0, func() { w.work(o) })
		}
		return
	}
	o.writing = true
	d := w.disks[o.shard]
	d.waiting = append(d.waiting, o)
	d.store.Hold()
	o.handle.AppendAsync(payload, func(r journal.Result) { w.landed(o, payload, r) })
	wait := w.random.between(millisecond/2, 4*millisecond)
	if w.agenda.now < d.slow {
		wait = w.random.between(50*millisecond, 900*millisecond)
	}
	w.early(o)
	w.agenda.after(wait, func() { w.land(o.shard) })
}

// land lets the oldest write of a disk reach it, or meet a fault.
func (w *world) land(s int) {
	d := w.disks[s]
	if len(d.waiting) == 0 {
		return
	}
	switch {
	case w.agenda.now < d.away:
		d.store.Inject(journal.Refuse)
	case w.stormy() && w.random.chance(40):
		f := []journal.Fault{journal.Refuse, journal.Full, journal.LoseAck, journal.LoseAck, journal.LoseRequest, journal.Rival}[w.random.below(6)]
		d.rival = f == journal.Rival
		d.store.Inject(f)
	}
	d.store.Step()
	d.rival = false
}

// landed is what a write came to, seen from the disk; its owner hears of it
// later, or never.
func (w *world) landed(o *owner, payload []byte, r journal.Result) {
	d, a, size := w.disks[o.shard], w.audits[o.shard], len(payload)
	if i := slices.Index(d.waiting, o); i >= 0 {
		d.waiting = slices.Delete(d.waiting, i, i+1)
	}
	switch last := o.handle.Stats().Last; {
	case last == a.last:
	case d.rival:
		w.figures.Rivals++
		a.takeOver()
	default:
		a.commit(o, payload)
	}
	if errors.Is(r.Err, journal.ErrUnknown) {
		w.figures.Ambiguous++
	}
	w.on(o.worker, w.random.between(0, 3*millisecond), func() { w.acknowledged(o, size, r) })
}

// acknowledged is where an owner hears of its write.
func (w *world) acknowledged(o *owner, size int, r journal.Result) {
	if now := o.worker.owns[o.shard]; w.options.Plant == OldAnswers && !o.alive() && now != nil && now.alive() && now.writing {
		o = now
	}
	if !o.alive() {
		return
	}
	if w.options.Plant == KeepAfterLoss && errors.Is(r.Err, journal.ErrUnknown) {
		r = journal.Result{Number: w.audits[o.shard].last}
	}
	if w.options.Plant == NoFence && errors.Is(r.Err, journal.ErrFenced) && w.breakIn(o) {
		return
	}
	if tooLarge := (*journal.TooLargeError)(nil); errors.As(r.Err, &tooLarge) {
		w.fail(promiseFits, "shard %d: %v", o.shard, tooLarge)
		return
	}
	if r.Err == nil {
		o.writing, o.stalled = false, nil
		w.settled(o, r.Number, size)
		w.work(o)
		return
	}
	verdict, reason := o.loop.Failed(r.Err)
	if verdict == shard.Lost {
		w.trace("%s lost shard %d: %v", o.worker.name, o.shard, reason)
		w.lose(o, r.Err)
		return
	}
	if o.stalled == nil {
		w.figures.Stalls++
	}
	o.stalled = r.Err
	w.trace("%s could not write to shard %d and tries again: %v", o.worker.name, o.shard, r.Err)
	w.on(o.worker, w.random.between(20*millisecond, 500*millisecond), func() {
		if o.alive() {
			w.write(o)
		}
	})
}

// lose gives up a shard, whose open batch the loop has given up.
func (w *world) lose(o *owner, err error) {
	w.audits[o.shard].released(o)
	o.lost = true
	if o.worker.owns[o.shard] == o {
		o.worker.owns[o.shard] = nil
	}
	o.loop.End(err)
	for _, r := range o.inbox {
		r.Refuse(err)
	}
	o.inbox = nil
	w.claimSoon(o.shard)
}

// settled lets out a batch that is durable.
func (w *world) settled(o *owner, number uint64, size int) {
	o.loop.Settled(number, size)
	if !o.alive() { // it crashed between two effects
		return
	}
	w.arm(o)
	if number != 0 && o.loop.SnapshotDue() && !o.storing {
		w.snapshot(o, number)
	}
}

// arm wakes an owner for its next timer.
func (w *world) arm(o *owner) {
	due, ok := o.loop.State().NextDue()
	if !ok {
		return
	}
	at := nanos(due-birth) - o.worker.skew
	if w.options.Plant == EarlyTimers {
		at -= hour
	}
	at = max(at, w.agenda.now)
	if o.armed >= w.agenda.now && o.armed <= at {
		return
	}
	o.armed = at
	w.on(o.worker, at-w.agenda.now, func() {
		if o.armed == at {
			o.armed = -1
		}
		if w.options.Plant == LostInTheJump && o.loop.State().Counts().Timers > 0 && len(o.loop.State().Due(w.clock(o.worker), 1)) == 0 {
			return
		}
		w.work(o)
		if o.alive() && !o.writing {
			w.arm(o)
		}
	})
}

// snapshot encodes the state as it is after a commit. It is stored later, perhaps
// when the shard has another owner, and then drops what it covers.
func (w *world) snapshot(o *owner, number uint64) {
	if w.options.Plant == SnapshotOffByOne && number > 1 {
		number--
	}
	o.storing = true
	blob := o.loop.TakeSnapshot([]byte(asideOf(o.shard)))
	wait := w.random.between(0, 50*millisecond)
	if w.random.chance(100) {
		wait = w.random.between(0, 10*second)
	}
	w.on(o.worker, wait, func() {
		o.storing = false
		if err := o.handle.Snapshot(context.Background(), number, blob); err != nil {
			return // an older one stays
		}
		w.figures.Snapshots++
		w.trace("%s stores a snapshot of shard %d at commit %d", o.worker.name, o.shard, number)
		below := shard.DropBelow(o.handle.Stats(), number, w.retain)
		if below == 0 {
			return
		}
		if err := o.handle.Truncate(context.Background(), below); err != nil {
			w.fail(promiseTruncate, "shard %d: %v", o.shard, err)
		}
	})
}

// offer hands a command to the owner of a shard, if there is one.
func (w *world) offer(s int, cmd record.Command, answer shard.Answer) {
	w.ask(s, shard.Request{Command: cmd, Answer: answer})
}

// ask hands a request to the owner of a shard; false where nobody is known.
func (w *world) ask(s int, r shard.Request) bool {
	o := w.owner(s)
	if o == nil || !o.worker.up {
		return false
	}
	w.on(o.worker, 0, func() { w.accept(o, r) })
	return true
}

// accept puts a request into an owner's inbox.
func (w *world) accept(o *owner, r shard.Request) {
	switch {
	case !o.alive():
	case o.stalled != nil:
		w.figures.TurnedAway++
		o.loop.TurnAway(r, o.stalled)
	default:
		o.inbox = append(o.inbox, r)
		w.work(o)
	}
}
