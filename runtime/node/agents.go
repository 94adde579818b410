package node

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cob-lang/cob/runtime/agent"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/health"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
)

// noteCloud are the notes that say which clouds only agents reach.
const noteCloud = "cloud."

// lookAtAgents is the time between two looks at who has fallen silent.
const lookAtAgents = 250 * time.Millisecond

// desk is a node's part in having calls carried out by agents.
type desk struct {
	node  *Node
	bus   *jetstream.Bus
	board *jetstream.Board
	id    string

	mu      sync.Mutex
	roster  *agent.Roster
	noted   map[string]uint64 // clouds that have a note on the board, with its revision
	numbers int64
	lines   map[string][]*waiter        // calls that wait for an agent, by cloud
	errands map[string]map[int64]func() // what ends the calls under way, by agent
}

// waiter is a call that waits for its turn.
type waiter struct {
	digest string
	not    map[string]bool
	turn   chan struct{} // closed when agent or err is there
	agent  string
	err    error
}

// openDesk lets the node hear agents, and learns which clouds only they reach.
func (n *Node) openDesk(ctx context.Context) error {
	board, err := n.server.Board(ctx)
	if err != nil {
		return err
	}
	k := &desk{
		node: n, bus: n.server.Bus(), board: board, id: strings.ToLower(rand.Text()[:12]), roster: agent.NewRoster(),
		noted: map[string]uint64{}, lines: map[string][]*waiter{}, errands: map[string]map[int64]func(){},
	}
	notes, err := board.Look(ctx)
	if err != nil {
		return err
	}
	k.learn(notes)
	for _, cloud := range n.options.Agents {
		if err := k.note(ctx, cloud); err != nil {
			return err
		}
	}
	n.desk = k
	hush, err := k.bus.Listen(agent.NodePlace(k.id), k.give)
	if err != nil {
		return err
	}
	deaf, err := k.bus.Listen(agent.Everybody, k.hear)
	if err != nil {
		hush()
		return err
	}
	n.workers.Go(func() {
		defer hush()
		defer deaf()
		k.run()
	})
	return nil
}

// now is a clock that only goes forward, and that people can read.
func (k *desk) now() record.Instant {
	return record.Instant(k.node.opened.UnixNano() + int64(time.Since(k.node.opened)))
}

// learn takes what the board says. A replica may be behind: what was written after all
// that it shows is not forgotten.
func (k *desk) learn(notes []jetstream.Note) {
	noted, latest := map[string]uint64{}, uint64(0)
	for _, note := range notes {
		latest = max(latest, note.Revision)
		if cloud, is := strings.CutPrefix(note.Key, noteCloud); is {
			noted[cloud] = note.Revision
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for cloud, revision := range k.noted {
		if revision > latest {
			noted[cloud] = revision
		}
	}
	k.noted = noted
	k.roster.Serve(slices.Sorted(maps.Keys(noted)))
}

// note writes down that only agents reach a cloud.
func (k *desk) note(ctx context.Context, cloud string) error {
	revision, err := k.board.Write(ctx, noteCloud+cloud, []byte("{}"), 0, 0)
	if err != nil && !errors.Is(err, jetstream.ErrChanged) {
		return fmt.Errorf("writing down that agents serve %s: %w", cloud, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.noted[cloud] = max(k.noted[cloud], revision)
	k.roster.Serve(slices.Sorted(maps.Keys(k.noted)))
	return nil
}

// hear takes what an agent tells of itself and answers it.
func (k *desk) hear(text []byte, _ func([]byte)) {
	s, err := agent.ReadStatus(text)
	if err != nil {
		k.node.log.Warn("an agent was not understood", "error", err)
		return
	}
	w := agent.Welcome{Protocol: agent.Protocol, Node: k.id, Number: s.Number, Now: k.now()}
	k.mu.Lock()
	w.Refused = k.roster.Heard(s, w.Now)
	_, known := k.noted[s.Cloud]
	k.next(s.Cloud)
	k.mu.Unlock()
	if !known && w.Refused == "" && k.node.work.Err() == nil {
		k.node.workers.Go(func() {
			if err := k.note(k.node.work, s.Cloud); err != nil && k.node.work.Err() == nil {
				k.node.log.Warn("an agent has come; trying again", "agent", s.Name, "error", err)
			}
		})
	}
	for _, d := range k.node.deployments.All() {
		w.Plans = append(w.Plans, d.Digest)
	}
	k.show()
	answer, err := json.Marshal(w)
	if err != nil {
		panic(err) // names and numbers
	}
	_ = k.bus.Tell(agent.Place(s.ID), append([]byte{agent.SayWelcome}, answer...)) // it asks again
}

// give gives an agent a plan.
func (k *desk) give(question []byte, reply func([]byte)) {
	if len(question) == 0 || question[0] != agent.AskPlan {
		reply([]byte{agent.PlanNever})
		return
	}
	k.node.workers.Go(func() {
		ctx, cancel := context.WithTimeout(k.node.work, durable)
		defer cancel()
		encoded, err := k.node.plans.Get(ctx, string(question[1:]))
		if err != nil {
			reply(append([]byte{agent.PlanNever}, err.Error()...))
			return
		}
		reply(append([]byte{agent.PlanHere}, encoded...))
	})
}

// run looks after the agents until the node closes.
func (k *desk) run() {
	tick := time.NewTicker(lookAtAgents)
	defer tick.Stop()
	for {
		select {
		case <-k.node.work.Done():
			return
		case <-tick.C:
		}
		k.mu.Lock()
		doubtful := k.roster.Doubtful(k.now())
		for cloud := range k.lines {
			k.next(cloud)
		}
		k.mu.Unlock()
		for _, id := range doubtful {
			k.node.workers.Go(func() { k.visit(id) })
		}
		k.show()
	}
}

// visit asks whether anybody is at the place of an agent. Where nobody is, its process
// or the link to it has ended.
func (k *desk) visit(id string) {
	ctx, cancel := context.WithTimeout(k.node.work, lookAtAgents)
	defer cancel()
	_, err := k.bus.Ask(ctx, agent.Place(id), []byte{agent.AskPresent})
	if errors.Is(err, jetstream.ErrNobody) && !errors.Is(err, journal.ErrUnavailable) {
		k.nobody(id)
	}
}

// nobody takes an agent for gone, and with it the calls that are under way there.
func (k *desk) nobody(id string) {
	k.mu.Lock()
	k.roster.Nobody(id)
	ends := slices.Collect(maps.Values(k.errands[id]))
	k.mu.Unlock()
	for _, end := range ends {
		end()
	}
	k.show()
}

// show lets placement know which bindings no agent reaches now.
func (k *desk) show() {
	var cuts []health.Cut
	now := k.now()
	all := k.node.deployments.All()
	k.mu.Lock()
	for _, d := range all {
		for _, e := range d.Plan.Endpoints {
			for _, b := range e.Bindings {
				if why := k.why(d, b.Cloud, now); why != "" {
					cuts = append(cuts, health.Cut{Endpoint: e.Name, Cloud: b.Cloud, Why: why})
				}
			}
		}
	}
	k.mu.Unlock()
	k.node.health.Cut(cuts, clock())
}

// why says why nothing reaches a cloud for a plan; "" where something does. The caller
// holds mu.
func (k *desk) why(d *deployment.Deployment, cloud string, now record.Instant) string {
	switch {
	case k.roster.Serves(cloud, now):
		return k.roster.Why(cloud, d.Digest, now)
	case slices.Contains(d.Away, cloud):
		return away(cloud)
	}
	return ""
}

// serves says whether only agents reach a cloud.
func (k *desk) serves(cloud string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.roster.Serves(cloud, k.now())
}

// clouds are those that only agents reach.
func (k *desk) clouds() []string {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.roster.Clouds(k.now())
}
