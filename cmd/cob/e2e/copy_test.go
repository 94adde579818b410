package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cob-lang/cob/runtime/record"
)

// TestAWipedStoreComesBackFromTheSecondCopy: the node is killed, the directory of its
// store is gone when it is started again, and every order goes on where it was.
func TestAWipedStoreComesBackFromTheSecondCopy(t *testing.T) {
	w := newWorld(t)
	second := filepath.Join(t.TempDir(), "second")
	n := w.run("--copy", second)
	if strings.Contains(n.log(), "there is one copy") {
		t.Errorf("it has a second one: %s", n.log())
	}
	const orders = 5
	var ids []string
	for i := range orders {
		ids = append(ids, n.start(goodOrder(fmt.Sprintf("o-%d", i)), "").ID)
	}
	for _, id := range ids {
		n.inSelect(id)
	}
	eventually(t, "the copy has everything", func() bool {
		var list struct {
			Journals []struct{ Copy *struct{ Behind uint64 } }
		}
		n.call("GET", "/v1/journals", nil, &list)
		for _, j := range list.Journals {
			if j.Copy == nil || j.Copy.Behind > 0 {
				return false
			}
		}
		return len(list.Journals) > 0
	})
	n.kill()
	if err := os.RemoveAll(w.store); err != nil {
		t.Fatal(err)
	}
	n = w.run("--copy", second)
	for i, id := range ids {
		n.inSelect(id)
		n.ship(fmt.Sprintf("o-%d", i))
	}
	for _, id := range ids {
		if d := n.over(id); d.State != record.Completed {
			t.Errorf("%s is %s: %s", id, d.State, d.Detail)
		}
	}
	if !strings.Contains(n.log(), "a damaged journal was put right") {
		t.Errorf("nobody is told: %s", n.log())
	}
	charges := 0
	for _, p := range w.payments() {
		charges += len(p.Ledger())
	}
	if charges != orders {
		t.Errorf("%d orders were charged %d times", orders, charges)
	}
}
