package outpost

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/cob-lang/cob/runtime/agent"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/jetstream"
)

// Options describe an agent. Cloud, Bus, Connectors and Settings are required.
type Options struct {
	Cloud string // whose endpoints it calls
	Name  string // for people; default the ID
	Bus   *jetstream.Bus
	// AtOnce is how many calls it carries out at once, 1 to agent.MaxAtOnce; 0 for
	// agent.DefaultAtOnce.
	AtOnce     int
	Connectors *connector.Registry
	Settings   connector.Settings
	Version    string       // of cob, for people
	Log        *slog.Logger // zero: none
	// Told hears what a person at the agent had better know: met by a node, alone
	// again, a plan that it cannot run. Zero: nobody.
	Told func(text string)
}

// Validate says which field is outside its bounds.
func (o Options) Validate() error {
	switch {
	case o.Cloud == "":
		return errors.New("agent options: Cloud is required")
	case o.Bus == nil || o.Connectors == nil || o.Settings == nil:
		return errors.New("agent options: Bus, Connectors and Settings are required")
	case o.AtOnce < 0 || o.AtOnce > agent.MaxAtOnce:
		return fmt.Errorf("agent options: AtOnce is %d: want 1 to %d", o.AtOnce, agent.MaxAtOnce)
	case len(o.Name) > agent.MaxName:
		return fmt.Errorf("agent options: Name has %d bytes: want at most %d", len(o.Name), agent.MaxName)
	}
	return nil
}

// Outpost is a running agent. All methods may be called from any goroutine.
type Outpost struct {
	options Options
	id      string
	began   time.Time
	refused chan error
	hush    func()

	work    context.Context
	stop    context.CancelFunc
	calls   sync.WaitGroup
	telling sync.WaitGroup
	quit    chan struct{}

	mu      sync.Mutex
	clocks  *agent.Clocks
	status  agent.Status // Running, Done, Full, Leaving
	met     time.Duration
	alone   bool
	under   map[callKey]context.CancelFunc
	plans   *plans
	ledger  map[string]*agent.Endpoint
	ordered []string // of the ledger
}

type callKey struct {
	node   string
	number int64
}

// Open begins an agent. It needs no node to be there. Errors: those of Options.Validate
// and of listening.
func Open(o Options) (*Outpost, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if o.AtOnce == 0 {
		o.AtOnce = agent.DefaultAtOnce
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Told == nil {
		o.Told = func(string) {}
	}
	p := &Outpost{
		options: o, id: strings.ToLower(rand.Text()[:12]), began: time.Now(), refused: make(chan error, 1), quit: make(chan struct{}),
		clocks: agent.NewClocks(), under: map[callKey]context.CancelFunc{}, ledger: map[string]*agent.Endpoint{}, alone: true,
	}
	if p.options.Name == "" {
		p.options.Name = p.id
	}
	p.plans = newPlans(p)
	p.work, p.stop = context.WithCancel(context.Background())
	var err error
	if p.hush, err = o.Bus.Listen(agent.Place(p.id), p.hear); err != nil {
		return nil, err
	}
	p.telling.Go(p.tell)
	return p, nil
}

// ID is that of this agent, which no other ever has.
func (p *Outpost) ID() string { return p.id }

// Refused gives why the nodes give this agent nothing to do, where no node does.
func (p *Outpost) Refused() <-chan error { return p.refused }

// enter counts something that is under way, unless the agent is leaving.
func (p *Outpost) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.status.Leaving {
		return false
	}
	p.calls.Add(1)
	return true
}

// now is the agent's clock. It goes on while the process is stopped.
func (p *Outpost) now() time.Duration { return time.Since(p.began) }

// tell says that the agent is there until it has gone.
func (p *Outpost) tell() {
	for {
		if err := p.options.Bus.Tell(agent.Everybody, p.about()); err != nil {
			p.options.Log.Debug("the nodes could not be told", "error", err)
		}
		p.lonely()
		select {
		case <-p.quit:
			return
		case <-time.After(agent.Beat):
		}
	}
}

// lonely tells a person when no node has answered for a while.
func (p *Outpost) lonely() {
	p.mu.Lock()
	lost := !p.alone && p.now()-p.met >= agent.Lost
	p.alone = p.alone || lost
	p.mu.Unlock()
	if lost {
		p.options.Told("no node answers any more; trying on")
	}
}

// about is the next status.
func (p *Outpost) about() []byte {
	bound := p.plans.bound()
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.status
	s.Protocol, s.ID, s.Name, s.Cloud, s.Version, s.Since = agent.Protocol, p.id, p.options.Name, p.options.Cloud, p.options.Version, p.began.UTC()
	s.AtOnce, s.Largest, s.Plans = p.options.AtOnce, p.options.Bus.Largest(), bound
	s.Number = p.clocks.Told(p.now())
	for _, name := range p.ordered {
		s.Endpoints = append(s.Endpoints, *p.ledger[name])
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // names, numbers and times
	}
	return text
}

// welcome takes what a node answers.
func (p *Outpost) welcome(text []byte) {
	var w agent.Welcome
	if err := json.Unmarshal(text, &w); err != nil {
		p.options.Log.Warn("what a node says cannot be read", "error", err)
		return
	}
	p.mu.Lock()
	first := p.alone
	if w.Refused != "" {
		p.mu.Unlock()
		if first {
			select {
			case p.refused <- errors.New(w.Refused):
			default: // it is known already
			}
		}
		return
	}
	p.clocks.Heard(w)
	p.met, p.alone = p.now(), false
	p.mu.Unlock()
	if first {
		p.options.Told("serves " + p.options.Cloud + " as " + p.options.Name)
	}
	p.plans.want(w.Plans, w.Node)
}

// Close ends the agent: the nodes are told that it leaves, what is under way ends, and
// then it is gone. Where ctx ends first, calls under way are cut off: their outcome is
// refused or unknown, and told. Errors: the context's.
func (p *Outpost) Close(ctx context.Context) error {
	p.mu.Lock()
	p.status.Leaving = true
	p.mu.Unlock()
	_ = p.options.Bus.Tell(agent.Everybody, p.about()) // who does not hear it is told by the next call
	ended := make(chan struct{})
	go func() { p.calls.Wait(); close(ended) }()
	var err error
	select {
	case <-ended:
	case <-ctx.Done():
		err = fmt.Errorf("closing the agent: %w", ctx.Err())
	}
	p.stop()
	<-ended
	close(p.quit)
	p.telling.Wait()
	p.hush()
	_ = p.options.Bus.Flush() // the last answers; a connection that is gone takes none
	return err
}
