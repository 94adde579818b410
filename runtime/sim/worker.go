package sim

import (
	"bytes"
	"context"
	"errors"
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
	core    *shard.Core
	handle  *journal.Memory
	inbox   []request
	writing bool
	lost    bool
	armed   nanos // when it wakes for a timer, -1 for never
}

type request struct {
	cmd    record.Command
	answer shard.Answer
}

// disk is what a shard's journal is written to.
type disk struct {
	store   *journal.Store
	waiting []*owner // whose appends have not landed yet
	slow    nanos    // until when every write takes long
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
	for _, p := range w.load.Programs[:w.deployed] {
		state.AddProgram(p)
	}
	handle := d.store.Open()
	before := handle.Stats().Last
	if w.stormy() && w.random.chance(100) {
		d.store.Inject([]journal.Fault{journal.Refuse, journal.LoseAck, journal.LoseRequest, journal.Full, journal.Rival}[w.random.below(5)])
	}
	err = shard.Recover(context.Background(), handle, k.name, state, nil, nil)
	for n := before; n < handle.Stats().Last; n++ {
		w.audits[s].takeOver()
	}
	if err != nil {
		w.trace("%s cannot take shard %d over: %v", k.name, s, err)
		if !expected(err) {
			w.fail("a journal can be read", "shard %d: %v", s, err)
		}
		w.claimSoon(s)
		return
	}
	if old := k.owns[s]; old != nil {
		w.audits[s].released(old)
		old.lost = true
	}
	w.figures.TakeOvers++
	o := &owner{worker: k, shard: s, life: k.life, core: shard.NewCore(state), handle: handle, armed: -1}
	k.owns[s], w.owners[s] = o, o
	w.trace("%s owns shard %d from commit %d, epoch %d", k.name, s, handle.Stats().Last, handle.Stats().Epoch)
	w.audits[s].recovered(state, handle.Stats().Epoch)
	if w.options.Plant != NoDispatchAgain {
		w.dispatch(o, state.Pending(), true)
	}
	w.work(o)
}

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
	n := len(o.inbox)
	if n > 1 && w.random.chance(300) {
		n = 1 + w.random.below(n)
	}
	for i, r := range o.inbox[:n] {
		if o.core.Size() >= shard.MaxBatchBytes {
			n = i
			break
		}
		o.core.Offer(r.cmd, w.facts(o.worker), r.answer)
	}
	o.inbox = append(o.inbox[:0:0], o.inbox[n:]...)
	facts := w.facts(o.worker)
	if w.options.Plant == EarlyTimers {
		facts.Now += record.Instant(hour)
	}
	o.core.FireDue(facts, shard.MaxBatch)
	w.write(o)
}

func (w *world) write(o *owner) {
	payload := bytes.Clone(o.core.Payload())
	if payload == nil {
		w.release(o, 0)
		if len(o.inbox) > 0 {
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
	if w.stormy() && w.random.chance(40) {
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
	d, a := w.disks[o.shard], w.audits[o.shard]
	if i := slices.Index(d.waiting, o); i >= 0 {
		d.waiting = slices.Delete(d.waiting, i, i+1)
	}
	switch last := o.handle.Stats().Last; {
	case last == a.last:
	case d.rival:
		a.takeOver()
	default:
		a.commit(o, payload)
	}
	if errors.Is(r.Err, journal.ErrUnknown) {
		w.figures.Ambiguous++
	}
	w.on(o.worker, w.random.between(0, 3*millisecond), func() { w.acknowledged(o, r) })
}

// acknowledged is where an owner hears of its write.
func (w *world) acknowledged(o *owner, r journal.Result) {
	if !o.alive() {
		return
	}
	if w.options.Plant == KeepAfterLoss && errors.Is(r.Err, journal.ErrUnknown) {
		o.writing = false
		w.release(o, w.audits[o.shard].last)
		return
	}
	if tooLarge := (*journal.TooLargeError)(nil); errors.As(r.Err, &tooLarge) {
		w.fail(promiseFits, "shard %d: %v", o.shard, tooLarge)
		return
	}
	switch shard.Judge(r.Err) {
	case shard.Durable:
		o.writing = false
		w.release(o, r.Number)
		w.snapshot(o, r.Number)
		w.work(o)
	case shard.Again:
		w.trace("%s could not write to shard %d and tries again: %v", o.worker.name, o.shard, r.Err)
		w.on(o.worker, w.random.between(20*millisecond, 500*millisecond), func() {
			if o.alive() {
				w.write(o)
			}
		})
	case shard.Lost:
		w.trace("%s lost shard %d: %v", o.worker.name, o.shard, r.Err)
		w.lose(o, r.Err)
	}
}

// lose gives up a shard.
func (w *world) lose(o *owner, err error) {
	w.audits[o.shard].released(o)
	o.lost = true
	if o.worker.owns[o.shard] == o {
		o.worker.owns[o.shard] = nil
	}
	o.core.Cut(0).Fail(err)
	for _, r := range o.inbox {
		if r.answer != nil {
			r.answer(record.Reply{}, err)
		}
	}
	o.inbox = nil
	w.claimSoon(o.shard)
}

// early lets out before the commit what a planted bug wants out.
func (w *world) early(o *owner) {
	switch w.options.Plant {
	case EffectsBeforeCommit:
		w.dispatch(o, o.core.Open().Effects, false)
	case AnswerBeforeCommit:
		o.core.Open().Answer()
	}
}

// release lets out a batch that is durable.
func (w *world) release(o *owner, number uint64) {
	b := o.core.Cut(number)
	if w.options.Plant != AnswerBeforeCommit || number == 0 {
		b.Answer()
	}
	if w.options.Plant != EffectsBeforeCommit || number == 0 {
		w.dispatch(o, b.Effects, false)
	}
	w.arm(o)
}

// arm wakes an owner for its next timer.
func (w *world) arm(o *owner) {
	due, ok := o.core.State().NextDue()
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
		w.work(o)
		if o.alive() && !o.writing {
			w.arm(o)
		}
	})
}

// snapshot stores the state now and then, and drops what it covers.
func (w *world) snapshot(o *owner, number uint64) {
	if number == 0 || !w.random.chance(w.snapshotChance) {
		return
	}
	if w.options.Plant == SnapshotOffByOne && number > 1 {
		number--
	}
	blob := shard.Wrap(o.core.State(), nil)
	if err := o.handle.Snapshot(context.Background(), number, blob); err != nil {
		return // an older one stays
	}
	w.figures.Snapshots++
	w.trace("%s stores a snapshot of shard %d at commit %d", o.worker.name, o.shard, number)
	if w.random.chance(700) {
		if err := o.handle.Truncate(context.Background(), number); err != nil {
			w.fail("a journal can be truncated below its snapshot", "shard %d: %v", o.shard, err)
		}
	}
}

// offer hands a command to the owner of a shard, if there is one.
func (w *world) offer(s int, cmd record.Command, answer shard.Answer) {
	o := w.owner(s)
	if o == nil || !o.worker.up {
		return
	}
	w.on(o.worker, 0, func() { w.accept(o, cmd, answer) })
}

// accept puts a command into an owner's inbox.
func (w *world) accept(o *owner, cmd record.Command, answer shard.Answer) {
	if !o.alive() {
		return
	}
	o.inbox = append(o.inbox, request{cmd, answer})
	w.work(o)
}
