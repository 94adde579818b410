package node

import (
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/report"
)

// sees is what somebody sees of an instance. Where its plan is not here, all that
// has a label is hidden.
func (n *Node) sees(i *observe.Instance, who Person) report.Sees {
	d := n.deployments.Find(i.Plan)
	if d == nil {
		return nil
	}
	return d.Program.Sight(i.Process, who).Sees
}

// show puts the results and faults of a list in as somebody sees them.
func (n *Node) show(list []observe.Instance, who Person) {
	type flow struct{ plan, process string }
	known := map[flow]report.Sees{}
	for k := range list {
		i := &list[k]
		f := flow{i.Plan, i.Process}
		sees, ok := known[f]
		if !ok {
			sees = n.sees(i, who)
			known[f] = sees
		}
		i.Show(n.deployments, sees)
	}
}

// answer is an instance that has ended, for whoever started it: the result is the
// answer to that, and is hidden only where the policy says so.
func (n *Node) answer(i observe.Instance, who Person) *observe.Instance {
	if d := n.deployments.Find(i.Plan); d != nil {
		i.Show(n.deployments, d.Program.OpenSight(i.Process, who).Sees)
	}
	return &i
}
