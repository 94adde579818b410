package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/examples/orders/services"
	"github.com/cob-lang/cob/runtime/record"
)

// TestKillsAtRandomMoments kills a node again and again while orders come in,
// and takes one cloud's payments away for a while.
func TestKillsAtRandomMoments(t *testing.T) {
	kills, most := 20, 1000
	if testing.Short() {
		kills, most = 3, 300
	}
	w := newWorld(t)
	sent := messages(t, most)
	n := w.run()
	p := hire(w, n)
	p.delivery()
	p.buy(sent)
	step := int64(most / (kills + 1))
	for k := range kills {
		until := int64(k)*step + rand.Int64N(step)
		eventually(t, "some orders are acknowledged", func() bool { return p.acked.Load() >= until })
		time.Sleep(time.Duration(rand.IntN(20_000)) * time.Microsecond)
		n.kill()
		switch k {
		case kills / 3:
			if err := w.paris.Kill(); err != nil {
				t.Fatal(err)
			}
		case 2 * kills / 3:
			if err := w.paris.Restart(); err != nil {
				t.Fatal(err)
			}
		}
		n = w.run()
		p.node.Store(n)
	}
	p.finish(sent)
	p.audit(sent)
}

// TestAKillWhileAChargeIsUnderWay kills the node while paris has charged and not
// answered, and then paris. After the restart paris refuses connections, which
// says nothing about the charge: once it is back, it is asked and undone.
func TestAKillWhileAChargeIsUnderWay(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	w.paris.Tamper(services.Tampering{How: services.MuteDone, Method: "POST"})
	s := n.start(goodOrder("o-1"), "")
	eventually(t, "paris has charged", func() bool { return len(w.paris.Ledger()) == 1 })
	n.kill()
	if err := w.paris.Kill(); err != nil {
		t.Fatal(err)
	}
	n = w.run()
	n.inSelect(s.ID)
	w.paris.Behave()
	if err := w.paris.Restart(); err != nil {
		t.Fatal(err)
	}
	n.ship("o-1")
	if d := n.over(s.ID); d.State != record.Completed {
		t.Errorf("it is %s: %s", d.State, d.Detail)
	}
	n.settled()
	if got := kinds(w.paris.Ledger()) + ", " + kinds(w.finland.Ledger()); got != "charge refund, charge" {
		t.Errorf("the payments' ledgers say %q", got)
	}
}

// easy are orders that nobody is asked about.
func easy(most int) []services.Message {
	var all []services.Message
	for i := range most {
		o := goodOrder(fmt.Sprintf("e-%04d", i))
		text, err := json.Marshal(o)
		if err != nil {
			panic(err) // an order always encodes
		}
		all = append(all, services.Message{Message: "m-" + o.ID, Order: text})
	}
	return all
}

// TestAKillWithAThousandInFlight kills a node that has accepted 1,000 orders of
// which none can be over: no carrier works before the kill.
func TestAKillWithAThousandInFlight(t *testing.T) {
	w := newWorld(t)
	sent := easy(1000)
	n := w.run()
	p := hire(w, n)
	p.buy(sent)
	eventually(t, "all are accepted", func() bool { return p.acked.Load() == int64(len(sent)) })
	for _, i := range n.instances() {
		if i.Ended != nil {
			t.Fatalf("%s is over", i.Key)
		}
	}
	n.kill()
	n = w.run()
	p.node.Store(n)
	p.delivery()
	p.finish(sent)
	p.audit(sent)
}

// TestACrashImage starts a node on copies of the store of a node that was killed:
// one as it is, one with a torn write at its end, which nobody was told of, and
// one that has lost what was acknowledged. The last is refused.
func TestACrashImage(t *testing.T) {
	w := newWorld(t)
	sent := easy(300)
	n := w.run()
	p := hire(w, n)
	p.buy(sent)
	p.delivery()
	eventually(t, "half is acknowledged", func() bool { return p.acked.Load() >= 150 })
	time.Sleep(time.Duration(rand.IntN(20_000)) * time.Microsecond)
	n.kill()
	original := w.store

	w.store = clone(t, original)
	lost := lastBlock(t, w.store)
	if err := os.Truncate(lost, 100); err != nil {
		t.Fatal(err)
	}
	broken := w.launch()
	if code := broken.exitCode(); code != 5 || !strings.Contains(broken.log(), "acknowledged") || !strings.Contains(broken.log(), "restore") {
		t.Errorf("a store that lost its end: exit code %d, %s", code, broken.log())
	}

	w.store = clone(t, original)
	f, err := os.OpenFile(lastBlock(t, w.store), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("\x50\x01\x00\x00torn")); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	n = w.run()
	p.node.Store(n)
	p.finish(sent)
	p.audit(sent)
}

// clone copies a store.
func clone(t *testing.T, store string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	err := filepath.WalkDir(store, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(store, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		return copyFile(name, filepath.Join(to, rel))
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if closed := out.Close(); err == nil {
		err = closed
	}
	return err
}

// lastBlock is the newest file of the journal of the first shard.
func lastBlock(t *testing.T, store string) string {
	t.Helper()
	var blocks []string
	err := filepath.WalkDir(store, func(name string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(name, ".blk") && strings.Contains(name, "COB_J_") {
			blocks = append(blocks, name)
		}
		return err
	})
	if err != nil || len(blocks) == 0 {
		t.Fatalf("no block of a journal below %s: %v", store, err)
	}
	sort.Strings(blocks)
	return blocks[0]
}
