package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// then checks one assertion.
func (b *bench) then(t *plan.Then) {
	switch t.Kind {
	case plan.ThenReturns, plan.ThenFails, plan.ThenCancelled, plan.ThenWaits, plan.ThenIncident:
		b.became(t)
	case plan.ThenCalled:
		b.calledTimes(t)
	case plan.ThenPublished:
		b.times(t, "published "+short(t.Event)+b.fields(t), b.count(b.events, t.Event, b.value(t.Expr)))
	case plan.ThenSent:
		b.times(t, "sent "+short(t.Channel)+b.arguments(t), b.countSent(t))
	case plan.ThenStarted:
		b.times(t, "started "+short(t.Process)+b.arguments(t), b.countStarts(t))
	case plan.ThenRan:
		b.times(t, "ran "+stepText(t.Steps[0]), b.ran(t.Steps[0]))
	case plan.ThenOrder:
		b.order(t)
	case plan.ThenUndone:
		b.undoneInOrder(t)
	case plan.ThenTask:
		b.taskOpen(t)
	case plan.ThenWithin:
		b.within(t)
	case plan.ThenCost:
		b.costs(t)
	case plan.ThenProgress:
		b.said(t, record.TellProgress)
	case plan.ThenAudit:
		b.said(t, record.TellAudit)
	case plan.ThenReport:
		b.reported(t)
	case plan.ThenRefused:
		b.wasRefused(t)
	default:
		b.fail("an assertion that this program can check", fmt.Sprintf("%q: use a newer cob", t.Kind))
	}
}

func (b *bench) fields(t *plan.Then) string {
	if t.Expr == nil {
		return ""
	}
	return " " + show(b.value(t.Expr))
}

func (b *bench) arguments(t *plan.Then) string {
	if !t.WithArgs {
		return ""
	}
	return list(b.values(t.Args), "(", ")")
}

// became checks how the instance stands that the test started last.
func (b *bench) became(t *plan.Then) {
	d, _ := b.core.State().Instance(b.last)
	wanted, holds := string(t.Kind), false
	switch t.Kind {
	case plan.ThenReturns:
		want := b.value(t.Expr)
		wanted = "returns " + show(want)
		holds = d.State == record.Completed && types.Equal(d.Result, want)
	case plan.ThenFails:
		want, _ := b.value(t.Expr).(map[string]types.Value)
		holds = d.State == record.Faulted && d.Fault == t.Fault
		for _, name := range types.Keys(want) {
			holds = holds && types.Equal(d.Fields[name], want[name])
		}
		wanted = "fails " + short(t.Fault) + b.fields(t)
	case plan.ThenCancelled:
		holds = d.State == record.Cancelled
	case plan.ThenWaits:
		holds = d.State == record.Waiting || d.State == record.Running
		holds = holds && b.isAt(d, t, func(w *engine.Wait) bool { return w.Incident == "" })
	case plan.ThenIncident:
		holds = d.State == record.Incident && b.isAt(d, t, func(w *engine.Wait) bool { return w.Incident != "" })
	}
	if len(t.Steps) > 0 {
		wanted += " at " + stepText(t.Steps[0])
	}
	if !holds {
		b.fail(wanted, b.becameOf())
	}
}

// isAt says whether an instance is at the step, or one of another flow where the
// step belongs to that.
func (b *bench) isAt(d engine.Details, t *plan.Then, fits func(*engine.Wait) bool) bool {
	if len(t.Steps) == 0 {
		return true
	}
	step := t.Steps[0]
	if d.Process != step.Flow {
		id, ok := b.latest(step.Flow)
		if !ok {
			return false
		}
		d, _ = b.core.State().Instance(id)
	}
	return slices.ContainsFunc(d.Waits, func(w engine.Wait) bool { return w.Step == step.Step && fits(&w) })
}

// times checks how often something happened.
func (b *bench) times(t *plan.Then, text string, n int) {
	holds := n > 0
	switch {
	case t.Never:
		holds, text = n == 0, "never "+text
	case t.Times > 0:
		holds, text = n == t.Times, text+" "+times(t.Times)
	}
	if !holds {
		b.fail(text, times(n))
	}
}

func times(n int) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func (b *bench) calledTimes(t *plan.Then) {
	n := 0
	wanted := b.wanted(t.Call)
	for i := range b.calls {
		if wanted.fits(&b.calls[i]) && (t.Cloud == "" || b.calls[i].cloud == t.Cloud) {
			n++
		}
	}
	text := "called " + wanted.String()
	if t.Cloud != "" {
		text += " on " + t.Cloud
	}
	b.times(t, text, n)
}

// wanted is a call as an assertion wants it.
type wanted struct {
	*plan.CallMatch
	args []types.Value
}

func (b *bench) wanted(c *plan.CallMatch) wanted { return wanted{c, b.values(c.Args)} }

func (w *wanted) fits(m *made) bool {
	return m.endpoint == w.Endpoint && m.operation == w.Operation && (!w.WithArgs || types.Equal(m.args, w.args))
}

func (w *wanted) String() string {
	name := short(w.Endpoint) + "." + w.Operation
	if w.WithArgs {
		return name + list(w.args, "(", ")")
	}
	return name
}

// count counts what has this name, and where a value is wanted this value.
func (b *bench) count(all []happened, name string, want types.Value) int {
	n := 0
	for _, h := range all {
		if h.name == name && (want == nil || types.Equal(h.value, want)) {
			n++
		}
	}
	return n
}

func (b *bench) countSent(t *plan.Then) int {
	var want types.Value
	if t.WithArgs {
		want = b.value(&t.Args[0])
	}
	return b.count(b.messages, t.Channel, want)
}

func (b *bench) countStarts(t *plan.Then) int {
	if !t.WithArgs {
		return b.count(b.begun, t.Process, nil)
	}
	return b.count(b.begun, t.Process, b.input(t.Process, t.Args))
}

// order looks for the calls one after the other, others between them.
func (b *bench) order(t *plan.Then) {
	names := make([]string, len(t.Calls))
	at, from := 0, 0
	for i := range t.Calls {
		w := b.wanted(&t.Calls[i])
		names[i] = w.String()
		if at < i {
			continue
		}
		for from < len(b.calls) && !w.fits(&b.calls[from]) {
			from++
		}
		if from < len(b.calls) {
			at, from = at+1, from+1
		}
	}
	if at < len(t.Calls) {
		b.fail("called in this order: "+strings.Join(names, ", "), fmt.Sprintf("no %s%s", names[at], behind(names[:at])))
	}
}

func behind(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " behind " + strings.Join(names, ", ")
}

// undoneInOrder compares the compensations of the processes that are named.
func (b *bench) undoneInOrder(t *plan.Then) {
	if t.Never {
		b.neverUndone(t)
		return
	}
	var got []plan.StepName
	for _, u := range b.undone {
		if slices.ContainsFunc(t.Steps, func(s plan.StepName) bool { return s.Flow == u.Flow }) {
			got = append(got, u)
		}
	}
	if !slices.Equal(got, t.Steps) {
		b.fail("undone "+stepTexts(t.Steps), undoneText(got))
	}
}

func (b *bench) neverUndone(t *plan.Then) {
	var got []plan.StepName
	for _, u := range b.undone {
		if len(t.Steps) == 0 || slices.Contains(t.Steps, u) {
			got = append(got, u)
		}
	}
	if len(got) > 0 {
		b.fail(strings.TrimSpace("never undone "+stepTexts(t.Steps)), undoneText(got))
	}
}

func undoneText(all []plan.StepName) string {
	if len(all) == 0 {
		return "nothing was undone"
	}
	return "undone " + stepTexts(all)
}

func stepTexts(all []plan.StepName) string {
	var texts []string
	for _, s := range all {
		texts = append(texts, stepText(s))
	}
	return strings.Join(texts, ", ")
}

func stepText(s plan.StepName) string { return short(s.Flow) + "." + s.Step }

func (b *bench) taskOpen(t *plan.Then) {
	flow := t.Steps[0].Flow
	if t.Past {
		if !b.opened[t.Steps[0]] {
			b.fail("task "+t.Task+" was open", "it never was")
		}
		return
	}
	if b.openTask(flow, t.Task) == nil {
		got := b.becameOf()
		if b.opened[t.Steps[0]] {
			got = "it was, and is not any more"
		}
		b.fail("task "+t.Task+" is open", got)
	}
}

func (b *bench) within(t *plan.Then) {
	wanted := "within " + span(nanos(t.WithinNs))
	d, _ := b.core.State().Instance(b.last)
	switch took := nanos(d.Ended - d.Started); {
	case d.Ended == 0:
		b.fail(wanted, b.becameOf())
	case took > nanos(t.WithinNs):
		b.fail(wanted, "it took "+span(took))
	}
}

// said checks that an instance told a text, at any time.
func (b *bench) said(t *plan.Then, what record.Telling) {
	var others []string
	for _, x := range b.texts {
		if x.what == what && x.text == t.Text {
			return
		}
		if x.what == what {
			others = append(others, show(x.text))
		}
	}
	got := "nothing of the kind was said"
	if len(others) > 0 {
		got = "only " + strings.Join(others, ", ")
	}
	b.fail(string(t.Kind)+" "+show(t.Text), got)
}

// span is how long something takes, in the largest units that say it exactly.
func span(n nanos) string {
	text := ""
	for _, u := range []struct {
		name string
		size nanos
	}{{"d", day}, {"h", hour}, {"m", minute}, {"s", second}, {"ms", millisecond}} {
		if n >= u.size {
			text += fmt.Sprintf(" %d%s", n/u.size, u.name)
			n %= u.size
		}
	}
	if text == "" {
		return "no time"
	}
	return text[1:]
}

// costs adds up what the calls that arrived cost.
func (b *bench) costs(t *plan.Then) {
	wanted := "cost at most " + t.Cost
	most, err := types.ParseAmount(t.Cost)
	if err != nil {
		b.fail(wanted, err.Error())
		return
	}
	sum, err := types.ParseAmount("0 " + most.Currency)
	for _, c := range b.calls {
		price := b.price(c)
		if price == "" || err != nil {
			continue
		}
		var one types.Amount
		if one, err = types.ParseAmount(price); err == nil {
			sum, err = sum.Add(one)
		}
	}
	switch {
	case err != nil:
		b.fail(wanted, err.Error())
	case sum.Value.Cmp(most.Value) > 0:
		b.fail(wanted, "it cost "+sum.String())
	}
}

func (b *bench) price(c made) string {
	for _, e := range b.program.Plan().Endpoints {
		for _, at := range e.Bindings {
			if e.Name == c.endpoint && at.Cloud == c.cloud {
				return at.CostPerCall
			}
		}
	}
	return ""
}

// becameOf says what became of the instance that the test started last.
func (b *bench) becameOf() string {
	if b.last == "" {
		return "no instance was started"
	}
	return b.standing(b.last)
}

// standing says how an instance ended, or where it is.
func (b *bench) standing(id string) string {
	d, ok := b.core.State().Instance(id)
	if !ok {
		return "there is no instance"
	}
	switch d.State {
	case record.Completed:
		return "returned " + show(d.Result)
	case record.Faulted:
		return "failed with " + short(d.Fault) + " " + show(d.Fields)
	case record.Cancelled:
		return "was cancelled"
	}
	var waits []string
	for _, w := range d.Waits {
		waits = append(waits, waiting(&w))
	}
	return "is not over: " + strings.Join(waits, "; ")
}
func waiting(w *engine.Wait) string {
	text := w.Step + " waits"
	switch {
	case w.Incident != "":
		text = w.Incident
	case len(w.Events) > 0:
		var names []string
		for _, e := range w.Events {
			names = append(names, short(e))
		}
		text += " for " + strings.Join(names, " or ")
	case w.Role != "":
		text += " for a " + short(w.Role)
	}
	if w.At != "" && w.Incident == "" {
		text += " at " + w.At
	}
	return text
}
