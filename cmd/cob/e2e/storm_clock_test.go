package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

const (
	clockWrong    = "the clock of a node is wrong"
	clockVariable = "STORM_CLOCK" // where testdata/clock.go.txt looks for its file
)

// wrongClocks is the path of a cob whose nodes look into a file for how wrong their
// clock is. It is made of the sources of cob, of which one file is replaced while it is
// built, so that cob itself has nothing of the kind.
var wrongClocks = sync.OnceValues(func() (string, error) {
	replaced, err := filepath.Abs("../../../runtime/node/clock.go")
	if err != nil {
		return "", err
	}
	by, err := filepath.Abs("testdata/clock.go.txt")
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": {replaced: by}})
	if err != nil {
		return "", err
	}
	overlay, program := filepath.Join(filepath.Dir(cob), "overlay.json"), filepath.Join(filepath.Dir(cob), "cob-clock")
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		return "", err
	}
	said, err := exec.Command("go", "build", "-overlay", overlay, "-o", program, "github.com/cob-lang/cob/cmd/cob").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building a cob with clocks that can be wrong: %w\n%s", err, said)
	}
	return program, nil
})

// clocks lets the nodes of a world run with clocks that can be wrong, and gives the
// files for three of them.
func clocks(t *testing.T, w *world) (files []string) {
	t.Helper()
	program, err := wrongClocks()
	if err != nil {
		t.Fatal(err)
	}
	w.program = program
	dir := t.TempDir()
	for i := range 3 {
		files = append(files, filepath.Join(dir, itoa(i)))
	}
	return files
}

// setClock makes the clock of a node wrong, or right.
func (c *crew) setClock(which int, by time.Duration) {
	c.t.Helper()
	whole := c.clocks[which] + ".new" // a node never reads half of it
	write(c.t, whole, strconv.FormatInt(int64(by), 10))
	if err := os.Rename(whole, c.clocks[which]); err != nil {
		c.t.Fatal(err)
	}
}
