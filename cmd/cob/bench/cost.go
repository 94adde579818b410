package bench

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// resident is how many bytes of memory a process takes now, 0 where the system does
// not tell.
func resident(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// used is what a process has used of the processors so far, 0 where the system does
// not tell.
func used(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, behind, _ := strings.Cut(string(text), ") ") // the name may hold spaces
	fields := strings.Fields(behind)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / ticks
}

// ticks are how many parts of a second /proc counts in.
const ticks = 100

// onDisk are the bytes of all files under a folder, 0 where there is none.
func onDisk(dir string) (bytes int64) {
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // a file that went meanwhile takes nothing
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}

// cost is what a load took of the machine.
type cost struct {
	CPU     time.Duration // of the node, and of whoever runs in its process
	Commits uint64        // of its journals, each one fsync
	Bytes   int64         // on its disk
}

func (c cost) minus(o cost) cost {
	return cost{c.CPU - o.CPU, c.Commits - o.Commits, c.Bytes - o.Bytes}
}

// of puts the cost of each instance into a result.
func (c cost) of(r Result) Result {
	if r.N > 0 {
		r.CPU = c.CPU / time.Duration(r.N)
		r.Fsyncs = float64(c.Commits) / float64(r.N)
		r.Bytes = float64(c.Bytes) / float64(r.N)
	}
	return r
}
