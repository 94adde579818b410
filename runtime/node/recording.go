package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/replay"
	"github.com/cob-lang/cob/runtime/report"
)

// Recording is the story of an instance as somebody sees it, for a replay. It is read
// from the journal. Errors: *record.Rejection, also where the story cannot be told.
func (n *Node) Recording(ctx context.Context, id string, who Person) (*replay.Recording, error) {
	s, err := n.holder(id)
	if err != nil {
		return nil, err
	}
	i, known := s.view.Find(id)
	if !known {
		return nil, notFound("there is no instance %q; cob ps lists them", id)
	}
	d := n.deployments.Find(i.Plan)
	if d == nil {
		return nil, &record.Rejection{Code: record.UnknownPlan, Detail: fmt.Sprintf("the plan %.12s of the instance %s is not on this node any more", i.Plan, id)}
	}
	sees := d.Program.Sight(i.Process, who).Sees
	r, err := replay.NewRecorder(d.Program, id, func(v types.Value, t types.Type, labels []string) json.RawMessage {
		return report.Encode(d.Universe, v, t, labels, sees)
	})
	if err != nil {
		return nil, err
	}
	// Events that came before the instance may have been kept for it.
	first, last, _ := s.view.CommitsAround(id, KeepEvents)
	bytes := 0
	err = s.journal.Read(ctx, first, last, func(c journal.Commit) error {
		if bytes += len(c.Payload); bytes > observe.MaxHistoryBytes {
			return errEnough
		}
		if c.Owner != "" {
			return nil
		}
		events, err := record.ReadEvents(c.Payload)
		if err == nil {
			r.Tell(events)
		}
		return err
	})
	switch {
	case errors.Is(err, errEnough):
		return nil, &record.Rejection{Code: record.Invalid, Detail: fmt.Sprintf("the instance %s cannot be recorded: more than %d bytes of the journal had to be searched", id, observe.MaxHistoryBytes)}
	case err != nil:
		return nil, fmt.Errorf("reading the journal of shard %d: %w", s.number, err)
	}
	out, err := r.Recording()
	if err != nil {
		return nil, &record.Rejection{Code: record.Invalid, Detail: fmt.Sprintf("the instance %s cannot be recorded: %v", id, err)}
	}
	return out, nil
}
