// Package lease holds the rules by which several nodes share the shards of one
// store: who is taken to be alive, who is to own which shard, and when a node may
// no longer act as an owner.
//
// A node has a session: a key in the store that goes away by itself when it is not
// renewed for a time. A shard names the session that owns it, and an epoch that
// rises with every owner. A session that has lapsed once is over for good, whatever
// the store answers later: its node stops what it owns and begins another session,
// with other epochs. So a node that slept cannot go on where it was.
//
// No clock decides what is true. That two nodes take each other for gone is told by
// the journal, whose fence lets only one of them write; the rules here only see to
// it that this is rare, that every shard has an owner soon, and that nobody gives
// effects out whose time is over.
//
//	k := lease.New("n1", ttl)
//	k.Begin(now)                  // the session is in the store
//	k.Renewed(now, sent)          // the store took a renewal
//	k.Decide(now, view)           // what to take and what to hand over
//
// Share gives every living node as many shards as every other, moves as few as it
// can, and needs no one who decides for all: whoever sees the same gets the same.
//
// Deliberately absent: the store (runtime/jetstream) and what owning means
// (runtime/node).
package lease
