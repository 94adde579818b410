package jetstream

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/cob-lang/cob/runtime/journal"
)

// Named limits and defaults of a journal.
const (
	MaxShards       = 64 // of one store
	journalPrefix   = "COB_J_"
	headerAllowance = 256     // bytes of headers that COB puts on a message
	snapshotChunk   = 1 << 20 // bytes of one message of a snapshot, less when MaxPayload is smaller
)

// JournalOptions bound one journal. The zero value of a field means its default.
type JournalOptions struct {
	MaxCommit int   // largest payload of one commit in bytes; 1 KiB to what MaxPayload leaves; default journal.MaxPayload
	MaxBytes  int64 // the stream's size in bytes, over which appends are journal.ErrFull; 64 KiB or more; default no limit of its own
}

// Validate says which field is out of its bounds, given the server's options.
func (o JournalOptions) validate(s Options) (JournalOptions, error) {
	room := s.MaxPayload - journal.FrameOverhead - headerAllowance
	if o.MaxCommit == 0 {
		o.MaxCommit = min(journal.MaxPayload, room)
	}
	if o.MaxCommit < 1<<10 || o.MaxCommit > room {
		return o, fmt.Errorf("journal options: MaxCommit is %d bytes, must be from 1024 to %d (raise MaxPayload for more)", o.MaxCommit, room)
	}
	if o.MaxBytes != 0 && o.MaxBytes < 64<<10 {
		return o, fmt.Errorf("journal options: MaxBytes is %d bytes, must be 65536 or more, or 0 for no limit", o.MaxBytes)
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = -1
	}
	return o, nil
}

// A Journal is a handle on the journal of one shard. It is a journal.Journal.
type Journal struct {
	server    *Server
	name      string // of the stream
	subject   string
	snapshots string // name of the stream of snapshots
	options   JournalOptions
	place     markPlace
	inbox     string
	sub       *nats.Subscription

	mu         sync.Mutex
	idle       *sync.Cond   // waits for an empty queue
	generation uint64       // of the ownership; answers to earlier ones are ignored
	head       journal.Head // the last commit acknowledged
	taken      bool
	ready      bool
	queue      []waiting // appends without a result; the first one is on the wire
	wired      []byte    // the frame on the wire
	results    []func()
	delivering bool
	watch      *time.Timer
	mark       *marker
	shelf      *shelf    // the second copy while nobody follows it, nil for none
	copier     *copier   // while the journal is owned
	mirror     *copier   // likewise, to the mirror in another cloud
	scrubber   *scrubber // from Scrub on
	first      uint64
	bytes      uint64
	snapshot   uint64
}

var _ journal.Journal = (*Journal)(nil)

// Journal opens a handle on the journal of a shard, counted from 0, and makes its streams when there is no trace of it yet. Errors:
// *journal.DamageError when its stream is gone although it once existed, journal.ErrUnavailable.
func (s *Server) Journal(ctx context.Context, shard int, o JournalOptions) (*Journal, error) {
	if shard < 0 || shard >= MaxShards {
		return nil, fmt.Errorf("shard is %d, must be from 0 to %d", shard, MaxShards-1)
	}
	o, err := o.validate(s.options)
	if err != nil {
		return nil, err
	}
	j := s.handle(shard, o)
	if j.place, err = s.markPlace(ctx, j.name); err != nil {
		return nil, err
	}
	if err := j.unfinished(ctx); err != nil {
		return nil, err
	}
	if err := j.open(ctx); err != nil {
		return nil, err
	}
	if s.options.CopyDir != "" {
		if j.shelf, err = openShelf(s.options.CopyDir, j.name); err != nil {
			return nil, err
		}
	}
	j.inbox = nats.NewInbox()
	if j.sub, err = s.nc.Subscribe(j.inbox+".*.*", j.acknowledged); err != nil {
		return nil, unavailable("opening "+j.name, err)
	}
	if err := j.sub.SetPendingLimits(-1, -1); err != nil {
		return nil, unavailable("opening "+j.name, err)
	}
	s.mu.Lock()
	s.journals = append(s.journals, j)
	s.mu.Unlock()
	return j, nil
}

// handle is a journal that is not open yet.
func (s *Server) handle(shard int, o JournalOptions) *Journal {
	n := strconv.Itoa(shard)
	j := &Journal{server: s, name: journalPrefix + n, subject: "cob.j." + n, snapshots: "COB_S_" + n, options: o}
	j.idle = sync.NewCond(&j.mu)
	return j
}

// config is that of the stream of commits.
func (j *Journal) config() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: j.name, Subjects: []string{j.subject}, DenyDelete: true, Discard: jetstream.DiscardNew,
		MaxBytes: j.options.MaxBytes, MaxMsgs: -1, MaxMsgSize: int32(j.options.MaxCommit + journal.FrameOverhead + headerAllowance),
		Duplicates: minWindow,
	}
}

// snapshotConfig is that of the stream of snapshots.
func (j *Journal) snapshotConfig() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: j.snapshots, Subjects: []string{chunkSubject(j.subject), manifestSubject(j.subject)}, DenyDelete: true,
		Discard: jetstream.DiscardNew, MaxBytes: -1, MaxMsgs: -1, MaxMsgSize: int32(j.server.options.MaxPayload), Duplicates: minWindow,
	}
}

// open opens or makes the streams. A mark without its stream means that the stream is lost: making a new one would hide it.
func (j *Journal) open(ctx context.Context) error {
	mark, marked, err := j.loadMark(ctx)
	if err != nil {
		return err
	}
	there, err := j.server.exists(ctx, j.name)
	if err != nil {
		return unavailable("opening "+j.name, err)
	}
	if marked && !there {
		return journal.Damage(j.name, 1, "the stream is gone, but commit %d was acknowledged", mark.Number)
	}
	if err := j.server.dir.room(0, 50); err != nil && !there {
		return err
	}
	if _, _, err := j.server.ensure(ctx, j.config()); err != nil {
		return unavailable("opening "+j.name, err)
	}
	if !marked {
		if there {
			j.server.options.Log.Warn("the journal has no mark, so it is taken as it ends now", "journal", j.name, "mark", j.place.where())
		}
		if err := j.place.store(ctx, journal.Start(j.name)); err != nil {
			return unavailable("marking "+j.name, err)
		}
	}
	if _, _, err := j.server.ensure(ctx, j.snapshotConfig()); err != nil {
		return unavailable("opening "+j.snapshots, err)
	}
	return j.refresh(ctx)
}

// minWindow is the smallest window of deduplication that the server takes. No message of a journal carries an id, so it costs nothing.
const minWindow = 100 * time.Millisecond

func (j *Journal) loadMark(ctx context.Context) (journal.Mark, bool, error) {
	mark, ok, err := j.place.load(ctx)
	if errors.Is(err, errMarkDamaged) {
		d := journal.Damage(j.name, 1, "its mark, %s, is damaged, so a lost tail could not be noticed", j.place.where())
		d.WayOut = "restore the store directory from a copy, or remove the mark to take the journal as it ends now"
		return mark, false, d
	}
	return mark, ok, err
}

// refresh takes the sizes from the store.
func (j *Journal) refresh(ctx context.Context) error {
	st, err := j.server.state(ctx, j.name)
	if err != nil {
		return j.explain(err)
	}
	man, ok, err := j.manifest(ctx)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.bytes = st.Bytes
	if j.first = st.FirstSeq; st.LastSeq == 0 {
		j.first = 0
	}
	if j.head.Number < st.LastSeq && !j.taken {
		j.head.Number = st.LastSeq
	}
	if ok {
		j.snapshot = man.UpTo
	}
	return nil
}

// explain turns a stream that is not there into what it means for a journal.
func (j *Journal) explain(err error) error {
	if errors.Is(err, errNotFound) {
		return journal.Damage(j.name, 1, "the stream is gone")
	}
	return err
}

// tail reads the last commit and holds it against the mark.
func (j *Journal) tail(ctx context.Context) (journal.Head, error) {
	st, err := j.server.state(ctx, j.name)
	if err != nil {
		return journal.Head{}, j.explain(err)
	}
	tail := journal.Start(j.name)
	if st.LastSeq > 0 {
		frame, ok, err := j.frame(ctx, st.LastSeq)
		if err != nil {
			return journal.Head{}, err
		}
		if !ok {
			return journal.Head{}, journal.Damage(j.name, st.LastSeq, "the last commit cannot be read")
		}
		if tail, err = journal.DecodeTail(j.name, st.LastSeq, frame); err != nil {
			return journal.Head{}, err
		}
	}
	mark, _, err := j.loadMark(ctx)
	if err != nil {
		return journal.Head{}, err
	}
	at := func(number uint64) ([]byte, bool, error) {
		frame, ok, err := j.frame(ctx, number)
		if err == nil && !ok && number >= st.FirstSeq {
			err = journal.Damage(j.name, number, "it cannot be read")
		}
		return frame, ok, err
	}
	if err := journal.CheckMark(j.name, tail, mark, at); err != nil || j.shelf == nil {
		return tail, err
	}
	return tail, journal.CheckMark(j.name, tail, j.shelf.head, at) // what was copied was acknowledged
}

// frame reads the frame of one commit, and false when it is not there.
func (j *Journal) frame(ctx context.Context, number uint64) ([]byte, bool, error) {
	m, _, err := j.server.get(ctx, j.name, directGet{Seq: number})
	if errors.Is(err, errNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	return m.Data, true, nil
}

// TakeOver implements journal.Journal.
func (j *Journal) TakeOver(ctx context.Context, owner string, epoch uint64) (uint64, error) {
	if owner == "" {
		panic("jetstream: an owner needs a name")
	}
	j.end(journal.ErrUnknown)
	tail, err := j.tail(ctx)
	if err != nil {
		return 0, fmt.Errorf("taking over %s: %w", j.name, err)
	}
	if epoch == 0 {
		epoch = tail.Epoch + 1
	}
	if epoch <= tail.Epoch {
		return 0, &journal.StaleEpochError{Stream: j.name, Wanted: epoch, Tail: tail.Epoch}
	}
	frame, head := tail.Encode(journal.Commit{Number: tail.Number + 1, Epoch: epoch, Owner: owner})
	if err := j.server.dir.room(len(frame), 100); err != nil {
		return 0, fmt.Errorf("taking over %s: %w", j.name, err)
	}
	a, err := j.server.publish(ctx, j.message(frame, tail.Number))
	if err == nil && a.Error != nil {
		err = a.Error.writeError()
	}
	if err != nil {
		return 0, fmt.Errorf("taking over %s: %w", j.name, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.head, j.taken = head, true
	j.bytes += uint64(len(frame))
	j.first = max(j.first, 1)
	j.mark = j.server.newMarker(j.name, j.place)
	j.mark.reached(head)
	return epoch, nil
}

// message is the publish of a frame behind sequence after: the fence.
func (j *Journal) message(frame []byte, after uint64) *nats.Msg {
	m := nats.NewMsg(j.subject)
	m.Data = frame
	m.Header[headerExpected] = []string{strconv.FormatUint(after, 10)}
	return m
}

// Replay implements journal.Journal.
func (j *Journal) Replay(ctx context.Context, from uint64, f func(journal.Commit) error) error {
	st, err := j.server.state(ctx, j.name)
	if err != nil {
		return j.explain(err)
	}
	man, _, err := j.manifest(ctx)
	if err != nil {
		return err
	}
	j.mu.Lock()
	taken, own := j.taken, j.head
	if j.ready { // a second look at a log that is already owned reads what there is
		taken = false
	}
	j.mu.Unlock()
	last := st.LastSeq
	if taken {
		last = min(last, own.Number)
	}
	verifier, begin, err := journal.ReplayStart(j.name, from, max(st.FirstSeq, 1), man.UpTo, man.Hash)
	if err != nil {
		return err
	}
	err = j.server.scan(ctx, j.name, begin, last, func(frame []byte) (uint64, error) {
		c, err := verifier.Next(sequence(frame, verifier.Want()), frame)
		if err != nil || c.Number < from {
			return c.Number, err
		}
		return c.Number, f(c)
	})
	if errors.Is(err, errNotFound) {
		at := verifier.Want()
		return journal.Damage(j.name, at, "commits %d to %d cannot be read", at, last)
	}
	if err != nil || !taken {
		return err
	}
	if got := verifier.Head(); got != own {
		return journal.Damage(j.name, got.Number, "the log ends here with %v, but the take-over was commit %d with %v", got.Hash, own.Number, own.Hash)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.ready = j.taken; j.ready && j.shelf != nil {
		j.copier, j.shelf = newCopier(j, j.shelf, copyRetry), nil
	}
	if j.ready && j.server.link != nil {
		j.mirror = newCopier(j, &distant{link: j.server.link, name: j.name}, mirrorRetry)
	}
	return nil
}

// sequence is where a frame says that it is. A damaged one is taken to be where it is wanted, and the verifier then refuses it.
func sequence(frame []byte, want uint64) uint64 {
	if len(frame) < journal.FrameOverhead || binary.BigEndian.Uint64(frame[2:10]) == want {
		return want
	}
	c, _, err := journal.Decode(frame)
	if err != nil {
		return want
	}
	return c.Number
}

// Stats implements journal.Journal.
func (j *Journal) Stats() journal.Stats {
	j.mu.Lock()
	defer j.mu.Unlock()
	st := journal.Stats{
		Name: j.name, First: j.first, Last: j.head.Number, Bytes: j.bytes, Snapshot: j.snapshot,
		InFlight: len(j.queue), Owned: j.ready, MaxLength: j.options.MaxCommit,
	}
	if j.taken {
		st.Epoch = j.head.Epoch
	}
	return st
}

// Close implements journal.Journal.
func (j *Journal) Close(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { j.end(journal.ErrUnknown) })
	j.mu.Lock()
	for len(j.queue) > 0 {
		j.idle.Wait()
	}
	j.mu.Unlock()
	stop()
	copyErr := j.closeAside(ctx)
	j.end(journal.ErrNotOwner)
	if err := j.sub.Unsubscribe(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) && !errors.Is(err, nats.ErrBadSubscription) {
		return errors.Join(copyErr, unavailable("closing "+j.name, err))
	}
	return copyErr
}

// closeAside ends what works beside the journal. A copy that lacks the last commits is no error of the journal: it says so at the next start.
func (j *Journal) closeAside(ctx context.Context) error {
	j.mu.Lock()
	scrubber, second, mirror, shelf := j.scrubber, j.copier, j.mirror, j.shelf
	j.scrubber, j.copier, j.mirror, j.shelf = nil, nil, nil, nil
	j.mu.Unlock()
	if scrubber != nil {
		scrubber.close()
	}
	if shelf != nil {
		return shelf.close()
	}
	for _, c := range []*copier{second, mirror} {
		if c == nil {
			continue
		}
		if err := c.close(ctx); err != nil {
			j.server.options.Log.Warn("the second copy lacks the last commits", "journal", j.name, "copy", c.to.place(), "error", err)
		}
	}
	return nil
}
