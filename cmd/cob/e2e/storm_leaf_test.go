package e2e

import (
	"net/url"
	"syscall"

	"github.com/nats-io/nats-server/v2/server"
)

// leaf is a cloud whose services only agents reach: one behind a leaf node of the
// cluster, and one that is connected to the cluster itself.
type leaf struct {
	world  *world
	doors  []*link // from the leaf node to the cluster
	at     []string
	agents []*node
}

// newLeaf joins a leaf node to a cluster, and starts both agents of paris.
func newLeaf(w *world, s *servers) *leaf {
	w.t.Helper()
	l := &leaf{world: w}
	doors, _ := s.through(s.leaves())
	var hub []*url.URL
	for _, d := range doors {
		hub = append(hub, &url.URL{Scheme: "nats-leaf", Host: d.at.Addr().String()})
	}
	one, err := server.NewServer(&server.Options{
		ServerName: "leaf", Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, MaxPayload: 8 << 20,
		LeafNode: server.LeafNodeOpts{Remotes: []*server.RemoteLeafOpts{{URLs: hub}}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	one.Start()
	w.t.Cleanup(func() { one.Shutdown(); one.WaitForShutdown() })
	if !one.ReadyForConnections(within) {
		w.t.Fatal("the leaf node did not start")
	}
	_, plain := s.through(s.clients())
	l.doors, l.at = doors, []string{one.ClientURL(), plain}
	l.agents = []*node{l.agent(0), l.agent(1)}
	return l
}

func (l *leaf) agent(which int) *node {
	return l.world.agent(l.at[which], "paris", "paris-"+itoa(which))
}

// crewed waits until a node sees both agents.
func (l *leaf) crewed(n *node) {
	l.world.t.Helper()
	n.crewed("up", "paris-0", "paris-1")
}

func (s *storm) killAgent(g gust) func() {
	which := g.which % len(s.leaf.agents)
	s.leaf.agents[which].kill()
	return func() { s.leaf.agents[which] = s.leaf.agent(which) }
}

func (s *storm) hangAgent(g gust) func() {
	hung := s.leaf.agents[g.which%len(s.leaf.agents)]
	hung.signal(syscall.SIGSTOP)
	return func() { hung.signal(syscall.SIGCONT) }
}
