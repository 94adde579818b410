package jetstream

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

var errLocked = errors.New("locked by another process")

// lockFile takes the exclusive lock, which the system drops when the file is closed or the process dies. Locks are mandatory here, so it
// locks one byte far behind the pid, which others must be able to read.
func lockFile(f *os.File) error {
	place := &windows.Overlapped{Offset: math.MaxUint32}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, place)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}

// freeSpace returns the bytes that this user can still write.
func freeSpace(dir string) (int64, error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	err = windows.GetDiskFreeSpaceEx(path, &free, nil, nil)
	return int64(free), err
}

// syncDirectory does nothing: NTFS journals its directories.
func syncDirectory(string) error { return nil }
