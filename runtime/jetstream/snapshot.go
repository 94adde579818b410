package jetstream

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"

	"github.com/cob-lang/cob/runtime/journal"
)

// A snapshot is chunks, one message each with nothing between them, and then a manifest, the message that makes it exist:
// {format, upTo, hash of commit upTo, sequence of the first chunk, chunks, bytes, SHA-256 of the bytes}.
const (
	manifestFormat = 1
	manifestSize   = 1 + 8 + 16 + 8 + 4 + 8 + 32
)

type manifest struct {
	UpTo   uint64
	Hash   journal.Hash
	First  uint64
	Chunks uint32
	Size   uint64
	Sum    [sha256.Size]byte
}

func chunkSubject(journal string) string    { return journal + ".chunk" }
func manifestSubject(journal string) string { return journal + ".manifest" }

func (m manifest) encode() []byte {
	b := append(make([]byte, 0, manifestSize), manifestFormat)
	b = binary.BigEndian.AppendUint64(b, m.UpTo)
	b = append(b, m.Hash[:]...)
	b = binary.BigEndian.AppendUint64(b, m.First)
	b = binary.BigEndian.AppendUint32(b, m.Chunks)
	b = binary.BigEndian.AppendUint64(b, m.Size)
	return append(b, m.Sum[:]...)
}

func decodeManifest(b []byte) (manifest, error) {
	if len(b) != manifestSize || b[0] != manifestFormat {
		return manifest{}, fmt.Errorf("the manifest has %d bytes and no known format", len(b))
	}
	m := manifest{
		UpTo: binary.BigEndian.Uint64(b[1:]), Hash: journal.Hash(b[9:25]), First: binary.BigEndian.Uint64(b[25:]),
		Chunks: binary.BigEndian.Uint32(b[33:]), Size: binary.BigEndian.Uint64(b[37:]), Sum: [sha256.Size]byte(b[45:]),
	}
	if m.Size > uint64(m.Chunks)*MaxPayloadCeiling {
		return manifest{}, fmt.Errorf("the manifest speaks of %d bytes in %d chunks", m.Size, m.Chunks)
	}
	return m, nil
}

// fits says whether a blob is the one that the manifest speaks of.
func (m manifest) fits(blob []byte) bool {
	return uint64(len(blob)) == m.Size && sha256.Sum256(blob) == m.Sum
}

// manifest reads the latest manifest, and false when there is none. Errors: *journal.DamageError, journal.ErrUnavailable.
func (j *Journal) manifest(ctx context.Context) (manifest, bool, error) {
	m, seq, err := j.server.get(ctx, j.snapshots, directGet{LastFor: manifestSubject(j.subject)})
	if errors.Is(err, errNotFound) {
		return manifest{}, false, nil
	}
	if err != nil {
		return manifest{}, false, err
	}
	man, err := decodeManifest(m.Data)
	if err != nil {
		return manifest{}, false, journal.Damage(j.snapshots, seq, "%v", err)
	}
	return man, true, nil
}

// Snapshot implements journal.Journal.
func (j *Journal) Snapshot(ctx context.Context, upTo uint64, blob []byte) error {
	st, err := j.server.state(ctx, j.snapshots)
	if err != nil {
		return unavailable("writing a snapshot of "+j.name, err)
	}
	old, _, err := j.manifest(ctx)
	if err != nil {
		return err
	}
	man, err := j.plan(ctx, old, upTo, blob)
	if err != nil {
		return err
	}
	// A snapshot is what lets the journal shrink, so it may use the half of the reserve that appends may not.
	if err := j.server.dir.room(len(blob), 50); err != nil {
		return err
	}
	after, size := st.LastSeq, min(snapshotChunk, j.server.options.MaxPayload-headerAllowance)
	man.First = after + 1
	for at := 0; at < len(blob); at += size {
		if after, err = j.put(ctx, chunkSubject(j.subject), after, blob[at:min(at+size, len(blob))]); err != nil {
			return err
		}
		man.Chunks++
	}
	if _, err := j.put(ctx, manifestSubject(j.subject), after, man.encode()); err != nil {
		return err
	}
	j.mu.Lock()
	j.snapshot = max(j.snapshot, upTo)
	j.mu.Unlock()
	return j.server.purge(ctx, j.snapshots, man.First)
}

// plan checks what a snapshot must fulfil and returns its manifest without the place of its chunks.
func (j *Journal) plan(ctx context.Context, old manifest, upTo uint64, blob []byte) (manifest, error) {
	j.mu.Lock()
	durable := j.head.Number
	j.mu.Unlock()
	if upTo < old.UpTo {
		return manifest{}, &journal.SnapshotError{Stream: j.name, Number: upTo, Limit: durable, Reason: "a newer snapshot is already there"}
	}
	if upTo == 0 || upTo > durable {
		return manifest{}, &journal.SnapshotError{Stream: j.name, Number: upTo, Limit: durable, Reason: "a snapshot must end at a durable commit"}
	}
	frame, ok, err := j.frame(ctx, upTo)
	if err != nil {
		return manifest{}, err
	}
	if !ok {
		return manifest{}, journal.Damage(j.name, upTo, "it cannot be read")
	}
	return manifest{UpTo: upTo, Hash: journal.HashFrame(frame), Size: uint64(len(blob)), Sum: sha256.Sum256(blob)}, nil
}

// put writes one message of a snapshot right behind sequence after: another writer between them makes it fail.
func (j *Journal) put(ctx context.Context, subject string, after uint64, data []byte) (uint64, error) {
	m := nats.NewMsg(subject)
	m.Data = data
	m.Header[headerExpected] = []string{strconv.FormatUint(after, 10)}
	a, err := j.server.publish(ctx, m)
	if err != nil {
		return 0, unavailable("writing a snapshot of "+j.name, err)
	}
	if a.Error != nil {
		return 0, fmt.Errorf("writing a snapshot of %s: %w", j.name, a.Error.writeError())
	}
	return a.Seq, nil
}

// LatestSnapshot implements journal.Journal. A snapshot that is damaged while the journal still holds everything is as good as none.
func (j *Journal) LatestSnapshot(ctx context.Context) (journal.Snapshot, bool, error) {
	man, ok, err := j.manifest(ctx)
	if err != nil || !ok {
		return journal.Snapshot{}, false, err
	}
	blob := make([]byte, 0, man.Size)
	next := man.First
	err = j.server.eachChunk(ctx, j.snapshots, man, func(data []byte) {
		blob = append(blob, data...)
		next++
	})
	if err != nil && !errors.Is(err, errNotFound) {
		return journal.Snapshot{}, false, err
	}
	if err == nil && man.fits(blob) {
		return journal.Snapshot{UpTo: man.UpTo, Blob: blob}, true, nil
	}
	st, err := j.server.state(ctx, j.name)
	if err != nil {
		return journal.Snapshot{}, false, j.explain(err)
	}
	if st.FirstSeq == 1 {
		return journal.Snapshot{}, false, nil
	}
	return journal.Snapshot{}, false, journal.Damage(j.snapshots, next, "the snapshot at commit %d cannot be read whole, and the commits before %d are gone", man.UpTo, st.FirstSeq)
}

// eachChunk reads the chunks of a snapshot.
func (s *Server) eachChunk(ctx context.Context, stream string, man manifest, f func([]byte)) error {
	seq := man.First
	return s.scan(ctx, stream, man.First, man.First+uint64(man.Chunks)-1, func(data []byte) (uint64, error) {
		f(data)
		seq++
		return seq - 1, nil
	})
}

// Truncate implements journal.Journal.
func (j *Journal) Truncate(ctx context.Context, below uint64) error {
	man, ok, err := j.manifest(ctx)
	if err != nil {
		return err
	}
	if below > man.UpTo || !ok {
		return &journal.SnapshotError{Stream: j.name, Number: below, Limit: man.UpTo, Reason: "truncation goes no higher than the latest snapshot"}
	}
	if err := j.server.purge(ctx, j.name, below); err != nil {
		return err
	}
	return j.refresh(ctx)
}
