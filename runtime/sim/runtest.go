package sim

import (
	"context"
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// MaxTestRounds bounds how often a test's world commits: what a process that
// never ends needs to be noticed.
const MaxTestRounds = 100_000

// TestResult is what a test block showed.
type TestResult struct {
	Name string     `json:"name"`
	At   plan.Place `json:"at"`
	// Failures are the assertions that do not hold, in the order of the text; none
	// where the test passed.
	Failures []TestFailure `json:"failures,omitempty"`
	// Calls are the calls made, in order, each with what it was answered.
	Calls []string `json:"calls"`
	// Trace is what happened outside of the processes, calls among it, each line
	// with its time; at most MaxTraceLines, the middle of a longer one is left out.
	Trace []string `json:"trace,omitempty"`
	// VirtualNs is how much time went by in the test's world.
	VirtualNs int64 `json:"virtual_ns"`
	// Ends are how the instances ended or stand, in the order of their start.
	Ends []string `json:"-"`
	// Commits is how often the journal was written.
	Commits int `json:"commits"`
	// Ran counts how often each step was entered.
	Ran map[plan.StepName]int `json:"-"`
	// Raised are the faults with which instances of each process ended.
	Raised map[string][]string `json:"-"`
}

// Passed says whether every assertion holds.
func (r *TestResult) Passed() bool { return len(r.Failures) == 0 }

// TestFailure is an assertion that does not hold.
type TestFailure struct {
	At     plan.Place `json:"at"`
	Wanted string     `json:"wanted"`
	Got    string     `json:"got"`
}

// Crash is a crash at a commit of a test, counted from 1; 0 is none. Before says
// that the commit does not reach the disk. Plant is a mistake that is made on
// purpose: ForgetfulDisk, or none.
type Crash struct {
	Commit int
	Before bool
	Plant  Bug
}

// RunTest runs one test block on one shard, line by line. After each `when`
// everything happens that can happen without time passing. After the last one
// time goes on to the next timer while nothing else can happen, unless the last
// one was an advance, which says itself how far. Endpoints answer as the test
// says; an operation without a result needs no given, and a call of another one
// without is a failure and is rejected.
//
// versions are those of its package that the test activates.
func RunTest(program *engine.Program, t plan.Test, versions ...Version) TestResult {
	return RunTestCrashing(program, t, Crash{}, versions...)
}

// RunTestCrashing runs a test in a world that crashes once, and goes on from its
// journal. The result is that of RunTest.
func RunTestCrashing(program *engine.Program, t plan.Test, crash Crash, versions ...Version) TestResult {
	b := newBench(program, t, versions)
	b.planned, b.plant = crash, crash.Plant
	if err := b.open(); err != nil {
		b.at = t.At
		b.fail("a plan that runs", err.Error())
		return b.result
	}
	last := 0
	for i := range t.Steps {
		if t.Steps[i].When != nil {
			last = i
		}
	}
	for i := range t.Steps {
		s := &t.Steps[i]
		b.at = s.At
		switch {
		case s.Given != nil:
			b.given(s.Given)
		case s.When != nil:
			b.when(s.When, i+1 < len(t.Steps) && t.Steps[i+1].Then != nil && t.Steps[i+1].Then.Kind == plan.ThenRefused)
			if i == last && s.When.Kind != plan.WhenAdvance {
				b.run(forever)
			}
		case s.Then != nil:
			b.then(s.Then)
		}
	}
	b.at = t.At
	b.late()
	b.result.VirtualNs = int64(b.now)
	for s := range b.places {
		if n := b.ran(s); n > 0 {
			b.result.Ran[s] = n
		}
	}
	for _, id := range b.instances {
		b.result.Ends = append(b.result.Ends, short(b.flows[id])+" "+b.standing(id))
	}
	b.result.Trace = shortened(b.result.Trace)
	return b.result
}

// bench is the world of one test.
type bench struct {
	own      *engine.Program // that the test was compiled with
	program  *engine.Program // that is active
	versions []Version
	test     plan.Test
	result   TestResult
	at       plan.Place // of the line of the test that is carried out
	outcome  error      // of the latest when, nil where it was done
	store    *journal.Store
	journal  *journal.Memory
	core     *shard.Core
	checker  *expression.Checker
	owners   int // how many processes have had the shard

	start   record.Instant // when the world begins
	now     nanos          // since then
	effects []engine.Effect
	later   agenda // answers that take their time
	rounds  int
	planned Crash
	plant   Bug
	armed   []*plan.When // crashes at a step

	answers []*reply // what is given, in the author's order
	down    []*outage
	played  map[string]*playedChild   // mocked instances, by name
	playing []*playedChild            // those that have not ended, in the order of their start
	known   map[string]answered       // of attempts, for those that leave twice
	seen    map[string]bool           // messages that are in their channel
	named   map[string]record.Instant // when messages came, by what makes them the same ones
	lengths map[string]uint64         // how many messages a channel has had
	after   map[string]uint64         // the position of the latest message of each route
	lying   map[string][]lying        // by receiver: what nobody has taken, oldest first

	told
}

func newBench(program *engine.Program, t plan.Test, versions []Version) *bench {
	b := &bench{
		own: program, program: program, versions: versions, test: t, at: t.At, start: birth, known: map[string]answered{}, played: map[string]*playedChild{}, seen: map[string]bool{},
		named: map[string]record.Instant{}, lengths: map[string]uint64{}, after: map[string]uint64{}, lying: map[string][]lying{},
		result: TestResult{Name: t.Name, At: t.At, Calls: []string{}, Ran: map[plan.StepName]int{}, Raised: map[string][]string{}},
	}
	b.told = told{flows: map[string]string{}, plans: map[string]string{}, parts: map[string]uint32{}, opened: map[plan.StepName]bool{}, leaving: map[string]bool{}, walked: newWalked(program.Plan())}
	for _, s := range t.Steps {
		if s.Given != nil && s.Given.Kind == plan.GivenNow {
			b.start = record.Instant(*s.Given.NowNs)
		}
	}
	return b
}

func (b *bench) fail(wanted, got string) {
	b.result.Failures = append(b.result.Failures, TestFailure{At: b.at, Wanted: wanted, Got: got})
}

func (b *bench) open() error {
	var err error
	if b.checker, err = checkerOf(b.program); err != nil {
		return err
	}
	b.store = journal.NewStore("test", journal.StoreOptions{})
	if err := b.recover(); err != nil {
		return err
	}
	return b.do(record.ActivatePlan{Package: b.program.Plan().Package, Digest: b.program.Digest()})
}

// recover takes the shard over from whoever had it, with what the journal holds.
func (b *bench) recover() error {
	state, err := engine.NewState(engine.DefaultLimits())
	if err != nil {
		return err
	}
	state.AddProgram(b.own)
	for _, v := range b.versions {
		if v.Program != nil {
			state.AddProgram(v.Program)
		}
	}
	b.owners++
	b.journal = b.store.Open()
	if _, err := shard.Recover(context.Background(), b.journal, fmt.Sprintf("test-%d", b.owners), 0, state, nil, nil); err != nil {
		return err
	}
	b.core = shard.NewCore(state)
	return nil
}

func (b *bench) clock() record.Instant { return b.start + record.Instant(b.now) }

func (b *bench) facts() engine.Facts { return engine.Facts{Now: b.clock()} }

// do decides a command, commits it, and carries out what follows, until there
// is nothing left to carry out now.
func (b *bench) do(cmd record.Command) error {
	err := b.decide(cmd)
	if err == nil {
		err = b.settle()
	}
	return err
}

// decide decides a command and commits it. Whoever asks asks again when the shard
// died before it knew.
func (b *bench) decide(cmd record.Command) error {
	_, err := b.ask(cmd)
	return err
}

// ask is decide with the reply.
func (b *bench) ask(cmd record.Command) (reply record.Reply, err error) {
	for {
		var no error
		b.core.Offer(cmd, b.facts(), func(r record.Reply, err error) {
			reply = r
			if no = err; err == nil && r.Rejected != nil {
				no = r.Rejected
			}
		})
		crashed, err := b.commit()
		if err != nil {
			return reply, err
		}
		if !crashed {
			return reply, no
		}
		if _, answer := cmd.(record.AttemptEnded); answer {
			return reply, nil // the attempt leaves again, and is answered as before
		}
	}
}

// commit makes the open batch durable and keeps its effects. crashed says that
// the batch was lost with the process that decided it.
func (b *bench) commit() (crashed bool, err error) {
	payload := b.core.Payload()
	if payload == nil {
		b.release(b.core.Cut(0))
		return false, nil
	}
	b.rounds++
	before, after := b.dies(b.core.Open().Events)
	if before {
		return true, b.crash()
	}
	number, err := b.journal.Append(context.Background(), payload)
	if err != nil {
		b.core.Cut(0).Fail(err)
		return false, err
	}
	b.result.Commits++
	batch := b.core.Cut(number)
	b.note(batch.Events)
	b.release(batch)
	if after {
		return false, b.crash()
	}
	return false, nil
}

func (b *bench) release(batch shard.Batch) {
	batch.Answer()
	b.effects = append(b.effects, batch.Effects...)
}

// settle carries out all effects, and those that follow, as long as no time has
// to pass for it.
func (b *bench) settle() error {
	for len(b.effects) > 0 || b.later.due() {
		if b.rounds > MaxTestRounds {
			return fmt.Errorf("after %d commits and %s it still goes on", MaxTestRounds, b.now)
		}
		if len(b.effects) == 0 {
			b.later.step()
			b.later.now = b.now
			continue
		}
		e := b.effects[0]
		b.effects = b.effects[1:]
		if err := b.effect(e); err != nil {
			return err
		}
	}
	return nil
}

// forever is longer than anything takes.
const forever = nanos(1) << 62

// run lets time go on until then, while anything waits for it.
func (b *bench) run(until nanos) {
	for until < forever || b.core.State().Counts().Instances+b.core.State().Holding() > 0 {
		next, ok := b.nextTime()
		if !ok || next > until || until == forever && b.reminded() {
			break
		}
		b.pass(next)
		if err := b.tick(); err != nil {
			b.fail("a process that comes to an end", err.Error())
			return
		}
	}
	if until < forever {
		b.pass(until)
	}
}

// reminded says that nothing would come but reminders of people, for ever.
func (b *bench) reminded() bool {
	_, busy := b.later.next()
	return !busy && b.core.State().OnlyReminders()
}

// tick does what is due: answers that come just in time are in time.
func (b *bench) tick() error {
	if err := b.settle(); err != nil {
		return err
	}
	for _, cmd := range b.core.State().Due(b.clock(), shard.MaxBatch) {
		if err := b.decide(cmd); err != nil {
			return err
		}
	}
	return b.settle()
}

func (b *bench) pass(to nanos) {
	b.now = max(b.now, to)
	b.later.now = b.now
}

// nextTime is when something happens by itself next.
func (b *bench) nextTime() (nanos, bool) {
	next, ok := b.later.next()
	if due, timer := b.core.State().NextDue(); timer {
		if at := nanos(due - b.start); !ok || at < next {
			next, ok = max(at, b.now), true
		}
	}
	return next, ok
}

// value is that of a constant expression of the test, nil where there is none.
func (b *bench) value(t *expression.Tree) types.Value {
	if t == nil {
		return nil
	}
	p, err := expression.Compile(*t, b.own.Universe())
	if err == nil {
		var v types.Value
		if v, err = p.Eval(nil); err == nil {
			return v
		}
	}
	b.fail("a value", err.Error())
	return nil
}

func (b *bench) values(trees []expression.Tree) []types.Value {
	out := make([]types.Value, len(trees))
	for i := range trees {
		out[i] = b.value(&trees[i])
	}
	return out
}
