package observe

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// Details is everything about one instance.
type Details struct {
	Instance
	Waits        []Wait                     `json:"waits,omitempty"`
	Settlements  []Settlement               `json:"settlements,omitempty"`
	Completed    []Done                     `json:"completed,omitempty"`
	Vars         map[string]json.RawMessage `json:"vars,omitempty"`
	Compensating bool                       `json:"compensating,omitempty"`
	// Blocked says why nothing happens to it, where a bug of this program was met.
	Blocked string `json:"blocked,omitempty"`
	// Outlook is what would happen on each verb, of an instance with an incident.
	Outlook *Outlook `json:"outlook,omitempty"`
}

// Wait is one thing that an instance waits for.
type Wait struct {
	Step     string     `json:"step"`
	Kind     string     `json:"kind"`
	At       string     `json:"at"` // place in the source
	Since    time.Time  `json:"since"`
	Due      *time.Time `json:"due,omitempty"`
	Endpoint string     `json:"endpoint,omitempty"`
	Cloud    string     `json:"cloud,omitempty"`
	Attempt  uint32     `json:"attempt,omitempty"`
	Events   []string   `json:"events,omitempty"`
	Task     string     `json:"task,omitempty"`
	Role     string     `json:"role,omitempty"`
	Claimed  string     `json:"claimed_by,omitempty"`
	Incident string     `json:"incident,omitempty"`
	// Last is how the latest attempt ended that failed.
	Last string `json:"last_error,omitempty"`
}

// Settlement is an outcome that was unknown when the instance went on.
type Settlement struct {
	Step     string         `json:"step"`
	Endpoint string         `json:"endpoint"`
	Cloud    string         `json:"cloud"`
	Since    time.Time      `json:"since"`
	Open     bool           `json:"open"`
	Outcome  record.Outcome `json:"outcome,omitempty"`
	Detail   string         `json:"detail,omitempty"`
}

// Done is a completed step that a compensation would undo.
type Done struct {
	Step  string `json:"step"`
	Cloud string `json:"cloud,omitempty"`
}

// TaskID names a task: the instance and the activation that waits.
func TaskID(instance string, activation uint32) string {
	return instance + "." + strconv.FormatUint(uint64(activation), 10)
}

// Explain adds what the engine knows. Fields with a label are redacted, and so
// are variables whose labels say that they follow from labelled data.
func (d *Details) Explain(e engine.Details, u *types.Universe, labels map[string][]string) {
	d.State = e.State
	d.Compensating, d.Blocked = e.Compensating, e.Blocked
	if d.Detail == "" {
		d.Detail = e.Detail
	}
	for _, w := range e.Waits {
		wait := Wait{
			Step: w.Step, Kind: w.Kind, At: w.At, Since: instant(w.Since), Cloud: w.Cloud, Attempt: w.Attempt,
			Events: w.Events, Role: w.Role, Claimed: w.ClaimedBy, Incident: w.Incident, Last: w.Last,
		}
		if w.Role != "" {
			wait.Task = TaskID(d.ID, w.Activation)
		}
		if w.Endpoint != "" {
			wait.Endpoint = w.Endpoint + "." + w.Operation
		}
		if w.Due != 0 {
			due := instant(w.Due)
			wait.Due = &due
		}
		d.Waits = append(d.Waits, wait)
	}
	for _, s := range e.Settled {
		d.Settlements = append(d.Settlements, Settlement{
			Step: s.Step, Endpoint: s.Endpoint + "." + s.Operation, Cloud: s.Cloud, Since: instant(s.Since),
			Open: s.Open, Outcome: s.Outcome, Detail: s.Detail,
		})
	}
	for _, c := range e.Completed {
		d.Completed = append(d.Completed, Done{c.Step, c.Cloud})
	}
	if len(e.Vars) > 0 {
		d.Vars = map[string]json.RawMessage{}
		for _, v := range e.Vars {
			if hidden := labels[v.Name]; len(hidden) > 0 {
				d.Vars[v.Name] = types.AppendJSON(nil, redacted(hidden))
				continue
			}
			d.Vars[v.Name] = u.EncodeJSON(nil, redact(u, v.Value, v.Type), redactedType(v.Type))
		}
	}
}

// redactedType keeps wire names where the type is still that of the value.
func redactedType(t types.Type) types.Type {
	if t.Kind == types.Invalid {
		return types.Of(types.JSON)
	}
	return t
}

// redacted stands for a value with these labels.
func redacted(labels []string) string { return "(" + strings.Join(labels, ", ") + ")" }

// redact is v with every labelled field replaced by the names of its labels.
func redact(u *types.Universe, v types.Value, t types.Type) types.Value {
	switch t.Kind {
	case types.Optional:
		return redact(u, v, *t.Elem)
	case types.List:
		items, _ := v.([]types.Value)
		out := make([]types.Value, len(items))
		for i := range items {
			out[i] = redact(u, items[i], *t.Elem)
		}
		return out
	case types.Map:
		m, ok := v.(map[string]types.Value)
		if !ok {
			return v
		}
		out := make(map[string]types.Value, len(m))
		for k := range m {
			out[k] = redact(u, m[k], *t.Elem)
		}
		return out
	}
	fields, ok := u.FieldsOf(t)
	m, isRecord := v.(map[string]types.Value)
	if !ok || !isRecord {
		return v
	}
	out := make(map[string]types.Value, len(m))
	for _, f := range fields {
		switch value, present := m[f.Name]; {
		case !present:
		case len(f.Labels) > 0:
			out[f.Name] = redacted(f.Labels)
		default:
			out[f.Name] = redact(u, value, f.Type)
		}
	}
	return out
}
