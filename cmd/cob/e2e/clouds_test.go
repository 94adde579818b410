package e2e

import (
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/record"
)

// freeAddress is one that nobody listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// clouds are the flags of two clouds with a witness that runs.
func (w *world) clouds() (of map[string][]string) {
	w.t.Helper()
	mirrors, witness := map[string]string{"london": freeAddress(w.t), "rome": freeAddress(w.t)}, freeAddress(w.t)
	c := exec.Command(cob, "witness", "--listen", witness, "--store", filepath.Join(w.t.TempDir(), "witness"))
	c.SysProcAttr = bound()
	if err := c.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_ = c.Process.Kill() // it may be gone
		_ = c.Wait()
	})
	of = map[string][]string{}
	for cloud, other := range map[string]string{"london": "rome", "rome": "london"} {
		of[cloud] = []string{"--cloud", cloud, "--mirror", "nats://" + mirrors[other], "--mirror-listen", mirrors[cloud], "--witness", "nats://" + witness, "--lease", "8s"}
	}
	of["rome"] = append(of["rome"], "--standby")
	return of
}

// inCloud starts one of two clouds with a store of its own.
func (w *world) inCloud(cloud string, flags []string) *node {
	w.store = filepath.Join(filepath.Dir(w.pack), cloud)
	return w.run(flags...)
}

func (n *node) clouds() (list admin.CloudList) {
	n.t.Helper()
	n.call("GET", "/v1/clouds", nil, &list)
	return list
}

// TestACloudIsLostAndComesBack: the cloud that owns is killed with orders under way, the
// other one takes over by itself and finishes every one; the loser comes back as the
// mirror, and the shards are handed over to it again.
func TestACloudIsLostAndComesBack(t *testing.T) {
	w := newWorld(t)
	name := filepath.Join(w.pack, "orders.cob")
	write(t, name, strings.Replace(read(t, name), "  failover: continuity\n", "  failover: continuity\n  replicate: sync\n", 1))
	flags := w.clouds()
	london := w.inCloud("london", flags["london"])
	rome := w.inCloud("rome", flags["rome"])
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("london says %s\nrome says %s", london.log(), rome.log())
		}
	})
	together := func(owner *node) {
		t.Helper()
		eventually(t, "the mirror holds everything", func() bool {
			c := owner.clouds()
			return c.Place == failover.Owner.String() && !c.Alone && len(c.Mirrors) > 0
		})
	}
	together(london)
	rome.refused(503, "GET", "/v1/instances", nil, "rome mirrors london")

	orders := 1000
	if testing.Short() {
		orders = 300
	}
	sent := easy(orders)
	p := hire(w, london)
	p.delivery()
	p.buy(sent)
	eventually(t, "some orders are acknowledged", func() bool { return p.acked.Load() >= int64(orders/3) })
	together(london) // on a machine that stands still it may have gone on alone
	london.kill()
	p.node.Store(rome)
	eventually(t, "rome owns", func() bool { return rome.clouds().Place == failover.Owner.String() })
	london = w.inCloud("london", flags["london"])
	together(rome)
	p.finish(sent)

	var report failover.Report
	rome.call("GET", "/v1/clouds/report", nil, &report)
	if report.From != "london" || report.To != "rome" || report.Back == nil || report.Bound != "nothing that was acknowledged is missing" {
		t.Errorf("the report says %+v", report)
	}
	for _, m := range report.Merged {
		if m.Verdict == failover.Differs && !strings.HasPrefix(m.Instance, "(") {
			t.Errorf("%s: %s", m.Instance, m.Detail)
		}
	}
	t.Logf("%d effects may have happened twice, %d instances were merged", len(report.Twice), len(report.Merged))
	p.audit(sent)

	together(rome)
	london.call("POST", "/v1/clouds/takeover", admin.TakeOverRequest{By: "ada"}, nil)
	p.node.Store(london)
	together(london)
	if c := rome.clouds(); c.Place != failover.Mirror.String() || c.Term != 3 {
		t.Errorf("rome is %+v", c)
	}
	s := london.start(goodOrder("back"), "")
	if d := london.over(s.ID); d.State != record.Completed {
		t.Errorf("it is %s: %s", d.State, d.Detail)
	}
	if back := len(london.instances()); back != orders+1 {
		t.Errorf("%d instances came back of %d", back, orders+1)
	}
}
