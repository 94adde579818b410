// Package deployment holds the plans that a node can run, ready to run.
//
// In go encoded plans; out come Deployments: the plan, the program that the
// engine runs, the connectors bound to its endpoints, and the types that check
// what comes from outside. A plan is either wholly ready or refused with the
// reason; a refused plan changes nothing.
//
// Deliberately absent: which plan new instances start with. That is a fact in
// every shard's journal (record.PlanActivated); this package only remembers the
// latest one that was activated, so that requests are checked against its types.
package deployment
