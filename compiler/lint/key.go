package lint

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
)

// processKey remarks a key that is one and the same for all instances.
func (p *pass) processKey(d *syntax.ProcessDecl) {
	s := d.Body.Find("key")
	if s == nil {
		return
	}
	x := p.process(p.Module.Package + "." + d.Name.Text)
	if x != nil && x.Decl == d && x.Key != nil && len(expression.Reads(x.Key)) == 0 {
		p.report(diag.Warningf(CodeOneKey, s.Span(), "this key is the same for every instance, so %s runs once and never again", d.Name.Text).
			WithHelp("take what names the case: key: order.id"))
	}
}

// process is the process of this package of that qualified name, or nil.
func (p *pass) process(name string) *check.Process {
	i, ok := slices.BinarySearchFunc(p.Processes, name, func(x *check.Process, n string) int { return cmp.Compare(x.Name, n) })
	if !ok {
		return nil
	}
	return p.Processes[i]
}

// operations remarks what an operation says about every call at once.
func (p *pass) operations(d *syntax.EndpointDecl) {
	e := p.endpoint(d)
	if e == nil || d.Body == nil {
		return
	}
	for _, o := range d.Body.Operations {
		op := operation(e, o.Name.Text)
		if op == nil {
			continue
		}
		if s := o.Body.Find("idempotency_key"); s != nil && op.Key != nil && len(expression.Reads(op.Key)) == 0 {
			p.report(diag.Warningf(CodeOneKeyThere, s.Span(), "this key is the same for every call, so the service does only the first one").
				WithHelp("take what names the wish, such as a parameter: idempotency_key: order"))
		}
		p.labelsInURL(o, op)
	}
}

func (p *pass) endpoint(d *syntax.EndpointDecl) *plan.Endpoint {
	i, ok := slices.BinarySearchFunc(p.Endpoints, p.Module.Package+"."+d.Name.Text, func(e plan.Endpoint, n string) int { return cmp.Compare(e.Name, n) })
	if !ok {
		return nil
	}
	return &p.Endpoints[i]
}

func operation(e *plan.Endpoint, name string) *plan.Operation {
	for i := range e.Operations {
		if e.Operations[i].Name == name {
			return &e.Operations[i]
		}
	}
	return nil
}
