package node

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/lease"
)

// The notes of the board that nodes of a cluster share, by the first part of their
// key: who is there, who owns which shard, which plan is active.
const (
	noteNode  = "node."
	noteShard = "shard."
	notePlan  = "plan."
)

// Where nodes hear each other.
const (
	placeBoard = "cob.at.board" // somebody has written on it
	placeNode  = "cob.at.node." // with the ID of a session
	placeShard = "cob.at.shard."
)

// gatherTime bounds how long a list waits for the other nodes.
const gatherTime = 3 * time.Second

// cluster is a node's part in sharing the shards of an external store.
type cluster struct {
	node  *Node
	board *jetstream.Board
	bus   *jetstream.Bus
	ttl   time.Duration
	begun time.Time
	poke  chan struct{}
	quit  chan struct{}
	ended sync.WaitGroup

	mu        sync.Mutex
	keeper    *lease.Keeper
	revision  uint64 // of the session's note
	leaving   bool
	view      lease.View
	about     map[string]nodeNote // by session
	revisions []uint64            // of the notes of shards
	seen      uint64              // the latest revision that was read
	plans     map[string]planNote // by package
	change    chan struct{}       // closed with every change of the view
	asking    map[*asking]struct{}
	refused   map[int]time.Time // shards that could not be opened, and when that was
	stop      map[*ownedShard]func()
	hush      func()
}

// nodeNote is what a node tells of itself.
type nodeNote struct {
	Name    string    `json:"name"`
	Cloud   string    `json:"cloud,omitempty"`
	Since   time.Time `json:"since"`
	Leaving bool      `json:"leaving,omitempty"`
}

// shardNote is who owns a shard.
type shardNote struct {
	Owner string `json:"owner"`
	Epoch uint64 `json:"epoch"`
}

// planNote is which plan of a package is active.
type planNote struct {
	Digest string `json:"digest"`
	// Shares are the rollouts to it that run, by process.
	Shares   map[string]shareNote `json:"shares,omitempty"`
	revision uint64
}

// asking is a question under way to the owner of a shard.
type asking struct {
	shard  int
	epoch  uint64
	cancel context.CancelFunc
}

// join makes the node one of those that share the store. Shards come as the others
// leave them.
func (n *Node) join(ctx context.Context) error {
	board, err := n.server.Board(ctx)
	if err != nil {
		return err
	}
	ttl := n.options.Lease
	if ttl == 0 {
		ttl = lease.DefaultTTL
	}
	c := &cluster{
		node: n, board: board, bus: n.server.Bus(), ttl: ttl, begun: time.Now(),
		poke: make(chan struct{}, 1), quit: make(chan struct{}), change: make(chan struct{}), asking: map[*asking]struct{}{},
		refused: map[int]time.Time{}, stop: map[*ownedShard]func(){}, plans: map[string]planNote{}, revisions: make([]uint64, n.count()),
		view: lease.View{Shards: make([]lease.Hold, n.count())},
	}
	if c.hush, err = c.bus.Listen(placeBoard, func([]byte, func([]byte)) { c.wake() }); err != nil {
		return err
	}
	n.cluster = c
	if err := c.session(ctx); err != nil {
		return err
	}
	if err := c.look(ctx); err != nil {
		return err
	}
	c.follow()
	n.workers.Go(func() { n.health.Run(n.work, n.probe) })
	n.workers.Go(n.judgeRollouts)
	c.ended.Go(c.renew)
	c.ended.Go(c.run)
	return nil
}

// now is the time since the node began. It goes on while the process is stopped.
func (c *cluster) now() time.Duration { return time.Since(c.begun) }

func (c *cluster) wake() {
	select {
	case c.poke <- struct{}{}:
	default:
	}
}

// valid says whether the node may act as an owner.
func (c *cluster) valid() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keeper.Valid(c.now())
}

func (c *cluster) id() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keeper.ID()
}

// mayDispatch says whether the node may act and speak for a shard: let its effects
// leave, and show its state.
func (n *Node) mayDispatch(from *ownedShard) bool {
	return from.work.Err() == nil && (n.cluster == nil || n.cluster.valid()) && (n.options.Pair == nil || n.options.Pair.Valid())
}

func (c *cluster) note() []byte {
	o := c.node.options
	text, err := json.Marshal(nodeNote{Name: o.Owner, Cloud: o.Cloud, Since: c.begun.UTC(), Leaving: c.leaving})
	if err != nil {
		panic(err) // names and times
	}
	return text
}

// session begins another session.
func (c *cluster) session(ctx context.Context) error {
	keeper := lease.New(strings.ToLower(rand.Text()[:12]), c.ttl)
	c.mu.Lock()
	note := c.note()
	c.mu.Unlock()
	stop, err := c.bus.Listen(placeNode+keeper.ID(), c.node.answerNode)
	if err != nil {
		return err
	}
	sent := c.now()
	revision, err := c.board.Write(ctx, noteNode+keeper.ID(), note, 0, c.ttl)
	if err != nil {
		stop()
		return fmt.Errorf("joining the nodes of the store: %w", err)
	}
	keeper.Begin(sent)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keeper, c.revision = keeper, revision
	c.stop[nil] = stop
	c.tell()
	return nil
}

// tell lets the others look at the board. It is a hint: they look anyway.
func (c *cluster) tell() { _ = c.bus.Tell(placeBoard, nil) }

// renew keeps the session until the node leaves.
func (c *cluster) renew() {
	for {
		c.mu.Lock()
		every := c.keeper.Every()
		c.mu.Unlock()
		select {
		case <-c.quit:
			return
		case <-time.After(every):
		}
		if err := c.renewOnce(); err != nil && c.valid() {
			c.node.log.Warn("the lease of this node could not be renewed; trying again", "error", err)
		}
		if !c.valid() {
			c.wake()
		}
	}
}

func (c *cluster) renewOnce() error {
	c.mu.Lock()
	keeper, over, note := c.keeper, c.revision, c.note()
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(c.node.work, c.ttl/2)
	defer cancel()
	sent := c.now()
	revision, err := c.board.Write(ctx, noteNode+keeper.ID(), note, over, c.ttl)
	if errors.Is(err, jetstream.ErrChanged) { // an earlier answer was lost, or the session is over
		revision, err = c.found(ctx, noteNode+keeper.ID())
		sent = 0 // when that was is not known
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.keeper != keeper: // another session by now
	case errors.Is(err, errNoNote):
		keeper.Lost()
	case err == nil:
		c.revision = revision
		keeper.Renewed(c.now(), sent)
	}
	return err
}

var errNoNote = errors.New("there is no such note")

// found is the revision of a note.
func (c *cluster) found(ctx context.Context, key string) (uint64, error) {
	gone, err := c.board.Gone(ctx, key)
	if err != nil {
		return 0, err
	}
	if gone {
		return 0, errNoNote
	}
	notes, err := c.board.Look(ctx)
	for _, n := range notes {
		if n.Key == key {
			return n.Revision, nil
		}
	}
	return 0, errors.Join(journal.ErrUnavailable, err)
}

// look reads the board.
func (c *cluster) look(ctx context.Context) error {
	notes, err := c.board.Look(ctx)
	if err != nil {
		return err
	}
	view := lease.View{Shards: make([]lease.Hold, c.node.count())}
	about, revisions, plans := map[string]nodeNote{}, make([]uint64, c.node.count()), map[string]planNote{}
	for _, note := range notes {
		switch {
		case strings.HasPrefix(note.Key, noteNode):
			var n nodeNote
			if err := json.Unmarshal(note.Value, &n); err != nil {
				return fmt.Errorf("the note %s: %w", note.Key, err)
			}
			id := note.Key[len(noteNode):]
			about[id] = n
			view.Members = append(view.Members, lease.Member{ID: id, Leaving: n.Leaving})
		case strings.HasPrefix(note.Key, noteShard):
			var s shardNote
			number, err := strconv.Atoi(note.Key[len(noteShard):])
			if err == nil {
				err = json.Unmarshal(note.Value, &s)
			}
			if err != nil || number < 0 || number >= len(view.Shards) {
				return fmt.Errorf("the note %s says %q (%v)", note.Key, note.Value, err)
			}
			view.Shards[number] = lease.Hold{Owner: s.Owner, Epoch: s.Epoch}
			revisions[number] = note.Revision
		case strings.HasPrefix(note.Key, notePlan):
			p := planNote{revision: note.Revision}
			if err := json.Unmarshal(note.Value, &p); err != nil {
				return fmt.Errorf("the note %s: %w", note.Key, err)
			}
			plans[note.Key[len(notePlan):]] = p
		}
	}
	c.see(view, about, revisions, plans)
	c.node.desk.learn(notes)
	return nil
}

// see takes in what the board says. A replica may be behind: what is known of a
// shard is not forgotten for something older.
func (c *cluster) see(view lease.View, about map[string]nodeNote, revisions []uint64, plans map[string]planNote) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range revisions {
		c.seen = max(c.seen, revisions[i])
	}
	for i := range revisions {
		if c.revisions[i] > revisions[i] {
			revisions[i], view.Shards[i] = c.revisions[i], c.view.Shards[i]
		}
	}
	for pkg, p := range c.plans {
		if p.revision > plans[pkg].revision {
			plans[pkg] = p
		}
	}
	c.view, c.about, c.revisions, c.plans = view, about, revisions, plans
	c.turned()
}

// saw says whether the board was read since the note of a shard was written.
func (c *cluster) saw(number int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen >= c.revisions[number]
}

// turned tells whoever waits that the view is another one. The caller holds mu.
func (c *cluster) turned() {
	for a := range c.asking {
		if c.view.Shards[a.shard].Epoch != a.epoch {
			a.cancel()
		}
	}
	close(c.change)
	c.change = make(chan struct{})
}

// changed waits until the nodes have changed, but not long.
func (c *cluster) changed(ctx context.Context) {
	c.mu.Lock()
	change := c.change
	c.mu.Unlock()
	select {
	case <-change:
	case <-time.After(100 * time.Millisecond):
	case <-ctx.Done():
	}
}

// latest is what the board says, as far as this node knows. It does not change: what
// is known later is another view.
func (c *cluster) latest() lease.View {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.view
}

// askShard asks the owner of a shard, until it is another one. Errors: ErrElsewhere,
// where the same question may be asked again; shard.ErrStalled; jetstream.ErrNoAnswer;
// what may, where it is not nil, has against asking as the nodes are now.
func (c *cluster) askShard(ctx context.Context, number int, question []byte, may func(lease.View) error) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.mu.Lock()
	h, view := c.view.Shards[number], c.view
	a := &asking{number, h.Epoch, cancel}
	c.asking[a] = struct{}{}
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.asking, a)
		c.mu.Unlock()
	}()
	if may != nil {
		if err := may(view); err != nil {
			return nil, err
		}
	}
	if h.Owner == "" {
		return nil, fmt.Errorf("shard %d: %w", number, ErrElsewhere)
	}
	answer, err := c.bus.Ask(ctx, shardPlace(number, h.Epoch), question)
	switch {
	case errors.Is(err, jetstream.ErrNobody), err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("shard %d: %w (%w)", number, ErrElsewhere, err)
	case err != nil:
		return nil, err
	}
	return understood(answer)
}

func shardPlace(number int, epoch uint64) string {
	return placeShard + strconv.Itoa(number) + "." + strconv.FormatUint(epoch, 10)
}
