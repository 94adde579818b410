package agent

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cob-lang/cob/runtime/record"
)

// Protocol is the version of what is said here. Status and Welcome are read in every
// version, so that two that differ can tell it.
const Protocol = 1

// Times of the conversation.
const (
	// Beat is the time between two times that an agent says it is there.
	Beat = 500 * time.Millisecond
	// Doubt is the silence after which a node asks whether anybody is at its place.
	Doubt = time.Second
	// Lost is the silence after which an agent gets no more calls.
	Lost = 3 * time.Second
	// Travel is what a call may take on its way there and back, beside its own time.
	Travel = 500 * time.Millisecond
	// DefaultTime is what a call may take where nobody says more.
	DefaultTime = 30 * time.Second
	// Kept is how long an agent that is gone or silent is shown.
	Kept = 10 * time.Minute
)

// Limits.
const (
	// DefaultAtOnce and MaxAtOnce bound the calls that an agent carries out at once.
	DefaultAtOnce = 256
	MaxAtOnce     = 1 << 16
	// MaxAgents is how many agents a node knows, those that are gone included.
	MaxAgents = 1024
	// MaxTold is how many endpoints and plans an agent tells of itself.
	MaxTold = 256
	// MaxName is the longest name of an agent, in bytes.
	MaxName = 128
)

// Where they hear each other.
const (
	Everybody = "cob.at.agents" // where agents tell their status
	place     = "cob.at.agent."
	nodePlace = "cob.at.desk."
)

// Place is where an agent hears questions.
func Place(id string) string { return place + id }

// NodePlace is where a node hears questions of agents.
func NodePlace(id string) string { return nodePlace + id }

// What an agent asks a node, with the digest of a plan behind it, and how an answer
// begins: with the plan behind it, or why there is none.
const (
	AskPlan   byte = 'P'
	PlanHere  byte = 'p'
	PlanNever byte = 'n'
)

// What a node says at the place of an agent: the first byte.
const (
	AskCall    byte = 'c' // carry this out
	AskProbe   byte = 'p' // can this be reached?
	AskPresent byte = '?' // is anybody there?
	SayCancel  byte = 'x' // nobody wants the answer to this call any more
	SayWelcome byte = 'w'
)

// Status is what an agent tells of itself.
type Status struct {
	Protocol int    `json:"protocol"`
	ID       string `json:"id"`   // of this process, never again
	Name     string `json:"name"` // for people
	Cloud    string `json:"cloud"`
	Version  string `json:"version,omitempty"` // of cob, for people
	// Since is when it began, by its clock, for people.
	Since time.Time `json:"since"`
	// Number rises with every status; a Welcome repeats it.
	Number  uint64 `json:"number"`
	AtOnce  int    `json:"at_once"` // calls that it takes at once
	Running int    `json:"running"` // calls under way
	Done    uint64 `json:"done"`    // calls and probes that it carried out
	Full    uint64 `json:"full"`    // calls that it turned away because it was full
	// Largest is the largest message that goes over its connection, in bytes.
	Largest   int        `json:"largest"`
	Leaving   bool       `json:"leaving,omitempty"`
	Plans     []Bound    `json:"plans,omitempty"`
	Endpoints []Endpoint `json:"endpoints,omitempty"`
}

// Bound is a plan that an agent has looked at.
type Bound struct {
	Digest  string `json:"digest"`
	Problem string `json:"problem,omitempty"` // why it cannot carry out its calls; "" where it can
}

// Endpoint is how an endpoint did, as the agent sees it.
type Endpoint struct {
	Endpoint string    `json:"endpoint"`
	Good     uint64    `json:"good"` // signs of calls and probes
	Bad      uint64    `json:"bad"`
	Last     string    `json:"last"` // the latest sign: alive or failing
	Detail   string    `json:"detail,omitempty"`
	At       time.Time `json:"at"` // by the agent's clock
}

// Welcome is what a node answers.
type Welcome struct {
	Protocol int    `json:"protocol"`
	Node     string `json:"node"`   // ID of the node: calls come from there
	Number   uint64 `json:"number"` // of the Status that it answers
	// Now is what the node's clock shows: it only goes forward.
	Now   record.Instant `json:"now"`
	Plans []string       `json:"plans,omitempty"` // digests of the active ones
	// Refused is why the node gives this agent nothing to do; "" where it does.
	Refused string `json:"refused,omitempty"`
}

// ReadStatus reads what an agent tells. Errors: what is no status.
func ReadStatus(text []byte) (Status, error) {
	var s Status
	if err := json.Unmarshal(text, &s); err != nil {
		return Status{}, fmt.Errorf("what an agent tells cannot be read: %w", err)
	}
	if s.Protocol != Protocol && s.ID != "" {
		return s, nil // only what every version has counts
	}
	switch {
	case s.ID == "" || len(s.ID) > MaxName || len(s.Name) > MaxName:
		return Status{}, fmt.Errorf("an agent has the ID %.40q and the name %.40q: want 1 to %d bytes", s.ID, s.Name, MaxName)
	case s.Cloud == "":
		return Status{}, fmt.Errorf("the agent %s names no cloud", s.Name)
	case s.AtOnce < 1 || s.AtOnce > MaxAtOnce:
		return Status{}, fmt.Errorf("the agent %s takes %d calls at once: want 1 to %d", s.Name, s.AtOnce, MaxAtOnce)
	}
	return s, nil
}

// Foreign says why a node and an agent of two protocols do not work together, "" where
// both are the same.
func Foreign(node, agent int) string {
	if node == agent {
		return ""
	}
	return fmt.Sprintf("the agent speaks protocol %d and the node protocol %d: run the same version of cob on both", agent, node)
}
