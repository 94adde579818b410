package sim

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// noteReport remembers a report that an instance made, whether it is kept or sent.
func (b *bench) noteReport(e record.Event) {
	instance, step, text := "", uint32(0), ""
	switch e := e.(type) {
	case record.Reported:
		instance, step, text = e.Instance, e.Step, e.Text
	case record.StepEntered:
		instance, step = e.Instance, e.Step
		if len(e.Items) == 1 {
			text, _ = e.Items[0].(string)
		}
	}
	s := b.on(instance).Step(b.flows[instance], step)
	if s == nil || s.Kind != plan.Report {
		return
	}
	v, err := types.ReadJSON([]byte(text))
	if err != nil {
		b.fail("a report that can be read", err.Error())
		return
	}
	b.reports = append(b.reports, happened{s.Name, v})
	b.trace("%s reports %s", short(b.flows[instance]), s.Name)
}

// reported checks that a report of a name was made, and holds what the test says.
func (b *bench) reported(t *plan.Then) {
	wanted, got := "report "+t.Text, "none was made"
	var want types.Value
	if t.Expr != nil {
		want = b.value(t.Expr)
		wanted += " includes " + show(want)
		v, err := types.ReadJSON(types.AppendJSON(nil, want))
		if err != nil {
			b.fail(wanted, err.Error())
			return
		}
		want = v
	}
	for _, r := range b.reports {
		if r.name != t.Text {
			continue
		}
		why := lacks(r.value, want, "")
		if t.Expr == nil || why == "" {
			return
		}
		got = why
	}
	b.fail(wanted, got)
}

// lacks says where a document does not hold what is wanted of it, "" where it holds
// all of it: of records the fields that are named, of lists every item.
func lacks(have, want types.Value, path string) string {
	switch want := want.(type) {
	case map[string]types.Value:
		fields, _ := have.(map[string]types.Value)
		for _, name := range types.Keys(want) {
			if why := lacks(fields[name], want[name], types.Path(path, name)); why != "" {
				return why
			}
		}
		return ""
	case []types.Value:
		items, _ := have.([]types.Value)
		if len(items) != len(want) {
			return fmt.Sprintf("%s has %d items", path, len(items))
		}
		for i := range want {
			if why := lacks(items[i], want[i], fmt.Sprintf("%s[%d]", path, i)); why != "" {
				return why
			}
		}
		return ""
	}
	if types.Equal(have, want) {
		return ""
	}
	return path + " is " + show(have)
}
