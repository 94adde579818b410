package node

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

// Saying is who tells an instance something, and why.
type Saying struct {
	By, Reason string
	// Request is one and the same however often it is said; zero for what is said once.
	Request record.Request
}

// Retrying says how an instance tries again.
type Retrying struct {
	Saying
	// From is the step to go back to, "" to do again what has an incident.
	From string
	// Set are variables with their new values, as JSON; only with From.
	Set map[string]json.RawMessage
}

// Skipping says which step of an instance is taken as done.
type Skipping struct {
	Saying
	// Step is its ID, with @ACTIVATION where several are meant by it; "" is the one
	// that has an incident or waits.
	Step string
	// Value is what the step gives, as JSON; empty for none.
	Value []byte
	// Undone says that nothing was done, so that nothing is undone later.
	Undone bool
}

// Retry lets an instance with an incident try again, or any go back to an earlier
// step. Errors: *record.Rejection, types.Problems for values that do not fit.
func (n *Node) Retry(ctx context.Context, id string, r Retrying) error {
	if r.From == "" {
		if len(r.Set) > 0 {
			return &record.Rejection{Code: record.Invalid, Detail: "variables are set where an instance goes back to a step: name it with from"}
		}
		return n.act(ctx, id, record.RetryInstance{Instance: id, By: r.By, Reason: r.Reason, Request: r.Request})
	}
	var target engine.ResetTarget
	done, err := n.find(ctx, id, r.Request, func(s *engine.State) (err error) { target, err = s.Resettable(id, r.From); return err })
	if err != nil || done {
		return err
	}
	cmd := record.ResetInstance{Instance: id, Step: target.Step, By: r.By, Reason: r.Reason, Request: r.Request}
	d := n.deployments.Find(target.Plan)
	for name, text := range r.Set {
		t, known := target.Vars[name]
		if !known {
			return notFound("the instance %s has no variable %q that can be set", id, name)
		}
		if d == nil {
			return fmt.Errorf("the plan %.12s of the instance %s is not on this node", target.Plan, id)
		}
		v, err := d.Read(text, t)
		if err != nil {
			return under(name, err)
		}
		if cmd.Set == nil {
			cmd.Set = map[string]types.Value{}
		}
		cmd.Set[name] = v
	}
	return n.act(ctx, id, cmd)
}

// under puts the paths of problems behind a name.
func under(name string, err error) error {
	problems, ok := err.(types.Problems)
	if !ok {
		return err
	}
	out := make(types.Problems, len(problems))
	for i, p := range problems {
		if out[i] = p; p.Path == "" {
			out[i].Path = name
		} else {
			out[i].Path = name + "." + p.Path
		}
	}
	return out
}

// find looks for something at an instance, unless the request that it is for was done
// before: what it meant then may be something else by now. Errors: as act's.
func (n *Node) find(ctx context.Context, id string, r record.Request, look func(*engine.State) error) (done bool, err error) {
	var found error
	s, err := n.holder(id)
	if err == nil {
		err = s.processor.Query(ctx, func(s *engine.State) {
			var no *record.Rejection
			if done, no = s.Requested(id, r); no != nil {
				found = no
			} else if !done {
				found = look(s)
			}
		})
	}
	if err != nil {
		return false, err
	}
	return done, n.explained(id, found)
}

// Skip takes a step as done. Errors: *record.Rejection, types.Problems for a value
// that does not fit.
func (n *Node) Skip(ctx context.Context, id string, s Skipping) error {
	name, activation, err := stepName(s.Step)
	if err != nil {
		return err
	}
	var target engine.SkipTarget
	done, err := n.find(ctx, id, s.Request, func(state *engine.State) (err error) {
		target, err = state.Skippable(id, name, activation)
		return err
	})
	if err != nil || done {
		return err
	}
	cmd := record.SkipStep{Instance: id, Activation: target.Activation, Step: target.Step, Undone: s.Undone, By: s.By, Reason: s.Reason, Request: s.Request}
	switch {
	case len(s.Value) > 0 && !target.Wants:
		return &record.Rejection{Code: record.Invalid, Detail: fmt.Sprintf("the step %s gives no value: skip it without one", target.ID)}
	case len(s.Value) > 0:
		d := n.deployments.Find(target.Plan)
		if d == nil {
			return fmt.Errorf("the plan %.12s of the instance %s is not on this node", target.Plan, id)
		}
		if cmd.Value, err = d.Read(s.Value, target.Type); err != nil {
			return err
		}
	}
	return n.act(ctx, id, cmd)
}

// stepName takes STEP@ACTIVATION apart.
func stepName(text string) (name string, activation uint32, err error) {
	name, number, numbered := strings.Cut(text, "@")
	if !numbered {
		return text, 0, nil
	}
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil || n == 0 {
		return "", 0, &record.Rejection{Code: record.Invalid, Detail: fmt.Sprintf("%q names no step: want STEP or STEP@NUMBER", text)}
	}
	return name, uint32(n), nil
}

// Terminate ends an instance at once and undoes nothing.
func (n *Node) Terminate(ctx context.Context, id string, s Saying) error {
	return n.act(ctx, id, record.TerminateInstance{Instance: id, By: s.By, Reason: s.Reason, Request: s.Request})
}

// Resume lets an instance go on behind its incidents.
func (n *Node) Resume(ctx context.Context, id string, s Saying) error {
	return n.act(ctx, id, record.ResumeInstance{Instance: id, By: s.By, Reason: s.Reason, Request: s.Request})
}

// Outlook says what would happen to an instance on each verb, and where from names a
// step, on going back to it.
func (n *Node) Outlook(ctx context.Context, id, from string) (observe.Outlook, error) {
	var o engine.Outlook
	var ok bool
	look := func(s *engine.State) {
		if o, ok = s.Outlook(id); ok && from != "" {
			o.Back = s.OnBack(id, from)
		}
	}
	s, err := n.holder(id)
	if err == nil {
		err = s.processor.Query(ctx, look)
	}
	if err != nil {
		return observe.Outlook{}, err
	}
	if !ok {
		return observe.Outlook{}, n.noInstance(id)
	}
	return observe.OutlookOf(o), nil
}
