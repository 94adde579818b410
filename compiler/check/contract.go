package check

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/contract"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// connector reads what stands behind the colon: a connector, a contract, or one
// of the services of a contract. It is nil where that is none, which has been
// reported, or where a contract is read in a protocol that nobody has declared.
func (c *checker) connector(d *syntax.EndpointDecl, e *plan.Endpoint) *Schema {
	name := d.Kind.Parts[0]
	s := c.Info.Lookup(name.Text)
	if s == nil || s.Kind != resolve.Contract && s.Kind != resolve.Connector && s.Kind != resolve.Package {
		if schema := Standard(name.Text); schema != nil && len(d.Kind.Parts) == 1 {
			e.Connector = schema.Name
			return schema
		}
	}
	switch {
	case s != nil && s.Kind == resolve.Contract && len(d.Kind.Parts) <= 2:
		return c.fromContract(s, d, e)
	case s != nil && (s.Kind == resolve.Connector || s.Kind == resolve.Package):
		if s = c.only(d.Kind, "connector", resolve.Connector); s == nil {
			return nil
		}
		e.Connector = s.Full
		return c.Schema(s.Full)
	}
	c.Info.Miss(name.At, nil, resolve.Contract, resolve.Connector)
	c.report(resolve.Unknown(d.Kind.Span(), "connector or contract", d.Kind.String(),
		slices.Concat(c.Info.Names(resolve.Contract, resolve.Connector), StandardNames())))
	return nil
}

// fromContract makes an endpoint of what a contract says.
func (c *checker) fromContract(s *resolve.Symbol, d *syntax.EndpointDecl, e *plan.Endpoint) *Schema {
	c.Info.Use(s, d.Kind.Parts[0].At)
	if s.Contract == nil || s.Contract.Failed {
		return nil
	}
	service, ok := c.service(d.Kind, s.Contract.Contract)
	if !ok {
		return nil
	}
	e.Contract, e.Connector = s.Contract.Path, s.Contract.Connector
	for i := range s.Contract.Operations {
		if o := &s.Contract.Operations[i]; o.Service == service {
			e.Operations = append(e.Operations, c.contractOperation(o))
			for _, r := range o.Refinements {
				if r.Type = e.Name + "." + o.Name; r.Field != "" {
					r.Type += expression.Takes
				}
				c.Refinements = append(c.Refinements, r)
			}
		}
	}
	schema := Standard(e.Connector)
	if schema == nil {
		schema = undeclared(e.Connector)
	}
	c.contractReceives(e, schema, s.Contract.Contract, c.place(d.Name.At))
	return schema
}

// service is the service of a contract that an endpoint is: the one it names, or
// the only one.
func (c *checker) service(kind *syntax.Path, from *contract.Contract) (string, bool) {
	name, last := kind.Parts[0].Text, kind.Last()
	switch {
	case from.Connector == "":
		c.report(diag.Errorf(CodeService, kind.Span(), "%s has no operations, so it is no endpoint", name).
			WithHelp("it gives types: %s.NAME", name))
		return "", false
	case len(kind.Parts) == 2 && slices.Contains(from.Services, last.Text):
		return last.Text, true
	case len(kind.Parts) == 2:
		c.report(resolve.Unknown(last.At, "service of "+name, last.Text, from.Services))
		return "", false
	case len(from.Services) > 1:
		c.report(diag.Errorf(CodeService, kind.Span(), "%s has %d services, and an endpoint is one of them", name, len(from.Services)).
			WithHelp("write %s.%s", name, strings.Join(from.Services, " or "+name+".")).
			WithFix(kind.Span().After(), "."+from.Services[0]).AsDraft())
		return "", false
	case len(from.Services) == 1:
		return from.Services[0], true
	}
	return "", true
}

func (c *checker) contractOperation(o *contract.Operation) plan.Operation {
	out := plan.Operation{Name: o.Name, Result: o.Result}
	for _, p := range o.Params {
		f := p.Field
		f.Wire = ""
		out.Params = append(out.Params, f)
	}
	for _, f := range o.Faults {
		if !slices.Contains(out.Raises, f.Name) {
			out.Raises = append(out.Raises, f.Name)
		}
	}
	switch {
	case o.HTTP != nil:
		out.Idempotent = idempotentMethod(o.HTTP.Method)
		out.HTTP = c.contractRequest(o)
	case o.GRPC != nil:
		out.GRPC = &plan.GRPC{Service: o.GRPC.Service, Method: o.GRPC.Method, Input: o.GRPC.Input, Output: o.GRPC.Output}
	case o.SOAP != nil:
		out.SOAP = &plan.SOAP{Version: o.SOAP.Version, Action: o.SOAP.Action, Style: o.SOAP.Style, Input: o.SOAP.Input, Output: o.SOAP.Output}
		for _, f := range o.Faults {
			out.SOAP.Faults = append(out.SOAP.Faults, plan.SOAPFault{Element: f.Element, Fault: f.Name})
		}
	case o.Message != nil:
		out.Message = &plan.Message{Channel: o.Message.Channel, Name: o.Message.Name, ContentType: o.Message.ContentType, Reply: o.Message.Reply}
	}
	return out
}

// contractRequest is how an operation of an OpenAPI contract looks in HTTP.
func (c *checker) contractRequest(o *contract.Operation) *plan.HTTP {
	out := &plan.HTTP{Method: o.HTTP.Method}
	rest := o.HTTP.Path
	for _, p := range o.Params {
		v := asText(&p)
		switch p.In {
		case "path":
			before, after, ok := strings.Cut(rest, "{"+p.WireName()+"}")
			if !ok {
				continue
			}
			out.Path = append(out.Path, plan.PathPart{Text: before}, plan.PathPart{Expr: &v})
			rest = after
		case "query":
			out.Query = append(out.Query, plan.NamedTree{Name: p.WireName(), Expr: v})
		case "header":
			out.Headers = append(out.Headers, plan.NamedTree{Name: p.WireName(), Expr: v})
		case "body":
			out.Body = &expression.Tree{Op: expression.Var, Type: p.Type, Name: p.Name}
		}
	}
	if rest != "" {
		out.Path = append(out.Path, plan.PathPart{Text: rest})
	}
	for _, f := range o.Faults {
		out.Errors = append(out.Errors, plan.HTTPError{Status: f.Status, Fault: f.Name, Fields: c.answered(f)})
	}
	slices.SortFunc(out.Errors, func(a, b plan.HTTPError) int { return a.Status - b.Status })
	return out
}

// answered takes the fields of a fault from the body of an answer. An optional
// one may be missing there.
func (c *checker) answered(f contract.Fault) expression.Tree {
	jsonType := types.Of(types.JSON)
	response := expression.Tree{Op: expression.Var, Type: jsonType, Name: "response"}
	out := expression.Tree{Op: expression.RecordOf, Type: types.Type{Kind: types.Record}}
	for _, field := range c.Universe.Lookup(f.Name).Fields {
		value := response
		if !f.Body {
			value = expression.Tree{Op: expression.Field, Type: jsonType, Name: field.WireName(), Args: []expression.Tree{response}}
			if field.Type.Kind == types.Optional {
				absent := expression.Tree{Op: expression.Literal, Type: types.Of(types.Null)}
				value = expression.Tree{Op: expression.Coalesce, Type: jsonType, Args: []expression.Tree{value, absent}}
			}
		}
		out.Keys = append(out.Keys, field.Name)
		out.Args = append(out.Args, value)
		out.Type.Fields = append(out.Type.Fields, types.Field{Name: field.Name, Type: jsonType})
	}
	return out
}

// idempotentMethod says which methods RFC 9110 calls safe: those alone are
// taken to be idempotent without a word of the author, for many services answer
// a second PUT or DELETE differently.
func idempotentMethod(method string) bool { return method == "GET" || method == "HEAD" }
