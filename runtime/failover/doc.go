// Package failover holds the rules by which two clouds share one set of shards: which
// of them owns, when the other one takes over, what an owner waits for, and what
// becomes of what only the loser had.
//
// One cloud owns the shards, the other one mirrors their journals. A term counts the
// take-overs. Three facts decide, each in a place of its own:
//
//   - the mirror takes nothing of an earlier term, so what a loser writes after a
//     take-over is in one cloud only, and under sync is let out by nobody;
//   - the witness, a small server in a third place, has one note that says who owns in
//     which term, written only over the one its writer knows: one of two wins;
//   - the lease: an owner acts while the witness or the mirror answered it within the
//     time, and a mirror takes over when neither it nor the witness heard the owner
//     for that time. So one of the three may be lost at any moment.
//
// An owner whose mirror is away waits, or goes on alone: it first says so at the
// witness, and from then on nobody takes over, until the mirror holds everything
// again. Where an sla says rpo: 0s it never goes on alone by itself.
//
// Nothing here decides by a clock that is not its own: times are those of whoever asks,
// and only their rates have to agree, by a tenth of the lease.
//
// Deliberately absent: the mirror and the witness (runtime/jetstream), what owning
// means (runtime/node), and who carries the rules out (cmd/cob).
package failover
