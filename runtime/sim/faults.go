package sim

import (
	"context"
	"errors"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// damage is what has become of a disk, and how a copy of it puts that right.
type damage struct {
	number uint64 // the first commit that is not what it was
	tail   bool   // it is not there any more
	mend   func()
}

// spoilDisk damages a disk while nobody uses it: a bit flips, or the last commits
// are gone.
func (w *world) spoilDisk(s int) {
	d := w.disks[s]
	stats := d.store.Open().Stats()
	if !w.stormy() || !w.random.chance(60) || d.damage != nil || len(d.waiting) > 0 || w.used(s) || stats.Last < stats.First {
		return
	}
	w.figures.Damages++
	if w.random.chance(300) {
		n := 1 + w.random.below(int(min(3, stats.Last-stats.First+1)))
		d.damage = &damage{number: stats.Last - uint64(n) + 1, tail: true, mend: d.store.LoseTail(n)}
		w.trace("the disk of shard %d loses its last %d commits", s, n)
		return
	}
	number := stats.First + uint64(w.random.below(int(stats.Last-stats.First+1)))
	bit := w.random.below(8 * journal.FrameOverhead)
	d.store.Flip(number, bit)
	d.damage = &damage{number: number, mend: func() { d.store.Flip(number, bit) }}
	w.trace("bit %d of commit %d of shard %d flips", bit, number, s)
}

// used says whether anybody still takes a shard for its own.
func (w *world) used(s int) bool {
	for _, k := range w.workers {
		if o := k.owns[s]; o != nil && o.alive() {
			return true
		}
	}
	return false
}

// heal puts a disk right from its copy when a take-over has noticed the damage.
func (d *disk) heal(w *world, err error) bool {
	var found *journal.DamageError
	if d.damage == nil || !errors.As(err, &found) {
		return false
	}
	if found.Number > d.damage.number {
		w.fail(promiseDamage, "commit %d is damaged, and commit %d is named: %v", d.damage.number, found.Number, err)
	}
	w.figures.Healed++
	d.damage.mend()
	d.damage = nil
	return true
}

// unnoticed is what a take-over may have missed: commits below the snapshot, which
// nobody reads any more but for history. The scrubber finds them.
func (d *disk) unnoticed(w *world, s int) {
	if d.damage == nil {
		return
	}
	stats := d.store.Open().Stats()
	if d.damage.tail || stats.First <= 1 || d.damage.number >= stats.Snapshot {
		w.fail(promiseDamage, "shard %d is owned, and its commit %d is damaged", s, d.damage.number)
	}
	d.damage.mend()
	d.damage = nil
}

// jump sets the clock of a worker by up to some hours, in worlds where that happens.
func (w *world) jump(k *worker) {
	if w.skew == maxSkew {
		return
	}
	w.figures.Jumps++
	skew := w.random.between(-maxJump, maxJump)
	w.trace("the clock of %s jumps from %s to %s", k.name, k.skew, skew)
	w.setClock(k, skew)
}

// setClock sets a worker's clock, which the shards that it owns see when they look
// at it again.
func (w *world) setClock(k *worker, skew nanos) {
	if k.skew == skew {
		return
	}
	k.skew = skew
	for _, o := range k.owns {
		if o != nil && w.options.Plant != LostInTheJump {
			w.on(k, w.random.between(0, nanos(shard.LooksAtClock)), func() {
				if o.alive() {
					w.arm(o)
				}
			})
		}
	}
}

// alarm rings for timers of a shard that are not due yet.
func (w *world) alarm(s int) {
	for _, due := range w.audits[s].state.Due(birth+record.Instant(w.agenda.now+30*day), 3) {
		w.figures.Alarms++
		w.offer(s, due, nil)
	}
}

// power fails: every worker goes down at once.
func (w *world) power() {
	w.trace("power fails")
	w.figures.PowerLosses++
	for _, k := range w.workers {
		if k.up {
			w.crash(k)
			w.agenda.after(w.random.between(100*millisecond, 5*second), func() { w.restart(k) })
		}
	}
}

// breakIn is a planted bug: a fenced owner takes the shard over again and appends
// what it had decided, without looking at what happened meanwhile.
func (w *world) breakIn(o *owner) bool {
	ctx := context.Background()
	handle := w.disks[o.shard].store.Open()
	if _, err := handle.TakeOver(ctx, "again", 0); err != nil {
		return false
	}
	w.audits[o.shard].takeOver()
	if err := handle.Replay(ctx, handle.Stats().Snapshot+1, func(journal.Commit) error { return nil }); err != nil {
		return false
	}
	o.handle = handle
	w.write(o)
	return true
}

// fenceLate is a planted bug: a new owner folds the journal as it finds it and
// takes over some time after that.
func (w *world) fenceLate(s int, handle *journal.Memory, k *worker, state *engine.State) error {
	ctx := context.Background()
	old := w.disks[s].store.Open()
	stats := old.Stats()
	snapshot, ok, err := old.LatestSnapshot(ctx)
	if err == nil && ok {
		blob, _, unwrapErr := shard.Unwrap(snapshot.Blob)
		if err = unwrapErr; err == nil {
			err = state.Restore(blob)
		}
	}
	if err != nil {
		return err
	}
	err = old.Replay(ctx, snapshot.UpTo+1, func(c journal.Commit) error {
		if c.Number >= stats.Last { // this one lands a moment later
			return nil
		}
		_, err := shard.Apply(state, c)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := handle.TakeOver(ctx, k.name, 0); err != nil {
		return err
	}
	return handle.Replay(ctx, snapshot.UpTo+1, func(journal.Commit) error { return nil })
}

// early lets out before the commit what a planted bug wants out.
func (w *world) early(o *owner) {
	switch w.options.Plant {
	case EffectsBeforeCommit:
		w.dispatch(o, o.loop.Open().Effects)
	case AnswerBeforeCommit:
		o.loop.Open().Answer()
	case QueriesBeforeCommit:
		w.looked(o, o.loop.State())
	}
}

// look is somebody who asks a shard how things are.
func (w *world) look(s int) {
	o := w.owner(s)
	if o == nil {
		return
	}
	w.ask(s, shard.Request{
		Query:   func(state *engine.State) { w.looked(o, state) },
		Refused: func(error) {},
	})
}

// looked holds what a query sees against what is durable. Who was taken over and
// does not know it yet shows what was durable before.
func (w *world) looked(o *owner, state *engine.State) {
	a := w.audits[o.shard]
	if w.owners[o.shard] != o || !o.alive() {
		return
	}
	w.figures.Queries++
	if !a.holds(state) {
		w.fail(promiseLook, "shard %d after commit %d: a query at %s sees another state", o.shard, a.last, o.worker.name)
	}
}
