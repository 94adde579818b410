package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/cob-lang/cob/examples/orders/services"
)

// TestAFullDisk fills a small disk under a node. Only root can mount one; for
// others runtime/jetstream and runtime/shard test the same without a disk.
func TestAFullDisk(t *testing.T) {
	w := newWorld(t)
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=100m"); err != nil {
		t.Logf("no right to mount a small disk: %v", err)
		return
	}
	t.Cleanup(func() {
		if err := unix.Unmount(disk, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	w.store = filepath.Join(disk, "store")
	n := w.run()
	waiting := n.start(goodOrder("o-1"), "")
	n.inSelect(waiting.ID)
	w.paris.Tamper(services.Tampering{How: services.Slow, Delay: 200_000_000})
	calling := n.start(goodOrder("o-2"), "")

	ballast := filepath.Join(disk, "ballast")
	fill(t, ballast)
	const processes, intake = "/v1/processes/orders.Fulfil/instances", "/v1/channels/orders.intake/messages"
	for _, order := range []string{"o-3", "o-4", "o-7", "o-8"} { // on both shards
		eventually(t, "the node refuses work", func() bool {
			a, err := n.ask("POST", processes, input(goodOrder(order)))
			return err == nil && a.status == 503 && strings.Contains(a.text, "nothing was done")
		})
	}
	n.refused(503, "POST", processes, input(goodOrder("o-4")), "nothing was done", "free disk space")
	n.refused(503, "POST", intake, goodOrder("o-5"), "nothing was done", "free disk space")
	n.refused(503, "POST", "/v1/events/orders.Shipped", map[string]string{"order": "o-1", "carrier": "rail"}, "free disk space")
	n.refused(503, "GET", "/readyz", nil, "free disk space")
	if a, err := n.ask("GET", "/healthz", nil); err != nil || a.status != 200 {
		t.Errorf("it does not live any more: %v", a)
	}
	n.cob("ps").want(t, 0, "o-1")
	if !strings.Contains(n.log(), "free disk space") {
		t.Errorf("the log does not name the way out: %s", n.log())
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the node is ready again", func() bool { a, err := n.ask("GET", "/readyz", nil); return err == nil && a.status == 200 })
	w.shipAll(n, waiting.ID, calling.ID, n.start(goodOrder("o-4"), "").ID)

	// Once more, and the node dies on the full disk.
	last := n.start(goodOrder("o-6"), "")
	n.inSelect(last.ID)
	fill(t, ballast)
	n.kill()
	full := w.launch()
	if code := full.exitCode(); code != 5 || !strings.Contains(full.log(), "free disk space") {
		t.Errorf("on a full disk: exit code %d, %s", code, full.log())
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	n = w.run()
	w.shipAll(n, last.ID)
	for order, times := range w.net() {
		if times != 1 {
			t.Errorf("%s is charged %d times", order, times)
		}
	}
}

// shipAll ships the orders of instances and waits for their ends.
func (w *world) shipAll(n *node, ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		n.inSelect(id)
		n.ship(n.instance(id).Key)
		if d := n.over(id); d.State != "completed" {
			w.t.Errorf("%s is %s: %s", d.Key, d.State, d.Detail)
		}
	}
}

// fill takes all that is left of a disk.
func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for chunk := make([]byte, 1<<20); ; {
		if _, err := f.Write(chunk); err != nil {
			return
		}
	}
}
