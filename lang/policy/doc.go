// Package policy decides: may this call go to that cloud, may this person start
// this process.
//
// In go rules whose conditions are the same typed expression trees as everywhere
// else, and the types of the facts they read (data.labels, cloud.jurisdiction).
// Compile lowers each condition to the AST of CEL, node by node, has CEL check
// it, bounds its cost, and plans it. Out come decisions, from the facts of the
// moment, and residues: what can be decided already from a part of the facts.
// The compiler uses residues to say which candidates of a call are never legal,
// and Survey to find rules that always or never hold.
//
// # How rules combine
//
// Rules of a decision point are tried in order. A deny that holds refuses. Where
// the point has allow rules, one of them has to hold. Otherwise it is allowed. Not
// knowing is never permission: a deny whose condition has no answer (a fact is
// missing, an int overflows) refuses with the reason, and such an allow does not
// hold.
//
// # What CEL changes
//
// CEL has no exact decimals, no money, no slices, no maps from lists and few
// functions; what it lacks is an *UnsupportedError that names the operator and
// the place, never an approximation. Floats compare but do not calculate, because
// CEL gives an infinity where this language fails. In one point CEL's meaning is
// kept: && and || do not depend on the order of their sides, so false && failure
// is false from both sides. That is what makes partial evaluation work, and it
// is why a boolean c ? a : b becomes (c && a) || (!c && b).
//
// # Cost
//
// Every rule has a static bound on its cost, in CEL's units (about one for each
// node, and one for each item that is looked at), computed for lists of
// AssumedItems and texts of AssumedText. A rule over MaxCost is refused. There is
// no limit at run time, which would make every decision slower.
//
// The CEL environment is built on first use, never when the program starts.
//
// Deliberately absent: which facts a decision point offers (the checker and the
// runtime agree on them), who evaluates when, and caching.
package policy
