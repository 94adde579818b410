package ide

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/syntax"
)

// schemaAround is the connector of the endpoint around a place, or nil.
func (n *names) schemaAround(nodes []syntax.Node) *check.Schema {
	for _, x := range nodes {
		d, ok := x.(*syntax.EndpointDecl)
		if !ok {
			continue
		}
		full := n.program.Module.Package + "." + d.Name.Text
		i := slices.IndexFunc(n.program.Endpoints, func(e plan.Endpoint) bool { return e.Name == full })
		if i < 0 {
			return nil
		}
		return n.program.Schema(n.program.Endpoints[i].Connector)
	}
	return nil
}

// connectorRows are the settings that a connector gives to the innermost construct of the
// nodes; ok is false where it has none to give.
func (n *names) connectorRows(nodes []syntax.Node) (rows []check.Setting, ok bool) {
	s := n.schemaAround(nodes)
	if s == nil {
		return nil, false
	}
	last := nodes[len(nodes)-1]
	switch of := kindName(last); of {
	case "endpoint", "endpointbody":
		return s.Parts["endpoint"], true
	case "binding", "receive":
		return s.Parts[of], true
	case "operation", "operationbody", "request":
		rows = s.Parts["operation"]
		for _, x := range nodes {
			b, is := x.(*syntax.OperationBody)
			if is && b.Request != nil {
				if v := s.Verb(b.Request.Verb.Text); v != nil {
					rows = slices.Concat(rows, v.Rows)
				}
			}
		}
		return rows, true
	}
	return nil, false
}

// verbs gives the verbs of the connector where a request may begin.
func (c *completion) verbs(nodes []syntax.Node) {
	b, ok := nodes[len(nodes)-1].(*syntax.OperationBody)
	s := c.schemaAround(nodes)
	if !ok || s == nil || b.Request != nil && !strings.Contains(b.Request.Verb.Text, hole) {
		return
	}
	for i := range s.Verbs {
		v := &s.Verbs[i]
		item := Item{Label: v.Name, Kind: KeywordItem, Detail: verbLine(v), Doc: v.Doc, Insert: v.Name + " { $0 }", Snippet: true}
		if v.Target.Name != "" {
			item.Insert = v.Name + ` "$0"`
		}
		c.add(0, item)
	}
}

// verbLine is a verb with what stands behind it.
func verbLine(v *check.Verb) string {
	line := v.Name
	if v.Target.Name != "" {
		line += ` "` + v.Target.Name + `"`
	}
	if v.Idempotent {
		line += ", idempotent"
	}
	return line
}

// connectors gives what may stand behind the colon of an endpoint.
func (c *completion) connectors() {
	for _, name := range check.StandardNames() {
		c.add(0, Item{Label: name, Kind: KeywordItem, Detail: "connector", Doc: check.Standard(name).Doc})
	}
	c.symbols(resolve.Connector)
}

// hoverConnector describes the connector behind the colon of an endpoint, and the verb of
// a request.
func (n *names) hoverConnector(path string, offset int) *Hover {
	nodes := n.within(path, offset)
	for i := len(nodes) - 1; i >= 0; i-- {
		switch x := nodes[i].(type) {
		case *syntax.EndpointDecl:
			if x.Kind != nil && len(x.Kind.Parts) == 1 && x.Kind.At.Contains(offset) {
				if s := n.schemaAround(nodes); s != nil && s.Name == x.Kind.String() {
					return &Hover{placeOf(x.Kind.At), paragraphs(code("connector "+s.Name), s.Doc)}
				}
			}
		case *syntax.Request:
			if v := n.schemaAround(nodes).Verb(x.Verb.Text); v != nil && x.Verb.At.Contains(offset) {
				return &Hover{placeOf(x.Verb.At), paragraphs(code(verbLine(v)), v.Doc, v.Target.Doc)}
			}
		}
	}
	return nil
}
