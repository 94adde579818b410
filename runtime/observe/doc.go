// Package observe holds the read models: what people and programs want to know
// about running processes, folded from the events of the journal.
//
// In go committed events, shard by shard, in their order; out come lists of
// instances, figures per process (outcomes, completion times against the SLA,
// calls and cost per cloud, failovers) and the history of one instance. A read
// model can be thrown away at any time and folded again, so nothing here is
// ever written down.
//
// Deliberately absent: decisions. Nothing of the runtime reads a view to decide
// what happens next.
package observe
