// Package traffic keeps the calls of a binding within what its owner takes: so many
// in a time, so many at one moment, so many under way.
//
// A Gate is one binding's. Who wants to call enters it, waits for its turn, first
// come, first served, and leaves when the call is over. How many may wait is bounded:
// one more is told so at once (ErrFull), and the call can go elsewhere.
//
// The rate is kept exactly (rate, which is pure): in no window of the declared time,
// wherever it begins, do more calls leave than declared, and never more than burst
// at one moment. A token bucket alone would let twice as many through around its edge,
// so the times of the latest calls are kept, too.
//
// Gates holds those of a node. Each node keeps limits for itself, and a node that
// begins anew knows nothing of the calls before.
//
// Hedged sends a call to a second place when the first one is slow, within a Budget.
//
// Deliberately absent: whether a binding is well (runtime/health), where a call goes
// (runtime/placement), and protocols.
package traffic
