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
	if s.first > 1 {
		verifier = journal.NewAnchorVerifier(s.name, s.snap.UpTo, s.snap.Hash)
	}
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
		c, err := verifier.Next(verifier.Want(), frame)
		if err != nil {
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

func (s *shelf) at(context.Context) (journal.Head, manifest, error) { return s.head, s.snap, nil }

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
	s.file, s.first = file, first
	return syncDirectory(s.path)
}

func (s *shelf) sync(context.Context) error {
	if s.file == nil {
		return nil
	}
	return s.file.Sync()
}

// keep stores a snapshot. The commits before it are needed no more, and go when the ones behind it have a file of their own.
func (s *shelf) keep(_ context.Context, man manifest, blob []byte) error {
	if err := writeDurably(filepath.Join(s.path, snapshotName), append(man.encode(), blob...)); err != nil {
		return err
	}
	s.snap = man
	return nil
}

// shrink begins a new file with the commit of the snapshot and drops the old one.
func (s *shelf) shrink() error {
	if s.file == nil || s.first >= s.snap.UpTo || s.head.Number < s.snap.UpTo {
		return nil
	}
	old := *s
	next := &shelf{path: s.path, name: s.name, snap: s.snap}
	// Until the new file is whole it has a name that nobody looks for.
	temp := filepath.Join(s.path, "new")
	file, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	next.file, next.first = file, s.snap.UpTo
	_, err = old.read(func(c journal.Commit, frame []byte) error {
		if c.Number < s.snap.UpTo {
			return nil
		}
		return next.add(c, frame, old.head)
	})
	if err == nil {
		err = next.sync(context.Background())
	}
	name := filepath.Join(s.path, fmt.Sprintf("%s%020d", commitsPrefix, next.first))
	if err == nil {
		err = os.Rename(temp, name)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	s.file, s.first = file, next.first
	return errors.Join(syncDirectory(s.path), old.file.Close(), os.Remove(old.file.Name()))
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
