package plan

import (
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// Suite holds the test blocks of a package. It is compiled beside the plan and
// is no part of the plan's digest: a test never changes what runs.
type Suite struct {
	Tests []Test `json:"tests,omitempty"`
}

// Test is one test block. All expressions are constant.
type Test struct {
	Name  string  `json:"name"`
	At    Place   `json:"at"`
	Given []Given `json:"given,omitempty"`
	When  []When  `json:"when,omitempty"`
	Then  []Then  `json:"then,omitempty"`
}

// Given says how a mocked operation answers: it returns a value or raises a
// fault.
type Given struct {
	Endpoint  string           `json:"endpoint"`
	Operation string           `json:"operation"`
	Returns   *expression.Tree `json:"returns,omitempty"`
	Raises    string           `json:"raises,omitempty"`
	Fields    *expression.Tree `json:"fields,omitempty"`
	At        Place            `json:"at"`
}

// When starts a process.
type When struct {
	Process string            `json:"process"`
	Args    []expression.Tree `json:"args,omitempty"`
	At      Place             `json:"at"`
}

// Then is one assertion.
type Then struct {
	Kind string `json:"kind"` // returns, fails, called, never_called
	// Fault of fails, qualified.
	Fault string `json:"fault,omitempty"`
	// Expr is the value of returns, or the fields of fails where given.
	Expr      *expression.Tree  `json:"expr,omitempty"`
	Endpoint  string            `json:"endpoint,omitempty"`
	Operation string            `json:"operation,omitempty"`
	Args      []expression.Tree `json:"args,omitempty"`
	WithArgs  bool              `json:"with_args,omitempty"` // Args were given, even if none
	Times     int               `json:"times,omitempty"`     // of called; 0: at least once
	Type      types.Type        `json:"type,omitzero"`
	At        Place             `json:"at"`
}
