package deployment

import (
	"errors"
	"fmt"
	"slices"
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
	// Away are the clouds that Sinks does not reach, because their settings are
	// elsewhere.
	Away []string

	refinements *expression.Checker
	processes   map[string]*plan.Process
	channels    map[string]*plan.Channel
	prices      map[[2]string]types.Amount
	slas        map[string]*plan.SLA
}

// Prepare makes a Deployment of an encoded plan. Errors: *plan.FormatError;
// *RefusedError with all that keeps the plan from running here. Where that is nothing
// but settings (a *connector.SettingsError inside of it) there is a Deployment all the
// same: one without Sinks, that explains what ran on it and can call nobody.
func Prepare(encoded []byte, connectors *connector.Registry, settings connector.Settings) (*Deployment, error) {
	return PrepareWithout(nil, false, encoded, connectors, settings)
}

// PrepareWithout is Prepare where others reach some clouds: what settings supply nothing
// for in those clouds is no reason to refuse the plan. mirrored says that the journals
// have a second copy in another cloud, as far as it matters here.
func PrepareWithout(clouds []string, mirrored bool, encoded []byte, connectors *connector.Registry, settings connector.Settings) (*Deployment, error) {
	p, err := plan.Decode(encoded)
	if err != nil {
		return nil, err
	}
	d := &Deployment{
		Digest: plan.Digest(encoded), Plan: p, Universe: types.NewUniverse(p.Types),
		processes: map[string]*plan.Process{}, channels: map[string]*plan.Channel{},
		prices: map[[2]string]types.Amount{}, slas: map[string]*plan.SLA{},
	}
	wrong := append(undecided(p), unkept(p)...)
	if !mirrored {
		wrong = append(wrong, unmirrored(p)...)
	}
	wrong = append(wrong, d.index()...)
	if d.refinements, err = expression.NewChecker(d.Universe, p.Refinements); err != nil {
		return nil, refused(p, wrong, err) // nothing else could be linked or bound
	}
	var unlinked, unbound error
	d.Program, unlinked = engine.Link(p, d.Digest)
	d.Sinks, unbound = connectors.Bind(p, settings)
	var missing *connector.SettingsError
	if len(clouds) > 0 && errors.As(unbound, &missing) {
		d.Away = clouds
		d.Sinks, unbound = connectors.Bind(connector.Only(p, func(cloud string) bool { return !slices.Contains(clouds, cloud) }), settings)
	}
	why := refused(p, wrong, unlinked, unbound)
	switch {
	case why == nil:
		return d, nil
	case why.settings == nil:
		return nil, why
	}
	return d, why
}

// index looks everything up that is asked by name, and gives what cannot be read.
func (d *Deployment) index() []Reason {
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
	var wrong []Reason
	for _, e := range d.Plan.Endpoints {
		for _, b := range e.Bindings {
			if b.CostPerCall == "" {
				continue
			}
			price, err := types.ParseAmount(b.CostPerCall)
			if err != nil {
				wrong = append(wrong, Reason{b.At, fmt.Sprintf("the cost %q of %s on %s: %v", b.CostPerCall, e.Name, b.Cloud, err), "write it as 0.002 EUR"})
				continue
			}
			d.prices[[2]string{e.Name, b.Cloud}] = price
		}
	}
	return wrong
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

// Event says whether there is an event of a qualified name.
func (d *Deployment) Event(name string) bool {
	def := d.Universe.Lookup(name)
	return def != nil && def.Kind == types.EventDefinition
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

// Holding is the deployment that says what a name means that has: the active one of
// the package that declares it; where that is not deployed by itself, the active one
// of the first package that reaches it. nil where none has it.
func (t *Table) Holding(pkg string, has func(*Deployment) bool) *Deployment {
	if d := t.Active(pkg); d != nil {
		return d
	}
	for _, d := range t.All() {
		if has(d) {
			return d
		}
	}
	return nil
}

// Of are all deployments of a package that this node knows, by digest.
func (t *Table) Of(pkg string) []*Deployment {
	return slices.DeleteFunc(t.Known(), func(d *Deployment) bool { return d.Plan.Package != pkg })
}

// Known are all deployments that instances may still run on, by digest.
func (t *Table) Known() []*Deployment {
	t.mu.RLock()
	defer t.mu.RUnlock()
	list := make([]*Deployment, 0, len(t.byDigest))
	for _, d := range t.byDigest {
		list = append(list, d)
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
