// Package plan is the contract between the compiler and the runtime: what runs.
//
// A Plan is data without pointers into anything else: slices in a stated order,
// no maps, places as plain text, expressions as typed trees. Encode gives its
// canonical bytes, and the SHA-256 of those is its digest, the name by which
// instances remember the plan that started them. The same source gives the same
// bytes on every machine.
//
// Deliberately absent: names that need looking up (the lowering resolved them
// all), values of settings and secrets (a plan names them, the node has them),
// and any clock.
package plan

import (
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// Format is the version of the plan's form. A runtime refuses a plan of a newer
// format.
const Format = 2

// Plan is everything one package declares, ready to run.
type Plan struct {
	Format  int    `json:"format"`
	Package string `json:"package"`
	// Std is the SHA-256 of the packages of the standard library that the program
	// imports, hexadecimal; "" when it imports none.
	Std         string             `json:"std,omitempty"`
	Types       []types.Definition `json:"types,omitempty"`       // by name
	Refinements []Refinement       `json:"refinements,omitempty"` // by type and field
	Wires       []Wire             `json:"wires,omitempty"`       // by type and field
	Labels      []Label            `json:"labels,omitempty"`      // by name
	Contracts   []Contract         `json:"contracts,omitempty"`   // by path
	Settings    []Setting          `json:"settings,omitempty"`    // by name: what the environment must supply
	Clouds      []Cloud            `json:"clouds,omitempty"`      // by name
	Endpoints   []Endpoint         `json:"endpoints,omitempty"`   // by name
	Failovers   []Failover         `json:"failovers,omitempty"`   // by name
	SLAs        []SLA              `json:"slas,omitempty"`        // by name
	Policies    []Policy           `json:"policies,omitempty"`    // by name
	Roles       []Role             `json:"roles,omitempty"`       // by name
	Channels    []Channel          `json:"channels,omitempty"`    // by name
	Processes   []Process          `json:"processes,omitempty"`   // by name
	Routes      []Route            `json:"routes,omitempty"`      // by name
	Patterns    []Pattern          `json:"patterns,omitempty"`    // by name
	Windows     []Window           `json:"windows,omitempty"`     // by name
	Schedules   []Schedule         `json:"schedules,omitempty"`   // by name
	Tenants     []Tenant           `json:"tenants,omitempty"`     // by name
	Partners    []Partner          `json:"partners,omitempty"`    // by name
	Migrations  []Migration        `json:"migrations,omitempty"`  // by process and digest
	Rollouts    []Rollout          `json:"rollouts,omitempty"`    // by process
}

// All names of declarations are qualified by the package: "orders.Fulfil".

// Place is where in the source something stands: "orders.cob:57:3".
type Place string

// Refinement is the condition after where on one field of a type.
type Refinement = expression.Refinement

// Label is a label of the lattice and the labels it implies, sorted.
type Label struct {
	Name string   `json:"name"`
	Is   []string `json:"is,omitempty"`
}

// Contract is a foreign file that was read at compile time.
type Contract struct {
	Path   string `json:"path"`
	Kind   string `json:"kind" one:"openapi asyncapi proto wsdl jsonschema"`
	Digest string `json:"digest"` // SHA-256 of the file, hexadecimal
}

// Setting is a value that the node's environment supplies.
type Setting struct {
	Name   string `json:"name"`
	Secret bool   `json:"secret,omitempty"`
	At     Place  `json:"at"` // the first place that asks for it
}

// Text is a string that is either written in the source or supplied by the
// environment: exactly one of Literal and Setting is set.
type Text struct {
	Literal string `json:"literal,omitempty"`
	Setting string `json:"setting,omitempty"`
	Secret  bool   `json:"secret,omitempty"`
}

// Cloud is a place with attributes that policies read.
type Cloud struct {
	Name       string      `json:"name"`
	Attributes []Attribute `json:"attributes,omitempty"` // by name
}

// Attribute is one fact about a cloud. Value is a constant expression.
type Attribute struct {
	Name  string          `json:"name"`
	Value expression.Tree `json:"value"`
}

// Endpoint is a service with typed operations and its bindings.
type Endpoint struct {
	Name string `json:"name"`
	// Connector is the protocol: a standard one such as "http", or the qualified
	// name of one that a package declares, "acme.erp".
	Connector  string      `json:"connector"`
	Contract   string      `json:"contract,omitempty"` // path of the contract it came from
	Operations []Operation `json:"operations"`         // by name
	Bindings   []Binding   `json:"bindings"`           // in the author's order
	Receives   []Receive   `json:"receives,omitempty"` // by name
	Options    []Option    `json:"options,omitempty"`  // by name
}

// Receive is something that comes in through an endpoint.
//
// The conditions on its messages are Refinements whose Type is the endpoint's name, its own
// behind a dot, and expression.Brings.
type Receive struct {
	Name string     `json:"name"` // not qualified
	Type types.Type `json:"type"`
	// Options say where it comes from, in the connector's words, by name.
	Options []Option `json:"options"`
	At      Place    `json:"at"`
}

// Option is one setting in the words of a connector, as its declaration types it,
// defaults included. Exactly one of Text and Value is set: Text where a string may
// come from the environment, else Value, which is constant in endpoints, bindings
// and receives, and over the parameters in operations. What is one of some words is
// a string.
type Option struct {
	Name  string           `json:"name"`
	Text  Text             `json:"text,omitzero"`
	Value *expression.Tree `json:"value,omitempty"`
}

// Operation is one thing an endpoint can be asked to do.
type Operation struct {
	Name       string        `json:"name"` // not qualified
	Params     []types.Field `json:"params,omitempty"`
	Result     types.Type    `json:"result"`                     // Void where it gives nothing
	Raises     []string      `json:"raises,omitempty" to:"type"` // qualified faults, sorted
	Idempotent bool          `json:"idempotent,omitempty"`
	// Key is the expression over the parameters that names the effect at the
	// target; nil means instance and step name it.
	Key       *expression.Tree `json:"key,omitempty"`
	TimeoutNs int64            `json:"timeout_ns,omitempty"` // 0: the connector's default
	HTTP      *HTTP            `json:"http,omitempty"`
	GRPC      *GRPC            `json:"grpc,omitempty"`
	SOAP      *SOAP            `json:"soap,omitempty"`
	Message   *Message         `json:"message,omitempty"`
	Request   *Request         `json:"request,omitempty"`
}

// Request says how an operation is asked in the words of its connector, where none
// of the other forms does.
type Request struct {
	Verb    string      `json:"verb"`              // "publish"
	Target  []PathPart  `json:"target,omitempty"`  // the text behind the verb, its parts not escaped
	Options []Option    `json:"options,omitempty"` // by name
	Errors  []CodeError `json:"errors,omitempty"`  // by code
}

// CodeError maps a code of the protocol to a fault. Fields is a record expression
// over the operation's parameters and the variable response, of type json.
type CodeError struct {
	Code   string          `json:"code"`
	Fault  string          `json:"fault" to:"type"` // qualified
	Fields expression.Tree `json:"fields"`
}

// HTTP says how an operation looks as an HTTP exchange.
type HTTP struct {
	Method  string           `json:"method"` // upper case
	Path    []PathPart       `json:"path"`
	Query   []NamedTree      `json:"query,omitempty"`
	Headers []NamedTree      `json:"headers,omitempty"`
	Body    *expression.Tree `json:"body,omitempty"` // over the parameters; sent as JSON
	Errors  []HTTPError      `json:"errors,omitempty"`
	// Options are what its connector has besides, by name.
	Options []Option `json:"options,omitempty"`
}

// PathPart is literal text, or an expression whose text is escaped into the
// path.
type PathPart struct {
	Text string           `json:"text,omitempty"`
	Expr *expression.Tree `json:"expr,omitempty"`
}

// NamedTree is a name with an expression over the operation's parameters. A
// query or header whose value is null is left out.
type NamedTree struct {
	Name string          `json:"name"`
	Expr expression.Tree `json:"expr"`
}

// HTTPError maps a status code to a fault. Fields is a record expression over
// the operation's parameters and the variable response, of type json.
type HTTPError struct {
	Status int             `json:"status"`
	Fault  string          `json:"fault" to:"type"` // qualified
	Fields expression.Tree `json:"fields"`
}

// Binding is one place where an endpoint can be had, and what its owner
// promises there.
type Binding struct {
	Cloud string `json:"cloud" to:"cloud"` // not qualified
	// URL is the address; empty where the connector has other words for it.
	URL Text `json:"url"`
	// Options are what its connector has besides, by name.
	Options []Option `json:"options,omitempty"`
	// Availability is a ratio such as "0.9995"; "" where nothing is promised.
	Availability string   `json:"availability,omitempty"`
	Latency      Quantile `json:"latency,omitzero"`
	CostPerCall  string   `json:"cost_per_call,omitempty"` // "0.002 EUR"
	// Weight is its share of the calls under Weighted and Sticky, beside the weights
	// of the others; nil: 1. With 0 it is asked when no other can be.
	Weight *int64 `json:"weight,omitempty"`
	Limit  *Limit `json:"limit,omitempty"` // what the owner takes at most
	Auth   *Auth  `json:"auth,omitempty"`  // nil: nobody asks who calls
	At     Place  `json:"at"`
}

// Quantile says that a ratio of all cases takes at most a time.
type Quantile struct {
	Ratio    string `json:"ratio"` // "0.99"
	WithinNs int64  `json:"within_ns"`
}

// Preference orders the legal candidates of a call.
type Preference string

// The preferences.
const (
	Cheapest      Preference = "cheapest"
	Fastest       Preference = "fastest"
	MostAvailable Preference = "most_available"
	Listed        Preference = "listed"
	// Weighted draws for every call, by the weights of the bindings; Sticky for every
	// key of an instance, so that all calls for a key go to one place.
	Weighted Preference = "weighted"
	Sticky   Preference = "sticky"
)

// Failover says how a call moves on when a candidate fails.
type Failover struct {
	Name   string     `json:"name"`
	Prefer Preference `json:"prefer"`
	// Tries is how often a call is attempted in all, over all candidates.
	Tries             int   `json:"tries"`
	EachNs            int64 `json:"each_ns"` // bound of one attempt
	BackoffMinNs      int64 `json:"backoff_min_ns"`
	BackoffMaxNs      int64 `json:"backoff_max_ns"`
	UnhealthyFailures int   `json:"unhealthy_failures"`
	UnhealthyWindowNs int64 `json:"unhealthy_window_ns"`
	ProbeEveryNs      int64 `json:"probe_every_ns"`
	FailbackAfterNs   int64 `json:"failback_after_ns"`
	// Replicate is sync or async where the journals of the processes that name the
	// failover have to be in a second cloud; Process.Replicate says it of each.
	Replicate string `json:"replicate,omitempty" one:"sync async"`
	// Breaker closes a candidate off; nil: an unhealthy one goes behind the others,
	// and is asked where they fail.
	Breaker *Breaker `json:"breaker,omitempty"`
	// Hedge asks a second candidate while the first has not answered; nil: never.
	Hedge *Hedge `json:"hedge,omitempty"`
}

// Breaker says when the calls to a candidate stop, beside the failures of a
// Failover, and how they begin again.
type Breaker struct {
	// It opens when Rate of the latest Calls failed, all of them within WindowNs.
	Rate     string `json:"rate"` // ratio
	Calls    int    `json:"calls" least:"1"`
	WindowNs int64  `json:"window_ns" least:"1"`
	// SlowRate of these calls took SlowNs or longer: it opens, too. "": never.
	SlowRate string `json:"slow_rate,omitempty"`
	SlowNs   int64  `json:"slow_ns,omitempty"`
	// Trials is how many calls go there, and have to succeed, before it closes.
	Trials int `json:"trials" least:"1"`
}

// Hedge says when an idempotent call is sent a second time.
type Hedge struct {
	// AfterPercent of the calls to the first candidate have answered by then: 95.
	AfterPercent int `json:"after_percent" least:"1"`
	// AtMost is the ratio of calls that are sent a second time at most.
	AtMost string `json:"at_most"`
}

// SLA is what a process guarantees. Empty parts are not promised.
type SLA struct {
	Name         string   `json:"name"`
	Completion   Quantile `json:"completion,omitzero"`
	Availability string   `json:"availability,omitempty"` // ratio
	WindowNs     int64    `json:"window_ns,omitempty"`
	CostAtMost   string   `json:"cost_at_most,omitempty"`
	RPONs        *int64   `json:"rpo_ns,omitempty"` // how much work may be lost
	RTONs        int64    `json:"rto_ns,omitempty"` // how long it may take to go on elsewhere
	// OnBreach runs when an objective is broken, in one commit: nothing in it waits.
	// It reads the variables of BreachFacts.
	OnBreach *Flow `json:"on_breach,omitempty"`
}

// Policy is a list of rules, tried in order.
type Policy struct {
	Name  string `json:"name"`
	Rules []Rule `json:"rules"`
}

// Rule allows or denies one kind of decision. When reads the variables that the
// decision point offers: data.labels, cloud.*.
type Rule struct {
	Effect  string          `json:"effect" one:"allow deny"`
	Point   string          `json:"point" one:"start call publish subscribe complete view deploy"`
	When    expression.Tree `json:"when"`
	Because string          `json:"because,omitempty"`
	At      Place           `json:"at"`
}

// Role is a set of groups whose members may do something.
type Role struct {
	Name   string   `json:"name"`
	Groups []string `json:"groups,omitempty"`
}

// Channel is a durable, typed place for messages.
type Channel struct {
	Name       string     `json:"name"`
	Kind       string     `json:"kind" one:"queue topic"`
	Type       types.Type `json:"type"`
	DeadLetter string     `json:"dead_letter,omitempty" to:"channel"` // qualified
	// Invalid is the qualified channel for what does not fit the type when it is to
	// be put in.
	Invalid  string `json:"invalid,omitempty" to:"channel"`
	MaxBytes int64  `json:"max_bytes,omitempty"`
	// RetainNs is how old a message that everybody has taken becomes before it is
	// dropped; 0: it is dropped at once.
	RetainNs int64 `json:"retain_ns,omitempty"`
	// ExpiresNs is how old a message may be when a route takes it; an older one goes
	// to DeadLetter. 0: any.
	ExpiresNs int64 `json:"expires_ns,omitempty"`
	// Priority is an int over the variable message: higher ones are taken first.
	Priority *expression.Tree `json:"priority,omitempty"`
	// Dedupe says which messages are the same one, nil: those of one ID.
	Dedupe *DedupeBy `json:"dedupe,omitempty"`
	// Encrypt is the secret with whose key messages are encrypted where they are stored.
	Encrypt Text  `json:"encrypt,omitzero"`
	At      Place `json:"at"`
}

// Route moves the messages of one channel.
type Route struct {
	Name string `json:"name"`
	From string `json:"from" to:"channel?"` // qualified, "" for a Receive or an Event
	// Receive is an endpoint and what it receives, "shop.ward.readings"; Event is a
	// qualified event. At most one of From, Receive and Event is set.
	Receive string `json:"receive,omitempty"`
	Event   string `json:"event,omitempty" to:"type"`
	Var     string `json:"var"` // the variable that holds the message
	// Labels are those of the message beside the ones its type says, sorted: a
	// channel of dead letters has them of the channels that it serves.
	Labels []string `json:"labels,omitempty"`
	Policy string   `json:"policy,omitempty" to:"policy"` // as of a process
	Flow   Flow     `json:"flow"`
	At     Place    `json:"at"`
}

// Process is a durable sequence of steps.
type Process struct {
	Name   string           `json:"name"`
	Doc    string           `json:"doc,omitempty"`
	Params []types.Field    `json:"params,omitempty"`
	Result types.Type       `json:"result"`
	Raises []string         `json:"raises,omitempty" to:"type"`
	Key    *expression.Tree `json:"key,omitempty"`
	SLA    string           `json:"sla,omitempty" to:"sla"`
	// Policy is the qualified policy that decides about its instances; "" allows
	// everything. Each call names its own.
	Policy string `json:"policy,omitempty" to:"policy"`
	// DeadlineNs is how long an instance may take, and with it all that it calls and
	// starts; 0: for ever.
	DeadlineNs int64 `json:"deadline_ns,omitempty"`
	// Search are the values under which instances are found, by name, over the
	// parameters.
	Search []NamedTree `json:"search,omitempty"`
	// RetainNs is how long an instance that has ended is kept, FaultNs one that has
	// failed; 0: as long as the node keeps them.
	RetainNs int64 `json:"retain_ns,omitempty"`
	FaultNs  int64 `json:"retain_fault_ns,omitempty"`
	// Replicate is sync or async where the journal has to be in a second cloud.
	Replicate string `json:"replicate,omitempty" one:"sync async"`
	// OnCancel runs when an instance is cancelled, before it is undone; OnBreach when
	// it breaks its sla.
	OnCancel *Block `json:"on_cancel,omitempty"`
	OnBreach *Block `json:"on_breach,omitempty"`
	Flow     Flow   `json:"flow"`
	At       Place  `json:"at"`
}
