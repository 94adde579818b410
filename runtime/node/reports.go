package node

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/report"
)

// Report is the record of an instance: as it stands now, or with a name the latest one
// that a report statement of that name made. Both are read from the journal. What has a
// label and is not for who is hidden, in a report that was made from everybody. Errors: *record.Rejection.
func (n *Node) Report(ctx context.Context, id, name string, who Person) (*report.Document, error) {
	s, err := n.holder(id)
	if err != nil {
		return nil, err
	}
	i, known := s.view.Find(id)
	first, last, ok := s.view.Commits(id)
	if !known || !ok {
		return nil, notFound("there is no instance %q; cob ps lists them", id)
	}
	r := observe.NewReporter(n.deployments, i)
	err = s.journal.Read(ctx, first, last, func(c journal.Commit) error {
		if c.Owner != "" {
			return nil
		}
		if !r.Read(len(c.Payload)) {
			return errEnough
		}
		events, err := record.ReadEvents(c.Payload)
		if err != nil {
			return err
		}
		r.Tell(events)
		return nil
	})
	switch {
	case errors.Is(err, errEnough):
		return nil, &record.Rejection{Code: record.Busy, Detail: fmt.Sprintf("the events of %s are spread over more than %d bytes of the journal, the limit", id, observe.MaxHistoryBytes)}
	case err != nil:
		return nil, fmt.Errorf("reading the journal of shard %d: %w", s.number, err)
	}
	if name != "" {
		text, made := r.Made(name)
		if !made {
			return nil, notFound("the instance %s has made no report %q", id, name)
		}
		return report.Parse(text)
	}
	return n.reportNow(ctx, s, r, i, who)
}

// reportNow is the record of an instance as it stands. The variables of a living one
// are those of the engine, which knows the branches.
func (n *Node) reportNow(ctx context.Context, s *ownedShard, r *observe.Reporter, i observe.Instance, who Person) (*report.Document, error) {
	d := n.deployments.Find(i.Plan)
	if d == nil {
		return nil, notFound("the plan %.12s of the instance %s is not stored here any more", i.Plan, i.ID)
	}
	var live engine.Details
	if err := s.processor.Query(ctx, func(state *engine.State) { live, _ = state.Instance(i.ID) }); err != nil {
		return nil, err
	}
	subject := r.Subject(time.Now())
	subject.Vars, subject.Sees = d.Program.Vars(i.Process), d.Program.Sight(i.Process, who).Sees
	for j := range subject.Vars {
		v := &subject.Vars[j]
		v.Value = r.Value(v.Name)
		if at := slices.IndexFunc(live.Vars, func(o engine.Var) bool { return o.Name == v.Name }); at >= 0 {
			v.Value = live.Vars[at].Value
		}
	}
	return report.Make(d.Plan, d.Universe, &subject, r.Step), nil
}

// SearchFields are the names under which instances of active plans can be searched,
// sorted.
func (n *Node) SearchFields() []string {
	names := map[string]bool{}
	for _, d := range n.deployments.All() {
		for i := range d.Plan.Processes {
			for _, f := range d.Plan.Processes[i].Search {
				names[f.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}
