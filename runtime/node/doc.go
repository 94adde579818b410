// Package node is a running node, assembled: the store, the shards, the plans,
// the connectors, the pumps that feed routes, and the methods that the API, the
// demo and the tests call.
//
// The life of a request: Start checks the input against the process's types and
// asks the shard that owns the key; the shard commits and answers; the effects
// of the commit come to the dispatcher, which asks a connector, another shard or
// a channel, and brings the outcome back as a command.
//
// A plan becomes active on one shard after the other. Once the first may have it
// all others follow, whatever becomes of the caller: what could not be finished
// is finished when the shard can write again, or at the next Open. No message is
// handed over meanwhile, because it would be read with one plan's types and
// started on another plan. Plans that nothing refers to any more are dropped,
// KeepObsolete at a time.
//
// # Several nodes on one store
//
// On an external store a node holds some of the shards (holdings), by the rules of
// runtime/lease: it has a session on the board of the store, which it renews, and
// takes the shards that have no owner and are its part. A command for a shard of
// another node goes there and comes back (submit, post): only such commands do that may
// come twice, because while a shard moves they are sent again. A request of the API
// for one instance is passed on whole (Forward), a list asks every node (Gather).
// A route hands over the messages of its node's shards, a receiver runs where the
// shard of its name is. Which plan is active stands on the board, and every node
// turns to it by itself.
//
// A node whose session has lapsed gives no effects out, shows no state, stops its
// shards and begins again as another session.
//
// Deliberately absent: HTTP (runtime/admin) and every decision about a process
// (runtime/engine).
package node
