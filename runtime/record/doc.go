// Package record is the vocabulary of the journal: what can be asked of a shard
// (Command), what it says to that (Reply, Rejection) and what it remembers
// (Event), with the codec that writes events down.
//
// Commands are wishes and may come twice, late or never. Events are facts: a
// shard's state is the fold of its events and of nothing else, so an event
// carries everything that its effect on the state needs, and no event ever has
// to be computed again.
//
// Deliberately absent: how a wish becomes a fact (runtime/engine), and where
// facts are kept (runtime/journal).
package record
