package connector

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// Registry holds the connectors of a node. It is filled once and then only
// read.
type Registry struct{ byName map[string]Connector }

// NewRegistry holds the given connectors. A later one of the same name replaces
// an earlier one.
func NewRegistry(connectors ...Connector) *Registry {
	r := &Registry{byName: make(map[string]Connector, len(connectors))}
	for _, c := range connectors {
		r.byName[c.Name()] = c
	}
	return r
}

// Names are the names of all connectors, sorted.
func (r *Registry) Names() []string {
	names := make([]string, 0, len(r.byName))
	for name := range r.byName {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Close closes all connectors.
func (r *Registry) Close() error {
	var errs []error
	for _, name := range r.Names() {
		errs = append(errs, r.byName[name].Close())
	}
	return errors.Join(errs...)
}

// UnknownError says which endpoints of a plan need a connector that this node does
// not have: all of them at once.
type UnknownError struct {
	Endpoints []Unknown // in the order of the plan
	Has       []string  // the connectors of this node, sorted
}

// Unknown is one of them.
type Unknown struct {
	Endpoint, Connector string
	At                  plan.Place // of its first binding
}

func (e *UnknownError) Error() string {
	texts := make([]string, len(e.Endpoints))
	for i, u := range e.Endpoints {
		texts[i] = string(u.At) + ": " + e.Problem(u)
	}
	return strings.Join(texts, "\n")
}

// Problem says what is wrong with one endpoint, without its place.
func (e *UnknownError) Problem(u Unknown) string {
	return fmt.Sprintf("the endpoint %s needs the connector %s, and this node has %s", u.Endpoint, u.Connector, strings.Join(e.Has, ", "))
}

// unknown finds the endpoints whose connector is not here; nil when there are none.
func (r *Registry) unknown(p *plan.Plan) error {
	e := &UnknownError{Has: r.Names()}
	for i := range p.Endpoints {
		x := &p.Endpoints[i]
		if r.byName[x.Connector] != nil {
			continue
		}
		u := Unknown{Endpoint: x.Name, Connector: x.Connector}
		if len(x.Bindings) > 0 {
			u.At = x.Bindings[0].At
		}
		e.Endpoints = append(e.Endpoints, u)
	}
	if len(e.Endpoints) == 0 {
		return nil
	}
	return e
}

// Bind prepares all endpoints of p. Errors, joined where there are several, so that
// all is told at once: *UnknownError; *SettingsError, which joins what all connectors
// miss; *UnfitError, the same of what they cannot carry out; a connector that cannot
// prepare anything.
func (r *Registry) Bind(p *plan.Plan, settings Settings) (*Set, error) {
	wrong := []error{r.unknown(p)}
	set := &Set{byEndpoint: make(map[string]Sink, len(p.Endpoints))}
	bound := map[string]Sink{}
	var missing SettingsError
	var unfit UnfitError
	for i := range p.Endpoints {
		e := &p.Endpoints[i]
		c := r.byName[e.Connector]
		if c == nil {
			continue
		}
		sink, done := bound[e.Connector]
		if !done {
			var err error
			sink, err = c.Bind(p, settings)
			var lacks *SettingsError
			var cannot *UnfitError
			told := errors.As(err, &lacks)
			if told {
				missing.Wrong = append(missing.Wrong, lacks.Wrong...)
			}
			if errors.As(err, &cannot) {
				unfit.Parts = append(unfit.Parts, cannot.Parts...)
			} else if err != nil && !told {
				wrong = append(wrong, fmt.Errorf("preparing the %s endpoints of %s: %w", e.Connector, p.Package, err))
			}
			bound[e.Connector] = sink
		}
		set.byEndpoint[e.Name] = sink
	}
	if len(unfit.Parts) > 0 {
		wrong = append(wrong, &unfit)
	}
	if len(missing.Wrong) > 0 {
		wrong = append(wrong, &missing)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return set, nil
}

// Set is the Sink of one plan: it hands each request to the connector of its
// endpoint.
type Set struct{ byEndpoint map[string]Sink }

var _ Sink = (*Set)(nil)

// Do carries out one attempt.
func (s *Set) Do(ctx context.Context, q Request) Reply {
	if sink := s.byEndpoint[q.Endpoint]; sink != nil {
		return sink.Do(ctx, q)
	}
	return Reply{Outcome: record.Rejected, Detail: "the plan has no endpoint " + q.Endpoint}
}

// Probe asks whether a binding can be reached.
func (s *Set) Probe(ctx context.Context, endpoint, cloud string, timeoutNs int64) Reply {
	if sink := s.byEndpoint[endpoint]; sink != nil {
		return sink.Probe(ctx, endpoint, cloud, timeoutNs)
	}
	return Reply{Outcome: record.Rejected, Detail: "the plan has no endpoint " + endpoint}
}

// SettingsError says which settings of the environment are missing or cannot be
// used: all of them at once. It never holds a value.
type SettingsError struct{ Wrong []WrongSetting }

// WrongSetting is one of them.
type WrongSetting struct {
	Name   string // "" where the address is written in the source
	Secret bool
	For    string // what needs it: "orders.payments on paris"
	At     plan.Place
	// Problem is "" where nothing was supplied.
	Problem string
}

// Told is what is wrong, and what helps.
func (w WrongSetting) Told() (problem, way string) {
	kind, way := "environment variable", "set it"
	if w.Secret {
		kind, way = "secret", "set COB_SECRET_"+strings.ToUpper(w.Name)+" or put a file of that name into the secrets directory"
	}
	switch {
	case w.Name == "":
		return fmt.Sprintf("the address of %s %s", w.For, w.Problem), "correct the address"
	case w.Problem != "":
		return fmt.Sprintf("%s %s (for %s) %s", kind, w.Name, w.For, w.Problem), "give it another value"
	}
	return fmt.Sprintf("%s %s is not set; %s needs it", kind, w.Name, w.For), way
}

func (w WrongSetting) String() string {
	problem, way := w.Told()
	return fmt.Sprintf("%s: %s: %s", w.At, problem, way)
}

func (e *SettingsError) Error() string {
	texts := make([]string, len(e.Wrong))
	for i, w := range e.Wrong {
		texts[i] = w.String()
	}
	return strings.Join(texts, "\n")
}
