// Package check holds every rule that a correct program obeys.
//
// In goes a resolved package; out come a Program, in which every expression is a
// typed tree and every call knows the labels of the data that leaves with it,
// and diagnostics. One construct, one file: process.go, call.go, endpoint.go,
// policy.go and so on, named as everywhere else in the house. One rule, one
// code, one file in rules/ with a bad and a good example that a test compiles.
//
// Expressions are checked in both directions: what is wanted flows in, so that
// `{ id: "h1" }` has the type of the parameter it is given to, and what it is
// flows out, with its labels. An expression with a mistake in it has the Invalid
// type, about which nothing more is said.
//
// # Labels
//
// A label is a property of a place, a field, and of what was read from there. A
// value carries the labels that its type does not already say; the labels of
// everything in a value are those and the ones of its type, nested. An operation
// outside gives back what its result type says: what a service makes of the data
// it was sent is its contract's business. A variable has the labels of all
// that is ever assigned to it, wherever in the flow. Conditions do not label what they guard.
//
// A message of a channel of dead letters has the labels of the channels that it
// serves, because they come as json.
//
// # What may be absent
//
// A condition says of variables, and of the fields they are read through, that
// they are there: behind it a T? is a T. Such a fact ends with its block, and with
// the next assignment. What runs again or at the same time (a loop, a branch)
// takes away beforehand what is known of the variables that it sets, so that one
// pass over the text is enough.
//
// # Refinements
//
// A condition behind where belongs to the place it is written at. One on a type
// that is no record is carried to every field, parameter, message and result that
// is written with that type, with the way that leads into lists and maps; values
// have no types of their own at run time, so nothing else could.
//
// # Constants
//
// What reads nothing that changes from run to run is computed here, and is a
// diagnostic where it has no value: in statements, in refinements and in tests,
// whose values also obey the refinements of their types.
//
// # Side by side
//
// What needs nothing of each other is checked side by side, with the Each that the
// caller gives: types, endpoints and the heads of processes in portions, then each
// body. A portion has a checker of its own (apart.go), which knows what all know and keeps what
// it finds to itself; what is found stands in the order of the declarations.
//
// # Streams
//
// In an expression about one message of a pattern or a window, the fields of the
// message stand bare: variables that stand for them are offered in a scope, and
// become fields of the variable plan.MessageVar in the tree. What a window makes
// of many messages becomes a variable too, and its function a fold of the plan, so
// that it can be kept up to date message by message. Pattern, window and schedule
// have the form of the plan when they have been checked.
//
// The names of time zones are a list in this room (zones.txt): asking the time
// package for a zone reads files of the machine.
//
// # Settings
//
// What may stand behind `name:` is data, in table.go, for checking, hover and
// completion alike. What a connector adds is read from its declaration: schema.go
// makes rows of it, standard.go finds those of the standard library, each read when
// an endpoint first names it. Declarations that are nothing but settings are kept in the
// plan's own form, because reading them is all there is to lower.
//
// A word with settings of its own in braces, such as basic behind auth, has a table
// of its own (auth.go). Credentials are read as secrets and as nothing else, so
// that no text, no plan and no environment holds them.
//
// # What a package says about its operation
//
// Tenants, partners, rollouts and what an sla does on breach are checked with the
// declarations, behind the processes that they name. What a migration sets is
// checked with the body of its process, which knows the variables. Whether there is
// the step that it leads to is asked when steps have names, in the plan: see
// compiler/migrate.go.
//
// Deliberately absent: files, the plan's flows (compiler/lower), and how long or
// how dear a process may be (the proof of an sla is a room of its own).
package check
