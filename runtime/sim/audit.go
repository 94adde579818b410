package sim

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// The promises, as failures name them.
const (
	promiseIntent    = "an effect leaves only when its attempt is durable"
	promiseOnce      = "nothing is committed twice"
	promiseFold      = "the state is the fold of the journal"
	promiseEpoch     = "epochs never fall"
	promiseTimer     = "timers are never early, fire once, and always"
	promisePinned    = "an instance stays on its plan"
	promiseEnd       = "what was acknowledged comes to an end"
	promiseNothing   = "nothing exists that nobody asked for"
	promiseMoney     = "one unit stands where the work was wanted, else none"
	promiseReverse   = "compensations are the completed steps in reverse"
	promiseQuiet     = "the world comes to rest"
	promiseNoPanic   = "the engine does not panic"
	promiseFits      = "every commit fits the journal"
	promiseNoMessage = "no message is lost"
	promiseLoad      = "the load came to what it has to come to"
	promiseReadable  = "a journal can be read"
	promiseTruncate  = "a journal can be truncated below its snapshot, and no higher"
	promiseDamage    = "damage is found before a shard is owned, and named"
	promiseSaid      = "what a person was told is so"
	promiseTask      = "a task is done by one person, once, and not after its time"
	promiseStill     = "what was terminated stands still"
	promiseTold      = "what nobody undid is told"
	promiseLook      = "a query sees all that is durable and nothing else"
)

// place names an activation.
type place struct {
	instance   string
	activation uint32
}

// audit follows one shard's journal commit by commit and holds every record
// against the promises. Its own state is folded from the bytes of the journal
// alone.
type audit struct {
	world  *world
	shard  int
	last   uint64 // commit that landed
	epoch  uint64
	state  *engine.State
	lastBy *owner // whose commit was the last
	// written is the snapshot of state unless stale: a shard changes hands more
	// often than it is written to.
	written  []byte
	stale    bool
	compared int

	entered   map[place]bool
	leftBy    map[place]bool
	due       map[place]record.Instant
	attempts  map[place]uint32
	taken     map[string]bool
	plans     map[string]string
	ended     map[string]record.State
	positions map[string]uint64
	tasks     map[place]bool
	// keys are the keys of effects by what they belong to; completed are the keys
	// of an instance's calls that completed, in the order of the journal.
	keys      map[place]string
	completed map[string][]done
	scopes    byScope
	// awaits are the works that activations wait for.
	awaits map[place]place
	over   map[place]bool // works that have ended
	stands []done         // what instances did that began again
	spoken
}

// done is a call that completed in a cloud.
type done struct{ key, cloud string }

func newAudit(w *world, s int) *audit {
	state, err := engine.NewState(w.limits)
	if err != nil {
		panic(err)
	}
	for _, p := range w.load.Programs {
		state.AddProgram(p)
	}
	return &audit{
		world: w, shard: s, state: state, stale: true,
		entered: map[place]bool{}, leftBy: map[place]bool{}, due: map[place]record.Instant{}, attempts: map[place]uint32{},
		taken: map[string]bool{}, plans: map[string]string{}, ended: map[string]record.State{}, positions: map[string]uint64{},
		tasks: map[place]bool{}, keys: map[place]string{}, completed: map[string][]done{}, scopes: newByScope(), awaits: map[place]place{},
		over: map[place]bool{}, spoken: newSpoken(),
	}
}

func (a *audit) takeOver() { a.last++ }

// largeCommit is from where on a commit counts as large, in bytes.
const largeCommit = 100_000

// bulky is from where on a state, in bytes, is compared only every so many times
// while its world lives: what differs once differs at the end, too.
const (
	bulky      = 128 << 10
	bulkyTimes = 8
)

// holds says whether another state is the fold of all commits. A bulky one is
// believed most of the time.
func (a *audit) holds(other *engine.State) bool {
	if a.compared++; len(a.written) > bulky && a.compared%bulkyTimes != 0 {
		return true
	}
	return a.same(other)
}

// same says whether another state is the fold of all commits.
func (a *audit) same(other *engine.State) bool {
	if a.stale {
		a.written, a.stale = a.state.Snapshot(a.written[:0]), false
	}
	w := a.world
	w.scratch = other.Snapshot(w.scratch[:0])
	return bytes.Equal(a.written, w.scratch)
}

// released holds the state of an owner that goes against the audit's own, unless
// it ran ahead of the journal.
func (a *audit) released(o *owner) {
	if o.writing || len(o.loop.Open().Events) > 0 || a.lastBy != o {
		return
	}
	if !a.holds(o.loop.State()) {
		a.world.fail(promiseFold, "shard %d after commit %d: the state of %s, which gives it up, is another than its journal gives", a.shard, a.last, o.worker.name)
	}
}

// commit is a batch that landed on the disk.
func (a *audit) commit(o *owner, payload []byte) {
	a.last++
	a.lastBy, a.stale = o, true
	w := a.world
	w.figures.Commits++
	if len(payload) >= largeCommit {
		w.figures.Large++
	}
	events, err := shard.Apply(a.state, journal.Commit{Number: a.last, Payload: payload})
	if err != nil {
		w.fail(promiseFold, "shard %d: %v", a.shard, err)
		return
	}
	if w.tracing {
		names := make([]string, len(events))
		for i, e := range events {
			names[i] = brief(e)
		}
		w.trace("shard %d commit %d: %s", a.shard, a.last, strings.Join(names, "; "))
	}
	for _, e := range events {
		a.event(e)
	}
	if w.random.chance(w.compareChance) && !a.holds(o.loop.State()) {
		w.fail(promiseFold, "shard %d after commit %d: the state of %s is another than its journal gives", a.shard, a.last, o.worker.name)
	}
	w.people(a)
}

// recovered holds the state of a new owner against the audit's own.
func (a *audit) recovered(state *engine.State, epoch uint64) {
	if epoch <= a.epoch {
		a.world.fail(promiseEpoch, "shard %d: epoch %d follows epoch %d", a.shard, epoch, a.epoch)
	}
	a.epoch = epoch
	if !a.holds(state) {
		a.world.fail(promiseFold, "shard %d at commit %d: what was recovered is another state than all commits give", a.shard, a.last)
	}
}

// event checks one record.
func (a *audit) event(ev record.Event) {
	switch e := ev.(type) {
	case record.InstanceStarted:
		a.once(a.plans[e.Instance] == "", "the instance %s was started", e.Instance)
		a.plans[e.Instance] = e.Plan
		a.world.figures.Instances++
		if e.Channel != "" {
			a.world.figures.Messages++
			a.position(e.Process, e.Position)
		}
	case record.PartBegan:
		a.world.wanted[e.Instance] = true
	case record.MessageSkipped:
		a.position(e.Route, e.Position)
	case record.StepEntered:
		a.enter(e.Instance, e.Activation, e.Due)
		a.scopes.entered(e.Instance, e.Activation, e.Parent)
		a.steps[place{e.Instance, e.Activation}] = e.Step
		a.still(e.Instance)
		a.past(e.At)
		if len(e.Items) == 1 {
			if work, ok := engine.HandleOf(e.Instance, e.Items[0]); ok {
				a.awaits[place{e.Instance, e.Activation}] = place{e.Instance, work}
			}
		}
	case record.BranchEntered:
		a.enter(e.Instance, e.Activation, 0)
		a.scopes.entered(e.Instance, e.Activation, e.Parent)
	case record.CompensationStarted:
		a.enter(e.Instance, e.Activation, 0)
		a.world.figures.Undone++
	case record.UndoStarted:
		a.enter(e.Instance, e.Activation, 0)
		a.world.figures.Undone++
		a.scopes.began(e.Instance, e.Activation)
	case record.ArmsAwaited:
		a.due[place{e.Instance, e.Activation}] = e.Due
	case record.SettlementOwed:
		a.enter(e.Instance, e.Activation, e.Due)
		a.attempts[place{e.Instance, e.Activation}] = e.Attempt
		a.world.figures.Settlements++
	case record.DeadLetterOwed:
		a.enter(e.Instance, e.Activation, 0)
	case record.TimerSet:
		a.due[place{e.Instance, e.Activation}] = e.Due
	case record.AttemptFailed:
		a.due[place{e.Instance, e.Activation}] = e.Retry
	case record.IncidentOpened:
		delete(a.due, place{e.Instance, e.Activation})
		a.world.operator(e.Instance)
	case record.InstancePoisoned:
		a.world.figures.Poisoned++
		a.world.operator(e.Instance)
	case record.EventExpired:
		if a.world.skew == maxJump { // it is forgotten before its time, and may come again
			maps.DeleteFunc(a.taken, func(name string, _ bool) bool { return strings.HasSuffix(name, " "+e.ID) })
		}
	case record.InstanceEnded:
		a.once(a.ended[e.Instance] == "", "the instance %s ended", e.Instance)
		a.ended[e.Instance] = e.State
		a.said[terminatedWords(e.Instance)] = true
	default:
		a.begun(ev)
		a.progress(ev)
		a.verb(ev)
		a.task(ev)
		a.version(ev)
	}
}

// progress checks the records that end waiting.
func (a *audit) progress(ev record.Event) {
	switch e := ev.(type) {
	case record.TimerFired:
		p := place{e.Instance, e.Activation}
		a.fired(p, e.At)
		a.world.figures.Timers++
		delete(a.due, p)
		a.past(e.At)
	case record.AttemptStarted:
		p := place{e.Instance, e.Activation}
		a.once(e.Attempt == a.attempts[p]+1, "attempt %d follows attempt %d of %v", e.Attempt, a.attempts[p], p)
		a.attempts[p] = e.Attempt
		if a.due[p] != 0 {
			a.fired(p, e.At)
			delete(a.due, p)
		}
		a.past(e.At)
	case record.StepLeft:
		p := place{e.Instance, e.Activation}
		a.once(!a.leftBy[p], "the activation %v was left", p)
		a.leftBy[p] = true
		delete(a.due, p)
		if work, ok := a.awaits[p]; ok {
			p = work
		}
		if key := a.keys[p]; key != "" && e.Cloud != "" {
			a.completed[e.Instance] = append(a.completed[e.Instance], done{key, e.Cloud})
		}
	case record.EventTaken:
		name := e.Instance + " " + e.ID
		a.once(!a.taken[name], "the event %s was taken by %s", e.ID, e.Instance)
		a.taken[name] = true
		a.world.figures.Events++
		delete(a.due, place{e.Instance, e.Activation})
	case record.MessageTaken:
		name := fmt.Sprint(e.Receiver, " ", e.Position)
		a.once(!a.world.received[name], "message %d of %s was taken", e.Position, e.Receiver)
		a.world.received[name] = true
		delete(a.due, place{e.Instance, e.Activation})
	}
}

func (a *audit) once(holds bool, format string, args ...any) {
	if !holds {
		a.world.fail(promiseOnce, "shard %d commit %d: %s, which was so before", a.shard, a.last, fmt.Sprintf(format, args...))
	}
}

func (a *audit) enter(instance string, activation uint32, due record.Instant) {
	p := place{instance, activation}
	a.once(!a.entered[p], "the activation %v was entered", p)
	a.entered[p] = true
	if due != 0 {
		a.due[p] = due
	}
}

func (a *audit) position(route string, at uint64) {
	a.once(at > a.positions[route], "the message %d of %s came after %d", at, route, a.positions[route])
	a.positions[route] = at
}

func (a *audit) fired(p place, at record.Instant) {
	if due := a.due[p]; due == 0 || at < due {
		a.world.fail(promiseTimer, "shard %d commit %d: the timer of %v, set to %s, fired at %s", a.shard, a.last, p, nanos(due-birth), nanos(at-birth))
	}
}

// past holds a decision's time against the world's.
func (a *audit) past(at record.Instant) {
	if now := a.world.agenda.now; nanos(at-birth) > now+a.world.skew {
		a.world.fail(promiseTimer, "shard %d commit %d was decided at %s, and it is %s only", a.shard, a.last, nanos(at-birth), now)
	}
}

// left checks an effect that leaves.
func (a *audit) left(o *owner, e engine.Effect) {
	t := e.Of()
	p := place{t.Instance, t.Activation}
	if a.attempts[p] < t.Attempt {
		a.world.fail(promiseIntent, "attempt %d of %v leaves %s, and the journal holds %d attempts", t.Attempt, p, o.worker.name, a.attempts[p])
	}
	if c, ok := e.(engine.Call); ok {
		a.keys[p] = c.Endpoint + "." + c.Operation + " " + c.Key
		a.calls[p] = c
		a.scopes.left(a.world.outside, c)
	}
}

// final checks a shard when all is over.
func (a *audit) final() {
	w := a.world
	state, err := engine.NewState(w.limits)
	if err != nil {
		panic(err)
	}
	for _, p := range w.load.Programs {
		state.AddProgram(p)
	}
	reader := w.disks[a.shard].store.Open()
	snapshot, ok, err := reader.LatestSnapshot(context.Background())
	if err == nil && ok {
		blob, _, unwrapErr := shard.Unwrap(snapshot.Blob)
		if err = unwrapErr; err == nil {
			err = state.Restore(blob)
		}
	}
	epoch := uint64(0)
	if err == nil {
		err = reader.Replay(context.Background(), snapshot.UpTo+1, func(c journal.Commit) error {
			if c.Epoch < epoch {
				w.fail(promiseEpoch, "shard %d: commit %d is of epoch %d and follows epoch %d", a.shard, c.Number, c.Epoch, epoch)
			}
			epoch = c.Epoch
			_, err := shard.Apply(state, c)
			return err
		})
	}
	if err != nil {
		w.fail(promiseFold, "shard %d: its journal cannot be folded: %v", a.shard, err)
		return
	}
	if !a.same(state) {
		w.fail(promiseFold, "shard %d: the snapshot at %d and what follows give another state than all commits", a.shard, snapshot.UpTo)
	}
	a.allOver()
}

// allOver checks that every instance came to its end, on the plan it began with.
func (a *audit) allOver() {
	w := a.world
	for _, s := range a.state.Instances(nil) {
		if s.Plan != a.plans[s.Instance] {
			w.fail(promisePinned, "%s began with %.8s and is on %.8s", s.Instance, a.plans[s.Instance], s.Plan)
		}
		if !w.wanted[s.Instance] {
			w.fail(promiseNothing, "the instance %s of %s with key %s", s.Instance, s.Process, s.Key)
		}
		if s.Ended == 0 || s.Settlements > 0 {
			d, _ := a.state.Instance(s.Instance)
			w.fail(promiseEnd, "%s of %s with key %s is %s with %d settlements and waits for %+v", s.Instance, s.Process, s.Key, s.State, s.Settlements, d.Waits)
			continue
		}
		w.figures.Ended[s.State]++
		a.reverse(s.Instance, s.State)
	}
}

// reverse checks that an instance that was undone was undone backwards.
func (a *audit) reverse(instance string, state record.State) {
	if state == record.Completed {
		return
	}
	before := nanos(-1)
	for _, d := range slices.Backward(a.completed[instance]) {
		if a.scopes.units[d] {
			continue
		}
		at := a.world.outside.undoneAt(d.key, d.cloud)
		if at >= 0 && at < before {
			a.world.fail(promiseReverse, "%s: %s was undone at %s, before what completed after it", instance, d.key, at)
		}
		before = max(before, at)
	}
}
