package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
)

// The layout of a frame, big-endian:
//
//	0   1  format, FrameFormat
//	1   1  kind, 1 payload or 2 take-over
//	2   8  number
//	10  8  epoch
//	18  16 hash of the frame before, or the genesis of the stream
//	34  4  CRC-32C of bytes 0-33 and of the body
//	38  .  body: the payload, or the name of the new owner
const (
	FrameFormat   = 1  // the only format there is so far
	FrameOverhead = 38 // bytes that a frame adds to its payload

	kindPayload  = 1
	kindTakeOver = 2

	offNumber = 2
	offEpoch  = 10
	offPrev   = 18
	offCRC    = 34
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A Hash names a frame and, through the chain, everything before it.
type Hash [16]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Genesis is what the first frame of a stream chains to. It depends on the stream's name, so that frames of another stream are noticed.
func Genesis(stream string) Hash { return HashFrame([]byte("cob journal " + stream)) }

// HashFrame returns the hash of an encoded frame.
func HashFrame(frame []byte) Hash {
	sum := sha256.Sum256(frame)
	return Hash(sum[:len(Hash{})])
}

// A Head is the last place of a chain: where the next frame has to fit.
type Head struct {
	Number uint64
	Epoch  uint64
	Hash   Hash
}

// Start is the head of an empty stream.
func Start(stream string) Head { return Head{Hash: Genesis(stream)} }

// Encode returns the frame of c, which follows h, and the head after it. It panics when c does not follow h: that is a bug of the caller.
func (h Head) Encode(c Commit) ([]byte, Head) {
	if c.Number != h.Number+1 || c.Epoch < h.Epoch || c.Epoch == 0 {
		panic(fmt.Sprintf("journal: commit %d of epoch %d does not follow commit %d of epoch %d", c.Number, c.Epoch, h.Number, h.Epoch))
	}
	kind, body := byte(kindPayload), c.Payload
	if c.Owner != "" {
		kind, body = kindTakeOver, []byte(c.Owner)
	}
	f := make([]byte, FrameOverhead+len(body))
	f[0], f[1] = FrameFormat, kind
	binary.BigEndian.PutUint64(f[offNumber:], c.Number)
	binary.BigEndian.PutUint64(f[offEpoch:], c.Epoch)
	copy(f[offPrev:], h.Hash[:])
	copy(f[FrameOverhead:], body)
	binary.BigEndian.PutUint32(f[offCRC:], checksum(f))
	return f, Head{Number: c.Number, Epoch: c.Epoch, Hash: HashFrame(f)}
}

func checksum(f []byte) uint32 {
	return crc32.Update(crc32.Checksum(f[:offCRC], castagnoli), castagnoli, f[FrameOverhead:])
}

// Decode reads one frame without its neighbours: format and CRC. It returns the commit, the hash it chains to, and an error that says what
// is wrong in a few words. The payload is a part of frame.
func Decode(frame []byte) (Commit, Hash, error) {
	if len(frame) < FrameOverhead {
		return Commit{}, Hash{}, fmt.Errorf("%d bytes are too few for a frame", len(frame))
	}
	if want, got := binary.BigEndian.Uint32(frame[offCRC:]), checksum(frame); want != got {
		return Commit{}, Hash{}, fmt.Errorf("checksum is %08x, should be %08x", got, want)
	}
	if frame[0] != FrameFormat {
		return Commit{}, Hash{}, fmt.Errorf("frame format %d was written by a newer version, this one reads format %d", frame[0], FrameFormat)
	}
	c := Commit{Number: binary.BigEndian.Uint64(frame[offNumber:]), Epoch: binary.BigEndian.Uint64(frame[offEpoch:])}
	body := frame[FrameOverhead:]
	switch frame[1] {
	case kindPayload:
		c.Payload = body
	case kindTakeOver:
		c.Owner = string(body)
	default:
		return Commit{}, Hash{}, fmt.Errorf("unknown kind of frame %d", frame[1])
	}
	return c, Hash(frame[offPrev:offCRC]), nil
}

// DecodeTail reads the last frame of a stream, which the store keeps at sequence seq, and returns the head after it. Errors: *DamageError.
func DecodeTail(stream string, seq uint64, frame []byte) (Head, error) {
	c, _, err := Decode(frame)
	if err != nil {
		return Head{}, Damage(stream, seq, "%v", err)
	}
	if c.Number != seq {
		return Head{}, Damage(stream, seq, "it holds commit %d", c.Number)
	}
	return Head{Number: c.Number, Epoch: c.Epoch, Hash: HashFrame(frame)}, nil
}

// A Verifier holds each frame of a stream against the one before it.
type Verifier struct {
	stream   string
	head     Head
	anchored bool
}

// NewVerifier returns a verifier whose first frame must follow head.
func NewVerifier(stream string, head Head) *Verifier {
	return &Verifier{stream: stream, head: head, anchored: true}
}

// NewAnchorVerifier returns a verifier whose first frame must be the anchor: its number and hash must be these.
func NewAnchorVerifier(stream string, number uint64, hash Hash) *Verifier {
	return &Verifier{stream: stream, head: Head{Number: number, Hash: hash}}
}

// Head is the place after the last frame that was verified.
func (v *Verifier) Head() Head { return v.head }

// Want is the number that the next frame must have.
func (v *Verifier) Want() uint64 {
	if v.anchored {
		return v.head.Number + 1
	}
	return v.head.Number
}

// Next verifies the next frame, found in the store at sequence seq, and returns its commit, whose payload is a part of frame. Errors:
// *DamageError.
func (v *Verifier) Next(seq uint64, frame []byte) (Commit, error) {
	want := v.Want()
	if seq != want {
		return Commit{}, Damage(v.stream, want, "commits %d to %d are missing", want, seq-1)
	}
	c, prev, err := Decode(frame)
	if err != nil {
		return Commit{}, Damage(v.stream, want, "%v", err)
	}
	hash := HashFrame(frame)
	switch {
	case c.Number != want:
		return Commit{}, Damage(v.stream, want, "it holds commit %d", c.Number)
	case !v.anchored && hash != v.head.Hash:
		return Commit{}, Damage(v.stream, want, "its hash is %v, but the snapshot was taken at %v", hash, v.head.Hash)
	case v.anchored && prev != v.head.Hash:
		return Commit{}, Damage(v.stream, want, "it follows %v, but the commit before it is %v", prev, v.head.Hash)
	case v.anchored && c.Epoch < v.head.Epoch:
		return Commit{}, Damage(v.stream, want, "epoch falls from %d to %d", v.head.Epoch, c.Epoch)
	case v.anchored && c.Owner != "" && c.Epoch == v.head.Epoch:
		return Commit{}, Damage(v.stream, want, "epoch %d is taken over twice", c.Epoch)
	case v.anchored && c.Owner == "" && c.Epoch != v.head.Epoch:
		return Commit{}, Damage(v.stream, want, "epoch rises from %d to %d without a take-over", v.head.Epoch, c.Epoch)
	}
	v.head, v.anchored = Head{Number: c.Number, Epoch: c.Epoch, Hash: hash}, true
	return c, nil
}

// A Mark is how far a log is known to have reached, kept outside the log.
type Mark = Head

// CheckMark compares a log's tail with its mark. at returns the encoded frame of a number, or false when it is not kept any more. What it
// cannot see: a tail lost above the mark that has not been overwritten. Errors: *DamageError, and errors of at.
func CheckMark(stream string, tail Head, mark Mark, at func(number uint64) ([]byte, bool, error)) error {
	if mark.Number > tail.Number {
		return Damage(stream, tail.Number+1, "the log ends at commit %d, but commit %d was acknowledged", tail.Number, mark.Number)
	}
	if mark.Number == 0 {
		return nil
	}
	got := tail.Hash
	if mark.Number < tail.Number {
		frame, ok, err := at(mark.Number)
		if err != nil {
			return err
		}
		if !ok {
			return nil
		}
		got = HashFrame(frame)
	}
	if got != mark.Hash {
		return Damage(stream, mark.Number, "its hash is %v, but %v was acknowledged", got, mark.Hash)
	}
	return nil
}
