package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

const diskFull = "the disk of a server is full"

// diskSize is that of a small disk: a storm needs less than half of it.
const diskSize = "size=200m"

// stormServers starts the servers of a storm, on small disks where one will be full.
func stormServers(t *testing.T, f forecast) *servers {
	t.Helper()
	var dirs []string
	for range 3 {
		dir := t.TempDir()
		if f.has(diskFull) {
			if err := unix.Mount("tmpfs", dir, "tmpfs", 0, diskSize); err != nil {
				t.Logf("no right to mount small disks, so that servers stop instead: %v", err)
				return newServers(t)
			}
			t.Cleanup(func() {
				if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
					t.Error(err)
				}
			})
		}
		dirs = append(dirs, filepath.Join(dir, "store"))
	}
	return serversAt(t, dirs...)
}

// fillDisk takes all that is left of a server's disk. When there is room again, the
// server has to be started again, as its operator would.
func (s *storm) fillDisk(g gust) func() {
	disk := filepath.Dir(s.servers.options[g.which].StoreDir)
	var at unix.Statfs_t
	if err := unix.Statfs(disk, &at); err != nil || at.Type != unix.TMPFS_MAGIC {
		return s.servers.rest(g.which)
	}
	ballast := filepath.Join(disk, "ballast")
	fill(s.t, ballast)
	return func() {
		if err := os.Remove(ballast); err != nil {
			s.t.Fatal(err)
		}
		s.servers.rest(g.which)()
	}
}
