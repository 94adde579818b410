package httpconnector

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
)

// Connector is the protocol http. It owns the connections and the limits, which
// all plans share.
type Connector struct {
	options   Options
	lines     *lines
	transport *http.Transport
	probing   *http.Transport // keeps no connection

	mu        sync.Mutex
	bulkheads map[bulkheadKey]*bulkhead
}

type bulkheadKey struct {
	endpoint, cloud string
	to              address
}

var _ connector.Connector = (*Connector)(nil)

// New makes a Connector. Errors: those of Options.Validate.
func New(o Options) (*Connector, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	c := &Connector{options: o.withDefaults(), bulkheads: map[bulkheadKey]*bulkhead{}}
	c.lines = newLines(&c.options)
	c.transport, c.probing = newTransport(&c.options, c.lines), newTransport(&c.options, c.lines)
	c.probing.DisableKeepAlives = true
	return c, nil
}

// Name is "http".
func (c *Connector) Name() string { return "http" }

// Bind prepares the http endpoints of p. Errors: *connector.SettingsError with
// every missing or unusable address; an operation that cannot be prepared.
func (c *Connector) Bind(p *plan.Plan, settings connector.Settings) (connector.Sink, error) {
	universe := types.NewUniverse(p.Types)
	checker, err := expression.NewChecker(universe, p.Refinements)
	if err != nil {
		return nil, fmt.Errorf("the refinements of %s: %w", p.Package, err)
	}
	sink := &Sink{
		connector:  c,
		options:    &c.options,
		operations: map[operationKey]*operation{},
		targets:    map[targetKey]*target{},
	}
	var wrong connector.SettingsError
	for i := range p.Endpoints {
		e := &p.Endpoints[i]
		if e.Connector != c.Name() {
			continue
		}
		if err := refuseOptions(e); err != nil {
			return nil, err
		}
		for j := range e.Operations {
			op, err := newOperation(e, &e.Operations[j], universe, checker)
			if err != nil {
				return nil, fmt.Errorf("operation %s of %s: %w", e.Operations[j].Name, e.Name, err)
			}
			sink.operations[operationKey{e.Name, op.name}] = op
		}
		for j := range e.Bindings {
			b := &e.Bindings[j]
			t, problem := readTarget(e.Name, b, settings)
			if problem != nil {
				problem.At = settingPlace(p, b)
				wrong.Wrong = append(wrong.Wrong, *problem)
				continue
			}
			sink.targets[targetKey{e.Name, b.Cloud}] = t
		}
	}
	if len(wrong.Wrong) > 0 {
		return nil, &wrong
	}
	return sink, c.share(sink)
}

// Settings are the settings of endpoints, by the kind of block, that this connector
// carries out. The declaration of http in the standard library has just these; some
// have a form of their own in a plan, all others are options.
func Settings() map[string][]string {
	return map[string][]string{"binding": {"url"}, "operation": {"body", "headers", "query"}}
}

// refuseOptions refuses a plan that asks for more: what nobody carries out is not passed
// over in silence.
func refuseOptions(e *plan.Endpoint) error {
	for i := range e.Bindings {
		if b := &e.Bindings[i]; len(b.Options) > 0 {
			return fmt.Errorf("%s: the endpoint %s sets %s, which this version does not carry out", b.At, e.Name, b.Options[0].Name)
		}
	}
	if len(e.Options) > 0 {
		return fmt.Errorf("the endpoint %s sets %s, which this version does not carry out", e.Name, e.Options[0].Name)
	}
	return nil
}

// settingPlace is the place that asks for the address of b.
func settingPlace(p *plan.Plan, b *plan.Binding) plan.Place {
	if b.At != "" {
		return b.At
	}
	for _, s := range p.Settings {
		if s.Name == b.URL.Setting && s.Secret == b.URL.Secret {
			return s.At
		}
	}
	return ""
}

// share gives the targets of a new sink the limits that they share with other
// plans.
func (c *Connector) share(s *Sink) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lines.closed() {
		return errClosed
	}
	for key, t := range s.targets {
		b := bulkheadKey{key.endpoint, key.cloud, t.address}
		if c.bulkheads[b] == nil {
			c.bulkheads[b] = newBulkhead(c.options.MaxConcurrent)
		}
		t.bulkhead = c.bulkheads[b]
	}
	return nil
}

// Close cuts every connection. Calls under way end with Refused or Unknown, and
// later ones with Refused.
func (c *Connector) Close() error {
	c.lines.shut()
	c.transport.CloseIdleConnections()
	return nil
}
