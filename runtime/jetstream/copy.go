package jetstream

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/runtime/journal"
)

// A shelf is the second copy of one journal, in a directory of its own that lies elsewhere: on another disk, on another machine. It holds
// what is needed to go on: the latest snapshot, and the commits from that one on, each as its length in four bytes and its frame. One
// file holds the commits; its name ends in the number of the first one.
type shelf struct {
	path  string
	name  string // of the journal
	first uint64 // number of the first commit, 0 for none
	head  journal.Head
	snap  manifest // of the snapshot, UpTo 0 for none
	file  *os.File // of the commits, nil for none
	// ahead is a snapshot of commits that have not come yet: it counts, and is on the disk, once they have.
	ahead manifest
	blob  []byte
}

const (
	commitsPrefix = "commits-"
	snapshotName  = "snapshot"
	maxFrame      = MaxPayloadCeiling
)

// openShelf opens a copy and checks all of it; what is torn at the end is cut off. Errors: *journal.DamageError, *StoreDirError.
func openShelf(root, name string) (*shelf, error) {
	s := &shelf{path: filepath.Join(root, name), name: name, head: journal.Start(name)}
	refuse := func(err error) error {
		return &StoreDirError{Dir: s.path, Reason: "the second copy cannot be used: give this user the right to read and write there, or choose another directory", Err: err}
	}
	if err := os.MkdirAll(s.path, 0o750); err != nil {
		return nil, refuse(err)
	}
	man, _, err := s.snapshot()
	if err != nil {
		return nil, err
	}
	s.snap = man
	name, first, err := s.commitsFile()
	if err != nil || name == "" {
		return s, err
	}
	if s.file, err = os.OpenFile(name, os.O_RDWR, 0); err != nil {
		return nil, refuse(err)
	}
	s.first = first
	whole, err := s.read(func(journal.Commit, []byte) error { return nil })
	if err == nil {
		err = s.file.Truncate(whole)
	}
	if err == nil {
		_, err = s.file.Seek(whole, io.SeekStart)
	}
	if err == nil {
		err = s.sweep()
	}
	if err != nil {
		s.file.Close()
		return nil, refuse(err)
	}
	return s, nil
}

// commitsFile is the file of the commits: the latest that begins no later than the snapshot. Others are left from before.
func (s *shelf) commitsFile() (name string, first uint64, err error) {
	entries, err := os.ReadDir(s.path)
	if err != nil {
		return "", 0, err
	}
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), commitsPrefix)
		n, err := strconv.ParseUint(digits, 10, 64)
		if !ok || err != nil || n < first || n > max(s.snap.UpTo, 1) {
			continue
		}
		name, first = filepath.Join(s.path, e.Name()), n
	}
	return name, first, nil
}

// read gives every commit that follows from the one before, and says how many bytes those are. An error of f ends it.
func (s *shelf) read(f func(c journal.Commit, frame []byte) error) (whole int64, err error) {
	if s.file == nil {
		return 0, nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	verifier := journal.NewVerifier(s.name, journal.Start(s.name))
	in := bufio.NewReaderSize(s.file, 1<<20)
	for {
		var size [4]byte
		if _, err := io.ReadFull(in, size[:]); err != nil {
			return whole, nil
		}
		n := binary.BigEndian.Uint32(size[:])
		if n > maxFrame {
			return whole, nil
		}
		frame := make([]byte, n)
		if _, err := io.ReadFull(in, frame); err != nil {
			return whole, nil
		}
		if s.first > 1 && whole == 0 { // the snapshot it began with may have been followed by others
			verifier = journal.NewAnchorVerifier(s.name, s.first, journal.HashFrame(frame))
		}
		c, err := verifier.Next(verifier.Want(), frame)
		if err != nil || c.Number == s.snap.UpTo && verifier.Head().Hash != s.snap.Hash {
			return whole, nil // what is behind it does not count
		}
		if err := f(c, frame); err != nil {
			return whole, err
		}
		s.head = verifier.Head()
		whole += int64(len(size)) + int64(n)
	}
}

func (s *shelf) place() string { return s.path }

func (s *shelf) at(context.Context) (journal.Head, manifest, error) { return s.head, s.latest(), nil }

// add writes a commit behind the others; sync makes it durable.
func (s *shelf) add(c journal.Commit, frame []byte, head journal.Head) error {
	if s.file == nil {
		if err := s.begin(c.Number); err != nil {
			return err
		}
	}
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(frame)))
	if _, err := s.file.Write(append(size[:], frame...)); err != nil {
		return err
	}
	s.head = head
	return nil
}

func (s *shelf) begin(first uint64) error {
	name := filepath.Join(s.path, fmt.Sprintf("%s%020d", commitsPrefix, first))
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	if s.file != nil {
		err = s.file.Close()
	}
	s.file, s.first = file, first
	return errors.Join(err, syncDirectory(s.path))
}

func (s *shelf) sync(context.Context) error {
	if s.file == nil {
		return nil
	}
	if err := s.file.Sync(); err != nil || s.ahead.UpTo == 0 || s.head.Number < s.ahead.UpTo {
		return err
	}
	return s.store(s.ahead, s.blob)
}

// keep stores a snapshot, as soon as its commit is there: until then the one before counts, with the commits behind it, so that there is
// always something to go on from.
func (s *shelf) keep(_ context.Context, man manifest, blob []byte) error {
	if s.head.Number < man.UpTo {
		s.ahead, s.blob = man, blob
		return nil
	}
	return s.store(man, blob)
}

// store puts a snapshot onto the disk. From then on the latest file that begins no later than it counts.
func (s *shelf) store(man manifest, blob []byte) error {
	if err := writeDurably(filepath.Join(s.path, snapshotName), append(man.encode(), blob...)); err != nil {
		return err
	}
	s.snap, s.ahead, s.blob = man, manifest{}, nil
	return s.sweep()
}

// latest is the snapshot that the next commits begin with where those before are gone.
func (s *shelf) latest() manifest {
	if s.ahead.UpTo > 0 {
		return s.ahead
	}
	return s.snap
}

// sweep removes the files of commits but the one that counts.
func (s *shelf) sweep() error {
	entries, err := os.ReadDir(s.path)
	for _, e := range entries {
		if digits, ok := strings.CutPrefix(e.Name(), commitsPrefix); ok && digits != fmt.Sprintf("%020d", s.first) {
			err = errors.Join(err, os.Remove(filepath.Join(s.path, e.Name())))
		}
	}
	return err
}

// shrink begins a new file with the commit of the snapshot and drops the old one.
func (s *shelf) shrink() error {
	if s.file == nil || s.first >= s.snap.UpTo || s.head.Number < s.snap.UpTo {
		return nil
	}
	// Until the new file is whole it has a name that nobody looks for.
	temp := filepath.Join(s.path, "new")
	file, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	next := &shelf{path: s.path, name: s.name, snap: s.snap, first: s.snap.UpTo, file: file}
	old := *s
	_, err = old.read(func(c journal.Commit, frame []byte) error {
		if c.Number < s.snap.UpTo {
			return nil
		}
		return next.add(c, frame, journal.Head{Number: c.Number})
	})
	if err == nil && next.head.Number != s.head.Number {
		err = fmt.Errorf("%s: its commits end at %d, and %d were written", s.path, next.head.Number, s.head.Number)
	}
	if err == nil {
		err = next.sync(context.Background())
	}
	if err == nil {
		err = os.Rename(temp, filepath.Join(s.path, fmt.Sprintf("%s%020d", commitsPrefix, next.first)))
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	s.file, s.first = file, next.first
	return errors.Join(old.file.Close(), s.sweep(), syncDirectory(s.path))
}

// snapshot reads the snapshot, and false where there is none or it is damaged: the commits may do without it.
func (s *shelf) snapshot() (manifest, []byte, error) {
	content, err := os.ReadFile(filepath.Join(s.path, snapshotName))
	if errors.Is(err, fs.ErrNotExist) {
		return manifest{}, nil, nil
	}
	if err != nil {
		return manifest{}, nil, &StoreDirError{Dir: s.path, Reason: "the second copy cannot be read", Err: err}
	}
	if len(content) < manifestSize {
		return manifest{}, nil, nil
	}
	man, err := decodeManifest(content[:manifestSize])
	blob := content[manifestSize:]
	if err != nil || !man.fits(blob) {
		return manifest{}, nil, nil
	}
	return man, blob, nil
}

func (s *shelf) close() error {
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Sync(), s.file.Close())
}
