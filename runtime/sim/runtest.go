package sim

import (
	"context"
	"fmt"
	"strings"

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
	// VirtualNs is how much time went by in the test's world.
	VirtualNs int64 `json:"virtual_ns"`
}

// Passed says whether every assertion holds.
func (r *TestResult) Passed() bool { return len(r.Failures) == 0 }

// TestFailure is an assertion that does not hold.
type TestFailure struct {
	At     plan.Place `json:"at"`
	Wanted string     `json:"wanted"`
	Got    string     `json:"got"`
}

// RunTest runs one test block on one shard without faults. Endpoints answer as
// the test says: the first call of an operation gets the first given, the next
// the next, and the last one stays. An operation without a result needs no
// given; a call of another one without is a failure and is rejected. Time goes
// on to the next timer while nothing else can happen, so nobody completes a
// task in time. Messages that are sent stay in their channels.
func RunTest(program *engine.Program, t plan.Test) TestResult {
	b := &bench{program: program, test: t, result: TestResult{Name: t.Name, At: t.At, Calls: []string{}}, next: map[string]int{}}
	if err := b.open(); err != nil {
		b.fail(t.At, "a plan that runs", err.Error())
		return b.result
	}
	for i := range t.When {
		b.when(&t.When[i])
	}
	b.run()
	for i := range t.Then {
		b.then(&t.Then[i])
	}
	b.result.VirtualNs = int64(b.now)
	return b.result
}

// bench is the world of one test.
type bench struct {
	program *engine.Program
	test    plan.Test
	result  TestResult
	core    *shard.Core
	journal *journal.Memory
	now     nanos
	next    map[string]int // which given answers an operation next
	calls   []made
	last    string // the instance that the last when started
	rounds  int
	later   []record.Command // that come of what the last batch was answered
}

// made is one call that was made.
type made struct {
	endpoint, operation string
	args                []types.Value
}

func (b *bench) fail(at plan.Place, wanted, got string) {
	b.result.Failures = append(b.result.Failures, TestFailure{At: at, Wanted: wanted, Got: got})
}

func (b *bench) open() error {
	state, err := engine.NewState(engine.DefaultLimits())
	if err != nil {
		return err
	}
	state.AddProgram(b.program)
	b.journal = journal.NewStore("test", journal.StoreOptions{}).Open()
	if err := shard.Recover(context.Background(), b.journal, "test", state, nil, nil); err != nil {
		return err
	}
	b.core = shard.NewCore(state)
	p := b.program.Plan()
	return b.do(record.ActivatePlan{Package: p.Package, Digest: b.program.Digest()})
}

func (b *bench) facts() engine.Facts { return engine.Facts{Now: birth + record.Instant(b.now)} }

// do decides a command, commits it, and carries out what follows, until there
// is nothing left to carry out.
func (b *bench) do(cmd record.Command) error {
	var no error
	b.core.Offer(cmd, b.facts(), func(r record.Reply, err error) {
		if no = err; err == nil && r.Rejected != nil {
			no = r.Rejected
		}
	})
	effects, err := b.commit()
	if err != nil {
		return err
	}
	for len(effects) > 0 || len(b.later) > 0 {
		if len(b.later) > 0 {
			b.core.Offer(b.later[0], b.facts(), nil)
			b.later = b.later[1:]
		} else {
			b.effect(effects[0])
			effects = effects[1:]
		}
		more, err := b.commit()
		if err != nil {
			return err
		}
		effects = append(effects, more...)
	}
	return no
}

func (b *bench) commit() ([]engine.Effect, error) {
	b.rounds++
	number := uint64(0)
	if payload := b.core.Payload(); payload != nil {
		var err error
		if number, err = b.journal.Append(context.Background(), payload); err != nil {
			b.core.Cut(0).Fail(err)
			return nil, err
		}
	}
	batch := b.core.Cut(number)
	batch.Answer()
	return batch.Effects, nil
}

// run lets time go on while anything waits for it.
func (b *bench) run() {
	for b.core.State().Counts().Instances > 0 {
		due, ok := b.core.State().NextDue()
		if !ok {
			return
		}
		if b.rounds > MaxTestRounds {
			b.fail(b.test.At, "an end", fmt.Sprintf("after %d steps and %s the process still goes on", MaxTestRounds, b.now))
			return
		}
		b.now = max(b.now, nanos(due-birth))
		for _, cmd := range b.core.State().Due(birth+record.Instant(b.now), shard.MaxBatch) {
			if err := b.do(cmd); err != nil {
				b.fail(b.test.At, "a step forward", err.Error())
				return
			}
		}
	}
}

func (b *bench) effect(e engine.Effect) {
	t := e.Of()
	c := record.AttemptEnded{Outcome: record.Succeeded}
	switch e := e.(type) {
	case engine.Call:
		c = b.answer(e)
	case engine.Start:
		b.starts(e)
		return
	case engine.Tell:
		b.core.Offer(e.News, b.facts(), nil)
	case engine.Recall:
		b.core.Offer(e.Order, b.facts(), nil)
	case engine.Publish:
		b.core.Offer(record.DeliverEvent{Type: e.Event, ID: e.Key, Payload: e.Payload, Until: b.facts().Now + record.Instant(hour)}, b.facts(), nil)
	}
	c.Instance, c.Activation, c.Attempt = t.Instance, t.Activation, t.Attempt
	b.core.Offer(c, b.facts(), nil)
}

// starts starts an instance for another one. The answer is known once the batch is
// cut, and goes into the next one.
func (b *bench) starts(e engine.Start) {
	cmd := record.StartInstance{Process: e.Process, Key: e.Business, Input: e.Input, Watch: e.Watch}
	b.core.Offer(cmd, b.facts(), func(r record.Reply, _ error) {
		c := record.AttemptEnded{Instance: e.Instance, Activation: e.Activation, Attempt: e.Attempt, Outcome: record.Succeeded}
		switch {
		case r.Rejected != nil:
			c.Outcome, c.Detail = record.Rejected, r.Rejected.Detail
		case r.Ended != nil:
			b.later = append(b.later, record.ChildEnded{Watch: e.Watch, Child: r.Instance, Ending: *r.Ended})
			return
		}
		b.later = append(b.later, c)
	})
}

// answer is what a mocked operation answers.
func (b *bench) answer(e engine.Call) record.AttemptEnded {
	operation := b.operation(e.Endpoint, e.Operation)
	call := made{endpoint: e.Endpoint, operation: e.Operation}
	for _, p := range operation.Params {
		call.args = append(call.args, e.Args[p.Name])
	}
	b.calls = append(b.calls, call)
	c, text := b.given(call, operation)
	b.result.Calls = append(b.result.Calls, call.String()+" "+text)
	return c
}

func (b *bench) operation(endpoint, name string) *plan.Operation {
	p := b.program.Plan()
	for i := range p.Endpoints {
		for j := range p.Endpoints[i].Operations {
			if p.Endpoints[i].Name == endpoint && p.Endpoints[i].Operations[j].Name == name {
				return &p.Endpoints[i].Operations[j]
			}
		}
	}
	return &plan.Operation{Name: name}
}

// given finds the answer to a call, and says it in words.
func (b *bench) given(call made, operation *plan.Operation) (record.AttemptEnded, string) {
	name := call.endpoint + "." + call.operation
	var all []*plan.Given
	for i := range b.test.Given {
		if g := &b.test.Given[i]; g.Endpoint == call.endpoint && g.Operation == call.operation {
			all = append(all, g)
		}
	}
	if len(all) == 0 {
		if operation.Result.Kind == types.Void {
			return record.AttemptEnded{Outcome: record.Succeeded}, "was done"
		}
		b.fail(b.test.At, "a given for every operation that is called and gives something back",
			call.String()+" is called, and nothing says what it answers; add: given "+short(name)+" returns ...")
		return record.AttemptEnded{Outcome: record.Rejected, Detail: "the test says nothing of it"}, "was not given"
	}
	g := all[min(b.next[name], len(all)-1)]
	b.next[name]++
	if g.Raises != "" {
		fields, _ := b.value(g.Fields, g.At).(map[string]types.Value)
		return record.AttemptEnded{Outcome: record.Raised, Fault: g.Raises, Fields: fields}, "raised " + short(g.Raises) + " " + show(fields)
	}
	v := b.value(g.Returns, g.At)
	return record.AttemptEnded{Outcome: record.Succeeded, Value: v}, "returned " + show(v)
}

// value is that of a constant expression of the test, nil where there is none.
func (b *bench) value(t *expression.Tree, at plan.Place) types.Value {
	if t == nil {
		return nil
	}
	p, err := expression.Compile(*t, b.program.Universe())
	if err == nil {
		var v types.Value
		if v, err = p.Eval(nil); err == nil {
			return v
		}
	}
	b.fail(at, "a value", err.Error())
	return nil
}

func (b *bench) values(trees []expression.Tree, at plan.Place) []types.Value {
	out := make([]types.Value, len(trees))
	for i := range trees {
		out[i] = b.value(&trees[i], at)
	}
	return out
}

// when starts an instance under its declared key, else under its place.
func (b *bench) when(w *plan.When) {
	input := map[string]types.Value{}
	args := b.values(w.Args, w.At)
	for _, p := range b.program.Plan().Processes {
		for i := range p.Params {
			if p.Name == w.Process && i < len(args) && args[i] != nil {
				input[p.Params[i].Name] = args[i]
			}
		}
	}
	key, declared, err := b.program.Key(w.Process, input)
	if !declared {
		key = string(w.At)
	}
	if err == nil {
		b.last = record.InstanceID(w.Process, key)
		err = b.do(record.StartInstance{Process: w.Process, Key: key, Input: input})
	}
	if err != nil {
		b.fail(w.At, "an instance of "+short(w.Process), err.Error())
	}
}

func (m made) String() string {
	return short(m.endpoint) + "." + m.operation + list(m.args, "(", ")")
}

// short is a name as its own package says it.
func short(name string) string {
	if strings.HasPrefix(name, "std.") {
		return name
	}
	if i := strings.IndexByte(name, '.'); i >= 0 {
		return name[i+1:]
	}
	return name
}

func list(all []types.Value, open, end string) string {
	texts := make([]string, len(all))
	for i, v := range all {
		texts[i] = show(v)
	}
	return open + strings.Join(texts, ", ") + end
}

// show is a value as an author would write it.
func show(v types.Value) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%q", x)
	case []types.Value:
		return list(x, "[", "]")
	case map[string]types.Value:
		if len(x) == 0 {
			return "{}"
		}
		var parts []string
		for _, k := range types.Keys(x) {
			parts = append(parts, k+": "+show(x[k]))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	return expression.Text(v)
}
