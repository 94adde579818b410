package failover

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/lease"
)

// The world is two clouds and a witness in virtual time with one seed: they crash, stop
// for a while, and the ways between them are cut, slow, and lose messages. Around the
// rules everything is made up: a journal is a list of orders.
type world struct {
	t      *testing.T
	seed   uint64
	rnd    *rand.Rand
	now    time.Duration
	queue  events
	number int
	calm   bool
	need   Need
	cut    map[string]bool
	clouds map[string]*cloud
	// witness
	note     Note
	revision int
	alive    time.Duration
	// what happened
	acked   map[int]time.Duration
	sent    map[int][]string // effects, by order: the cloud of each
	told    map[int]bool     // they may have happened twice, says a report
	term    uint64           // of the latest effect
	figures map[string]int
}

const ttl = 3 * time.Second

type cloud struct {
	w     *world
	name  string
	life  int // rises with every crash: what was asked before is forgotten
	down  bool
	until time.Duration // it sleeps
	rate  float64       // of its clock
	// durable
	role    Note
	base    int
	journal []entry
	// volatile
	place   Place
	keeper  *lease.Keeper
	began   time.Duration
	alone   bool
	noted   bool
	mirror  int           // entries that the mirror holds, as it said
	known   bool          // whether it said
	whole   time.Duration // the mirror lacked nothing then
	beat    time.Duration // the last question that it answered left then
	heard   time.Duration // as a mirror
	hushed  bool
	looking bool  // it asks the witness whether to take over
	chosen  bool  // by the witness, and waits until it has been silent for long enough
	waiting []int // entries that nobody has heard of
}

// An entry is an order, or that its effect is done.
type entry struct {
	order int
	done  bool
	at    time.Duration
	term  uint64
}

type event struct {
	at     time.Duration
	number int
	do     func()
}

type events []event

func (q events) Len() int { return len(q) }
func (q events) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].number < q[j].number
}
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *events) Push(x any)   { *q = append(*q, x.(event)) }
func (q *events) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

func (w *world) after(d time.Duration, do func()) {
	w.number++
	heap.Push(&w.queue, event{w.now + d, w.number, do})
}

func (w *world) some(most time.Duration) time.Duration {
	return time.Duration(w.rnd.Int64N(int64(most)) + 1)
}

// goes says whether a message from one place to another arrives.
func (w *world) goes(from, to string) bool {
	return !w.cut[from+to] && (w.calm || w.rnd.IntN(100) >= 2)
}

// ask carries a question and its answer. The answer finds nobody who has died since.
func (c *cloud) ask(to string, serve func() bool, answer func(ok bool)) {
	w, life, answered := c.w, c.life, false
	back := func(ok bool) {
		w.wake(c, life, func() {
			if !answered {
				answered = true
				answer(ok)
			}
		})
	}
	slow := 20 * time.Millisecond
	if !w.calm && w.rnd.IntN(20) == 0 {
		slow = time.Second
	}
	w.after(time.Second, func() { back(false) })
	if !w.goes(c.name, to) {
		return
	}
	w.after(w.some(slow), func() {
		run := func() {
			ok := serve()
			if w.goes(to, c.name) {
				w.after(w.some(slow), func() { back(ok) })
			}
		}
		if other := w.clouds[to]; other != nil {
			w.wake(other, other.life, run)
			return
		}
		run()
	})
}

// wake runs something at a cloud as soon as it does not sleep, unless it has died.
func (w *world) wake(c *cloud, life int, do func()) {
	switch {
	case c.down || c.life != life:
	case w.now < c.until:
		w.after(c.until-w.now, func() { w.wake(c, life, do) })
	default:
		do()
	}
}

func (c *cloud) every(d time.Duration, do func()) {
	life := c.life
	var again func()
	again = func() {
		if c.life != life || c.down {
			return
		}
		c.w.wake(c, life, do)
		c.w.after(d, again)
	}
	c.w.after(c.w.some(d), again)
}

func (c *cloud) clock() time.Duration { return time.Duration(float64(c.w.now) * c.rate) }

func (c *cloud) other() *cloud {
	for _, o := range c.w.clouds {
		if o != c {
			return o
		}
	}
	panic("there are two")
}

func (w *world) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("seed %d at %v: %s", w.seed, w.now, fmt.Sprintf(format, args...))
}

// wakeUp is a cloud that begins.
func (c *cloud) wakeUp() {
	c.life++
	c.down, c.place, c.keeper, c.hushed, c.looking, c.chosen, c.waiting, c.known = false, Unsure, nil, false, false, false, nil, false
	c.heard = c.clock()
	c.every(ttl/8, c.step)
	c.every(100*time.Millisecond, c.copy)
	c.every(ttl/6, c.sign)
	c.every(time.Second, c.beats)
	c.every(ttl/6, c.company)
}

func (c *cloud) step() {
	switch c.place {
	case Unsure:
		c.decide()
	case Mirror:
		c.watch()
	}
}

// look reads the witness; alive is whether it hears the owner.
func (c *cloud) look(then func(note Note, revision int, alive bool)) {
	var note Note
	var revision int
	var alive bool
	c.ask("w", func() bool {
		note, revision, alive = c.w.note, c.w.revision, c.w.alive > c.w.now
		return true
	}, func(ok bool) {
		if ok {
			then(note, revision, alive)
		} else {
			then(Note{}, -1, true)
		}
	})
}

// write writes a note over the one that was read.
func (c *cloud) write(n Note, over int, then func(ok bool)) {
	c.ask("w", func() bool {
		if c.w.revision != over {
			return false
		}
		c.w.note = n
		c.w.revision++
		return true
	}, then)
}

func (c *cloud) decide() {
	c.look(func(note Note, revision int, _ bool) {
		if revision < 0 || c.place != Unsure {
			return
		}
		switch Begin(c.name, c.role, true, &note, nil) {
		case Owner:
			if Chosen(c.name, c.role, note) {
				c.place = Mirror
				return
			}
			if note.Term == 0 {
				c.write(c.role, revision, func(bool) {})
				return
			}
			c.own(note, revision)
		case Mirror:
			if c.role.Owner == c.name {
				c.rejoin()
				return
			}
			c.place = Mirror
		}
	})
}

// own begins a tenure. Effects that are not done leave again, once the mirror holds what is here.
func (c *cloud) own(note Note, revision int) {
	c.place, c.alone, c.noted, c.began, c.known = Owner, note.Alone, note.Alone, c.clock(), false
	keeper := lease.New(c.name, ttl)
	c.beat, c.whole, c.waiting = 0, 0, nil
	sent := c.clock()
	c.ask("w", func() bool {
		if c.w.revision != revision {
			return false
		}
		c.w.revision++ // whoever has looked before does not take over any more
		return c.live(note.Term)
	}, func(ok bool) {
		if !ok || c.place != Owner {
			c.place = Unsure
			return
		}
		keeper.Begin(sent)
		c.keeper = keeper
		for i, e := range c.journal {
			if !e.done && !c.done(e.order) {
				c.waiting = append(c.waiting, i)
			}
		}
		c.letOut()
	})
}

// live is the sign of life at the witness.
func (c *cloud) live(term uint64) bool {
	if c.w.note.Owner != c.name || c.w.note.Term != term {
		return false
	}
	c.w.alive = c.w.now + ttl
	return true
}

func (c *cloud) done(order int) bool {
	return slices.ContainsFunc(c.journal, func(e entry) bool { return e.done && e.order == order })
}

func (c *cloud) valid() bool {
	return c.place == Owner && c.keeper != nil && c.keeper.Valid(c.clock())
}

// end stops a tenure.
func (c *cloud) end() {
	c.w.figures["tenures ended"]++
	c.place, c.keeper, c.waiting = Unsure, nil, nil
}

func (c *cloud) sign() {
	if c.place != Owner || c.keeper == nil {
		return
	}
	keeper, sent, term := c.keeper, c.clock(), c.role.Term
	gone := false
	c.ask("w", func() bool {
		gone = c.w.note.Owner != c.name || c.w.note.Term != term
		return c.live(term)
	}, func(ok bool) {
		if c.keeper != keeper || c.place != Owner {
			return
		}
		if ok {
			keeper.Renewed(c.clock(), sent)
		}
		keeper.Renewed(c.clock(), c.beat)
		if gone || !keeper.Valid(c.clock()) {
			c.end()
		}
	})
}

// admits says whether a mirror takes something from an owner.
func (c *cloud) admits(from string, term uint64) (taken, fenced bool) {
	if term < c.role.Term || term == c.role.Term && from != c.role.Owner {
		return false, true
	}
	if c.hushed || c.role.Owner == c.name {
		return false, false
	}
	if term > c.role.Term {
		c.role = Note{Term: term, Owner: from}
	}
	c.heard = c.clock()
	return true, false
}

func (c *cloud) beats() {
	if !c.valid() {
		return
	}
	keeper, sent, term, fenced := c.keeper, c.clock(), c.role.Term, false
	c.ask(c.other().name, func() (ok bool) { ok, fenced = c.other().admits(c.name, term); return ok }, func(ok bool) {
		switch {
		case c.keeper != keeper || c.place != Owner:
		case fenced:
			c.end()
		case ok:
			c.beat = max(c.beat, sent)
		}
	})
}

// copy brings the mirror what it lacks.
func (c *cloud) copy() {
	if !c.valid() {
		return
	}
	keeper, term, from, began := c.keeper, c.role.Term, c.mirror, c.clock()
	all, known, fenced, held := slices.Clone(c.journal), c.known, false, 0
	c.ask(c.other().name, func() (ok bool) {
		o := c.other()
		if ok, fenced = o.admits(c.name, term); !ok {
			return false
		}
		if known && from <= len(o.journal) {
			for i := range o.journal {
				if i >= len(all) || o.journal[i] != all[i] {
					return false // another history
				}
			}
			o.journal = append(o.journal, all[len(o.journal):]...)
		}
		held = len(o.journal)
		return true
	}, func(ok bool) {
		switch {
		case c.keeper != keeper || c.place != Owner:
		case fenced:
			c.end()
		case !ok:
			c.known = false
		default:
			c.mirror, c.known = held, true
			if held >= len(all) {
				c.whole = began
			}
			c.letOut()
		}
	})
}

// company is Tenure.company.
func (c *cloud) company() {
	if !c.valid() {
		return
	}
	keeper := c.keeper
	synced := c.known && c.mirror >= len(c.journal)
	switch {
	case c.alone:
		c.alone = !synced
	case c.noted && synced:
		c.setAlone(keeper, false)
	case c.need().GoesAlone(c.clock()-max(c.beat, c.began), ttl):
		c.setAlone(keeper, true)
	}
}

func (c *cloud) need() Need { return c.w.need }

func (c *cloud) setAlone(keeper *lease.Keeper, alone bool) {
	term := c.role.Term
	c.look(func(note Note, revision int, _ bool) {
		if revision < 0 || note.Owner != c.name || note.Term != term {
			return
		}
		note.Alone, c.noted = alone, true
		c.write(note, revision, func(ok bool) {
			if c.keeper == keeper && ok {
				c.alone, c.noted = alone, alone
				c.w.figures[fmt.Sprint("alone ", alone)]++
				c.letOut()
			}
		})
	})
}

// order is a client's wish.
func (c *cloud) order(number int) {
	if !c.valid() || slices.ContainsFunc(c.journal, func(e entry) bool { return e.order == number }) {
		return
	}
	c.append(entry{order: number, at: c.w.now, term: c.role.Term})
}

func (c *cloud) append(e entry) {
	c.journal = append(c.journal, e)
	if !e.done {
		c.waiting = append(c.waiting, len(c.journal)-1)
	}
	c.letOut()
}

// letOut lets everybody hear of what may be heard of.
func (c *cloud) letOut() {
	for len(c.waiting) > 0 && c.valid() {
		i := c.waiting[0]
		lacks := time.Duration(0)
		if !c.known || c.mirror < len(c.journal) {
			lacks = c.clock() - c.whole
		}
		if c.need().Waits(c.alone, lacks) && (!c.known || c.mirror <= i) {
			return
		}
		c.waiting = c.waiting[1:]
		c.effect(c.journal[i])
	}
}

// effect acknowledges an order and lets its effect leave.
func (c *cloud) effect(e entry) {
	w := c.w
	if c.role.Term < w.term {
		w.fail("%s lets out order %d in term %d after one of term %d", c.name, e.order, c.role.Term, w.term)
	}
	w.term = c.role.Term
	if _, known := w.acked[e.order]; !known {
		w.acked[e.order] = w.now
	}
	w.sent[e.order] = append(w.sent[e.order], c.name)
	keeper, life := c.keeper, c.life
	w.after(w.some(2*time.Second), func() {
		w.wake(c, life, func() {
			if c.keeper == keeper && c.valid() && !c.done(e.order) {
				c.append(entry{order: e.order, done: true, at: w.now, term: c.role.Term})
			}
		})
	})
}

// watch is Twin.unattended.
func (c *cloud) watch() {
	if c.looking {
		return
	}
	// The silence is measured before the witness is asked, and from then on kept.
	silent := c.clock() - c.heard
	c.looking, c.hushed = true, c.chosen || silent >= ttl
	c.look(func(note Note, revision int, alive bool) {
		if revision >= 0 && Chosen(c.name, c.role, note) {
			c.looking, c.hushed, c.chosen = false, true, true
			if silent >= ttl {
				c.hushed, c.chosen, c.place = false, false, Unsure
				c.takeOver(note.Term)
			}
			return
		}
		next, may := TakesOver(c.name, c.role, note, alive || revision < 0, silent, ttl)
		if !may {
			c.looking, c.hushed = false, c.chosen
			return
		}
		c.write(next, revision, func(ok bool) {
			if c.looking, c.hushed = false, false; ok {
				c.takeOver(next.Term)
				c.place = Unsure
			}
		})
	})
}

// takeOver is what a take-over means: nothing acknowledged is missing, but what may be.
func (c *cloud) takeOver(term uint64) {
	w := c.w
	w.figures["take-overs"]++
	c.role, c.base = Note{Term: term, Owner: c.name, Alone: true}, len(c.journal)
	for _, e := range c.journal {
		if !e.done && !c.done(e.order) {
			w.told[e.order] = true
		}
	}
	oldest := w.now
	for _, e := range c.other().journal[min(len(c.journal), len(c.other().journal)):] {
		oldest = min(oldest, e.at)
	}
	for number, at := range w.acked {
		if slices.ContainsFunc(c.journal, func(e entry) bool { return e.order == number }) {
			continue
		}
		w.figures["acknowledged and missing"]++
		const slack = ttl // what is on its way, and clocks that differ
		if w.need.Within != Never && (w.need.Within == 0 || at-oldest > w.need.Within+slack) {
			w.fail("%s takes over in term %d without order %d, acknowledged at %v", c.name, term, number, at)
		}
	}
}

// rejoin brings the survivor what only this cloud has, and begins anew as its mirror.
func (c *cloud) rejoin() {
	mine, role := slices.Clone(c.journal), Note{}
	c.ask(c.other().name, func() bool {
		o := c.other()
		if !o.valid() || o.role.Term <= c.role.Term {
			return false
		}
		role = o.role
		for _, e := range mine[min(o.base, len(mine)):] {
			c.w.told[e.order] = true // the report names what only the loser had
			if !slices.ContainsFunc(o.journal, func(x entry) bool { return x.order == e.order && x.done == e.done }) {
				c.w.figures["imported"]++
				e.term = o.role.Term
				o.append(e)
			}
		}
		return true
	}, func(ok bool) {
		if ok && c.place == Unsure && role.Term > c.role.Term {
			c.journal, c.base = nil, 0
			c.role, c.place, c.heard = Note{Term: role.Term, Owner: role.Owner}, Mirror, c.clock()
		}
	})
}

// trouble is a fault, for a while.
func (w *world) trouble() {
	if w.calm {
		return
	}
	c := w.clouds[[]string{"a", "b"}[w.rnd.IntN(2)]]
	switch w.rnd.IntN(5) {
	case 0:
		w.figures["crashes"]++
		if !c.down {
			c.down = true
			c.life++
			w.after(w.some(10*time.Second), c.wakeUp)
		}
	case 1:
		w.figures["pauses"]++
		c.until = w.now + w.some(8*time.Second)
	default:
		w.figures["cuts"]++
		ways := [][]string{{"ab", "ba"}, {"aw", "wa"}, {"bw", "wb"}, {"ab"}, {"ba"}, {"aw"}, {"wb"}, {"ab", "ba", "aw", "wa"}, {"ab", "ba", "bw", "wb"}}
		cut := ways[w.rnd.IntN(len(ways))]
		for _, way := range cut {
			w.cut[way] = true
		}
		w.after(w.some(8*time.Second), func() {
			for _, way := range cut {
				delete(w.cut, way)
			}
		})
	}
	w.after(w.some(6*time.Second), w.trouble)
}

func newWorld(t *testing.T, seed uint64, need Need, figures map[string]int) *world {
	w := &world{t: t, seed: seed, rnd: rand.New(rand.NewPCG(seed, 1)), need: need, cut: map[string]bool{}, clouds: map[string]*cloud{},
		acked: map[int]time.Duration{}, sent: map[int][]string{}, told: map[int]bool{}, figures: figures}
	for _, name := range []string{"a", "b"} {
		w.clouds[name] = &cloud{w: w, name: name, rate: 0.97 + 0.06*w.rnd.Float64()}
	}
	w.clouds["a"].role = Note{Term: 1, Owner: "a", Alone: true}
	w.clouds["a"].wakeUp()
	w.clouds["b"].wakeUp()
	return w
}

// run lives through a minute of faults and the calm after it.
func (w *world) run() {
	const faults, end = time.Minute, 2 * time.Minute
	next := 0
	var customers func()
	customers = func() {
		for _, name := range []string{"a", "b"} {
			c := w.clouds[name]
			number := next
			w.wake(c, c.life, func() { c.order(number) })
			next++
		}
		if w.now < faults {
			w.after(w.some(300*time.Millisecond), customers)
		}
	}
	w.after(time.Second, customers)
	w.after(5*time.Second, w.trouble)
	w.after(faults, func() { w.calm, w.cut = true, map[string]bool{} })
	for len(w.queue) > 0 && w.now < end {
		e := heap.Pop(&w.queue).(event)
		w.now = e.at
		e.do()
	}
}

// check holds the calm against what was promised.
func (w *world) check() {
	a, b := w.clouds["a"], w.clouds["b"]
	owner, mirror := a, b
	if b.place == Owner {
		owner, mirror = b, a
	}
	if owner.place != Owner || mirror.place != Mirror || owner.alone || w.note.Owner != owner.name {
		w.fail("in the calm a is %v and b %v, alone %v, the witness says %+v", a.place, b.place, owner.alone, w.note)
	}
	if !slices.Equal(owner.journal, mirror.journal) {
		w.fail("the mirror holds %d of %d", len(mirror.journal), len(owner.journal))
	}
	for number := range w.acked {
		if !owner.done(number) {
			w.fail("order %d was acknowledged and is not done", number)
		}
		if clouds := slices.Compact(slices.Sorted(slices.Values(w.sent[number]))); len(clouds) > 1 && !w.told[number] {
			w.fail("order %d was carried out in %v, and no report says so", number, clouds)
		}
	}
	w.figures["orders"] += len(w.acked)
}

// TestTwoCloudsLoseNothing: what was acknowledged under sync is there after every
// take-over, under async what is missing is within the bound and comes back; never do
// two clouds let anything out; no effect happens in both without being reported; and in
// the calm one owns and the other mirrors. COB_SIM_FROM and COB_SIM_SEEDS choose seeds.
func TestTwoCloudsLoseNothing(t *testing.T) {
	first, seeds := setting("COB_SIM_FROM", 0), setting("COB_SIM_SEEDS", 60)
	within := func(d time.Duration) Need { return NeedOf([]Promise{{Replicate: "async", RPO: &d}}) }
	zero := time.Duration(0)
	for name, need := range map[string]Need{
		"sync": NeedOf([]Promise{{Replicate: "sync"}}), "sync, strictly": NeedOf([]Promise{{Replicate: "sync", RPO: &zero}}),
		"async": NeedOf([]Promise{{Replicate: "async"}}), "async, bounded": within(2 * time.Second),
	} {
		t.Run(name, func(t *testing.T) {
			figures := map[string]int{}
			for seed := first; seed < first+seeds; seed++ {
				w := newWorld(t, seed, need, figures)
				w.run()
				w.check()
			}
			t.Log(figures)
			for _, what := range []string{"take-overs", "tenures ended", "imported", "crashes", "pauses", "cuts", "orders"} {
				if figures[what] == 0 {
					t.Errorf("no world had %s", what)
				}
			}
		})
	}
}

func setting(name string, otherwise uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
		return n
	}
	return otherwise
}
