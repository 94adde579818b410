package node

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

func parseTaskID(id string) (instance string, activation uint32, err error) {
	instance, number, ok := strings.Cut(id, ".")
	a, parseErr := strconv.ParseUint(number, 10, 32)
	if !ok || parseErr != nil {
		return "", 0, notFound("there is no task %q; cob task list shows them", id)
	}
	return instance, uint32(a), nil
}

func (n *Node) task(t engine.Task) Task {
	out := Task{
		ID: observe.TaskID(t.Instance, t.Activation), Name: t.Name, Role: t.Role, AlsoRole: t.AlsoRole, Process: t.Process, Instance: t.Instance,
		Key: t.Key, Since: time.Unix(0, int64(t.Since)).UTC(), ClaimedBy: t.ClaimedBy, Form: []FormField{}, Data: map[string]json.RawMessage{},
	}
	if t.Due != 0 {
		due := time.Unix(0, int64(t.Due)).UTC()
		out.Due = &due
	}
	d := n.deployments.Find(t.Plan)
	if d == nil {
		return out
	}
	fields, _ := d.Universe.FieldsOf(t.Form)
	for _, f := range fields {
		out.Form = append(out.Form, FormField{Name: f.WireName(), Type: f.Type.String(), Optional: f.Type.Kind == types.Optional, Doc: f.Doc})
	}
	for i, v := range t.Data {
		name := fmt.Sprintf("arg%d", i+1)
		if i < len(t.Shows) {
			name = t.Shows[i]
		}
		out.Data[name] = d.Universe.EncodeJSON(nil, v, t.DataTypes[i])
	}
	return out
}

func sortTasks(list []Task) {
	sort.Slice(list, func(i, j int) bool {
		a, b := &list[i], &list[j]
		if a.Since.Equal(b.Since) {
			return a.ID < b.ID
		}
		return a.Since.Before(b.Since)
	})
}

// findTask is the open task of an ID.
func (n *Node) findTask(ctx context.Context, id string) (engine.Task, error) {
	instance, activation, err := parseTaskID(id)
	if err != nil {
		return engine.Task{}, err
	}
	var found engine.Task
	var ok bool
	err = n.shardOf(instance).processor.Query(ctx, func(state *engine.State) { found, ok = state.Task(instance, activation) })
	if err == nil && !ok {
		err = notFound("there is no open task %q; it may be done already: cob task list shows the open ones", id)
	}
	return found, err
}

// ClaimTask reserves a task for one person.
func (n *Node) ClaimTask(ctx context.Context, id, by string) error {
	t, err := n.findTask(ctx, id)
	if err != nil {
		return err
	}
	_, err = n.shardOf(t.Instance).processor.Submit(ctx, record.ClaimTask{Instance: t.Instance, Activation: t.Activation, By: by})
	return err
}

// CompleteTask answers a task. Errors: types.Problems for a form that does not
// fit.
func (n *Node) CompleteTask(ctx context.Context, id, by string, form []byte) error {
	t, err := n.findTask(ctx, id)
	if err != nil {
		return err
	}
	d := n.deployments.Find(t.Plan)
	if d == nil {
		return fmt.Errorf("the plan %.12s of task %s is not on this node", t.Plan, id)
	}
	v, err := d.Read(form, t.Form)
	if err != nil {
		return err
	}
	_, err = n.shardOf(t.Instance).processor.Submit(ctx, record.CompleteTask{Instance: t.Instance, Activation: t.Activation, By: by, Form: v})
	return err
}

// isRole says whether a qualified role is meant by a name that may lack its package.
func isRole(qualified, name string) bool {
	return qualified == name || strings.HasSuffix(qualified, "."+name)
}
