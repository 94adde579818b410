package replay

import (
	"encoding/json"
	"time"
)

// Format is the version of the form of a Recording.
const Format = 1

// Recording is the story of one instance.
type Recording struct {
	Format   int             `json:"format"`
	Process  string          `json:"process"` // qualified
	Key      string          `json:"key"`
	Instance string          `json:"instance"`
	Plan     string          `json:"plan"` // digest
	Started  time.Time       `json:"started"`
	Input    json.RawMessage `json:"input"` // the parameters by name
	// Asks are what it asked others for, in their order; Inputs what reached it.
	Asks   []Ask    `json:"asks"`
	Inputs []Input  `json:"inputs"`
	Steps  []string `json:"steps"`  // that ran, in their order
	Undone []string `json:"undone"` // steps, in the order in which they were undone
	End    *End     `json:"end,omitempty"`
	// Partial says what the recording does not hold and a replay would need; "" for
	// nothing.
	Partial string `json:"partial,omitempty"`
}

// Ask is something that an instance asked for: a call, a start, a message, an event.
type Ask struct {
	At   time.Time `json:"at"`
	Step string    `json:"step"`
	Kind string    `json:"kind"` // call, settlement, start, send, publish
	// Target is "shop.stock.hold", a process, a channel or an event.
	Target   string                     `json:"target"`
	Args     map[string]json.RawMessage `json:"args"` // by name; the message of a send is "message"
	Attempts []Attempt                  `json:"attempts"`
}

// Attempt is how one attempt of an ask was answered.
type Attempt struct {
	Cloud string `json:"cloud,omitempty"`
	// Outcome is one of record.Outcome; "" where it was never answered.
	Outcome string          `json:"outcome,omitempty"`
	Value   json.RawMessage `json:"value,omitempty"`
	Fault   string          `json:"fault,omitempty"`
	Fields  json.RawMessage `json:"fields,omitempty"`
	Detail  string          `json:"detail,omitempty"`
	TookNs  int64           `json:"took_ns"`
}

// Input is something that reached an instance from outside.
type Input struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"` // event, message, task, cancel, retry, skip, reset, resume, terminate
	// Event and ID name an event, or a channel and its message; Payload is what it held.
	Event   string          `json:"event,omitempty"`
	ID      string          `json:"id,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
	// Step is that of a task, or of what was skipped or gone back to; Form is what was
	// answered, or what a skipped step gave.
	Step   string          `json:"step,omitempty"`
	By     string          `json:"by,omitempty"`
	Form   json.RawMessage `json:"form,omitempty"`
	Reason string          `json:"reason,omitempty"`
	// Undone says that nothing was done of what was skipped; Set are variables that an
	// operator gave other values.
	Undone bool                       `json:"undone,omitempty"`
	Set    map[string]json.RawMessage `json:"set,omitempty"`
}

// End is how an instance ended.
type End struct {
	At     time.Time       `json:"at"`
	State  string          `json:"state"`
	Result json.RawMessage `json:"result,omitempty"`
	Fault  string          `json:"fault,omitempty"`
	Fields json.RawMessage `json:"fields,omitempty"`
}
