package jetstream

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/cob-lang/cob/runtime/journal"
)

// A mark is {format, generation, number, epoch, hash, CRC-32C}. A mark file holds two of them, written in turn, so that a write that is
// torn leaves the one before it.
const (
	markFormat = 1
	markSize   = 1 + 8 + 8 + 8 + 16 + 4
	markSlot   = 512 // bytes, a disk sector, so that one slot's write cannot tear the other
	marksKV    = "COB_MARKS"
)

// A markPlace keeps the mark of one journal outside of the journal's stream.
type markPlace interface {
	// load returns the mark, and false when there is none. Errors: errMarkDamaged, journal.ErrUnavailable.
	load(ctx context.Context) (journal.Mark, bool, error)
	// store replaces the mark.
	store(ctx context.Context, m journal.Mark) error
	// where names the place for people.
	where() string
}

var errMarkDamaged = errors.New("the mark is damaged")

func encodeMark(generation uint64, m journal.Mark) []byte {
	b := make([]byte, markSize)
	b[0] = markFormat
	binary.BigEndian.PutUint64(b[1:], generation)
	binary.BigEndian.PutUint64(b[9:], m.Number)
	binary.BigEndian.PutUint64(b[17:], m.Epoch)
	copy(b[25:], m.Hash[:])
	binary.BigEndian.PutUint32(b[41:], crc32.Checksum(b[:41], crc32.MakeTable(crc32.Castagnoli)))
	return b
}

func decodeMark(b []byte) (generation uint64, m journal.Mark, ok bool) {
	if len(b) < markSize || b[0] != markFormat {
		return 0, journal.Mark{}, false
	}
	if binary.BigEndian.Uint32(b[41:]) != crc32.Checksum(b[:41], crc32.MakeTable(crc32.Castagnoli)) {
		return 0, journal.Mark{}, false
	}
	m = journal.Mark{Number: binary.BigEndian.Uint64(b[9:]), Epoch: binary.BigEndian.Uint64(b[17:]), Hash: journal.Hash(b[25:41])}
	return binary.BigEndian.Uint64(b[1:]), m, true
}

// A markFile is the place of an embedded store.
type markFile struct {
	name       string
	generation uint64
}

func (d *directory) markFile(stream string) *markFile {
	return &markFile{name: filepath.Join(d.path, marksName, stream)}
}

func (f *markFile) where() string { return f.name }

func (f *markFile) load(context.Context) (journal.Mark, bool, error) {
	content, err := os.ReadFile(f.name)
	if errors.Is(err, fs.ErrNotExist) {
		return journal.Mark{}, false, nil
	}
	if err != nil {
		return journal.Mark{}, false, unavailable("reading the mark", err)
	}
	var best journal.Mark
	found := false
	for at := 0; at < len(content); at += markSlot {
		generation, m, ok := decodeMark(content[at:])
		if ok && (!found || generation > f.generation) {
			best, f.generation, found = m, generation, true
		}
	}
	if !found {
		return journal.Mark{}, false, errMarkDamaged
	}
	return best, true, nil
}

func (f *markFile) store(_ context.Context, m journal.Mark) error {
	file, err := os.OpenFile(f.name, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		f.generation++
		return writeDurably(f.name, append(encodeMark(f.generation, m), make([]byte, 2*markSlot-markSize)...))
	}
	if err != nil {
		return err
	}
	f.generation++
	_, err = file.WriteAt(encodeMark(f.generation, m), int64(f.generation%2)*markSlot)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// A markKey is the place of an external store: a key in a bucket.
type markKey struct {
	bucket jetstream.KeyValue
	key    string
}

func (s *Server) markPlace(ctx context.Context, stream string) (markPlace, error) {
	if s.dir != nil {
		return s.dir.markFile(stream), nil
	}
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	bucket, err := s.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: marksKV, Replicas: s.options.Replicas})
	if err != nil {
		return nil, unavailable("opening the marks", err)
	}
	return &markKey{bucket: bucket, key: stream}, nil
}

func (k *markKey) where() string { return fmt.Sprintf("key %s of bucket %s", k.key, marksKV) }

func (k *markKey) load(ctx context.Context) (journal.Mark, bool, error) {
	entry, err := k.bucket.Get(ctx, k.key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return journal.Mark{}, false, nil
	}
	if err != nil {
		return journal.Mark{}, false, unavailable("reading the mark", err)
	}
	_, m, ok := decodeMark(entry.Value())
	if !ok {
		return journal.Mark{}, false, errMarkDamaged
	}
	return m, true, nil
}

func (k *markKey) store(ctx context.Context, m journal.Mark) error {
	_, err := k.bucket.Put(ctx, k.key, encodeMark(0, m))
	return err
}

// A marker writes marks behind the journal's back: the newest durable head, at most once per interval. A mark that cannot be written is not
// an error of the journal: it only widens what cannot be noticed, until one can be written again.
type marker struct {
	place    markPlace
	interval time.Duration
	timeout  time.Duration
	report   func(error)

	mu      sync.Mutex
	newest  journal.Mark
	written journal.Mark
	poke    chan struct{}
	quit    chan struct{}
	done    chan struct{}
}

func newMarker(place markPlace, interval, timeout time.Duration, report func(error)) *marker {
	m := &marker{place: place, interval: interval, timeout: timeout, report: report,
		poke: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
	go m.run()
	return m
}

func (s *Server) newMarker(stream string, place markPlace) *marker {
	return newMarker(place, s.options.MarkInterval, s.options.Timeout, func(err error) {
		s.options.Log.Warn("a mark could not be written", "stream", stream, "error", err)
	})
}

// reached tells the marker how far the log is durable. It never blocks. Several publishers may tell it out of order.
func (m *marker) reached(head journal.Mark) {
	m.mu.Lock()
	if head.Number > m.newest.Number {
		m.newest = head
	}
	m.mu.Unlock()
	select {
	case m.poke <- struct{}{}:
	default:
	}
}

func (m *marker) run() {
	defer close(m.done)
	for {
		select {
		case <-m.quit:
			return
		case <-m.poke:
		}
		m.flush()
		select {
		case <-m.quit:
			return
		case <-time.After(m.interval):
		}
	}
}

// flush writes the newest mark if it is not written yet.
func (m *marker) flush() {
	m.mu.Lock()
	newest, written := m.newest, m.written
	m.mu.Unlock()
	if newest == written {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), m.timeout)
	defer cancel()
	if err := m.place.store(ctx, newest); err != nil {
		m.report(err)
		return
	}
	m.mu.Lock()
	m.written = newest
	m.mu.Unlock()
}

// close stops the marker after it has written the newest mark.
func (m *marker) close() {
	close(m.quit)
	<-m.done
	m.flush()
}
