// Package journal is the port for one shard's ordered, durable log of opaque commits.
//
// What goes in: payloads, each the encoded records of one group commit, appended by the one owner of the shard. What comes out: the
// same payloads, in order, to whoever owns the shard next, or a [DamageError] that says what is missing. Nothing in between.
//
// # The life of a shard's owner
//
//	epoch, err := j.TakeOver(ctx, "node-1", 0) // fences every earlier owner
//	snap, ok, err := j.LatestSnapshot(ctx)     // state up to snap.UpTo, if there is one
//	err = j.Replay(ctx, snap.UpTo+1, apply)    // to the end; verifies every commit
//	n, err := j.Append(ctx, payload)           // durable when err is nil
//	err = j.Snapshot(ctx, n, state)            // now and then
//	err = j.Truncate(ctx, n)                   // never above a durable snapshot
//
// [Recover] does the first three. Append is refused with [ErrNotOwner] until a Replay after the TakeOver has reached the end: nobody
// owns a log that nobody has checked.
//
// # What is checked, and why here
//
// The stores below this port can lose acknowledged messages silently (one flipped bit in nats-server 2.15 ends a stream early and
// re-uses its sequence numbers). So every commit is a frame (frame.go) with a dense number, the epoch of its writer, the hash of the
// frame before it and a CRC-32C; a [Verifier] holds each frame against its predecessor; and a [Mark], kept outside the stream, remembers
// how far the log once reached, so that a lost tail is noticed as well. Every implementation uses this one codec and this one verifier.
//
// A commit's number is also its sequence in the store below: numbers start at 1, never repeat, and never skip. Take-overs are commits
// too (Owner set, Payload empty), so they take a number.
//
// The hash is the first 16 bytes of SHA-256 over the whole frame, which holds the previous hash. It is there against damage and mix-ups,
// not against an attacker who can write the store.
//
// # Outcomes of an append
//
// Nil: durable. [ErrFull], [ErrUnavailable], [TooLargeError]: nothing was written, the owner still owns, try later or smaller.
// [ErrFenced]: another owner appended; this one is no longer the owner. [ErrUnknown]: it may or may not be there; the owner must give
// up, take over again and re-read.
//
// # Deliberately absent
//
// No clock, no goroutine, no knowledge of what a payload means, no leases (liveness is decided elsewhere; safety is the fence alone), and
// no repair: a damaged journal is refused with a way out, not mended by guessing.
package journal
