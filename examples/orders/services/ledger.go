package services

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// Entry is one line of a ledger.
type Entry struct {
	Kind   string `json:"kind"` // charge, refund, hold, release
	ID     string `json:"id"`   // of the charge or hold
	Key    string `json:"key,omitempty"`
	Order  string `json:"order,omitempty"`
	Amount Money  `json:"amount,omitzero"`
	Lines  []Line `json:"lines,omitempty"`
	Cloud  string `json:"cloud,omitempty"`
	// Asked is the digest of what was asked for under the key.
	Asked string `json:"asked,omitempty"`
}

// errDead is what work gets that comes after the service was killed.
var errDead = errors.New("the service is dead")

// ledger is an append-only file of entries with the state that follows from
// them. An entry counts once it is synced.
type ledger struct {
	mu      sync.Mutex
	file    *os.File // nil once closed
	entries []Entry
	byKey   map[string]int  // key -> entry that was made under it
	made    map[string]bool // ids of charges and holds
	undone  map[string]bool // ids of those that were refunded or released
}

// openLedger reads the file at path, or begins it. A last line that was cut off
// was never answered, and is dropped.
func openLedger(path string) (*ledger, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening a ledger: %w", err)
	}
	l := &ledger{file: f, byKey: map[string]int{}, made: map[string]bool{}, undone: map[string]bool{}}
	if err := l.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("reading the ledger %s: %w", path, err), f.Close())
	}
	return l, nil
}

func (l *ledger) load() error {
	text, err := io.ReadAll(l.file)
	if err != nil {
		return err
	}
	whole := int64(bytes.LastIndexByte(text, '\n') + 1)
	lines := bufio.NewScanner(bytes.NewReader(text[:whole]))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e Entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return fmt.Errorf("line %d: %w", len(l.entries)+1, err)
		}
		l.remember(e)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if err := l.file.Truncate(whole); err != nil {
		return err
	}
	_, err = l.file.Seek(whole, io.SeekStart)
	return err
}

func (l *ledger) remember(e Entry) {
	l.entries = append(l.entries, e)
	switch e.Kind {
	case "charge", "hold":
		l.byKey[e.Key] = len(l.entries) - 1
		l.made[e.ID] = true
	default:
		l.undone[e.ID] = true
	}
}

// write makes e durable. The caller holds mu.
func (l *ledger) write(e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := l.file.Write(append(line, '\n')); err != nil {
		return err
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	l.remember(e)
	return nil
}

// errOtherContents says that a key was used before for something else.
var errOtherContents = errors.New("this Idempotency-Key was used for another request")

// do makes e durable unless its key is there already; then it gives the entry
// of that key.
func (l *ledger) do(e Entry) (Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return Entry{}, errDead
	}
	if i, ok := l.byKey[e.Key]; ok {
		if l.entries[i].Asked != e.Asked {
			return Entry{}, errOtherContents
		}
		return l.entries[i], nil
	}
	return e, l.write(e)
}

// undo makes e durable unless its id is undone already; found is false where
// there never was such an id.
func (l *ledger) undo(e Entry) (found bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.file == nil:
		return false, errDead
	case !l.made[e.ID]:
		return false, nil
	case l.undone[e.ID]:
		return true, nil
	}
	return true, l.write(e)
}

// all is a copy of the entries, oldest first.
func (l *ledger) all() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Entry(nil), l.entries...)
}

func (l *ledger) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	f := l.file
	l.file = nil
	return f.Close()
}
