package plan

import (
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// Limit is how much may go through something: Count in PerNs, and at most Burst of
// them at one moment. AtOnce bounds how many are under way.
type Limit struct {
	Count  int64 `json:"count"`
	PerNs  int64 `json:"per_ns"`
	Burst  int64 `json:"burst,omitempty"`   // 0: as many as Count
	AtOnce int64 `json:"at_once,omitempty"` // 0: as many as the connector allows
	// Waiting is how many may wait for their turn; one more is refused. nil: as many
	// as the node allows.
	Waiting *int64 `json:"waiting,omitempty"`
}

// Auth says how a binding proves who calls.
type Auth struct {
	Kind   string     `json:"kind" one:"basic bearer oauth2 mtls"`
	Parts  []AuthPart `json:"parts,omitempty"`  // by name
	Scopes []string   `json:"scopes,omitempty"` // of oauth2, sorted
}

// AuthPart is one text that an Auth needs: user, password, token, token_url,
// client, secret, certificate, key, authority.
type AuthPart struct {
	Name string `json:"name"`
	Text Text   `json:"text"`
}

// DedupeBy says which messages of a channel are the same one.
type DedupeBy struct {
	By       expression.Tree `json:"by"` // over the variable message, a value with a text form
	WithinNs int64           `json:"within_ns"`
}

// Tenant is somebody who shares the bus, what is allotted to them and what they
// pay.
type Tenant struct {
	Name       string  `json:"name"`
	Limit      *Limit  `json:"limit,omitempty"`       // messages in and out
	StoreBytes int64   `json:"store_bytes,omitempty"` // 0: as much as there is
	Instances  int64   `json:"instances,omitempty"`   // that run at once; 0: as many as the node allows
	Prices     []Price `json:"prices,omitempty"`      // by unit, of one currency
	At         Place   `json:"at"`
}

// Price is what one unit costs: a message, mebibyte, exchange, queue, instance or
// call.
type Price struct {
	Unit   string `json:"unit"`
	Amount string `json:"amount"` // "0.0001 EUR"
}

// Partner is another controller, and what the two share.
type Partner struct {
	Name    string   `json:"name"`
	Trust   Text     `json:"trust"`             // where its public keys are
	URL     Text     `json:"url,omitzero"`      // where it answers; not set where nothing is imported
	Exports []Shared `json:"exports,omitempty"` // by name: what the partner may use here
	Imports []Shared `json:"imports,omitempty"` // by name: what runs there
	At      Place    `json:"at"`
}

// Shared is a process or a channel as a contract. An imported one is nowhere else
// in the plan: it has no steps here.
type Shared struct {
	Name   string        `json:"name"` // qualified
	Kind   string        `json:"kind" one:"process queue topic"`
	Params []types.Field `json:"params,omitempty"`
	Result types.Type    `json:"result"` // of a process; of a channel the type of its messages
	Raises []string      `json:"raises,omitempty" to:"type"`
}

// Migration moves the instances of a process from one older plan to this one.
type Migration struct {
	Process string `json:"process" to:"process"` // qualified
	From    string `json:"from"`                 // the digest of the older plan, or how it begins
	Moves   []Move `json:"moves,omitempty"`      // by From
	// Sets are the values of variables and parameters that the older plan did not
	// have, over the parameters, in the author's order.
	Sets []NamedTree `json:"sets,omitempty"`
	At   Place       `json:"at"`
}

// Move says that who waits at the step From of the older plan goes on at the step
// To of this one.
type Move struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Rollout lets a share of the new instances of a process run on this plan, the
// others on the one that was active before.
type Rollout struct {
	Process string          `json:"process" to:"process"` // qualified
	Share   string          `json:"share"`                // a ratio: "0.1"
	By      expression.Tree `json:"by"`                   // over the parameters: equal values go the same way
	// PromoteAfterNs is how long the share runs before Promote is asked, over the
	// variables that RolloutMeasures names; then all new instances run on this plan.
	// 0: a person promotes.
	PromoteAfterNs int64            `json:"promote_after_ns,omitempty"`
	Promote        *expression.Tree `json:"promote,omitempty"`
	// RollBack says that otherwise new instances run on the older plan again; false:
	// the share stays until a person decides.
	RollBack bool  `json:"roll_back,omitempty"`
	At       Place `json:"at"`
}

// RolloutMeasures are what the condition of a promotion reads about the instances
// that ended on this plan since the rollout began. The variable old is a record of
// the same about those on the older plan.
func RolloutMeasures() []types.Field {
	return []types.Field{
		{Name: "instances", Type: types.Of(types.Int)},
		{Name: "fault_rate", Type: types.Of(types.Decimal)},
		{Name: "incident_rate", Type: types.Of(types.Decimal)},
		{Name: "duration", Type: types.Of(types.Duration)},
	}
}

// BreachFacts are what the flow on breach of an sla reads: the objective that is
// broken, one of Objectives; the process whose instances broke it, by its
// qualified name; what was promised and what was observed. Both are ratios; of the
// cost they are amounts in the currency of the sla, of rpo and rto seconds.
func BreachFacts() []types.Field {
	return []types.Field{
		{Name: "objective", Type: types.Of(types.String)},
		{Name: "process", Type: types.Of(types.String)},
		{Name: "promised", Type: types.Of(types.Decimal)},
		{Name: "observed", Type: types.Of(types.Decimal)},
	}
}

// Objectives are what an sla can promise.
func Objectives() []string { return []string{"completion", "availability", "cost", "rpo", "rto"} }

// PointFacts are the types of the facts that the rules of a decision read, apart
// from cloud, whose fields are the attributes of the plan's clouds.
func PointFacts() []types.Field {
	text := types.Of(types.String)
	list := types.ListOf(text)
	record := func(name string, fields ...types.Field) types.Field {
		return types.Field{Name: name, Type: types.RecordOf(fields...)}
	}
	return []types.Field{
		record("channel", types.Field{Name: "name", Type: text}),
		record("data", types.Field{Name: "labels", Type: list}),
		record("instance", types.Field{Name: "people", Type: list}),
		record("plan", types.Field{Name: "digest", Type: text}, types.Field{Name: "package", Type: text}),
		record("process", types.Field{Name: "name", Type: text}),
		record("task", types.Field{Name: "name", Type: text}, types.Field{Name: "role", Type: text}),
		record("user", types.Field{Name: "groups", Type: list}, types.Field{Name: "id", Type: text}, types.Field{Name: "roles", Type: list}),
	}
}
