package jetstream

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cob-lang/cob/runtime/journal"
)

var (
	// ErrChannelFull: a channel holds as many messages or bytes as it may; nothing was written.
	ErrChannelFull = errors.New("channel is full: let its readers catch up or raise its limit")
	// ErrTooLarge: a message or plan is over its limit; nothing was written.
	ErrTooLarge = errors.New("message is too large")
	// ErrNoPlan: no plan of that digest is stored.
	ErrNoPlan = errors.New("no such plan")
)

// A StoreInUseError is the refusal of a store directory that another process holds.
type StoreInUseError struct {
	Dir string
	PID int // of the holder, 0 when it cannot be told
}

func (e *StoreInUseError) Error() string {
	return fmt.Sprintf("store directory %s is in use by process %d: stop it, or choose another directory", e.Dir, e.PID)
}

// A StoreVersionError is the refusal of a store directory that a newer version wrote.
type StoreVersionError struct {
	Dir              string
	Found, Supported int
}

func (e *StoreVersionError) Error() string {
	return fmt.Sprintf("store directory %s has format %d, this version supports up to format %d: use the newer version of cob that wrote it", e.Dir, e.Found, e.Supported)
}

// A StoreDirError is the refusal of a directory that cannot hold a store.
type StoreDirError struct {
	Dir    string
	Reason string
	Err    error // may be nil
}

func (e *StoreDirError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("store directory %s: %s", e.Dir, e.Reason)
	}
	return fmt.Sprintf("store directory %s: %s: %v", e.Dir, e.Reason, e.Err)
}

func (e *StoreDirError) Unwrap() error { return e.Err }

// An ExternalServerError is the refusal of an external NATS server.
type ExternalServerError struct {
	URL    string
	Reason string
}

func (e *ExternalServerError) Error() string {
	return fmt.Sprintf("NATS server %s cannot be used: %s", e.URL, e.Reason)
}

// Error codes of the JetStream API.
const (
	codeNoLeader              = 10008
	codeInsufficientResources = 10023
	codeStorageExceeded       = 10047
	codeNoMessage             = 10037
	codeMessageTooLarge       = 10054
	codeWrongLastSequence     = 10071
	codeBeingWritten          = 10164 // another write over the same message is under way
	codeStoreFailed           = 10077
)

// An apiError is an error answer of JetStream.
type apiError struct {
	Code        int    `json:"code"`
	ErrCode     int    `json:"err_code"`
	Description string `json:"description"`
}

// limit says whether the write was refused by a limit, before anything was written. A store failure with another reason, such as a disk
// that ran full in the middle, may have left the message there.
func (e *apiError) limit() bool {
	switch e.ErrCode {
	case codeInsufficientResources, codeStorageExceeded:
		return true
	case codeStoreFailed:
		return strings.HasPrefix(e.Description, "maximum ") || strings.Contains(e.Description, "resource limits exceeded")
	}
	return false
}

// writeError is what a refused journal write means to its owner.
func (e *apiError) writeError() error {
	switch {
	case e.ErrCode == codeWrongLastSequence:
		return journal.ErrFenced
	case e.limit():
		return fmt.Errorf("%w (%s)", journal.ErrFull, e.Description)
	case e.ErrCode == codeStoreFailed:
		return fmt.Errorf("%w (the store failed: %s)", journal.ErrUnknown, e.Description)
	}
	return fmt.Errorf("%w (%s, code %d)", journal.ErrUnavailable, e.Description, e.ErrCode)
}

func unavailable(doing string, err error) error {
	return fmt.Errorf("%w: %s: %v", journal.ErrUnavailable, doing, err)
}
