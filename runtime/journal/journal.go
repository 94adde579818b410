package journal

import "context"

// MaxPayload is the largest payload of one commit, in bytes, unless an implementation is opened with another bound.
const MaxPayload = 1 << 20

// A Commit is one entry of the log. Exactly one of Owner and Payload is of interest: a commit with an Owner is a take-over and carries
// no payload. Payload belongs to the receiver.
type Commit struct {
	Number  uint64 // dense, from 1
	Epoch   uint64 // epoch of the owner that wrote it, from 1, never falls
	Owner   string // not empty: this commit opens Epoch, and Owner is who took over
	Payload []byte // what Append was given
}

// A Result is the outcome of one append: the commit's number, or why there is none (see Journal.Append).
type Result struct {
	Number uint64
	Err    error
}

// A Snapshot is a state that holds everything up to and including commit UpTo. The zero Snapshot, UpTo 0, is the state before the first
// commit.
type Snapshot struct {
	UpTo uint64
	Blob []byte
}

// Stats says how the log stands, as far as this handle knows, without reading the log.
type Stats struct {
	Name      string
	Epoch     uint64 // epoch of this handle, 0 when it is not the owner
	First     uint64 // lowest number still kept, 0 for an empty log
	Last      uint64 // highest durable number, 0 for an empty log
	Bytes     uint64 // bytes of kept commits in the store, with the store's overhead
	Snapshot  uint64 // UpTo of the latest durable snapshot, 0 when there is none
	InFlight  int    // appends that have no result yet
	Owned     bool   // TakeOver and Replay have both succeeded and nothing has ended the ownership since
	MaxLength int    // largest payload in bytes
}

// A Journal is one handle on one shard's log. Several handles may exist, in several processes; at most one of them owns the log at a time,
// and the others find out on their next append.
//
// TakeOver, Replay, Append, AppendAsync and Close are for one goroutine. Snapshot, LatestSnapshot, Truncate and Stats may be called from
// any goroutine at any time.
type Journal interface {
	// TakeOver makes this handle the owner: it checks the tail of the log against its mark and appends a take-over commit at exactly
	// the place that it read, which fences every other owner. The wanted epoch must be above the tail's; 0 asks for the next one. It
	// returns the epoch in force. Errors: *StaleEpochError when the tail's epoch is not below the wanted one, ErrFenced when a rival
	// was faster, *DamageError, ErrFull, ErrUnavailable, ErrUnknown.
	TakeOver(ctx context.Context, owner string, epoch uint64) (uint64, error)

	// Replay calls f for every commit numbered from and above, in order, and verifies each against its predecessor. from is 0 or 1
	// for the whole log, or one above the UpTo of the latest snapshot. Once it has reached the end of the log that TakeOver wrote,
	// the handle may append. An error of f ends the replay and is returned as it is. Errors: *DamageError, ErrUnavailable. Without
	// ownership it reads and verifies what is there when it starts.
	Replay(ctx context.Context, from uint64, f func(Commit) error) error

	// Append writes one commit after everything this handle has appended before, and returns its number when it is durable. Errors:
	// ErrFenced, ErrUnknown and ErrNotOwner end or deny the ownership; ErrFull, ErrUnavailable and *TooLargeError leave the log and the
	// ownership as they were.
	Append(ctx context.Context, payload []byte) (uint64, error)

	// AppendAsync is Append without the wait, so that several commits can be under way. done is called exactly once, perhaps before
	// AppendAsync returns and perhaps on another goroutine; it must not block. Results come in the order of the appends, but a
	// refusal that needs no write (ErrNotOwner, *TooLargeError, ErrFull) may overtake. When one append fails, every one behind it
	// fails too, with the same error and with nothing written. The payload must not be changed until done is called.
	AppendAsync(payload []byte, done func(Result))

	// Snapshot stores blob as the state after commit upTo, which must be durable. It is there wholly or not at all, and replaces the
	// snapshot before it. Errors: *SnapshotError, ErrFull, ErrUnavailable.
	Snapshot(ctx context.Context, upTo uint64, blob []byte) error

	// LatestSnapshot returns the snapshot to start from, and false when there is none. Errors: *DamageError, ErrUnavailable.
	LatestSnapshot(ctx context.Context) (Snapshot, bool, error)

	// Truncate drops every commit numbered lower than below, which may be at most the UpTo of the latest snapshot: the commit of the
	// snapshot itself stays, as the anchor of the chain. Errors: *SnapshotError, ErrUnavailable.
	Truncate(ctx context.Context, below uint64) error

	// Stats says how the log stands.
	Stats() Stats

	// Close ends the ownership of this handle after everything under way has its result, and leaves an exact mark. It does not
	// fence: the next owner takes over as usual.
	Close(ctx context.Context) error
}

// Recover makes j's handle the owner and rebuilds the state: restore is called with the latest snapshot, if there is one, then apply
// with every commit after it, take-overs included. It returns the epoch in force. Errors are those of the three steps, and those of
// restore and apply as they are.
func Recover(ctx context.Context, j Journal, owner string, epoch uint64, restore func(Snapshot) error, apply func(Commit) error) (uint64, error) {
	epoch, err := j.TakeOver(ctx, owner, epoch)
	if err != nil {
		return 0, err
	}
	snap, ok, err := j.LatestSnapshot(ctx)
	if err != nil {
		return 0, err
	}
	if ok {
		if err := restore(snap); err != nil {
			return 0, err
		}
	}
	return epoch, j.Replay(ctx, snap.UpTo+1, apply)
}
