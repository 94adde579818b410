package sim

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// maxSkew bounds how far a worker's clock is off.
const maxSkew = 50 * millisecond

// maxJump bounds how far it is off in worlds where clocks jump.
const maxJump = 3 * hour

// lateJumps is how often clocks jump when everything else has calmed down.
const lateJumps = 4

// maxCommit is the largest commit in bytes: a full batch, and the largest command
// on top of it.
const maxCommit = shard.MaxBatchBytes + engine.MaxCommandBytes

// maxSteps bounds a run: a world that does not come to rest is broken.
const maxSteps = 400_000

// world is everything there is.
type world struct {
	options Options
	load    *Load
	limits  engine.Limits
	random  random
	agenda  agenda
	figures Figures
	failure *Failure
	tracing bool
	lines   []string

	workers   []*worker
	disks     []*disk
	audits    []*audit
	owners    []*owner // by shard
	claiming  []bool
	outside   *outside
	pumps     []*pump
	receivers []*receiver
	deployed  int // how many of the load's programs are known

	wishes int             // of operators
	skew   nanos           // how far a clock may be ahead
	wanted map[string]bool // instances that somebody asked for
	// received are the messages that an instance took, by receiver and position.
	received map[string]bool
	// acks are the instances whose start was acknowledged, in that order.
	acks []string
	// Chances out of 1000 that this run lives with.
	loseChance, compareChance int
	// What lies between two snapshots of a shard, and what is kept below one, in bytes.
	snapshotEvery, retain int64
	scratch               []byte // a snapshot that is compared with another
}

// Run lets one world live. The same options give the same result.
func Run(o Options) Result {
	if err := o.Validate(); err != nil {
		return Result{Seed: o.Seed, Failure: &Failure{Seed: o.Seed, Promise: "options", Detail: err.Error()}}
	}
	own := o.Load != nil
	o = o.filled()
	w := live(o, o.Trace)
	if first := w.failure; first != nil && !o.Trace {
		if w = live(o, true); w.failure == nil {
			first.Detail += " (the same world once more did not show it)"
			w.failure = first
		}
	}
	if w.failure != nil {
		w.failure.Own = own
	}
	return Result{Seed: o.Seed, Trace: w.lines, Failure: w.failure, Figures: w.figures}
}

func live(o Options, tracing bool) (w *world) {
	w = newWorld(o, tracing)
	defer func() {
		if p := recover(); p != nil {
			w.fail(promiseNoPanic, "%v", p)
		}
	}()
	w.begin()
	for w.failure == nil && w.agenda.step() {
		if w.figures.Steps++; w.figures.Steps > maxSteps {
			w.fail(promiseQuiet, "after %d steps things still happen", maxSteps)
		}
	}
	w.figures.Virtual = int64(w.agenda.now)
	if w.failure == nil {
		w.judge()
	}
	return w
}

func newWorld(o Options, tracing bool) *world {
	w := &world{
		options: o, load: o.Load, limits: engine.DefaultLimits(), random: random{o.Seed}, tracing: tracing,
		wanted: map[string]bool{}, received: map[string]bool{}, deployed: 1, compareChance: 40,
		skew: maxSkew,
	}
	if o.Load.Jumps && mix(o.Seed, "clocks")%4 == 0 {
		w.skew = maxJump
	}
	w.figures.Ended = map[record.State]int{}
	if mix(o.Seed, "attempts")%4 == 0 {
		w.limits.Attempts = 3 // so that people are asked
	}
	w.loseChance = w.random.below(60)
	w.snapshotEvery = int64(200 << w.random.below(10))
	w.retain = int64(1 << w.random.below(16))
	w.outside = newOutside(w)
	for s := range o.Shards {
		options := journal.StoreOptions{MarkEvery: 1, MaxLength: maxCommit}
		w.disks = append(w.disks, &disk{store: journal.NewStore(fmt.Sprintf("shard-%d", s), options)})
		w.audits = append(w.audits, newAudit(w, s))
	}
	w.owners = make([]*owner, o.Shards)
	w.claiming = make([]bool, o.Shards)
	for i := range o.Workers {
		w.workers = append(w.workers, &worker{
			name: fmt.Sprintf("worker-%d", i), up: true, owns: make([]*owner, o.Shards), skew: w.random.between(-maxSkew, maxSkew),
		})
	}
	w.receivers = w.receiversOf()
	for _, p := range w.load.Programs[0].Plan().Routes {
		if p.From == "" {
			continue
		}
		w.pumps = append(w.pumps, &pump{world: w, route: p.Name, channel: p.From})
	}
	return w
}

// stormy says whether faults happen.
func (w *world) stormy() bool { return int64(w.agenda.now) < w.options.Storm }

// lost says whether the network swallows something.
func (w *world) lost() bool {
	lost := w.stormy() && w.random.chance(w.loseChance)
	if lost {
		w.figures.Lost++
	}
	return lost
}

// network is how long something takes to get somewhere.
func (w *world) network() nanos {
	if !w.stormy() {
		return millisecond
	}
	if w.random.chance(30) {
		w.figures.Delayed++
		return w.random.between(millisecond, 4*second)
	}
	return w.random.between(millisecond/5, 5*millisecond)
}

func (w *world) shardOf(instance string) int { return record.ShardOf(instance, w.options.Shards) }

func (w *world) trace(format string, args ...any) {
	if w.tracing {
		w.lines = append(w.lines, w.agenda.now.String()+"  "+fmt.Sprintf(format, args...))
	}
}

// fail notes the first broken promise and ends the run.
func (w *world) fail(promise, format string, args ...any) {
	if w.failure == nil {
		w.failure = &Failure{Seed: w.options.Seed, At: int64(w.agenda.now), Promise: promise, Detail: fmt.Sprintf(format, args...)}
		w.trace("BROKEN: %s: %s", promise, w.failure.Detail)
	}
}

func (w *world) acked(instance string) {
	w.trace("the start of %s is acknowledged", instance)
	w.acks = append(w.acks, instance)
}

// begin plans what clients do, and the faults.
func (w *world) begin() {
	storm := nanos(max(w.options.Storm, int64(second)))
	for s := range w.disks {
		w.claimSoon(s)
	}
	w.activate(w.load.Programs[0])
	for _, c := range w.load.Starts {
		w.agenda.after(w.random.between(0, storm*3/4), func() { w.client(c) })
	}
	for _, e := range w.load.Events {
		w.agenda.after(w.random.between(0, 2*storm), func() { w.publish(e) })
	}
	for i, m := range w.load.Messages {
		w.agenda.after(storm/2*nanos(i)/nanos(len(w.load.Messages)), func() { w.outside.put(m) })
	}
	for _, p := range w.pumps {
		w.agenda.after(100*millisecond, p.resume)
	}
	for _, r := range w.receivers {
		w.agenda.after(100*millisecond, r.learn)
	}
	if w.options.Storm > 0 {
		w.agenda.after(w.random.between(0, second), w.mischief)
		w.agenda.after(nanos(w.options.Storm), w.calm)
	}
	if w.options.Storm > 0 {
		for range lateJumps {
			w.agenda.after(w.random.between(storm, 8*day), func() { w.jump(w.workers[w.random.below(len(w.workers))]) })
		}
	}
	if len(w.load.Programs) > 1 {
		w.agenda.after(w.random.between(0, storm), w.deploy)
	}
	if w.load.Operated {
		for range w.random.below(maxStrolls) {
			w.agenda.after(w.random.between(second, storm*5/4), w.stroll)
		}
	}
}

// deploy brings a new version of the package.
func (w *world) deploy() {
	p := w.load.Programs[w.deployed]
	w.deployed++
	w.figures.Deployed++
	w.trace("version %.8s is deployed", p.Digest())
	for _, o := range w.owners {
		if o != nil {
			o.loop.State().AddProgram(p)
		}
	}
	w.activate(p)
	if w.load.Operated {
		w.agenda.after(w.random.between(0, 10*second), w.migrateAll)
	}
}

// mischief does one bad thing and plans the next.
func (w *world) mischief() {
	if !w.stormy() {
		return
	}
	w.agenda.after(w.random.between(50*millisecond, 1500*millisecond), w.mischief)
	k := w.workers[w.random.below(len(w.workers))]
	s := w.random.below(len(w.disks))
	switch w.random.below(26) {
	case 0, 1, 2, 3, 4:
		if k.up {
			w.crash(k)
			w.agenda.after(w.random.between(100*millisecond, 5*second), func() { w.restart(k) })
		}
	case 5, 6, 7, 8:
		if k.up && !k.paused {
			w.figures.Pauses++
			w.trace("%s stops for a while", k.name)
			k.paused = true
			life := k.life
			w.agenda.after(w.random.between(50*millisecond, 8*second), func() {
				if k.life == life {
					w.resume(k)
				}
			})
		}
	case 9, 10:
		if o := w.owner(s); o != nil && w.random.chance(300) {
			k = o.worker // it begins anew
		}
		w.trace("%s wants shard %d", k.name, s)
		w.claim(s, k)
	case 11:
		w.power()
	case 12:
		w.figures.Outages++
		w.disks[s].away = w.agenda.now + w.random.between(100*millisecond, 3*second)
		w.trace("the disk of shard %d takes nothing until %s", s, w.disks[s].away)
	case 13, 14:
		w.look(s)
	case 15, 16:
		w.disks[s].slow = w.agenda.now + w.random.between(100*millisecond, 3*second)
	case 18:
		w.jump(k)
	case 19:
		w.alarm(s)
	case 17:
		for _, p := range w.pumps {
			p.resume()
		}
		for _, r := range w.receivers {
			r.learn()
		}
	default:
		w.spoil()
	}
}

// spoil makes one service ill.
func (w *world) spoil() {
	all := w.outside.services
	if len(all) == 0 {
		return
	}
	s := all[w.random.below(len(all))]
	s.condition = condition(1 + w.random.below(4))
	s.until = w.agenda.now + w.random.between(200*millisecond, 12*second)
	w.trace("%s at %s is %s until %s", s.endpoint, s.cloud, conditionNames[s.condition], s.until)
}

// calm ends the faults.
func (w *world) calm() {
	w.trace("the storm is over")
	for _, s := range w.outside.services {
		s.until = min(s.until, w.agenda.now)
	}
	for _, d := range w.disks {
		d.slow, d.away = 0, 0
	}
	for _, k := range w.workers {
		w.restart(k)
		w.resume(k)
		w.setClock(k, min(max(k.skew, -maxSkew), maxSkew))
	}
	for s := range w.disks {
		if w.owner(s) == nil {
			w.claimSoon(s)
		}
	}
	for _, p := range w.pumps {
		p.resume()
	}
	for _, r := range w.receivers {
		r.learn()
	}
}

// judge checks what holds when all is over.
func (w *world) judge() {
	for _, a := range w.audits {
		a.final()
	}
	for _, id := range w.acks {
		if w.audits[w.shardOf(id)].ended[id] == "" {
			w.fail(promiseEnd, "the start of %s was acknowledged", id)
		}
	}
	for _, p := range w.pumps {
		c := w.outside.channels[p.channel]
		if c == nil {
			continue
		}
		for _, m := range c.messages {
			id := record.InstanceID(p.route, m.ID)
			if w.audits[w.shardOf(id)].ended[id] == "" {
				w.fail(promiseNoMessage, "message %s of %s", m.ID, p.channel)
			}
		}
	}
	w.money()
	if w.failure == nil && w.load.Judge != nil {
		if broken := w.load.Judge(w.story()); broken != "" {
			w.fail(promiseLoad, "%s", broken)
		}
	}
}

// story is what came of everything.
func (w *world) story() Story {
	s := Story{Channels: map[string][]Message{}, Results: map[string]any{}}
	for name, c := range w.outside.channels {
		s.Channels[name] = c.messages
	}
	for _, a := range w.audits {
		for _, i := range a.state.Instances(nil) {
			if d, ok := a.state.Instance(i.Instance); ok && !d.Route {
				s.Results[i.Process+" "+i.Key] = d.Result
			}
		}
	}
	return s
}

// money counts the units.
func (w *world) money() {
	wanted := map[done]bool{}
	for _, a := range w.audits {
		for _, d := range a.stands {
			wanted[d] = true
		}
		for instance, all := range a.completed {
			if a.ended[instance] != record.Completed {
				continue
			}
			for _, d := range all {
				if !a.scopes.units[d] {
					wanted[d] = true
				}
			}
		}
	}
	extra, excused := map[string][]string{}, map[string]bool{}
	for _, key := range w.outside.keys() {
		for _, cloud := range w.outside.standing(key) {
			if d := (done{key, cloud}); wanted[d] {
				delete(wanted, d)
			} else {
				extra[key] = append(extra[key], cloud)
			}
		}
	}
	for _, a := range w.audits {
		a.untold(extra, excused)
	}
	for _, key := range slices.Sorted(maps.Keys(extra)) {
		if !excused[key] {
			w.fail(promiseMoney, "%s stands at %v, where it is not wanted", key, extra[key])
		}
	}
	for _, key := range w.outside.keys() {
		for d := range wanted {
			if d.key == key {
				w.fail(promiseMoney, "%s does not stand at %s, where it is wanted", d.key, d.cloud)
			}
		}
	}
	for _, c := range w.load.Starts {
		id := record.InstanceID(c.Process, c.Key)
		if w.audits[w.shardOf(id)].ended[id] == "" {
			w.fail(promiseEnd, "%s with key %s never came to an end", c.Process, c.Key)
		}
	}
}

// brief is a record in a few words.
func brief(ev record.Event) string {
	text := fmt.Sprintf("%T%+v", ev, ev)[len("record."):]
	if len(text) > 160 {
		text = text[:160] + "..."
	}
	return text
}
