package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// within ends what hangs. No test waits so long while things work.
const within = 90 * time.Second

// cob is the path of the command that is tested.
var cob string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "cob-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	cob = filepath.Join(dir, "cob")
	build := exec.Command("go", "build", "-o", cob, "github.com/cob-lang/cob/cmd/cob")
	build.Stderr = os.Stderr
	code := 1
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "building cob:", err)
	} else {
		code = m.Run()
	}
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// eventually waits until ok. Nothing is asserted about how long it takes.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %s in vain: %s", within, what)
		}
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
