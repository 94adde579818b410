package sim

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/lease"
)

// The bugs that can be planted where nodes share shards.
const (
	RenewedAfterItLapsed Bug = "a lease that has lapsed is renewed by a late answer"
	NoLook               Bug = "effects leave without a look at the lease"
	EpochOfTheTail       Bug = "a slow node takes over in whatever epoch comes next"
	BelievesWhatIsOld    Bug = "a node that an old look does not show is taken for gone"
)

// LeaseBugs are all that can be planted where nodes share shards.
func LeaseBugs() []Bug {
	return []Bug{RenewedAfterItLapsed, NoLook, EpochOfTheTail, BelievesWhatIsOld}
}

// The promises of nodes that share shards.
const (
	promiseGone   = "an effect leaves only while the store takes its node for alive"
	promiseRank   = "who takes a shard over has a later lease than all before"
	promiseRob    = "nobody takes a shard from a node that is alive"
	promiseShared = "in the end every shard has an owner, evenly, and nothing moves any more"
	promiseSent   = "every effect leaves and is done in the end"
)

// LeaseFigures are what happened to nodes that share shards.
type LeaseFigures struct {
	TakeOvers, Fenced, Stale, Lapsed, Pauses, Crashes, Handed, Effects int
}

// LeaseResult is what a run of nodes that share shards showed.
type LeaseResult struct {
	Failure *Failure
	Figures LeaseFigures
}

const (
	leaseTTL    = 4 * second
	leaseShards = 7
	leaseNodes  = 3
	leaseStorm  = 90 * second
	leaseCalm   = 40 * leaseTTL
)

// leaseNode is a process. A crash takes everything from it, a pause only its time.
type leaseNode struct {
	name    string
	life    int
	up      bool
	paused  bool
	delayed []func()
	rate    nanos // its clock makes so many nanoseconds of a thousand
	session int
	joined  nanos
	keeper  *lease.Keeper
	until   time.Duration // for the planted bug
	saw     boardState    // at its last look
	holds   [leaseShards]*leaseHold
}

// leaseHold is a node's hold on a shard.
type leaseHold struct {
	node    *leaseNode
	shard   int
	epoch   uint64
	handle  *journal.Memory
	over    bool
	writing bool
	next    uint64   // number of the next effect
	pending []uint64 // effects that are durable and not done
}

// boardState is what stands on the board.
type boardState struct {
	sessions map[string]nanos // when each goes away
	shards   [leaseShards]boardHold
}

type boardHold struct {
	lease.Hold
	revision int
}

// leaseWorld are nodes, a board and the journals of shards; effects are numbers.
type leaseWorld struct {
	plant    Bug
	seed     uint64
	random   random
	agenda   agenda
	board    boardState
	away     nanos // until when the board answers nobody
	revision int
	nodes    []*leaseNode
	disks    []*journal.Store
	ranks    [leaseShards]uint64
	last     nanos // when a shard was taken last
	failure  *Failure
	figures  LeaseFigures
}

// RunLeases lets nodes share shards in a storm of crashes, pauses, lost answers and an
// absent board, by the rules of runtime/lease, and then in a calm. The same seed gives
// the same result.
func RunLeases(seed uint64, plant Bug) LeaseResult {
	w := &leaseWorld{plant: plant, seed: seed, random: random{seed}, board: boardState{sessions: map[string]nanos{}}}
	for s := range leaseShards {
		w.disks = append(w.disks, journal.NewStore(fmt.Sprint("shard-", s), journal.StoreOptions{}))
	}
	for i := range leaseNodes {
		k := &leaseNode{name: fmt.Sprint("n", i), rate: 985 + nanos(w.random.below(31))}
		w.nodes = append(w.nodes, k)
		w.agenda.after(w.random.between(0, second), func() { w.boot(k) })
	}
	w.trouble()
	for w.failure == nil && w.agenda.now < leaseStorm+leaseCalm && w.agenda.step() {
	}
	if w.failure == nil {
		w.judge()
	}
	return LeaseResult{w.failure, w.figures}
}

func (w *leaseWorld) fail(promise, format string, args ...any) {
	if w.failure == nil {
		w.failure = &Failure{Seed: w.seed, At: int64(w.agenda.now), Promise: promise, Detail: fmt.Sprintf(format, args...)}
	}
}

func (w *leaseWorld) stormy() bool { return w.agenda.now < leaseStorm }

// on does something at a node after a time, unless it crashes first.
func (w *leaseWorld) on(k *leaseNode, wait nanos, do func()) {
	life := k.life
	w.agenda.after(wait, func() {
		switch {
		case k.life != life:
		case k.paused:
			k.delayed = append(k.delayed, func() { w.on(k, 0, do) })
		default:
			do()
		}
	})
}

// trouble makes the storm.
func (w *leaseWorld) trouble() {
	if !w.stormy() {
		return
	}
	w.agenda.after(w.random.between(100*millisecond, 4*second), w.trouble)
	k := w.nodes[w.random.below(len(w.nodes))]
	switch w.random.below(4) {
	case 0:
		w.figures.Crashes++
		k.life++
		k.up, k.paused, k.delayed, k.holds = false, false, nil, [leaseShards]*leaseHold{}
		w.agenda.after(w.random.between(100*millisecond, 2*leaseTTL), func() { w.boot(k) })
	case 1, 2:
		if k.paused || !k.up {
			return
		}
		w.figures.Pauses++
		k.paused = true
		life := k.life
		w.agenda.after(w.random.between(10*millisecond, 2*leaseTTL), func() {
			if k.life == life && k.paused {
				k.paused = false
				late := k.delayed
				k.delayed = nil
				for _, do := range late {
					do()
				}
			}
		})
	case 3:
		w.away = w.agenda.now + w.random.between(10*millisecond, leaseTTL)
	}
}

func (w *leaseWorld) boot(k *leaseNode) {
	if !k.up {
		k.up, k.until = true, 0
		w.join(k)
		w.tick(k)
		w.renew(k)
	}
}

// clock is a node's own.
func (w *leaseWorld) clock(k *leaseNode) time.Duration {
	return time.Duration(w.agenda.now / 1000 * k.rate)
}

func (w *leaseWorld) join(k *leaseNode) {
	k.session, k.joined = k.session+1, w.agenda.now
	k.keeper = lease.New(fmt.Sprintf("%s.%d.%d", k.name, k.life, k.session), time.Duration(leaseTTL))
	keeper, sent := k.keeper, w.clock(k)
	w.ask(k, func() bool {
		w.board.sessions[keeper.ID()] = w.agenda.now + leaseTTL
		return true
	}, func(bool) {
		if k.keeper == keeper {
			keeper.Begin(sent)
			k.until = sent + time.Duration(leaseTTL*9/10)
		}
	})
}

// ask does something at the board and brings the answer back; either may be lost or late.
func (w *leaseWorld) ask(k *leaseNode, at func() bool, answer func(done bool)) {
	lag := func() nanos {
		if w.stormy() && w.random.chance(60) {
			return w.random.between(0, leaseTTL)
		}
		return w.random.between(millisecond/2, 20*millisecond)
	}
	there, back, lost, life := lag(), lag(), w.stormy() && w.random.chance(30), k.life
	w.agenda.after(there, func() {
		if w.agenda.now < w.away {
			return
		}
		done := at()
		if !lost && k.life == life {
			w.on(k, back, func() { answer(done) })
		}
	})
}

func (w *leaseWorld) alive(session string) bool {
	return w.board.sessions[session] > w.agenda.now
}

func (w *leaseWorld) renew(k *leaseNode) {
	keeper, sent := k.keeper, w.clock(k)
	w.ask(k, func() bool {
		alive := w.alive(keeper.ID())
		if alive {
			w.board.sessions[keeper.ID()] = w.agenda.now + leaseTTL
		}
		return alive
	}, func(alive bool) {
		switch {
		case k.keeper != keeper:
		case alive:
			keeper.Renewed(w.clock(k), sent)
			k.until = max(k.until, sent+time.Duration(leaseTTL*9/10))
		default:
			keeper.Lost()
		}
	})
	w.on(k, nanos(keeper.Every()), func() { w.renew(k) })
}

// valid says whether a node takes itself for an owner.
func (w *leaseWorld) valid(k *leaseNode) bool {
	if w.plant == RenewedAfterItLapsed {
		return k.until > w.clock(k)
	}
	return k.keeper.Valid(w.clock(k))
}

// tick is a node's look at the board, and what follows.
func (w *leaseWorld) tick(k *leaseNode) {
	w.on(k, leaseTTL/6, func() { w.tick(k) })
	waits := k.until == 0 && w.agenda.now-k.joined < leaseTTL // for the board to answer
	if !w.valid(k) && !waits && w.plant != RenewedAfterItLapsed {
		w.figures.Lapsed++
		for s := range k.holds {
			w.end(k.holds[s])
		}
		k.until = 0
		w.join(k)
		return
	}
	keeper := k.keeper
	var seen boardState
	w.ask(k, func() bool {
		seen = boardState{sessions: map[string]nanos{}, shards: w.board.shards}
		behind := nanos(0) // a replica that lacks the latest renewals
		if w.stormy() && w.random.chance(50) {
			behind = w.random.between(0, leaseTTL)
		}
		for id, until := range w.board.sessions {
			if until-behind > w.agenda.now {
				seen.sessions[id] = until
			}
		}
		return true
	}, func(bool) {
		if k.keeper == keeper {
			k.saw = seen
			w.act(k)
		}
	})
}

func (w *leaseWorld) act(k *leaseNode) {
	v := lease.View{Shards: make([]lease.Hold, leaseShards)}
	for id := range k.saw.sessions {
		v.Members = append(v.Members, lease.Member{ID: id})
	}
	slices.SortFunc(v.Members, func(a, b lease.Member) int { return compareIDs(a.ID, b.ID) })
	for s := range v.Shards {
		v.Shards[s] = k.saw.shards[s].Hold
	}
	moves := k.keeper.Decide(w.clock(k), v)
	for _, s := range moves.Release {
		if h := k.holds[s]; h != nil {
			w.figures.Handed++
			w.end(h)
			w.write(k, s, lease.Hold{Epoch: h.epoch}, func() {})
		}
	}
	for s, h := range v.Shards { // written, and the answer was lost
		if h.Owner == k.keeper.ID() && k.holds[s] == nil {
			moves.Take = append(moves.Take, s)
		}
	}
	for _, s := range moves.Take {
		if k.holds[s] == nil {
			epoch := v.Shards[s].Epoch + 1
			w.write(k, s, lease.Hold{Owner: k.keeper.ID(), Epoch: epoch}, func() { w.take(k, s, epoch) })
		}
	}
}

func compareIDs(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// write writes who owns a shard, over what the node saw. A node that is alive is not
// robbed: the board is asked for it at the moment.
func (w *leaseWorld) write(k *leaseNode, s int, h lease.Hold, done func()) {
	keeper, over := k.keeper, k.saw.shards[s]
	w.ask(k, func() bool {
		now := &w.board.shards[s]
		robbed := now.Owner != "" && now.Owner != keeper.ID() && w.alive(now.Owner)
		if now.revision != over.revision || robbed && w.plant != BelievesWhatIsOld {
			return false
		}
		if robbed {
			w.fail(promiseRob, "%s takes shard %d from %s", keeper.ID(), s, now.Owner)
		}
		w.revision++
		*now = boardHold{h, w.revision}
		return true
	}, func(ok bool) {
		if ok && k.keeper == keeper {
			done()
		}
	})
}

// take takes a journal over, some time after the board said that it may.
func (w *leaseWorld) take(k *leaseNode, s int, epoch uint64) {
	wait := w.random.between(0, 20*millisecond)
	if w.stormy() && w.random.chance(200) {
		wait = w.random.between(0, 3*leaseTTL)
	}
	keeper := k.keeper
	w.on(k, wait, func() {
		if k.keeper != keeper && w.plant != EpochOfTheTail || k.holds[s] != nil {
			return
		}
		h := &leaseHold{node: k, shard: s, epoch: epoch, handle: w.disks[s].Open()}
		want := epoch
		if w.plant == EpochOfTheTail {
			want = 0
		}
		if _, err := h.handle.TakeOver(context.Background(), keeper.ID(), want); err != nil {
			w.figures.Stale++
			return
		}
		if epoch <= w.ranks[s] {
			w.fail(promiseRank, "%s takes shard %d over with the lease of epoch %d after one of %d", keeper.ID(), s, epoch, w.ranks[s])
		}
		w.ranks[s], w.last = epoch, w.agenda.now
		w.figures.TakeOvers++
		if err := h.handle.Replay(context.Background(), 0, h.fold); err != nil {
			w.fail(promiseReadable, "shard %d: %v", s, err)
			return
		}
		k.holds[s] = h
		for _, n := range h.pending {
			w.send(h, n)
		}
		w.work(h)
	})
}

// fold takes in a commit: a number is an effect to be sent, its complement that it is
// done.
func (h *leaseHold) fold(c journal.Commit) error {
	if c.Owner != "" {
		return nil
	}
	n := binary.BigEndian.Uint64(c.Payload)
	if int64(n) < 0 {
		h.pending = slices.DeleteFunc(h.pending, func(p uint64) bool { return p == ^n })
		return nil
	}
	h.next, h.pending = n+1, append(h.pending, n)
	return nil
}

func (w *leaseWorld) end(h *leaseHold) {
	if h != nil {
		h.over = true
		h.node.holds[h.shard] = nil
	}
}

// work makes effects while the storm lasts.
func (w *leaseWorld) work(h *leaseHold) {
	w.on(h.node, w.random.between(200*millisecond, second), func() {
		if h.over {
			return
		}
		if w.stormy() {
			n := h.next
			w.commit(h, n, func() { w.send(h, n) })
		}
		w.work(h)
	})
}

// commit appends a number; who has lost the shard finds out.
func (w *leaseWorld) commit(h *leaseHold, n uint64, then func()) {
	if h.over || h.writing {
		return
	}
	c := journal.Commit{Payload: binary.BigEndian.AppendUint64(nil, n)}
	_, err := h.handle.Append(context.Background(), c.Payload)
	h.writing = true
	w.on(h.node, w.random.between(millisecond, 30*millisecond), func() {
		h.writing = false
		switch {
		case h.over:
		case err != nil:
			w.figures.Fenced++
			w.end(h)
		default:
			_ = h.fold(c)
			then()
		}
	})
}

// send lets an effect leave, if the lease says so, and then writes that it is done.
func (w *leaseWorld) send(h *leaseHold, n uint64) {
	k := h.node
	if !w.valid(k) && w.plant != NoLook {
		return // the next owner sends it
	}
	if !w.alive(k.keeper.ID()) {
		w.fail(promiseGone, "%s sends effect %d of shard %d", k.keeper.ID(), n, h.shard)
	}
	w.figures.Effects++
	w.done(h, n)
}

// done tries to write that an effect is done until it is.
func (w *leaseWorld) done(h *leaseHold, n uint64) {
	w.on(h.node, w.random.between(10*millisecond, 200*millisecond), func() {
		if h.over || !slices.Contains(h.pending, n) {
			return
		}
		w.commit(h, ^n, func() {})
		w.done(h, n)
	})
}

// judge looks at the world after the calm.
func (w *leaseWorld) judge() {
	if quiet := w.agenda.now - w.last; quiet < leaseCalm/4 {
		w.fail(promiseShared, "a shard was taken %v before the end", quiet)
	}
	least, most := leaseShards, 0
	for _, k := range w.nodes {
		n := 0
		for _, h := range k.holds {
			if h != nil && !h.over {
				n++
			}
		}
		least, most = min(least, n), max(most, n)
	}
	if most-least > 1 {
		w.fail(promiseShared, "one node has %d shards and one has %d", least, most)
	}
	for s, d := range w.disks {
		var owner *leaseHold
		for _, k := range w.nodes {
			if h := k.holds[s]; h != nil && !h.over && k.keeper.ID() == w.board.shards[s].Owner {
				owner = h
			}
		}
		if owner == nil {
			w.fail(promiseShared, "shard %d has no owner", s)
		}
		var all leaseHold
		if err := d.Open().Replay(context.Background(), 0, all.fold); err != nil {
			w.fail(promiseReadable, "shard %d: %v", s, err)
		}
		if len(all.pending) > 0 {
			w.fail(promiseSent, "shard %d: the effects %v are not done", s, all.pending)
		}
	}
}
