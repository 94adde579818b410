package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/cob-lang/cob/runtime/journal"
)

// Only one append of a journal is on the wire at a time; the others wait in the queue. The fence is the sequence of the last message, and
// with two on the wire it has a gap: when a rival's take-over takes the place of the first, the second finds the very sequence that
// it expects and lands behind the take-over. A second append on the wire would hide the way to the server and back, a twentieth of
// the time of its fsync, so nothing is lost by waiting.

// A waiting append has no result yet.
type waiting struct {
	payload []byte
	done    func(journal.Result)
}

// Append implements journal.Journal.
func (j *Journal) Append(ctx context.Context, payload []byte) (uint64, error) {
	out := make(chan journal.Result, 1)
	j.AppendAsync(payload, func(r journal.Result) { out <- r })
	select {
	case r := <-out:
		return r.Number, r.Err
	case <-ctx.Done():
		j.end(fmt.Errorf("%w (%v)", journal.ErrUnknown, ctx.Err()))
		r := <-out
		return r.Number, r.Err
	}
}

// AppendAsync implements journal.Journal.
func (j *Journal) AppendAsync(payload []byte, done func(journal.Result)) {
	j.mu.Lock()
	if err := j.admit(len(payload)); err != nil {
		j.mu.Unlock()
		done(journal.Result{Err: err})
		return
	}
	j.queue = append(j.queue, waiting{payload: payload, done: done})
	if len(j.queue) == 1 {
		j.send()
	}
	j.mu.Unlock()
	j.deliver()
}

// admit refuses what needs no write to be refused.
func (j *Journal) admit(size int) error {
	switch {
	case !j.ready:
		return journal.ErrNotOwner
	case size > j.options.MaxCommit:
		return &journal.TooLargeError{Stream: j.name, Size: size, Max: j.options.MaxCommit}
	}
	return j.server.dir.room(size+journal.FrameOverhead, 100)
}

// send puts the first of the queue on the wire.
func (j *Journal) send() {
	number := j.head.Number + 1
	frame, _ := j.head.Encode(journal.Commit{Number: number, Epoch: j.head.Epoch, Payload: j.queue[0].payload})
	m := j.message(frame, j.head.Number)
	m.Reply = j.inbox + "." + strconv.FormatUint(j.generation, 10) + "." + strconv.FormatUint(number, 10)
	if err := j.server.nc.PublishMsg(m); err != nil {
		j.refuse(unavailable("appending to "+j.name, err))
		return
	}
	j.wired = frame
	if j.watch == nil {
		generation := j.generation
		j.watch = time.AfterFunc(j.server.options.Timeout, func() { j.overdue(generation, number) })
	}
}

// acknowledged takes one answer of the stream.
func (j *Journal) acknowledged(m *nats.Msg) {
	generation, number, ok := strings.Cut(m.Subject[len(j.inbox)+1:], ".")
	if !ok {
		return
	}
	a, err := parseAck(m)
	j.mu.Lock()
	want := j.head.Number + 1
	// An answer that nobody waits for any more belongs to an ownership that has ended.
	if len(j.queue) > 0 && generation == strconv.FormatUint(j.generation, 10) && number == strconv.FormatUint(want, 10) {
		switch {
		case err != nil:
			j.refuse(fmt.Errorf("%w (%v)", journal.ErrUnknown, err))
		case a.Error != nil:
			j.refuse(a.Error.writeError())
		case a.Seq != want:
			j.refuse(fmt.Errorf("%w (commit %d was put at sequence %d)", journal.ErrUnknown, want, a.Seq))
		default:
			j.accept()
		}
	}
	j.mu.Unlock()
	j.deliver()
}

// accept ends the append on the wire well and sends the next one.
func (j *Journal) accept() {
	j.head = journal.Head{Number: j.head.Number + 1, Epoch: j.head.Epoch, Hash: journal.HashFrame(j.wired)}
	j.bytes += uint64(len(j.wired))
	j.mark.reached(j.head)
	if j.mirror != nil {
		j.mirror.poke()
	}
	j.result(j.queue[0], journal.Result{Number: j.head.Number})
	if j.queue = j.queue[1:]; len(j.queue) > 0 {
		j.send()
		return
	}
	j.queue = nil
	j.idle.Broadcast()
}

// refuse ends every append of the queue with err, and the ownership too unless nothing was written and nobody else has.
func (j *Journal) refuse(err error) {
	for _, w := range j.queue {
		j.result(w, journal.Result{Err: err})
	}
	j.queue, j.wired = nil, nil
	j.generation++
	if !errors.Is(err, journal.ErrFull) && !errors.Is(err, journal.ErrUnavailable) {
		j.taken, j.ready = false, false
	}
	if j.watch != nil {
		j.watch.Stop()
		j.watch = nil
	}
	j.idle.Broadcast()
}

// overdue ends the ownership when the append on the wire has not moved since the last look, and otherwise watches on.
func (j *Journal) overdue(generation, number uint64) {
	j.mu.Lock()
	if generation == j.generation {
		j.watch = nil
		if next := j.head.Number + 1; len(j.queue) > 0 && next == number {
			j.refuse(fmt.Errorf("%w (no answer for %v%s)", journal.ErrUnknown, j.server.options.Timeout, j.server.dir.hint()))
		} else if len(j.queue) > 0 {
			j.watch = time.AfterFunc(j.server.options.Timeout, func() { j.overdue(generation, next) })
		}
	}
	j.mu.Unlock()
	j.deliver()
}

// end ends the ownership, if there is one. Everything under way gets err.
func (j *Journal) end(err error) {
	j.mu.Lock()
	j.refuse(err)
	j.taken, j.ready = false, false
	m := j.mark
	j.mark = nil
	j.mu.Unlock()
	j.deliver()
	if m != nil {
		m.close()
	}
}

func (j *Journal) result(w waiting, r journal.Result) {
	j.results = append(j.results, func() { w.done(r) })
}

// deliver calls what is to be called, outside of the lock, in order, from one goroutine at a time.
func (j *Journal) deliver() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.delivering {
		return
	}
	j.delivering = true
	for len(j.results) > 0 {
		calls := j.results
		j.results = nil
		j.mu.Unlock()
		for _, call := range calls {
			call()
		}
		j.mu.Lock()
	}
	j.delivering = false
}
