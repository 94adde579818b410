package sim

import (
	"fmt"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// then checks one assertion.
func (b *bench) then(t *plan.Then) {
	switch t.Kind {
	case "returns":
		want := b.value(t.Expr, t.At)
		d, _ := b.core.State().Instance(b.last)
		if d.State != record.Completed || !types.Equal(d.Result, want) {
			b.fail(t.At, "returns "+show(want), b.ended())
		}
	case "fails":
		b.fails(t)
	case "called":
		b.called(t)
	case "never_called":
		if n := b.count(t); n > 0 {
			b.fail(t.At, "never called "+b.wanted(t), times(n))
		}
	default:
		b.fail(t.At, "an assertion that this program knows", fmt.Sprintf("%q: use a newer cob", t.Kind))
	}
}

func (b *bench) fails(t *plan.Then) {
	d, _ := b.core.State().Instance(b.last)
	want, _ := b.value(t.Expr, t.At).(map[string]types.Value)
	holds := d.State == record.Faulted && d.Fault == t.Fault
	for _, name := range types.Keys(want) {
		holds = holds && types.Equal(d.Fields[name], want[name])
	}
	if holds {
		return
	}
	text := "fails " + short(t.Fault)
	if want != nil {
		text += " " + show(want)
	}
	b.fail(t.At, text, b.ended())
}

func (b *bench) called(t *plan.Then) {
	n := b.count(t)
	if t.Times > 0 && n == t.Times || t.Times == 0 && n > 0 {
		return
	}
	text := "called " + b.wanted(t)
	if t.Times > 0 {
		text += " " + times(t.Times)
	}
	b.fail(t.At, text, times(n))
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

func (b *bench) wanted(t *plan.Then) string {
	name := short(t.Endpoint) + "." + t.Operation
	if t.WithArgs {
		name += list(b.values(t.Args, t.At), "(", ")")
	}
	return name
}

// count counts the calls that an assertion is about.
func (b *bench) count(t *plan.Then) int {
	n := 0
	args := b.values(t.Args, t.At)
	for _, c := range b.calls {
		if c.endpoint == t.Endpoint && c.operation == t.Operation && (!t.WithArgs || types.Equal(c.args, args)) {
			n++
		}
	}
	return n
}

// ended says what became of the instance.
func (b *bench) ended() string {
	d, ok := b.core.State().Instance(b.last)
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
