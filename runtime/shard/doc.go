// Package shard runs one shard: one loop that owns one journal and one state.
//
// In go commands; out come replies, effects and committed events, in that order
// of trust: a command is decided against the state, the events of a whole batch
// become one commit of the journal, and only when that is durable does anybody
// hear of it. The state runs ahead of the journal by exactly the batch that is
// being written; when the journal refuses it for good, the state is thrown away
// and folded again from what is durable.
//
// Whatever a processor takes it answers. A bug of the engine is an incident of the
// instance that it was met on: the state before the command is folded again from
// the journal and the open batch (as often as there are such instances), and the
// instance is left alone. An event that the engine trips over in a fold sets its
// instance aside, in a second pass over the journal. Any other bug ends the shard and
// not the process: the state in memory is given up, the error names the command,
// and the journal holds nothing of it.
//
// Core decides a batch, Loop knows what comes in which order, Cursor how far a
// route's messages have been handed over: they have no goroutines, no clock and
// wait for nothing, and the simulation runs them in a made-up world. Processor is
// the Loop with an inbox, a clock and a journal.
//
// Deliberately absent: what a command means (runtime/engine), and how effects
// reach the world (runtime/connector).
package shard
