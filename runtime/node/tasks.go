package node

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/report"
)

// Person is somebody who asks.
type Person = engine.Person

// Task is a piece of work for a person.
type Task struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
	// AlsoRole is who is asked as well, since it was escalated.
	AlsoRole string `json:"escalated_to,omitempty"`
	// Users are the people that the task names, beside those of the role.
	Users     []string                   `json:"users,omitempty"`
	Process   string                     `json:"process"`
	Instance  string                     `json:"instance"`
	Key       string                     `json:"key,omitempty"`
	Since     time.Time                  `json:"since"`
	Due       *time.Time                 `json:"due,omitempty"`
	Overdue   bool                       `json:"overdue,omitempty"`
	Priority  int                        `json:"priority,omitempty"`
	ClaimedBy string                     `json:"claimed_by,omitempty"`
	Form      []FormField                `json:"form"`
	Data      map[string]json.RawMessage `json:"data"` // what the person is shown, by name
}

// FormField is one field of a task's form.
type FormField struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Optional bool   `json:"optional,omitempty"`
	Doc      string `json:"doc,omitempty"`
}

// OneTask is a task with all that somebody needs who does it.
type OneTask struct {
	Task
	// Groups have the role, or one of the roles.
	Groups []string `json:"groups,omitempty"`
	// May says whether who asks may do it, Why why not.
	May bool   `json:"may"`
	Why string `json:"why,omitempty"`
	// Schema is the JSON Schema of the answer.
	Schema json.RawMessage `json:"schema"`
}

// TaskFilter selects open tasks; empty fields select all.
type TaskFilter struct {
	Role    string // perhaps without its package
	Process string
	// Mine are those that who asks has claimed, or may claim.
	Mine    bool
	Overdue bool
	Sort    TaskOrder
}

// TaskOrder is an order of tasks. Those that are equal in it are ordered by age.
type TaskOrder string

// The orders: the oldest, the one that is due first, the most urgent first.
const (
	BySince    TaskOrder = "since"
	ByDue      TaskOrder = "due"
	ByPriority TaskOrder = "priority"
)

// TaskOrders are all of them.
func TaskOrders() []TaskOrder { return []TaskOrder{BySince, ByDue, ByPriority} }

func parseTaskID(id string) (instance string, activation uint32, err error) {
	instance, number, ok := strings.Cut(id, ".")
	a, parseErr := strconv.ParseUint(number, 10, 32)
	if !ok || parseErr != nil {
		return "", 0, notFound("there is no task %q; cob task list shows them", id)
	}
	return instance, uint32(a), nil
}

// task is a task as somebody sees it; may says whether the person may do it.
func (n *Node) task(t engine.Task, who Person, may bool) Task {
	out := Task{
		ID: observe.TaskID(t.Instance, t.Activation), Name: t.Name, Role: t.Role, AlsoRole: t.AlsoRole, Process: t.Process, Instance: t.Instance,
		Key: t.Key, Since: time.Unix(0, int64(t.Since)).UTC(), ClaimedBy: t.ClaimedBy, Form: []FormField{}, Data: map[string]json.RawMessage{},
		Users: t.Users, Priority: t.Priority,
	}
	if t.Due != 0 {
		due := time.Unix(0, int64(t.Due)).UTC()
		out.Due, out.Overdue = &due, t.Due <= clock()
	}
	d := n.deployments.Find(t.Plan)
	if d == nil {
		return out
	}
	fields, _ := d.Universe.FieldsOf(t.Form)
	for _, f := range fields {
		out.Form = append(out.Form, FormField{Name: f.WireName(), Type: f.Type.String(), Optional: f.Type.Kind == types.Optional, Doc: f.Doc})
	}
	sight := d.Program.Sight
	if may { // the data is shown for whoever does the task
		sight = d.Program.OpenSight
	}
	sees := sight(t.Process, who).Sees
	for i, v := range t.Data {
		name := fmt.Sprintf("arg%d", i+1)
		if i < len(t.Shows) {
			name = t.Shows[i]
		}
		var labels []string
		if i < len(t.Labels) {
			labels = t.Labels[i]
		}
		out.Data[name] = report.Encode(d.Universe, v, t.DataTypes[i], labels, sees)
	}
	return out
}

// candidate is an open task, and why who asks may not do it.
type candidate struct {
	engine.Task
	no *record.Rejection
}

// Tasks lists open tasks as somebody sees them, at most limit of them.
func (n *Node) Tasks(ctx context.Context, f TaskFilter, who Person, limit int) ([]Task, error) {
	var list []candidate
	for _, s := range n.held() {
		if err := s.processor.Query(ctx, func(state *engine.State) {
			for _, t := range state.Tasks() {
				c := candidate{Task: t}
				if !f.selects(&t) {
					continue
				}
				c.no = state.May(t.Instance, t.Activation, who)
				if !f.Mine || t.ClaimedBy == who.ID || t.ClaimedBy == "" && c.no == nil {
					list = append(list, c)
				}
			}
		}); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b candidate) int { return f.Sort.compare(rankOf(&a.Task), rankOf(&b.Task)) })
	out := make([]Task, 0, min(limit, len(list)))
	for i := range min(limit, len(list)) {
		out = append(out, n.task(list[i].Task, who, list[i].no == nil))
	}
	return out, nil
}

func (f TaskFilter) selects(t *engine.Task) bool {
	return (f.Role == "" || isNamed(t.Role, f.Role) || isNamed(t.AlsoRole, f.Role)) &&
		(f.Process == "" || isNamed(t.Process, f.Process)) &&
		(!f.Overdue || t.Due != 0 && t.Due <= clock())
}

// rank is what tasks are ordered by.
type rank struct {
	due, since record.Instant // due is 0 for never
	priority   int
	instance   string
	activation uint32
}

func rankOf(t *engine.Task) rank { return rank{t.Due, t.Since, t.Priority, t.Instance, t.Activation} }

// Sort puts tasks of several lists in order.
func (o TaskOrder) Sort(list []Task) {
	ranked := func(t *Task) rank {
		r := rank{since: record.Instant(t.Since.UnixNano()), priority: t.Priority}
		r.instance, r.activation, _ = parseTaskID(t.ID) // this node, or another, has made it
		if t.Due != nil {
			r.due = record.Instant(t.Due.UnixNano())
		}
		return r
	}
	slices.SortFunc(list, func(a, b Task) int { return o.compare(ranked(&a), ranked(&b)) })
}

func (o TaskOrder) compare(a, b rank) int {
	var first int
	switch o {
	case ByDue:
		never := func(r rank) int {
			if r.due == 0 {
				return 1
			}
			return 0
		}
		first = cmp.Or(cmp.Compare(never(a), never(b)), cmp.Compare(a.due, b.due))
	case ByPriority:
		first = cmp.Compare(b.priority, a.priority)
	}
	return cmp.Or(first, cmp.Compare(a.since, b.since), cmp.Compare(a.instance, b.instance), cmp.Compare(a.activation, b.activation))
}

// openTask is an open task, and why who asks may not do it. Where it was completed
// and is remembered, it has a form and a plan alone, and closed.
type openTask struct {
	engine.Task
	no     *record.Rejection
	closed bool
	done   bool // what is asked for was done before
}

// findTask looks a task up, for a request (zero: to look at it).
func (n *Node) findTask(ctx context.Context, id string, who Person, r record.Request) (t openTask, err error) {
	instance, activation, err := parseTaskID(id)
	if err != nil {
		return t, err
	}
	var ok bool
	s, err := n.holder(instance)
	if err != nil {
		return t, err
	}
	var no *record.Rejection
	err = s.processor.Query(ctx, func(state *engine.State) {
		if t.done, no = state.Requested(instance, r); t.done || no != nil {
			return
		}
		if t.Task, ok = state.Task(instance, activation); ok {
			t.no = state.May(instance, activation, who)
			return
		}
		t.Instance, t.Activation = instance, activation
		t.Form, t.Plan, t.closed = state.Answered(instance, activation)
	})
	if err == nil && no != nil {
		return t, no
	}
	if err == nil && !ok && !t.closed && !t.done {
		err = notFound("there is no open task %q; it may be done already: cob task list shows the open ones", id)
	}
	return t, err
}

// planOf is the deployment that a task runs on.
func (n *Node) planOf(id string, t *openTask) (*deployment.Deployment, error) {
	if d := n.deployments.Find(t.Plan); d != nil {
		return d, nil
	}
	return nil, fmt.Errorf("the plan %.12s of task %s is not on this node", t.Plan, id)
}

// Task is one open task with the schema of its form, as somebody sees it.
func (n *Node) Task(ctx context.Context, id string, who Person) (OneTask, error) {
	t, err := n.findTask(ctx, id, who, record.Request{})
	if err == nil && t.closed {
		err = &record.Rejection{Code: record.WrongState, Detail: fmt.Sprintf("the task %s is completed", id)}
	}
	if err != nil {
		return OneTask{}, err
	}
	d, err := n.planOf(id, &t)
	if err != nil {
		return OneTask{}, err
	}
	out := OneTask{Task: n.task(t.Task, who, t.no == nil), Groups: t.Groups, May: t.no == nil, Schema: d.Universe.Schema(t.Form)}
	if t.no != nil {
		out.Why = t.no.Detail
	}
	return out, nil
}

// actOnTask lets the shard of a task decide, unless who asks may not do it.
func (n *Node) actOnTask(ctx context.Context, id string, who Person, r record.Request, command func(*openTask) (record.Command, error)) error {
	t, err := n.findTask(ctx, id, who, r)
	if err != nil || t.done {
		return err
	}
	if t.no != nil {
		return t.no
	}
	c, err := command(&t)
	if err != nil {
		return err
	}
	s, err := n.holder(t.Instance)
	if err != nil {
		return err
	}
	_, err = s.processor.Submit(ctx, c)
	var no *record.Rejection
	if errors.As(err, &no) && no.Code == record.NotFound {
		return notFound("there is no open task %q; its time was over, or its instance has ended: cob task list shows the open ones", id)
	}
	return err
}

// ClaimTask reserves a task for one person.
func (n *Node) ClaimTask(ctx context.Context, id string, who Person, r record.Request) error {
	return n.actOnTask(ctx, id, who, r, func(t *openTask) (record.Command, error) {
		return record.ClaimTask{Instance: t.Instance, Activation: t.Activation, By: who.ID, Groups: who.Groups, Request: r}, nil
	})
}

// ReleaseTask gives a task back; with force it is taken from whoever has it.
func (n *Node) ReleaseTask(ctx context.Context, id string, who Person, force bool, reason string, r record.Request) error {
	return n.actOnTask(ctx, id, who, r, func(t *openTask) (record.Command, error) {
		return record.ReleaseTask{Instance: t.Instance, Activation: t.Activation, By: who.ID, Groups: who.Groups, Force: force, Reason: reason, Request: r}, nil
	})
}

// DelegateTask hands a task to another person.
func (n *Node) DelegateTask(ctx context.Context, id string, who Person, to, reason string, r record.Request) error {
	return n.actOnTask(ctx, id, who, r, func(t *openTask) (record.Command, error) {
		return record.DelegateTask{Instance: t.Instance, Activation: t.Activation, By: who.ID, Groups: who.Groups, To: to, Reason: reason, Request: r}, nil
	})
}

// CompleteTask answers a task. The same answer of the same person again does
// nothing and is no error. Errors: types.Problems for a form that does not fit.
func (n *Node) CompleteTask(ctx context.Context, id string, who Person, form []byte) error {
	return n.actOnTask(ctx, id, who, record.Request{}, func(t *openTask) (record.Command, error) {
		d, err := n.planOf(id, t)
		if err != nil {
			return nil, err
		}
		v, err := d.Read(form, t.Form)
		if err != nil {
			return nil, err
		}
		return record.CompleteTask{Instance: t.Instance, Activation: t.Activation, By: who.ID, Groups: who.Groups, Form: v}, nil
	})
}

// isNamed says whether a qualified name is meant by one that may lack its package.
func isNamed(qualified, name string) bool {
	return qualified == name || strings.HasSuffix(qualified, "."+name)
}
