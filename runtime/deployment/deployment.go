package deployment

import (
	"errors"
	"fmt"
	"sort"
	"sync"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/engine"
)

// Deployment is one plan, ready to run. It is never changed.
type Deployment struct {
	Digest   string
	Plan     *plan.Plan
	Program  *engine.Program
	Sinks    *connector.Set
	Universe *types.Universe

	refinements *expression.Checker
	processes   map[string]*plan.Process
	channels    map[string]*plan.Channel
	prices      map[[2]string]types.Amount
	slas        map[string]*plan.SLA
}

// Prepare makes a Deployment of an encoded plan. Errors: *plan.FormatError; a
// step or a rule that this node cannot run, with its place; *connector.SettingsError, with
// which there is a Deployment all the same: one without Sinks, that explains
// what ran on it and can call nobody.
func Prepare(encoded []byte, connectors *connector.Registry, settings connector.Settings) (*Deployment, error) {
	p, err := plan.Decode(encoded)
	if err != nil {
		return nil, err
	}
	if err := undecided(p); err != nil {
		return nil, err
	}
	d := &Deployment{
		Digest: plan.Digest(encoded), Plan: p, Universe: types.NewUniverse(p.Types),
		processes: map[string]*plan.Process{}, channels: map[string]*plan.Channel{},
		prices: map[[2]string]types.Amount{}, slas: map[string]*plan.SLA{},
	}
	d.Program, err = engine.Link(p, d.Digest)
	if err = runnable(p, err); err != nil {
		return nil, fmt.Errorf("the plan of %s cannot run here: %w", p.Package, err)
	}
	if d.refinements, err = expression.NewChecker(d.Universe, p.Refinements); err != nil {
		return nil, fmt.Errorf("the plan of %s cannot run here: %w", p.Package, err)
	}
	if err := d.index(); err != nil {
		return nil, err
	}
	d.Sinks, err = connectors.Bind(p, settings)
	var missing *connector.SettingsError
	if err != nil && !errors.As(err, &missing) {
		return nil, err
	}
	return d, err
}

func (d *Deployment) index() error {
	slas := map[string]*plan.SLA{}
	for i := range d.Plan.SLAs {
		slas[d.Plan.SLAs[i].Name] = &d.Plan.SLAs[i]
	}
	for i := range d.Plan.Processes {
		p := &d.Plan.Processes[i]
		d.processes[p.Name] = p
		d.slas[p.Name] = slas[p.SLA]
	}
	for i := range d.Plan.Channels {
		d.channels[d.Plan.Channels[i].Name] = &d.Plan.Channels[i]
	}
	for _, e := range d.Plan.Endpoints {
		for _, b := range e.Bindings {
			if b.CostPerCall == "" {
				continue
			}
			price, err := types.ParseAmount(b.CostPerCall)
			if err != nil {
				return fmt.Errorf("%s: cost of %s on %s: %w", b.At, e.Name, b.Cloud, err)
			}
			d.prices[[2]string{e.Name, b.Cloud}] = price
		}
	}
	return nil
}

// Process finds a process by its qualified name.
func (d *Deployment) Process(name string) (*plan.Process, bool) {
	p, ok := d.processes[name]
	return p, ok
}

// Channel finds a channel by its qualified name.
func (d *Deployment) Channel(name string) (*plan.Channel, bool) {
	c, ok := d.channels[name]
	return c, ok
}

// Read makes a value of type t of JSON from outside, refinements included.
// Errors: types.Problems.
func (d *Deployment) Read(text []byte, t types.Type) (types.Value, error) {
	return d.ReadAs("", text, t)
}

// ReadAs reads what a process or a channel takes, by its qualified name:
// it may have refinements of its own.
func (d *Deployment) ReadAs(owner string, text []byte, t types.Type) (types.Value, error) {
	v, err := d.Universe.DecodeJSON(text, t, types.Strict)
	if err != nil {
		return nil, err
	}
	if err := d.Obeys(owner, v, t); err != nil {
		return nil, err
	}
	return v, nil
}

// Obeys says whether a value of type t keeps the refinements of what takes it.
// Errors: types.Problems.
func (d *Deployment) Obeys(owner string, v types.Value, t types.Type) error {
	if problems := d.refinements.CheckAs(owner, v, t); len(problems) > 0 {
		return problems
	}
	return nil
}

// Table holds the deployments of a node. All methods may be called from any
// goroutine.
type Table struct {
	mu       sync.RWMutex
	byDigest map[string]*Deployment
	active   map[string]*Deployment // by package
}

// NewTable is empty.
func NewTable() *Table {
	return &Table{byDigest: map[string]*Deployment{}, active: map[string]*Deployment{}}
}

// Add makes a deployment known without activating it.
func (t *Table) Add(d *Deployment) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byDigest[d.Digest] = d
}

// Activate makes a deployment the one that requests are checked against.
func (t *Table) Activate(d *Deployment) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byDigest[d.Digest] = d
	t.active[d.Plan.Package] = d
}

// Remove forgets a deployment that is not active.
func (t *Table) Remove(digest string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if d := t.byDigest[digest]; d != nil && t.active[d.Plan.Package] != d {
		delete(t.byDigest, digest)
	}
}

// Inactive are the deployments that are not active, by digest.
func (t *Table) Inactive() []*Deployment {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var list []*Deployment
	for _, d := range t.byDigest {
		if t.active[d.Plan.Package] != d {
			list = append(list, d)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Digest < list[j].Digest })
	return list
}

// Find finds a deployment by digest, or nil.
func (t *Table) Find(digest string) *Deployment {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.byDigest[digest]
}

// Active is the active deployment of a package, or nil.
func (t *Table) Active(pkg string) *Deployment {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.active[pkg]
}

// Of are all deployments of a package that this node knows, by digest.
func (t *Table) Of(pkg string) []*Deployment {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var list []*Deployment
	for _, d := range t.byDigest {
		if d.Plan.Package == pkg {
			list = append(list, d)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Digest < list[j].Digest })
	return list
}

// All are the active deployments, by package.
func (t *Table) All() []*Deployment {
	t.mu.RLock()
	defer t.mu.RUnlock()
	list := make([]*Deployment, 0, len(t.active))
	for _, d := range t.active {
		list = append(list, d)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Plan.Package < list[j].Plan.Package })
	return list
}

// Step is a step of a flow, by its number in the linked program.
func (t *Table) Step(digest, flow string, index uint32) *plan.Step {
	if d := t.Find(digest); d != nil {
		return d.Program.Step(flow, index)
	}
	return nil
}

// CostPerCall is the price of one call of an endpoint at a cloud.
func (t *Table) CostPerCall(digest, endpoint, cloud string) (types.Amount, bool) {
	d := t.Find(digest)
	if d == nil {
		return types.Amount{}, false
	}
	price, ok := d.prices[[2]string{endpoint, cloud}]
	return price, ok
}

// SLA is what a process promises, or nil.
func (t *Table) SLA(digest, process string) *plan.SLA {
	if d := t.Find(digest); d != nil {
		return d.slas[process]
	}
	return nil
}

// Result is the type of what a process gives.
func (t *Table) Result(digest, process string) (types.Type, *types.Universe) {
	d := t.Find(digest)
	if d == nil {
		return types.Type{}, nil
	}
	if p, ok := d.processes[process]; ok {
		return p.Result, d.Universe
	}
	return types.Of(types.Void), d.Universe
}
