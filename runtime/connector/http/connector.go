package httpconnector

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
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
	depots    *depots         // for HTTP/1.1 without TLS and proxies
	transport *http.Transport // for all others
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
	c.depots = newDepots(&c.options, c.lines)
	return c, nil
}

// Name is "http".
func (c *Connector) Name() string { return "http" }

// Bind prepares the http endpoints of p. Errors, joined: *connector.UnfitError with
// every operation and setting that cannot be carried out, *connector.SettingsError
// with every missing or unusable address.
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
	var unfit connector.UnfitError
	for i := range p.Endpoints {
		e := &p.Endpoints[i]
		if e.Connector != c.Name() {
			continue
		}
		unfit.Parts = append(unfit.Parts, refuseOptions(e)...)
		for j := range e.Operations {
			op, err := newOperation(e, &e.Operations[j], universe, checker)
			if err != nil {
				unfit.Parts = append(unfit.Parts, connector.Unfit{
					At: placeOfEndpoint(e), Problem: fmt.Sprintf("operation %s of %s: %v", e.Operations[j].Name, e.Name, err), Way: "correct the operation",
				})
				continue
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
	var all []error
	if len(unfit.Parts) > 0 {
		all = append(all, &unfit)
	}
	if len(wrong.Wrong) > 0 {
		all = append(all, &wrong)
	}
	if len(all) > 0 {
		return nil, errors.Join(all...)
	}
	return sink, c.share(sink)
}

// Settings are the settings of endpoints, by the kind of block, that this connector
// carries out. All others that the declaration of http in the standard library has are
// options in a plan, which is refused.
func Settings() map[string][]string {
	return map[string][]string{"binding": {"url"}, "operation": {"body", "headers", "query"}}
}

// refuseOptions refuses a plan that asks for more: what nobody carries out is not passed
// over in silence.
func refuseOptions(e *plan.Endpoint) []connector.Unfit {
	var parts []connector.Unfit
	note := func(at plan.Place, options []plan.Option) {
		for i := range options {
			parts = append(parts, connector.Unfit{
				At: at, Problem: fmt.Sprintf("the endpoint %s sets %s, which this version does not carry out", e.Name, options[i].Name), Way: "leave it out",
			})
		}
	}
	note(placeOfEndpoint(e), e.Options)
	for i := range e.Operations {
		if h := e.Operations[i].HTTP; h != nil {
			note(placeOfEndpoint(e), h.Options)
		}
	}
	for i := range e.Bindings {
		note(e.Bindings[i].At, e.Bindings[i].Options)
	}
	return parts
}

// placeOfEndpoint is the nearest place that a plan says of an endpoint.
func placeOfEndpoint(e *plan.Endpoint) plan.Place {
	if len(e.Bindings) > 0 {
		return e.Bindings[0].At
	}
	return ""
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
		if c.direct(t) {
			t.depot = c.depots.to(t.address.host)
		}
	}
	return nil
}

// direct says whether a target is spoken to without net/http's transport: where that
// would do no more than write and read, for there is neither TLS nor a proxy, nor a name
// that is spelled otherwise in HTTP.
func (c *Connector) direct(t *target) bool {
	if t.address.secure || strings.ContainsFunc(t.host, func(r rune) bool { return r == '%' || r > '~' }) {
		return false
	}
	proxy, err := c.transport.Proxy(&http.Request{URL: &url.URL{Scheme: "http", Host: t.address.host}})
	return proxy == nil && err == nil
}

// Close cuts every connection. Calls under way end with Refused or Unknown, and
// later ones with Refused.
func (c *Connector) Close() error {
	c.lines.shut()
	c.transport.CloseIdleConnections()
	return nil
}
