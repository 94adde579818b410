package bench

import (
	"os"
	"testing"
)

func TestWhatAProcessTakes(t *testing.T) {
	pid := os.Getpid()
	for used(pid) == 0 { // until the system has counted a part of a second
	}
	if all := cpuTime(); all == 0 || used(pid) > cpuTime()+all {
		t.Errorf("%s of %s", used(pid), all)
	}
	if resident(pid) < 1<<20 || resident(-1) != 0 || used(-1) != 0 {
		t.Errorf("%d bytes", resident(pid))
	}
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/file", make([]byte, 123), 0o600); err != nil || onDisk(dir) != 123 {
		t.Errorf("%d bytes on the disk, %v", onDisk(dir), err)
	}
}
