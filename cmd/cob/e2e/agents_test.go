package e2e

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/cob-lang/cob/runtime/admin"
)

// oneServer starts a NATS server with JetStream and gives its address.
func oneServer(t *testing.T) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir(), SyncAlways: true, MaxPayload: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(within) {
		t.Fatal("the NATS server did not start")
	}
	return s.ClientURL()
}

// agent starts an agent, with the settings of its own cloud only.
func (w *world) agent(nats, cloud, name string) *node {
	w.t.Helper()
	was := w.agents
	w.agents = nil
	all := w.environment()
	w.agents = was
	mine := slices.DeleteFunc(all, func(setting string) bool {
		return slices.ContainsFunc([]string{"paris", "finland", "virginia"}, func(c string) bool { return c != cloud && at(setting, c) })
	})
	return w.process(mine, "agent", "--cloud", cloud, "--name", name, "--nats", nats)
}

// crewed waits until the node sees agents in a state, and their plan is there.
func (n *node) crewed(state string, names ...string) {
	n.t.Helper()
	var list admin.AgentList
	for end := time.Now().Add(within); ; time.Sleep(20 * time.Millisecond) {
		n.call("GET", "/v1/agents", nil, &list)
		found := 0
		for _, a := range list.Agents {
			if slices.Contains(names, a.Name) && a.State == state && (state != "up" || len(a.Plans) > 0 && a.Plans[0].Problem == "") {
				found++
			}
		}
		if found == len(names) {
			return
		}
		if time.Now().After(end) {
			n.t.Fatalf("%v are not %s: %+v", names, state, list)
		}
	}
}

// missed waits until the node counts on an agent no more, and tells how long that took.
func (n *node) missed(name string, since time.Time) {
	n.t.Helper()
	eventually(n.t, name+" is missed", func() bool {
		var list admin.AgentList
		n.call("GET", "/v1/agents", nil, &list)
		for _, a := range list.Agents {
			if a.Name == name && a.State != "up" {
				return true
			}
		}
		return false
	})
	n.t.Logf("the node missed %s after %s", name, time.Since(since).Round(time.Millisecond))
}

// TestAgentsOfTwoCloudsWhileOneDies lets orders come in at a node that has no settings of
// paris and finland, while agents there are killed, hang, stop and come back; then the
// ledgers of the services are held against the instances.
func TestAgentsOfTwoCloudsWhileOneDies(t *testing.T) {
	most := 200
	if testing.Short() {
		most = 80
	}
	w := newWorld(t)
	w.agents = []string{"paris", "finland"}
	nats := oneServer(t)
	n := w.run("--nats", nats, "--shards", "2", "--agents", "paris,finland")
	p1, p2, f1 := w.agent(nats, "paris", "p1"), w.agent(nats, "paris", "p2"), w.agent(nats, "finland", "f1")
	n.crewed("up", "p1", "p2", "f1")
	sent := messages(t, most)
	p := hire(w, n)
	p.delivery()
	p.buy(sent)
	after := func(part int) {
		t.Helper()
		eventually(t, fmt.Sprintf("%d of 10 parts are acknowledged", part), func() bool { return p.acked.Load() >= int64(most*part/10) })
	}
	after(1)
	since := time.Now()
	p1.kill()
	n.missed("p1", since)
	n.crewed("gone", "p1")
	after(3)
	w.agent(nats, "paris", "p3")
	n.crewed("up", "p2", "p3")
	since = time.Now()
	p2.signal(syscall.SIGSTOP)
	n.missed("p2", since)
	n.crewed("silent", "p2")
	after(5)
	p2.signal(syscall.SIGCONT)
	n.crewed("up", "p2")
	if code := f1.stop(); code != 0 {
		t.Errorf("a graceful stop gives %d: %s", code, f1.log())
	}
	after(7)
	w.agent(nats, "finland", "f2")
	n.crewed("up", "f2")
	p.finish(sent)
	p.audit(sent)
}
