package observe

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/report"
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

// Explain adds what the engine knows. Labelled data that is not seen is redacted:
// fields, and variables whose labels say that they follow from such data.
func (d *Details) Explain(e engine.Details, u *types.Universe, labels map[string][]string, sees report.Sees) {
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
			d.Vars[v.Name] = report.Encode(u, v.Value, v.Type, labels[v.Name], sees)
		}
	}
}
