package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/cob-lang/cob/runtime/admin"
)

// servers are a cluster of NATS servers on loopback.
type servers struct {
	t       testing.TB
	options []*server.Options
	all     []*server.Server
	between [][]*link // from each server to each
}

// newServers starts a cluster of three.
func newServers(t testing.TB) *servers {
	t.Helper()
	return serversAt(t, t.TempDir(), t.TempDir(), t.TempDir())
}

// serversAt starts a cluster of three, each with its directory.
func serversAt(t testing.TB, dirs ...string) *servers {
	t.Helper()
	s := &servers{t: t}
	clients, routes, leaves := ports(t, 3), ports(t, 3), ports(t, 3)
	for i := range 3 {
		var links []*link
		var urls []string
		for j := range 3 {
			links = append(links, newLink(t, "127.0.0.1:"+strconv.Itoa(routes[j])))
			if j != i {
				urls = append(urls, links[j].url())
			}
		}
		s.between = append(s.between, links)
		s.options = append(s.options, &server.Options{
			ServerName: fmt.Sprint("s", i), Host: "127.0.0.1", Port: clients[i], NoSigs: true, NoLog: true,
			JetStream: true, StoreDir: dirs[i], SyncAlways: true, MaxPayload: 8 << 20,
			JetStreamMaxStore: 64 << 30, // what channels may hold is set aside, whatever the disk has
			// Nobody is told of a way around the links.
			Cluster:  server.ClusterOpts{Name: "c", Host: "127.0.0.1", Port: routes[i], NoAdvertise: true, Advertise: "127.0.0.1:1"},
			Routes:   server.RoutesFromStr(strings.Join(urls, ",")),
			LeafNode: server.LeafNodeOpts{Host: "127.0.0.1", Port: leaves[i], NoAdvertise: true},
		})
	}
	s.all = make([]*server.Server, 3)
	t.Cleanup(func() { s.stop(0, 1, 2) })
	s.start(0, 1, 2)
	return s
}

// ports are free ones.
func ports(t testing.TB, n int) (list []int) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		list = append(list, l.Addr().(*net.TCPAddr).Port)
	}
	return list
}

func (s *servers) start(which ...int) {
	s.t.Helper()
	for _, i := range which {
		one, err := server.NewServer(s.options[i].Clone())
		if err != nil {
			s.t.Fatal(err)
		}
		s.all[i] = one
		one.Start()
	}
	eventually(s.t, "the servers have a leader", func() bool {
		for _, one := range s.all {
			if one != nil && one.JetStreamIsLeader() {
				return true
			}
		}
		return false
	})
}

func (s *servers) stop(which ...int) {
	for _, i := range which {
		if s.all[i] != nil {
			s.all[i].Shutdown()
			s.all[i].WaitForShutdown()
			s.all[i] = nil
		}
	}
}

// rest stops servers, until it is healed.
func (s *servers) rest(which ...int) func() {
	s.stop(which...)
	return func() { s.start(which...) }
}

// around are the links from one server to the others, and those from them to it.
func (s *servers) around(which int) (out, in []*link) {
	for other := range s.between {
		if other != which {
			out, in = append(out, s.between[which][other]), append(in, s.between[other][which])
		}
	}
	return out, in
}

// clients are the ports for nodes and agents.
func (s *servers) clients() (list []int) {
	for _, o := range s.options {
		list = append(list, o.Port)
	}
	return list
}

// leaves are the ports for leaf nodes.
func (s *servers) leaves() (list []int) {
	for _, o := range s.options {
		list = append(list, o.LeafNode.Port)
	}
	return list
}

// url is the address of all servers.
func (s *servers) url() string {
	var list []string
	for _, port := range s.clients() {
		list = append(list, "nats://127.0.0.1:"+strconv.Itoa(port))
	}
	return strings.Join(list, ",")
}

// through are new links to ports, and the address of all servers through them.
func (s *servers) through(ports []int) (doors []*link, url string) {
	var list []string
	for _, port := range ports {
		door := newLink(s.t, "127.0.0.1:"+strconv.Itoa(port))
		doors, list = append(doors, door), append(list, door.url())
	}
	return doors, strings.Join(list, ",")
}

// crew are the nodes of a cluster.
type crew struct {
	t     testing.TB
	world *world
	flags [][]string // of each node
	// clocks are the files that say how wrong the clock of each node is, where the
	// nodes look into them.
	clocks []string

	mu  sync.Mutex // held to change all, and to look at it from beside the test
	all []*node
}

// muster starts nodes on a cluster.
func muster(t testing.TB, w *world, s *servers, n int, flags ...string) *crew {
	t.Helper()
	c := &crew{t: t, world: w}
	for i := range n {
		c.flags = append(c.flags, append(clusterFlags(s.url()), flags...))
		c.all = append(c.all, w.run(c.flags[i]...))
	}
	c.even()
	return c
}

func clusterFlags(url string) []string {
	return []string{"--nats", url, "--lease", "2s", "--shards", "6"}
}

// run starts a node.
func (c *crew) run(which int) *node {
	if c.clocks != nil {
		c.world.extra = []string{clockVariable + "=" + c.clocks[which]}
	}
	return c.world.run(c.flags[which]...)
}

// again starts a node that has ended.
func (c *crew) again(which int) {
	n := c.run(which)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[which] = n
}

// anyone is a node, whatever has become of it.
func (c *crew) anyone() *node {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all[rand.IntN(len(c.all))]
}

// nodes is what a node says of all nodes.
func (n *node) nodes() (list admin.NodeList) {
	n.t.Helper()
	n.call("GET", "/v1/nodes", nil, &list)
	return list
}

// even waits until every node has its part of the shards, and no two have the same.
func (c *crew) even() {
	c.t.Helper()
	var last admin.NodeList
	for end := time.Now().Add(within); ; time.Sleep(50 * time.Millisecond) {
		last = c.all[0].nodes()
		good := len(last.Free) == 0 && len(last.Nodes) == len(c.all)
		owned := map[int]bool{}
		for _, n := range last.Nodes {
			good = good && n.State == "up" && len(n.Shards) == 6/len(c.all)
			for _, shard := range n.Shards {
				good = good && !owned[shard.Shard]
				owned[shard.Shard] = true
			}
		}
		if good {
			return
		}
		if time.Now().After(end) {
			for i, n := range c.all {
				c.t.Logf("node %d: %s", i, n.log())
			}
			c.t.Fatalf("the shards are not shared evenly: %+v", last)
		}
	}
}

func (n *node) signal(s syscall.Signal) {
	n.t.Helper()
	if err := n.cmd.Process.Signal(s); err != nil {
		n.t.Fatal(err)
	}
}

// TestThreeNodesOnACluster lets orders come in while nodes are killed, hang, leave and
// join, and while all servers restart; then the ledgers of the services are held
// against the instances.
func TestThreeNodesOnACluster(t *testing.T) {
	most := 600
	if testing.Short() {
		most = 120
	}
	w := newWorld(t)
	s := newServers(t)
	c := muster(t, w, s, 3)
	sent := messages(t, most)
	p := hire(w, c.all[0])
	p.delivery()
	p.buy(sent)
	after := func(part int) {
		t.Helper()
		eventually(t, fmt.Sprintf("%d of 10 parts are acknowledged", part), func() bool { return p.acked.Load() >= int64(most*part/10) })
	}
	after(1)
	c.all[1].kill()
	after(2)
	c.again(1)
	c.even()
	p.node.Store(c.all[1])
	after(3)
	c.all[2].signal(syscall.SIGSTOP)
	after(4) // the others have its shards
	c.all[2].signal(syscall.SIGCONT)
	c.even()
	p.node.Store(c.all[2])
	after(5)
	if code := c.all[0].stop(); code != 0 {
		t.Errorf("a graceful stop gives %d: %s", code, c.all[0].log())
	}
	after(6)
	c.again(0)
	c.even()
	after(7)
	s.stop(0, 1, 2)
	s.start(0, 1, 2)
	c.even()
	p.node.Store(c.all[0])
	p.finish(sent)
	c.even()
	p.audit(sent)
	c.addUp()
}

// addUp waits until the nodes agree on how much they hold together: one that does not
// answer in time is passed over.
func (c *crew) addUp() {
	c.t.Helper()
	type counts struct{ Instances, Ended int }
	eventually(c.t, "every node says what all nodes hold", func() bool {
		var sum counts
		var said []counts
		for _, n := range c.all {
			var f struct {
				Counts   counts
				AllNodes counts `json:"all_nodes"`
			}
			n.call("GET", "/v1/figures", nil, &f)
			sum.Instances, sum.Ended = sum.Instances+f.Counts.Instances, sum.Ended+f.Counts.Ended
			said = append(said, f.AllNodes)
		}
		return sum.Ended > 0 && !slices.ContainsFunc(said, func(s counts) bool { return s != sum })
	})
}

// A node that is started with its servers waits until they have agreed on who leads.
func TestANodeWaitsForItsServers(t *testing.T) {
	w := newWorld(t)
	s := newServers(t)
	c := muster(t, w, s, 1)
	id := c.all[0].start(goodOrder("o-1"), "").ID
	if code := c.all[0].stop(); code != 0 {
		t.Fatalf("a graceful stop gives %d: %s", code, c.all[0].log())
	}
	heal := s.rest(1, 2)
	n := w.launch(c.flags[0]...)
	eventually(t, "the node waits", func() bool {
		select {
		case <-n.gone:
			t.Fatalf("the node ended: %s", n.log())
		default:
		}
		return strings.Contains(n.log(), "trying again")
	})
	heal()
	c.all[0] = n
	n.serves()
	n.inSelect(id)
}
