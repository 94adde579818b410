package node

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/report"
)

// sight is what somebody sees of a process: results and faults, and the texts that its
// instances tell. Without a deployment all that has a label, or may have one, is hidden.
type sight struct {
	d      *deployment.Deployment
	flow   string
	sees   report.Sees
	labels map[*plan.Step][]string // of the texts that steps tell
}

// sightOf is what somebody sees of an instance.
func (n *Node) sightOf(i *observe.Instance, who Person) *sight {
	d := n.deployments.Find(i.Plan)
	if d == nil {
		return &sight{}
	}
	return newSight(d, i.Process, d.Program.Sight(i.Process, who))
}

func newSight(d *deployment.Deployment, flow string, s *engine.Sight) *sight {
	return &sight{d: d, flow: flow, sees: s.Sees, labels: map[*plan.Step][]string{}}
}

// text is what a step told, as it is seen.
func (s *sight) text(step *plan.Step, text string) string {
	if s.d == nil || step == nil || step.Expr == nil {
		return report.Hidden
	}
	labels, known := s.labels[step]
	if !known {
		labels = slices.Concat(s.d.Program.LabelsOf(s.flow, step.Expr), s.d.Program.LabelsWithin(step.Expr.Type))
		slices.Sort(labels)
		labels = slices.Compact(labels)
		s.labels[step] = labels
	}
	return report.Text(text, labels, s.sees)
}

// reveal puts the result or the fault of an instance in, and hides what it told last
// about how far it is where one of the texts of its process is not seen: which of
// them it was is not known.
func (n *Node) reveal(i *observe.Instance, s *sight) {
	i.Show(n.deployments, s.sees)
	if i.Progress == "" {
		return
	}
	var process *plan.Process
	if s.d != nil {
		process, _ = s.d.Process(i.Process)
	}
	if process == nil {
		i.Progress = report.Hidden
		return
	}
	plan.Walk(process.Flow.Body, func(step *plan.Step) {
		if step.Kind != plan.Progress {
			return
		}
		if shown := s.text(step, i.Progress); shown != i.Progress {
			i.Progress = shown
		}
	})
}

// show puts the results and faults of a list in as somebody sees them.
func (n *Node) show(list []observe.Instance, who Person) {
	type flow struct{ plan, process string }
	known := map[flow]*sight{}
	for k := range list {
		i := &list[k]
		f := flow{i.Plan, i.Process}
		s, ok := known[f]
		if !ok {
			s = n.sightOf(i, who)
			known[f] = s
		}
		n.reveal(i, s)
	}
}

// answer is an instance that has ended, for whoever started it: the result is the
// answer to that, and is hidden only where the policy says so.
func (n *Node) answer(i observe.Instance, who Person) *observe.Instance {
	if d := n.deployments.Find(i.Plan); d != nil {
		n.reveal(&i, newSight(d, i.Process, d.Program.OpenSight(i.Process, who)))
	}
	return &i
}

// telling shows the texts of a history to somebody. An instance may go on as another
// process, so each has its sight.
func (n *Node) telling(i *observe.Instance, who Person) func(flow string, step *plan.Step, text string) string {
	known := map[string]*sight{}
	return func(flow string, step *plan.Step, text string) string {
		s, ok := known[flow]
		if !ok {
			s = n.sightOf(&observe.Instance{Plan: i.Plan, Process: flow}, who)
			known[flow] = s
		}
		return s.text(step, text)
	}
}

// message is a message of a channel as somebody sees it: whoever may see what every
// route does that reads the channel. A letter holds what did not fit another channel,
// so it is shown as that would be, as a whole.
func (n *Node) message(d *deployment.Deployment, c *plan.Channel, payload []byte, who Person) json.RawMessage {
	var kept []string // labels of what may lie here as a letter
	channels := []string{c.Name}
	for i := range d.Plan.Channels {
		if from := &d.Plan.Channels[i]; from.Invalid == c.Name || from.DeadLetter == c.Name {
			kept = append(kept, d.Program.LabelsWithin(from.Type)...)
			channels = append(channels, from.Name)
		}
	}
	var sights []*engine.Sight
	for i := range d.Plan.Routes {
		if r := &d.Plan.Routes[i]; slices.Contains(channels, r.From) {
			sights = append(sights, d.Program.Sight(r.Name, who))
		}
	}
	sees := func(labels []string) bool {
		return len(labels) == 0 || len(sights) > 0 && !slices.ContainsFunc(sights, func(s *engine.Sight) bool { return !s.Sees(labels) })
	}
	slices.Sort(kept)
	kept = slices.Compact(kept)
	v, err := d.Universe.DecodeJSON(payload, c.Type, types.Tolerant)
	if err != nil { // it came when the channel had another type
		if kept = append(kept, d.Program.LabelsWithin(c.Type)...); len(kept) == 0 {
			return payload
		}
		v = strings.ToValidUTF8(string(payload), "?")
		return report.Encode(d.Universe, v, types.Of(types.String), kept, sees)
	}
	if sees(append(kept, d.Program.LabelsWithin(c.Type)...)) {
		return payload
	}
	return report.Encode(d.Universe, v, c.Type, kept, sees)
}
