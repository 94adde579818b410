package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/health"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/lease"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
	"github.com/cob-lang/cob/runtime/traffic"
)

// DefaultShards is how many shards a new embedded store has. A shard is one
// core's work; more than the machine's cores only cost.
const DefaultShards = 2

// ClusterShards is how many shards a new external store has: the nodes share them, and
// two, three, four or six nodes do it evenly.
const ClusterShards = 12

// MaxShards bounds the shards of one store.
const MaxShards = jetstream.MaxShards

// KeepEvents is how long an event waits for instances that will ask for it.
const KeepEvents = time.Hour

// maxCommit is the largest commit in bytes: a full batch, and the largest command
// behind it.
const maxCommit = shard.MaxBatchBytes + engine.MaxCommandBytes

// ErrNotReady says that the node has not opened all shards, or has lost one.
var ErrNotReady = errors.New("the node is not ready")

// ErrChannelFull says that a channel takes no more messages.
var ErrChannelFull = jetstream.ErrChannelFull

// ErrTooLarge says that a message is over its channel's limit.
var ErrTooLarge = jetstream.ErrTooLarge

// ErrUnknown says that a message may or may not be in its channel: publish it
// again under the same ID.
var ErrUnknown = journal.ErrUnknown

// Options describe a node. Connectors and Settings are required.
type Options struct {
	Store jetstream.Options
	// Shards of a store that is made anew, 1..MaxShards, 0 for DefaultShards or
	// ClusterShards. A store that exists keeps the number it was made with.
	Shards int
	// Cloud is where this node runs, for people to read: cob_node_info tells it.
	Cloud string
	// Agents are clouds that only agents reach, also while none of them is there. It
	// needs an external store.
	Agents []string
	// Lease is how long the node may be silent before others take its shards, on an
	// external store; 0 for lease.DefaultTTL, lease.MinTTL to lease.MaxTTL.
	Lease      time.Duration
	Owner      string // names this process in the journal; default "cob"
	Connectors *connector.Registry
	Settings   connector.Settings
	Limits     engine.Limits // zero: engine.DefaultLimits
	// Pair is asked where another cloud may take over; Store.Mirror is set then. nil for
	// one cloud.
	Pair Pair
	// SnapshotEvery and Retain are those of shard.Options, in bytes per shard.
	SnapshotEvery, Retain int64
	Trail                 Trail        // keeps what the node decides by itself; nil: nobody
	Log                   *slog.Logger // zero: none
	// plant is where tests step into the engine.
	plant func(stage engine.Stage, key string)
}

// Validate says which field is outside its bounds.
func (o Options) Validate() error {
	if o.Shards < 0 || o.Shards > MaxShards {
		return fmt.Errorf("node options: Shards is %d: want 1 to %d", o.Shards, MaxShards)
	}
	if (o.Pair == nil) != (o.Store.Mirror == nil) {
		return errors.New("node options: Pair and Store.Mirror stand together")
	}
	if o.Connectors == nil || o.Settings == nil {
		return errors.New("node options: Connectors and Settings are required")
	}
	if len(o.Agents) > 0 && o.Store.URL == "" {
		return errors.New("node options: Agents needs an external store: agents reach a node through its servers")
	}
	if o.Lease != 0 {
		return lease.ValidTTL(o.Lease)
	}
	return nil
}

// Node is a running node. All methods may be called from any goroutine.
type Node struct {
	options     Options
	log         *slog.Logger
	server      *jetstream.Server
	plans       *jetstream.Plans
	deployments *deployment.Table
	health      *health.Table
	gates       traffic.Gates
	budget      traffic.Budget
	holdings    atomic.Pointer[holdings]
	cluster     *cluster // nil on an embedded store
	desk        *desk    // nil on an embedded store
	forwarded   atomic.Pointer[Forwarded]
	need        atomic.Pointer[failover.Need]
	underWay    []failover.Repeated // written while the node opens
	opened      time.Time
	waiters     waiters
	notices     broadcast
	channels    channelTable
	activation  sync.Mutex       // one plan is activated at a time
	finishing   bool             // somebody finishes activations; by activation
	pumps       map[string]*pump // by route; by activation
	receivers   receiverTable
	// moving is held for reading while messages are handed over, and for writing
	// while the shards go from one plan to another.
	moving sync.RWMutex
	// unfinished are the plans, by package, that some shards have taken and others
	// may not have. It is written under activation and moving.
	unfinished map[string]*deployment.Deployment
	// shares are the rollouts that run, by package and process, and followed the
	// revisions of the board's notes that they are from. By activation.
	shares   map[string]map[string]shareNote
	followed map[string]uint64
	// unbound are the stored plans whose settings are missing, by digest. It is
	// written while the node opens.
	unbound map[string]*connector.SettingsError
	ready   atomic.Bool

	// work ends when the node closes; effects and pumps run under it.
	work     context.Context
	stop     context.CancelFunc
	workers  sync.WaitGroup
	callers  crew
	failed   chan error
	failOnce sync.Once
	lost     chan struct{} // closed with the first shard that is lost
}

// ownedShard is a shard with its journal and its read model.
type ownedShard struct {
	number    int
	journal   *jetstream.Journal
	processor *shard.Processor
	view      *observe.View
	epoch     uint64 // of the lease, 0 without one
	// work ends when the shard is not this node's any more; its effects run under it.
	work    context.Context
	stop    context.CancelFunc
	healed  *HealedState // when it was opened, nil for nothing
	readers readerEpochs
}

// Open starts a node on its store: plans are made ready, shards are taken over
// and folded, pending effects leave again. Errors name the way out; those of the
// store are in runtime/jetstream.
func Open(ctx context.Context, o Options) (*Node, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Limits == (engine.Limits{}) {
		o.Limits = engine.DefaultLimits()
	}
	if o.Owner == "" {
		o.Owner = "cob"
	}
	for begun, reached := time.Now(), false; ; pause(ctx, retryOpen) {
		n, err := open(ctx, o)
		var away *jetstream.ExternalServerError
		again := errors.Is(err, journal.ErrUnavailable) || errors.Is(err, journal.ErrUnknown)
		reached = reached || again // an address that was never reached may be wrong, and is told at once
		again = again || reached && errors.As(err, &away)
		if o.Store.URL == "" || !again || ctx.Err() != nil || time.Since(begun) > openTime {
			return n, err
		}
		o.Log.Warn("the store is not ready yet; trying again", "error", err)
	}
}

// How long a node waits at its start for servers of others to be ready: those that
// were started with it, or that are just choosing who leads a stream.
const (
	openTime  = time.Minute
	retryOpen = 200 * time.Millisecond
)

func open(ctx context.Context, o Options) (*Node, error) {
	server, err := jetstream.Open(ctx, o.Store)
	if err != nil {
		return nil, err
	}
	n := &Node{
		options: o, log: o.Log, server: server, deployments: deployment.NewTable(), failed: make(chan error, 1),
		unbound: map[string]*connector.SettingsError{}, pumps: map[string]*pump{}, unfinished: map[string]*deployment.Deployment{},
		shares: map[string]map[string]shareNote{}, followed: map[string]uint64{},
		lost: make(chan struct{}), opened: time.Now(),
	}
	n.work, n.stop = context.WithCancel(context.Background())
	if err := n.open(ctx); err != nil {
		return nil, errors.Join(err, n.Close(context.WithoutCancel(ctx)))
	}
	n.ready.Store(true)
	return n, nil
}

func (n *Node) open(ctx context.Context) error {
	var err error
	if n.plans, err = n.server.Plans(ctx); err != nil {
		return err
	}
	n.health = health.NewTable(nil)
	count, err := n.shardCount(ctx)
	if err != nil {
		return err
	}
	n.holdings.Store(&holdings{places: make([]*ownedShard, count)})
	if n.options.Store.URL != "" {
		if err := n.openDesk(ctx); err != nil {
			return err
		}
	}
	stored, err := n.learnPlans(ctx)
	if err != nil {
		return err
	}
	if n.options.Store.URL != "" {
		return n.join(ctx)
	}
	var states []*engine.State
	for i := range count {
		s, state, err := n.openShard(ctx, i, 0, stored)
		if err != nil {
			return err
		}
		n.hold(s)
		states = append(states, state)
	}
	if err := n.needed(states); err != nil {
		return err
	}
	behind := n.adoptActive(states, stored)
	for _, d := range stored {
		if err := n.openChannels(ctx, d, func(route string) (uint64, error) { return highest(states, route), nil }); err != nil {
			return err
		}
	}
	// What was pending leaves again now: all that it may reach is there.
	if err := n.pairUp(ctx, states); err != nil {
		return err
	}
	for _, s := range n.held() {
		n.begin(s)
	}
	n.workers.Go(func() { n.health.Run(n.work, n.probe) })
	n.workers.Go(n.judgeRollouts)
	n.activation.Lock()
	defer n.activation.Unlock()
	for _, d := range behind {
		n.unfinished[d.Plan.Package] = d
		if err := n.move(d); err != nil && !busy(err) {
			return err
		}
	}
	n.finishLater()
	n.adjustReaders()
	n.tidy()
	return nil
}

// highest is the highest position that a state has of a route.
func highest(states []*engine.State, route string) (at uint64) {
	for _, s := range states {
		at = max(at, s.Position(route))
	}
	return at
}

// position is that of the last message of a route that the shard took.
func (s *ownedShard) position(ctx context.Context, route string) (uint64, error) {
	var at uint64
	if err := s.processor.Query(ctx, func(state *engine.State) { at = state.Position(route) }); err != nil {
		return 0, err // the look may still be under way
	}
	return at, nil
}

// shardCount is how many shards the store has; it never changes, for it decides
// where every instance lives.
func (n *Node) shardCount(ctx context.Context) (int, error) {
	want := n.options.Shards
	switch {
	case want == 0 && n.options.Store.URL != "":
		want = ClusterShards
	case want == 0:
		want = DefaultShards
	}
	count, err := n.plans.Shards(ctx, want)
	if err == nil && n.options.Store.URL != "" && n.options.Shards != 0 && count != n.options.Shards {
		return 0, fmt.Errorf("the store has %d shards, and %d are asked for: a store keeps its number for good; start without asking for one", count, n.options.Shards)
	}
	return count, err
}

// begin lets a shard work.
func (n *Node) begin(s *ownedShard) {
	s.processor.Start()
	s.journal.Scrub(func(damage *journal.DamageError) { n.damaged(s, damage) })
	n.workers.Go(func() { n.watch(s) })
}

// takeShard takes a shard over and folds it, in an epoch or, where that is 0, in the
// next one. The state is the shard's own once that is started.
func (n *Node) takeShard(ctx context.Context, number int, epoch uint64, stored []*deployment.Deployment) (*ownedShard, *engine.State, error) {
	j, err := n.server.Journal(ctx, number, journalOptions)
	if err != nil {
		return nil, nil, fmt.Errorf("opening shard %d: %w", number, err)
	}
	s, state, err := n.fold(ctx, j, number, epoch, stored)
	if err != nil {
		return nil, nil, errors.Join(err, j.Close(ctx))
	}
	return s, state, nil
}

// fold makes a shard of its journal.
func (n *Node) fold(ctx context.Context, j *jetstream.Journal, number int, epoch uint64, stored []*deployment.Deployment) (*ownedShard, *engine.State, error) {
	state, err := engine.NewState(n.options.Limits)
	if err != nil {
		return nil, nil, err
	}
	state.Plant(n.options.plant)
	for _, d := range stored {
		state.AddProgram(d.Program)
	}
	s := &ownedShard{number: number, journal: j, view: observe.New(n.deployments), epoch: epoch}
	s.work, s.stop = context.WithCancel(n.work)
	s.processor, err = shard.Open(ctx, shard.Options{
		Shard: number, Owner: n.options.Owner, Epoch: epoch, Journal: n.mirrored(j), State: state, Log: n.log,
		Clock:     clock,
		Facts:     func() engine.Facts { return engine.Facts{Health: n.health.View()} },
		Replayed:  s.view.Fold,
		Committed: func(commit uint64, events []record.Event) { n.committed(s, commit, events) },
		Dispatch:  func(effects []engine.Effect) { n.dispatch(s, effects) },
		Aside:     s.view.Save,
		Restored: func(upTo uint64, aside []byte) error {
			return s.view.Load(upTo, aside, state.Outlines)
		},
		SnapshotEvery: n.options.SnapshotEvery, Retain: n.options.Retain,
	})
	for _, i := range state.Aside() {
		s.view.SetAside(i.Instance, i.Blocked)
	}
	return s, state, err
}

// watch tells the node's owner when a shard is lost: another process took it
// over, or its journal cannot be trusted any more. On a cluster that is no reason to
// end: another node has it, or will.
func (n *Node) watch(s *ownedShard) {
	<-s.processor.Done()
	s.stop()
	if err := s.processor.Err(); err != nil && n.work.Err() == nil {
		if n.cluster != nil {
			n.cluster.drop(s, err)
			return
		}
		n.ready.Store(false)
		n.failOnce.Do(func() {
			close(n.lost)
			n.failed <- fmt.Errorf("shard %d stopped: %w", s.number, err)
		})
	}
}

// Failed gives the error of the first shard that was lost. The process should
// then end and start again: what is durable is safe.
func (n *Node) Failed() <-chan error { return n.failed }

// Ready is nil when the node serves requests, else why not.
func (n *Node) Ready() error {
	if !n.ready.Load() {
		return fmt.Errorf("%w: its shards are not all open", ErrNotReady)
	}
	for _, s := range n.held() {
		if err := s.processor.Stalled(); err != nil {
			return fmt.Errorf("%w: shard %d can write nothing: %w", ErrNotReady, s.number, err)
		}
	}
	if len(n.deployments.All()) == 0 {
		return fmt.Errorf("%w: no plan is deployed; send one with cob deploy, or start with cob run DIR", ErrNotReady)
	}
	return nil
}

// Cloud is where this node runs, "" where nobody said.
func (n *Node) Cloud() string { return n.options.Cloud }

// endActivations waits for the activation under way, which ends with the work;
// none begins after that. What is not finished stays so for the next Open.
func (n *Node) endActivations() {
	n.activation.Lock()
	defer n.activation.Unlock()
	n.log.Debug("closing: activations have ended", "unfinished", len(n.unfinished))
}

// Close ends the node: no new work is taken, the batches under way become
// durable, calls under way end. What was not finished goes on at the next Open.
// Where ctx ends first, the store is closed under what still runs. Errors: the
// context's, those of closing the store.
func (n *Node) Close(ctx context.Context) error {
	n.ready.Store(false)
	if n.cluster != nil {
		n.cluster.leave(ctx)
	}
	n.stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		n.endActivations()
		if h := n.holdings.Load(); h != nil {
			for _, s := range h.list {
				s.processor.Close()
			}
		}
		n.workers.Wait()
		n.callers.dismiss()
	}()
	var errs []error
	select {
	case <-ended:
	case <-ctx.Done():
		errs = append(errs, fmt.Errorf("closing the node: %w", ctx.Err()))
	}
	n.notices.close()
	if h := n.holdings.Load(); h != nil {
		for _, s := range h.list {
			errs = append(errs, s.journal.Close(ctx))
		}
	}
	errs = append(errs, n.server.Close(ctx))
	return errors.Join(errs...)
}
