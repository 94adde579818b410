package journal

import (
	"errors"
	"fmt"
)

var (
	// ErrFenced: another owner has appended; nothing of this append was written and this handle is no longer the owner.
	ErrFenced = errors.New("fenced: another owner has taken the journal over")
	// ErrUnknown: whether the commit was written is not known; this handle is no longer the owner, take over again and re-read.
	ErrUnknown = errors.New("outcome of the append is not known: take over again and re-read")
	// ErrFull: the disk or the space given to the journal is used up; nothing was written, this handle is still the owner.
	ErrFull = errors.New("journal is full: free disk space or raise the store's limit")
	// ErrUnavailable: the store refused or could not be reached; nothing was written, this handle is still the owner.
	ErrUnavailable = errors.New("journal store is not available")
	// ErrNotOwner: an append without a TakeOver followed by a complete Replay, or after the ownership ended.
	ErrNotOwner = errors.New("not the owner of the journal: take over and replay first")
)

// A StaleEpochError is the refusal of a take-over that is too late: the log already holds an epoch that is not below the wanted one.
type StaleEpochError struct {
	Stream       string
	Wanted, Tail uint64
}

func (e *StaleEpochError) Error() string {
	return fmt.Sprintf("%s: epoch %d is refused, the journal is already at epoch %d: get a new lease first", e.Stream, e.Wanted, e.Tail)
}

// A TooLargeError is the refusal of a payload over the limit. Nothing was written.
type TooLargeError struct {
	Stream    string
	Size, Max int // bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s: a commit of %d bytes is over the limit of %d bytes: split the commit or raise the limit", e.Stream, e.Size, e.Max)
}

// A SnapshotError is the refusal of a snapshot or a truncation that would lose commits.
type SnapshotError struct {
	Stream string
	Number uint64 // the number asked for
	Limit  uint64 // the highest number that would have been right
	Reason string
}

func (e *SnapshotError) Error() string {
	return fmt.Sprintf("%s: commit %d: %s (at most %d)", e.Stream, e.Number, e.Reason, e.Limit)
}

// A DamageError says that the log does not hold what was once acknowledged. The journal is not to be owned until it has been restored.
type DamageError struct {
	Stream string
	Number uint64 // first commit that is wrong or missing; it is also its sequence in the store
	Reason string
	WayOut string
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("%s: damaged at commit %d: %s; %s", e.Stream, e.Number, e.Reason, e.WayOut)
}

const wayOut = "nothing has been started on it: restore the store directory from a copy, or move it away to begin without its instances"

// Damage returns the DamageError of a stream, with the usual way out.
func Damage(stream string, number uint64, format string, args ...any) *DamageError {
	return &DamageError{Stream: stream, Number: number, Reason: fmt.Sprintf(format, args...), WayOut: wayOut}
}
