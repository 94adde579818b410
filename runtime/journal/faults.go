package journal

// A Fault is what happens to one write of an in-memory Store.
type Fault int

const (
	NoFault     Fault = iota // the write succeeds
	Refuse                   // nothing is written, ErrUnavailable
	Full                     // nothing is written, ErrFull
	LoseAck                  // it is written, but the writer gets ErrUnknown
	LoseRequest              // nothing is written, and the writer gets ErrUnknown
	Rival                    // a rival takes over just before, so the writer gets ErrFenced
)

// Inject queues faults for the next writes (appends, take-overs and snapshots), one each, in order. NoFault lets one through.
func (s *Store) Inject(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Hold makes the disk slow: from now on appends wait until Release.
func (s *Store) Hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = true
}

// Release lets everything that waits reach the disk, in order, calls the done functions, and ends Hold. A done function may append again.
func (s *Store) Release() {
	s.mu.Lock()
	s.held = false
	s.mu.Unlock()
	for s.Step() {
	}
}

// Step lets the oldest append that waits reach the disk and calls its done function. It says whether there was one. A store under Hold
// stays so.
func (s *Store) Step() bool {
	s.mu.Lock()
	if len(s.waiting) == 0 {
		s.mu.Unlock()
		return false
	}
	r := s.waiting[0]
	s.waiting = s.waiting[1:]
	failed := s.serve(r)
	s.mu.Unlock()
	for _, f := range failed {
		f()
	}
	return true
}

// serve writes one request and returns the calls of done that follow from it: one, or with a failure those of every later request of the
// same handle too, because they cannot fit any more.
func (s *Store) serve(r *request) []func() {
	err := s.attempt(r.frame, r.head)
	if err == nil {
		r.from.flight--
		return []func(){func() { r.done(Result{Number: r.head.Number}) }}
	}
	calls := []func(){func() { r.done(Result{Err: err}) }}
	rest := s.waiting[:0:0]
	for _, w := range s.waiting {
		if w.from != r.from {
			rest = append(rest, w)
			continue
		}
		calls = append(calls, func() { w.done(Result{Err: err}) })
	}
	s.waiting = rest
	r.from.flight = 0
	s.after(r, err)
	return calls
}

// after puts a handle back to what it last wrote, or ends its ownership. It does not look at the log: a rival may have been there, and the
// next append has to find out.
func (s *Store) after(r *request, err error) {
	if err == ErrFull || err == ErrUnavailable {
		r.from.head = r.prior
		return
	}
	r.from.taken, r.from.ready = false, false
}

// attempt is write with the next fault.
func (s *Store) attempt(frame []byte, head Head) error {
	if len(s.faults) == 0 {
		return s.write(frame, head)
	}
	f := s.faults[0]
	s.faults = s.faults[1:]
	switch f {
	case Refuse:
		return ErrUnavailable
	case Full:
		return ErrFull
	case LoseAck:
		if err := s.write(frame, head); err != nil {
			return err
		}
		return ErrUnknown
	case LoseRequest:
		return ErrUnknown
	case Rival:
		s.rival()
	}
	return s.write(frame, head)
}

// fault is the next fault for a write that has no place in the log.
func (s *Store) fault() error {
	if len(s.faults) == 0 {
		return nil
	}
	f := s.faults[0]
	s.faults = s.faults[1:]
	switch f {
	case Refuse:
		return ErrUnavailable
	case Full:
		return ErrFull
	case LoseAck, LoseRequest:
		return ErrUnknown
	}
	return nil
}

// rival appends a take-over by somebody else.
func (s *Store) rival() {
	tail, err := s.tail()
	if err != nil {
		return
	}
	frame, head := tail.Encode(Commit{Number: tail.Number + 1, Epoch: tail.Epoch + 1, Owner: "rival"})
	_ = s.write(frame, head) // on a full disk the rival fails as well, and the writer gets ErrFull
}

// Crash forgets every append that waits, as the death of the owner's process does. Their done functions are never called.
func (s *Store) Crash() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = false
	for _, w := range s.waiting {
		w.from.taken, w.from.ready, w.from.flight = false, false, 0
	}
	s.waiting = nil
}

// LoseTail drops the last n commits, as a disk without fsync does in a power failure. The mark stays. restore puts them back, as a copy
// of the disk does.
func (s *Store) LoseTail(n int) (restore func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n = min(n, len(s.frames))
	keep := len(s.frames) - n
	lost := s.frames[keep:]
	for _, f := range lost {
		s.bytes -= uint64(len(f))
	}
	s.frames = s.frames[:keep:keep]
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, f := range lost {
			s.frames = append(s.frames, f)
			s.bytes += uint64(len(f))
		}
	}
}

// Flip flips one bit of the frame of commit number, bits counted from 0 through the frame. It says whether that commit and bit are there.
func (s *Store) Flip(number uint64, bit int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	frame, ok, _ := s.at(number)
	if !ok || bit < 0 || bit >= 8*len(frame) {
		return false
	}
	changed := append([]byte(nil), frame...)
	changed[bit/8] ^= 1 << (bit % 8)
	s.frames[number-s.first] = changed
	return true
}
