package expression

import "github.com/cob-lang/cob/lang/types"

// Op is what a node of a Tree does.
type Op string

// The operators. A node's arguments are in Args, in reading order.
const (
	Literal  Op = "literal"  // Text is the literal in its canonical form, read by its Type
	Var      Op = "var"      // Name is a variable of the environment
	Field    Op = "field"    // Args[0].Name; the record is never absent
	OptField Op = "optfield" // Args[0]?.Name; null where Args[0] is
	Index    Op = "index"    // Args[0][Args[1]]: a list by position, a map by key
	Slice    Op = "slice"    // Args[0][Args[1]:Args[2]]
	ListOf   Op = "list"     // [Args...]
	RecordOf Op = "record"   // { Keys[i]: Args[i] }
	Lambda   Op = "lambda"   // Name => Args[0]
	Call     Op = "call"     // Name(Args...): a function of the standard library
	And      Op = "and"
	Or       Op = "or"
	Not      Op = "not"
	Cond     Op = "cond"     // Args[0] ? Args[1] : Args[2]
	Coalesce Op = "coalesce" // Args[0] ?? Args[1]
	Eq       Op = "eq"
	Ne       Op = "ne"
	Lt       Op = "lt"
	Le       Op = "le"
	Gt       Op = "gt"
	Ge       Op = "ge"
	In       Op = "in"    // Args[0] in a list, a map's keys, a range or a string's parts
	Range    Op = "range" // Args[0]..Args[1], both included; only to the right of In and in For
	Add      Op = "add"
	Sub      Op = "sub"
	Mul      Op = "mul"
	Div      Op = "div"
	Rem      Op = "rem"
	Neg      Op = "neg"
	Concat   Op = "concat" // string interpolation: every argument as text, joined
	Widen    Op = "widen"  // Args[0], an int, as the decimal or float that Type says
)

// Known says whether there is such an operator.
func (o Op) Known() bool {
	_, known := arity[o]
	return known
}

// Tree is a checked expression as data: what the checker produces, a plan
// stores and this package runs. Every node knows its type, so no engine behind
// it ever guesses. A Tree is never changed after it was made.
type Tree struct {
	Op   Op         `json:"op"`
	Type types.Type `json:"type"`
	Name string     `json:"name,omitempty"`
	Text string     `json:"text,omitempty"`
	Keys []string   `json:"keys,omitempty"`
	Args []Tree     `json:"args,omitempty"`
	// At is "line:col" in the file of the enclosing step, for errors.
	At string `json:"at,omitempty"`
}

// Walk calls visit for t and every node under it, parents first, until visit
// returns false for a node, whose arguments it then leaves out.
func (t *Tree) Walk(visit func(*Tree) bool) {
	if t == nil || !visit(t) {
		return
	}
	for i := range t.Args {
		t.Args[i].Walk(visit)
	}
}
