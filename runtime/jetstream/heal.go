package jetstream

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/cob-lang/cob/runtime/journal"
)

// Healed says how a damaged journal was put right.
type Healed struct {
	First, Last uint64 // commits that it holds now
	FromCopy    int    // commits that came from the second copy
	Dropped     uint64 // commits of history that are gone: a snapshot holds what they did
}

const (
	healingName = "healing"
	refillAhead = 64 // commits under way at once while a stream is made anew
)

// Heal puts a damaged journal right from what is whole: its own commits, its snapshot, and the second copy. It takes a commit only where it
// follows from the one before, and it is content only with everything that was ever acknowledged, so far as the mark and the copy know;
// otherwise it changes nothing. Nobody may own the journal. Errors: *journal.DamageError when something acknowledged is nowhere whole;
// journal.ErrUnavailable, journal.ErrFull; those of the copy.
func (s *Server) Heal(ctx context.Context, shard int, o JournalOptions) (Healed, error) {
	o, err := o.validate(s.options)
	if err != nil {
		return Healed{}, err
	}
	if s.dir == nil {
		return Healed{}, errors.New("a journal of an external server is healed there, from its replicas")
	}
	j := s.handle(shard, o)
	if j.place, err = s.markPlace(ctx, j.name); err != nil {
		return Healed{}, err
	}
	h := &healer{journal: j, store: map[bool]int{}}
	if err := h.look(ctx); err != nil {
		return Healed{}, err
	}
	defer h.close()
	for _, begin := range h.beginnings() {
		head, err := h.follow(ctx, begin, func([]byte) error { return nil })
		if err != nil {
			return Healed{}, err
		}
		if h.enough(head) {
			return h.mend(ctx, begin, head)
		}
		h.best = max(h.best, head.Number)
	}
	d := journal.Damage(j.name, h.best+1, "commits up to %d are acknowledged, and what follows commit %d is whole nowhere, not in the second copy either", h.need(), h.best)
	return Healed{}, d
}

// healer looks for a whole chain of commits in the store and in the second copy.
type healer struct {
	journal *Journal
	there   bool // the stream is
	state   state
	mark    journal.Mark // the zero mark where it is damaged: the copy says then how far the journal reached
	snap    manifest     // of the store, UpTo 0 for none
	shelf   *shelf       // nil for none
	copied  []int64      // where the copy's commits begin in its file
	store   map[bool]int // how many commits came from the store, and how many from the copy
	best    uint64
}

// beginning is where a chain may begin.
type beginning struct {
	verifier journal.Verifier
	first    uint64
	fromCopy bool // its snapshot is the copy's
}

func (h *healer) look(ctx context.Context) (err error) {
	j := h.journal
	h.mark, _, err = j.loadMark(ctx)
	var damaged *journal.DamageError
	if err != nil && (j.server.options.CopyDir == "" || !errors.As(err, &damaged)) {
		return err // without a copy nobody knows how far the journal reached
	}
	h.state, err = j.server.state(ctx, j.name)
	if h.there = err == nil; err != nil && !errors.Is(err, errNotFound) {
		return err
	}
	if man, ok, err := j.manifest(ctx); err == nil && ok {
		if snap, ok, err := j.LatestSnapshot(ctx); err == nil && ok && snap.UpTo == man.UpTo {
			h.snap = man
		}
	}
	if j.server.options.CopyDir == "" {
		return nil
	}
	if h.shelf, err = openShelf(j.server.options.CopyDir, j.name); err != nil {
		return err
	}
	at := int64(0)
	_, err = h.shelf.read(func(_ journal.Commit, frame []byte) error {
		h.copied = append(h.copied, at)
		at += 4 + int64(len(frame))
		return nil
	})
	return err
}

func (h *healer) close() {
	if h.shelf != nil {
		_ = h.shelf.close() // it was read only
	}
}

func (h *healer) need() uint64 {
	need := h.mark.Number
	if h.shelf != nil {
		need = max(need, h.shelf.head.Number)
	}
	return need
}

func (h *healer) enough(head journal.Head) bool { return head.Number > 0 && head.Number >= h.need() }

// beginnings are where a chain may begin, the one that keeps most history first.
func (h *healer) beginnings() []beginning {
	name := h.journal.name
	all := []beginning{{verifier: *journal.NewVerifier(name, journal.Start(name)), first: 1}}
	if h.snap.UpTo > 0 {
		all = append(all, beginning{verifier: *journal.NewAnchorVerifier(name, h.snap.UpTo, h.snap.Hash), first: h.snap.UpTo})
	}
	if h.shelf != nil && h.shelf.snap.UpTo > 0 {
		man := h.shelf.snap
		all = append(all, beginning{verifier: *journal.NewAnchorVerifier(name, man.UpTo, man.Hash), first: man.UpTo, fromCopy: true})
	}
	return all
}

// follow gives the commits of a chain as far as it goes.
func (h *healer) follow(ctx context.Context, b beginning, f func(frame []byte) error) (journal.Head, error) {
	verifier, reached := b.verifier, journal.Head{}
	h.store = map[bool]int{}
	for n := b.first; ; n++ {
		frame, err := h.next(ctx, &verifier, n)
		if err != nil || frame == nil {
			return reached, err
		}
		if reached = verifier.Head(); n == h.mark.Number && reached.Hash != h.mark.Hash {
			return journal.Head{}, nil // another history
		}
		if err := f(frame); err != nil {
			return reached, err
		}
	}
}

// next is the frame that follows, nil for none. The copy is believed first: it holds what was acknowledged, and a store that has lost its
// tail may have used the same numbers again.
func (h *healer) next(ctx context.Context, v *journal.Verifier, n uint64) ([]byte, error) {
	frame, err := h.fromCopy(n)
	if err != nil {
		return nil, err
	}
	if frame != nil {
		if _, err := v.Next(n, frame); err == nil {
			h.store[false]++
			return frame, nil
		}
	}
	if !h.there || n < h.state.FirstSeq || n > h.state.LastSeq {
		return nil, nil
	}
	frame, ok, err := h.journal.frame(ctx, n)
	if err != nil || !ok {
		return nil, err
	}
	if _, err := v.Next(n, frame); err != nil {
		return nil, nil
	}
	h.store[true]++
	return frame, nil
}

func (h *healer) fromCopy(n uint64) ([]byte, error) {
	if h.shelf == nil || h.shelf.file == nil || n < h.shelf.first || n >= h.shelf.first+uint64(len(h.copied)) {
		return nil, nil
	}
	at := h.copied[n-h.shelf.first]
	var size [4]byte
	if _, err := h.shelf.file.ReadAt(size[:], at); err != nil {
		return nil, err
	}
	frame := make([]byte, binary.BigEndian.Uint32(size[:]))
	_, err := h.shelf.file.ReadAt(frame, at+4)
	return frame, err
}

// mend makes the journal hold the chain.
func (h *healer) mend(ctx context.Context, b beginning, head journal.Head) (Healed, error) {
	j := h.journal
	done := Healed{First: b.first, Last: head.Number, FromCopy: h.store[false]}
	if h.there && h.state.FirstSeq < b.first {
		done.Dropped = b.first - max(h.state.FirstSeq, 1)
	}
	if whole := h.there && !b.fromCopy && h.state.LastSeq == head.Number && h.shelf == nil; whole && b.first > 1 {
		return done, j.server.purge(ctx, j.name, b.first)
	}
	if err := h.prepare(ctx, b); err != nil {
		return Healed{}, err
	}
	if err := j.rebuild(ctx); err != nil {
		return Healed{}, err
	}
	return done, j.place.store(ctx, head)
}

// prepare writes the chain to a file, from which the streams are made anew: a crash on the way loses nothing.
func (h *healer) prepare(ctx context.Context, b beginning) error {
	path := h.journal.healing()
	if err := os.MkdirAll(path, 0o750); err != nil {
		return err
	}
	if b.fromCopy {
		man, blob, err := h.shelf.snapshot()
		if err == nil {
			err = writeDurably(filepath.Join(path, snapshotName), append(man.encode(), blob...))
		}
		if err != nil {
			return err
		}
	}
	name := filepath.Join(path, "commits")
	file, err := os.Create(name + ".new")
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	_, err = out.Write(binary.BigEndian.AppendUint64(nil, b.first))
	if err == nil {
		_, err = h.follow(ctx, b, func(frame []byte) error {
			_, err := out.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(frame))), frame...))
			return err
		})
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return errors.Join(os.Rename(name+".new", name), syncDirectory(path))
}

// healing is where a journal that is put right lies until its streams are made.
func (j *Journal) healing() string { return filepath.Join(j.server.dir.path, healingName, j.name) }

// unfinished goes on with a healing that a crash has interrupted.
func (j *Journal) unfinished(ctx context.Context) error {
	if j.server.dir == nil {
		return nil
	}
	_, err := os.Stat(filepath.Join(j.healing(), "commits"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return j.rebuild(ctx)
}

// rebuild makes the streams from what was prepared.
func (j *Journal) rebuild(ctx context.Context) error {
	file, err := os.Open(filepath.Join(j.healing(), "commits"))
	if err != nil {
		return err
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<20)
	var first [8]byte
	if _, err := io.ReadFull(in, first[:]); err != nil {
		return err
	}
	cfg := j.config()
	cfg.FirstSeq = binary.BigEndian.Uint64(first[:])
	if err := j.anew(ctx, cfg); err != nil {
		return err
	}
	if err := j.refill(ctx, in, cfg.FirstSeq); err != nil {
		return err
	}
	content, err := os.ReadFile(filepath.Join(j.healing(), snapshotName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		if err := j.restoreSnapshot(ctx, content); err != nil {
			return err
		}
	}
	return os.RemoveAll(j.healing())
}

// anew makes a stream from nothing. What the server does not know any more is moved out of its way, for people to look at.
func (j *Journal) anew(ctx context.Context, cfg jetstream.StreamConfig) error {
	ctx, cancel := j.server.deadline(ctx)
	defer cancel()
	if err := j.server.js.DeleteStream(ctx, cfg.Name); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return unavailable("healing "+cfg.Name, err)
	}
	place := j.server.streamPlace(cfg.Name)
	if _, err := os.Stat(place); err == nil {
		aside := filepath.Join(j.server.dir.path, "damaged")
		if err := os.MkdirAll(aside, 0o750); err != nil {
			return err
		}
		if err := os.Rename(place, filepath.Join(aside, cfg.Name+"-"+strconv.FormatInt(time.Now().UnixNano(), 10))); err != nil {
			return err
		}
	}
	_, _, err := j.server.ensure(ctx, cfg)
	if err != nil {
		return unavailable("healing "+cfg.Name, err)
	}
	return nil
}

// refill writes the commits into the stream.
func (j *Journal) refill(ctx context.Context, in io.Reader, next uint64) error {
	var under []jetstream.PubAckFuture
	for {
		var size [4]byte
		if _, err := io.ReadFull(in, size[:]); errors.Is(err, io.EOF) {
			return j.server.sent(ctx, j.name, under)
		} else if err != nil {
			return err
		}
		frame := make([]byte, binary.BigEndian.Uint32(size[:]))
		if _, err := io.ReadFull(in, frame); err != nil {
			return err
		}
		if err := j.server.dir.room(len(frame), 50); err != nil {
			return err
		}
		sent, err := j.server.js.PublishMsgAsync(j.message(frame, next-1))
		if err != nil {
			return unavailable("healing "+j.name, err)
		}
		under = append(under, sent)
		next++
		if len(under) == refillAhead {
			if err := j.server.sent(ctx, j.name, under); err != nil {
				return err
			}
			under = under[:0]
		}
	}
}

// sent waits for publishes to a stream under way.
func (s *Server) sent(ctx context.Context, stream string, all []jetstream.PubAckFuture) error {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	for _, sent := range all {
		select {
		case <-sent.Ok():
		case err := <-sent.Err():
			return unavailable("healing "+stream, err)
		case <-ctx.Done():
			return unavailable("healing "+stream, ctx.Err())
		}
	}
	return nil
}

func (j *Journal) restoreSnapshot(ctx context.Context, content []byte) error {
	man, err := decodeManifest(content[:min(manifestSize, len(content))])
	if err != nil {
		return err
	}
	if err := j.anew(ctx, j.snapshotConfig()); err != nil {
		return err
	}
	if err := j.refresh(ctx); err != nil {
		return err
	}
	return j.Snapshot(ctx, man.UpTo, content[manifestSize:])
}
