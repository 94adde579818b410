package jetstream

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/runtime/journal"
)

// StoreFormat is the format of the store directory that this version writes, and the newest it reads.
const StoreFormat = 1

const (
	lockName   = "LOCK"
	formatName = "FORMAT"
	marksName  = "marks"
)

// A directory is a store directory that this process holds.
type directory struct {
	path    string
	lock    *os.File
	reserve int64
}

// openDirectory makes, locks and checks a store directory. Errors: *StoreDirError, *StoreInUseError, *StoreVersionError.
func openDirectory(path string, reserve int64) (*directory, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, &StoreDirError{Dir: path, Reason: "no such path", Err: err}
	}
	path = abs
	if err := os.MkdirAll(filepath.Join(path, marksName), 0o750); err != nil {
		return nil, &StoreDirError{Dir: path, Reason: "cannot be made or written: give this user the right to write there, or choose another directory", Err: err}
	}
	lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, &StoreDirError{Dir: path, Reason: "cannot be written: give this user the right to write there, or choose another directory", Err: err}
	}
	if err := lockFile(lock); err != nil {
		pid := readPID(lock)
		lock.Close()
		if errors.Is(err, errLocked) {
			return nil, &StoreInUseError{Dir: path, PID: pid}
		}
		return nil, &StoreDirError{Dir: path, Reason: "cannot be locked", Err: err}
	}
	d := &directory{path: path, lock: lock, reserve: reserve}
	if err := d.prepare(); err != nil {
		lock.Close()
		return nil, err
	}
	return d, nil
}

func readPID(f *os.File) int {
	buf := make([]byte, 32)
	n, _ := f.ReadAt(buf, 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	if err != nil {
		return 0
	}
	return pid
}

// prepare checks the format, and writes it into a new store. The format is checked before the pid is written, so that a refusal leaves
// the directory as it was.
func (d *directory) prepare() error {
	name := filepath.Join(d.path, formatName)
	text, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := d.refuseForeign(); err != nil {
			return err
		}
		if err := writeDurably(name, fmt.Appendf(nil, "cob store %d\n", StoreFormat)); err != nil {
			return &StoreDirError{Dir: d.path, Reason: "cannot be written", Err: err}
		}
	case err != nil:
		return &StoreDirError{Dir: d.path, Reason: "its FORMAT file cannot be read", Err: err}
	default:
		digits, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "cob store ")
		found, err := strconv.Atoi(digits)
		if !ok || err != nil || found < 1 {
			return &StoreDirError{Dir: d.path, Reason: fmt.Sprintf("its FORMAT file is damaged: it should read \"cob store %d\"", StoreFormat)}
		}
		if found > StoreFormat {
			return &StoreVersionError{Dir: d.path, Found: found, Supported: StoreFormat}
		}
	}
	if err := d.lock.Truncate(0); err != nil {
		return &StoreDirError{Dir: d.path, Reason: "cannot be written", Err: err}
	}
	if _, err := d.lock.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0); err != nil {
		return &StoreDirError{Dir: d.path, Reason: "cannot be written: free disk space", Err: err}
	}
	return nil
}

// refuseForeign keeps a mistyped path from filling somebody's directory.
func (d *directory) refuseForeign() error {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return &StoreDirError{Dir: d.path, Reason: "cannot be read", Err: err}
	}
	for _, e := range entries {
		if n := e.Name(); n != lockName && n != marksName && n != "lost+found" && n != formatName+".new" {
			return &StoreDirError{Dir: d.path, Reason: fmt.Sprintf("holds %s but no FORMAT file, so it is not a store of cob: choose an empty directory", n)}
		}
	}
	return nil
}

func (d *directory) close() error { return d.lock.Close() }

// room refuses a write that would take the disk below the reserve: the server survives a limit, but not a disk that runs full under it.
// share is the part of the reserve that must stay, in percent. Errors: journal.ErrFull.
func (d *directory) room(size int, share int64) error {
	if d == nil || d.reserve < 0 {
		return nil
	}
	free, err := freeSpace(d.path)
	if err != nil {
		return unavailable("asking for the free disk space", err)
	}
	if need := d.reserve*share/100 + int64(size); free < need {
		return fmt.Errorf("%w (%s has %d bytes left, of which %d are kept in reserve)", journal.ErrFull, d.path, free, need-int64(size))
	}
	return nil
}

// hint is a likely reason for a server that does not answer: on a disk that ran full under it, it says nothing at all.
func (d *directory) hint() string {
	if d == nil {
		return ""
	}
	free, err := freeSpace(d.path)
	if err != nil || free > 1<<20 {
		return ""
	}
	return fmt.Sprintf("; %s has only %d bytes left: free disk space and start the node again", d.path, free)
}

// writeDurably replaces a file's content, all or nothing.
func writeDurably(name string, content []byte) error {
	temp := name + ".new"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temp, name)
	}
	if err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(name))
}
