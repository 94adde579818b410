package e2e

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/cob-lang/cob/examples/orders/services"
)

var (
	storms    = flag.Int("storms", 1, "TestStorms: schedules of faults to live through")
	stormSeed = flag.Uint64("storm-seed", 1, "TestStorms: seed of the first schedule; the next ones count up")
)

// The parts of a world that a gust can hit. No two gusts at a time hit the same, so
// that there is always somebody who could do the work.
const (
	atNode = iota
	atAgent
	atServer
	atCloud
	parts
)

// hazards are what a gust can be.
var hazards = []struct {
	part int
	name string
	hit  func(*storm, gust) (heal func())
}{
	{atNode, "a node is killed", (*storm).kill},
	{atNode, "a node is asked to stop", (*storm).leave},
	{atNode, "a node hangs", (*storm).hang},
	{atNode, "a node is cut off", func(s *storm, g gust) func() { return s.blow(s.doors[g.which], weather{down: true}) }},
	{atNode, "nothing that a node sends arrives", func(s *storm, g gust) func() { return s.blow(s.doors[g.which], weather{out: true}) }},
	{atNode, "nothing arrives at a node", func(s *storm, g gust) func() { return s.blow(s.doors[g.which], weather{back: true}) }},
	{atNode, "the links of a node are slow", func(s *storm, g gust) func() { return s.blow(s.doors[g.which], weather{delay: 40 * time.Millisecond}) }},
	{atNode, clockWrong, (*storm).misset},
	{atAgent, "an agent is killed", (*storm).killAgent},
	{atAgent, "an agent hangs", (*storm).hangAgent},
	{atAgent, "a leaf node is cut off", func(s *storm, _ gust) func() { return s.blow(s.leaf.doors, weather{down: true}) }},
	{atAgent, "nothing that a leaf node sends arrives", func(s *storm, _ gust) func() { return s.blow(s.leaf.doors, weather{out: true}) }},
	{atAgent, "nothing arrives at a leaf node", func(s *storm, _ gust) func() { return s.blow(s.leaf.doors, weather{back: true}) }},
	{atServer, "a server stops", func(s *storm, g gust) func() { return s.servers.rest(g.which) }},
	{atServer, "all servers stop", func(s *storm, _ gust) func() { return s.servers.rest(0, 1, 2) }},
	{atServer, "a server is cut off from the others", func(s *storm, g gust) func() { return s.apart(g.which, weather{down: true}, weather{down: true}) }},
	{atServer, "the others hear nothing of a server", func(s *storm, g gust) func() { return s.apart(g.which, weather{out: true}, weather{back: true}) }},
	{atServer, "a server hears nothing of the others", func(s *storm, g gust) func() { return s.apart(g.which, weather{back: true}, weather{out: true}) }},
	{atServer, "a server is far from the others", func(s *storm, g gust) func() {
		return s.apart(g.which, weather{delay: 20 * time.Millisecond}, weather{delay: 20 * time.Millisecond})
	}},
	{atServer, diskFull, (*storm).fillDisk},
	{atCloud, "the payments of paris are gone", (*storm).close},
	{atCloud, "paris charges and does not answer", (*storm).mute},
}

// A gust is one fault of a schedule.
type gust struct {
	hazard int
	which  int // of the nodes or servers
	lasts  time.Duration
}

func (g gust) String() string {
	return fmt.Sprintf("%s (%d) for %v", hazards[g.hazard].name, g.which, g.lasts.Round(time.Millisecond))
}

// forecast is what happens in a storm: rounds of one or two gusts that begin together.
type forecast struct {
	leaf   bool // paris is reached by agents only, one of them behind a leaf node
	rounds [][]gust
}

// has says whether there is a gust of a name.
func (f forecast) has(name string) bool {
	return slices.ContainsFunc(slices.Concat(f.rounds...), func(g gust) bool { return hazards[g.hazard].name == name })
}

// schedule is the forecast of a seed.
func schedule(seed uint64) (f forecast) {
	r := rand.New(rand.NewPCG(seed, 0))
	f.leaf = r.IntN(3) == 0
	for range 3 + r.IntN(3) {
		var round []gust
		hit := [parts]bool{}
		for range 1 + r.IntN(2) {
			g := gust{hazard: r.IntN(len(hazards)), which: r.IntN(3), lasts: 100*time.Millisecond + time.Duration(r.Int64N(int64(4*time.Second)))}
			for hazards[g.hazard].part == atAgent && !f.leaf { // there is none
				g.hazard = r.IntN(len(hazards))
			}
			if part := hazards[g.hazard].part; !hit[part] {
				hit[part] = true
				round = append(round, g)
			}
		}
		f.rounds = append(f.rounds, round)
	}
	return f
}

// storm is a cluster of which everything can fail.
type storm struct {
	t       *testing.T
	servers *servers
	crew    *crew
	doors   [][]*link // of every node, to every server
	leaf    *leaf     // where there is one
	traffic *traffic
	orders  []services.Message // that are not sent yet
}

const perRound = 40 // orders

// TestStorms lets orders come in while nodes, servers, links and a cloud fail at
// random; then the ledgers of the services are held against the instances. A run
// that failed is lived again by its seed, as far as processes can be:
//
//	go test ./cmd/cob/e2e -run TestStorms -storms 100 -storm-seed 1 -timeout 0 -v
func TestStorms(t *testing.T) {
	for i := range uint64(*storms) {
		seed := *stormSeed + i
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { live(t, schedule(seed)) })
	}
}

func live(t *testing.T, f forecast) {
	w := newWorld(t)
	s := &storm{t: t, servers: stormServers(t, f), orders: messages(t, perRound*(len(f.rounds)+1))}
	all := s.orders
	c := &crew{t: t, world: w}
	if f.has(clockWrong) {
		c.clocks = clocks(t, w)
	}
	var more []string
	if f.leaf {
		w.agents, more = []string{"paris"}, []string{"--agents", "paris"}
	}
	for i := range 3 {
		doors, urls := s.servers.through(s.servers.clients())
		s.doors = append(s.doors, doors)
		c.flags = append(c.flags, append(clusterFlags(urls), more...))
		c.all = append(c.all, c.run(i))
	}
	if f.leaf {
		s.leaf = newLeaf(w, s.servers)
		s.leaf.crewed(c.all[0])
	}
	s.crew = c
	c.even()
	s.traffic = hire(w, c.all[0])
	s.traffic.delivery()
	for range 3 {
		s.traffic.team.Go(func() { s.traffic.look(c.anyone) })
	}
	for i, round := range f.rounds {
		t.Logf("round %d: %v", i, round)
		s.round(i, round)
	}
	s.send()
	s.traffic.finish(all)
	c.even()
	for _, n := range c.all {
		n.settled()
	}
	s.traffic.audit(all)
	s.traffic.dismiss()
	s.traffic.told.check(t)
}

// round sends orders while the gusts of a round blow, and waits until the nodes have
// shared the shards again.
func (s *storm) round(number int, gusts []gust) {
	var heal []func()
	spared := number % 3
	for _, g := range gusts {
		if hazards[g.hazard].part == atNode && g.which == spared {
			spared = (spared + 1) % 3 // else who asks would hang with it
		}
	}
	s.send() // some of it to the node that is hit
	// A node that is started needs servers: they are hit last, and healed first.
	slices.SortFunc(gusts, func(a, b gust) int { return cmp.Compare(hazards[a.hazard].part, hazards[b.hazard].part) })
	for _, g := range gusts {
		heal = append(heal, hazards[g.hazard].hit(s, g))
	}
	s.traffic.node.Store(s.crew.all[spared])
	for _, g := range gusts {
		time.Sleep(g.lasts / time.Duration(len(gusts)))
	}
	for _, h := range slices.Backward(heal) {
		h()
	}
	s.crew.even()
	if s.leaf != nil {
		s.leaf.crewed(s.crew.all[spared])
	}
}

// send lets the customers send the orders of one round.
func (s *storm) send() {
	s.traffic.buy(s.orders[:perRound])
	s.orders = s.orders[perRound:]
}

// blow sets the weather of links, until it is healed.
func (s *storm) blow(links []*link, w weather) func() {
	for _, l := range links {
		l.set(w)
	}
	return func() {
		for _, l := range links {
			l.set(weather{})
		}
	}
}

// apart sets the weather of the links from a server to the others, and of those to it.
func (s *storm) apart(which int, from, to weather) func() {
	out, in := s.servers.around(which)
	first, second := s.blow(out, from), s.blow(in, to)
	return func() { first(); second() }
}

func (s *storm) kill(g gust) func() {
	s.crew.all[g.which].kill()
	return func() { s.crew.again(g.which) }
}

func (s *storm) leave(g gust) func() {
	if err := s.crew.all[g.which].cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	return func() {
		n := s.crew.all[g.which]
		<-n.gone
		if code := n.cmd.ProcessState.ExitCode(); code != 0 {
			s.t.Errorf("a graceful stop gives %d: %s", code, n.log())
		}
		s.crew.again(g.which)
	}
}

func (s *storm) hang(g gust) func() {
	s.crew.all[g.which].signal(syscall.SIGSTOP)
	return func() { s.crew.all[g.which].signal(syscall.SIGCONT) }
}

// misset sets the clock of a node ahead or back, by up to 20 s: what was due a second
// later by it comes so much later when it is set right.
func (s *storm) misset(g gust) func() {
	by := 5 * g.lasts
	if g.lasts%2 == 0 {
		by = -by
	}
	s.crew.setClock(g.which, by)
	return func() { s.crew.setClock(g.which, 0) }
}

func (s *storm) close(gust) func() {
	paris := s.traffic.world.paris
	if err := paris.Kill(); err != nil {
		s.t.Fatal(err)
	}
	return func() {
		if err := paris.Restart(); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *storm) mute(gust) func() {
	paris := s.traffic.world.paris
	paris.Tamper(services.Tampering{How: services.MuteDone, Method: "POST"})
	return paris.Behave
}
