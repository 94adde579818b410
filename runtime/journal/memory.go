package journal

import (
	"context"
	"sync"
)

// A Store is what the handles of one in-memory journal share: the made-up disk. It is deterministic: it starts no goroutine and reads no
// clock. Its faults are in faults.go.
type Store struct {
	mu       sync.Mutex
	name     string
	options  StoreOptions
	first    uint64 // number of frames[0]
	frames   [][]byte
	bytes    uint64
	mark     Mark
	snapshot Snapshot
	snapHash Hash
	faults   []Fault
	held     bool
	waiting  []*request
}

// StoreOptions bound a Store.
type StoreOptions struct {
	MaxLength int    // largest payload in bytes; 0 for MaxPayload
	MaxBytes  uint64 // all kept frames together, in bytes; an append over it is ErrFull; 0 for no limit
	MarkEvery uint64 // commits between two marks; 0 for 1. A lost tail is noticed only down to the last mark
}

// A request is an append on its way to the disk.
type request struct {
	from  *Memory
	frame []byte
	prior Head // the head that it follows
	head  Head // the head once it is written
	done  func(Result)
}

// NewStore returns an empty store for the journal of this name.
func NewStore(name string, options StoreOptions) *Store {
	if options.MaxLength == 0 {
		options.MaxLength = MaxPayload
	}
	if options.MarkEvery == 0 {
		options.MarkEvery = 1
	}
	return &Store{name: name, options: options, first: 1}
}

// Open returns a new handle.
func (s *Store) Open() *Memory { return &Memory{store: s} }

// Memory is a handle on a Store. It is a Journal.
type Memory struct {
	store  *Store
	head   Head // where the next append goes, counting those under way
	taken  bool // TakeOver succeeded
	ready  bool // and so did the Replay after it
	flight int
}

var _ Journal = (*Memory)(nil)

func (s *Store) last() uint64 { return s.first + uint64(len(s.frames)) - 1 }

func (s *Store) at(number uint64) ([]byte, bool, error) {
	if number < s.first || number > s.last() {
		return nil, false, nil
	}
	return s.frames[number-s.first], true, nil
}

func (s *Store) tail() (Head, error) {
	if len(s.frames) == 0 {
		return Start(s.name), nil
	}
	return DecodeTail(s.name, s.last(), s.frames[len(s.frames)-1])
}

// write puts a frame on the disk if it fits behind the last one: the fence.
func (s *Store) write(frame []byte, head Head) error {
	if head.Number != s.last()+1 {
		return ErrFenced
	}
	if s.options.MaxBytes > 0 && s.bytes+uint64(len(frame)) > s.options.MaxBytes {
		return ErrFull
	}
	s.frames = append(s.frames, frame)
	s.bytes += uint64(len(frame))
	if head.Number%s.options.MarkEvery == 0 {
		s.mark = head
	}
	return nil
}

// TakeOver implements Journal.
func (m *Memory) TakeOver(_ context.Context, owner string, epoch uint64) (uint64, error) {
	s := m.store
	s.Release()
	s.mu.Lock()
	defer s.mu.Unlock()
	m.taken, m.ready = false, false
	if owner == "" {
		panic("journal: an owner needs a name")
	}
	tail, err := s.tail()
	if err != nil {
		return 0, err
	}
	if err := CheckMark(s.name, tail, s.mark, s.at); err != nil {
		return 0, err
	}
	if epoch == 0 {
		epoch = tail.Epoch + 1
	}
	if epoch <= tail.Epoch {
		return 0, &StaleEpochError{Stream: s.name, Wanted: epoch, Tail: tail.Epoch}
	}
	frame, head := tail.Encode(Commit{Number: tail.Number + 1, Epoch: epoch, Owner: owner})
	if err := s.attempt(frame, head); err != nil {
		return 0, err
	}
	m.head, m.taken = head, true
	return epoch, nil
}

// Replay implements Journal.
func (m *Memory) Replay(_ context.Context, from uint64, f func(Commit) error) error {
	s := m.store
	s.mu.Lock()
	frames, first, last := s.frames, s.first, s.last()
	if m.taken && last > m.head.Number {
		last = m.head.Number
	}
	verifier, begin, err := ReplayStart(s.name, from, first, s.snapshot.UpTo, s.snapHash)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	from = max(from, 1)
	for n := begin; n <= last; n++ {
		c, err := verifier.Next(n, frames[n-first])
		if err != nil {
			return err
		}
		if n < from {
			continue
		}
		c.Payload = append([]byte(nil), c.Payload...)
		if err := f(c); err != nil {
			return err
		}
	}
	if m.taken {
		if got := verifier.Head(); got != m.head {
			return Damage(s.name, got.Number, "the log ends here, but the take-over was commit %d", m.head.Number)
		}
		m.ready = true
	}
	return nil
}

// Append implements Journal. It releases everything that is held.
func (m *Memory) Append(_ context.Context, payload []byte) (uint64, error) {
	var out Result
	m.AppendAsync(payload, func(r Result) { out = r })
	m.store.Release()
	return out.Number, out.Err
}

// AppendAsync implements Journal. done is called before it returns, or in Store.Release when the store is held.
func (m *Memory) AppendAsync(payload []byte, done func(Result)) {
	s := m.store
	s.mu.Lock()
	if !m.ready {
		s.mu.Unlock()
		done(Result{Err: ErrNotOwner})
		return
	}
	if len(payload) > s.options.MaxLength {
		s.mu.Unlock()
		done(Result{Err: &TooLargeError{Stream: s.name, Size: len(payload), Max: s.options.MaxLength}})
		return
	}
	frame, head := m.head.Encode(Commit{Number: m.head.Number + 1, Epoch: m.head.Epoch, Payload: payload})
	s.waiting = append(s.waiting, &request{from: m, frame: frame, prior: m.head, head: head, done: done})
	m.head = head
	m.flight++
	held := s.held
	s.mu.Unlock()
	if !held {
		s.Release()
	}
}

// Snapshot implements Journal.
func (m *Memory) Snapshot(_ context.Context, upTo uint64, blob []byte) error {
	s := m.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if upTo < s.snapshot.UpTo || upTo < s.first {
		return &SnapshotError{Stream: s.name, Number: upTo, Limit: s.last(), Reason: "a newer snapshot is already there"}
	}
	frame, ok, _ := s.at(upTo)
	if !ok {
		return &SnapshotError{Stream: s.name, Number: upTo, Limit: s.last(), Reason: "a snapshot must end at a durable commit"}
	}
	if err := s.fault(); err != nil {
		return err
	}
	s.snapshot, s.snapHash = Snapshot{UpTo: upTo, Blob: append([]byte(nil), blob...)}, HashFrame(frame)
	return nil
}

// LatestSnapshot implements Journal.
func (m *Memory) LatestSnapshot(context.Context) (Snapshot, bool, error) {
	s := m.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.snapshot.UpTo == 0 {
		return Snapshot{}, false, nil
	}
	return Snapshot{UpTo: s.snapshot.UpTo, Blob: append([]byte(nil), s.snapshot.Blob...)}, true, nil
}

// Truncate implements Journal.
func (m *Memory) Truncate(_ context.Context, below uint64) error {
	s := m.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if below > s.snapshot.UpTo {
		return &SnapshotError{Stream: s.name, Number: below, Limit: s.snapshot.UpTo, Reason: "truncation goes no higher than the latest snapshot"}
	}
	for s.first < below {
		s.bytes -= uint64(len(s.frames[0]))
		s.frames = s.frames[1:]
		s.first++
	}
	return nil
}

// Stats implements Journal.
func (m *Memory) Stats() Stats {
	s := m.store
	s.mu.Lock()
	defer s.mu.Unlock()
	st := Stats{Name: s.name, Last: s.last(), Bytes: s.bytes, Snapshot: s.snapshot.UpTo, InFlight: m.flight, Owned: m.ready, MaxLength: s.options.MaxLength}
	if len(s.frames) > 0 {
		st.First = s.first
	}
	if m.taken {
		st.Epoch = m.head.Epoch
	}
	return st
}

// Close implements Journal.
func (m *Memory) Close(context.Context) error {
	s := m.store
	s.Release()
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.ready {
		s.mark = m.head
	}
	m.taken, m.ready = false, false
	return nil
}
