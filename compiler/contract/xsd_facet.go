package contract

import (
	"github.com/cob-lang/cob/lang/types"
)

// xsdFacets are the constraints of XML Schema and what JSON Schema calls them.
var xsdFacets = map[string]string{"minInclusive": "minimum", "maxInclusive": "maximum", "minExclusive": "exclusiveMinimum",
	"maxExclusive": "exclusiveMaximum", "minLength": "minLength", "maxLength": "maxLength", "length": "length", "pattern": "pattern",
	"enumeration": "enum", "whiteSpace": "none", "totalDigits": "none", "fractionDigits": "none"}

// simpleOf is the simpleType of an element, or nil.
func (x *xsds) simpleOf(e *element) *element {
	if inner := e.first(spaceXSD, "simpleType"); inner != nil {
		return inner
	}
	if t := x.types[x.name(e, e.attr("type"))]; t != nil && t.is(spaceXSD, "simpleType") {
		return t
	}
	return nil
}

// restrict keeps the facets of a simpleType as the refinement of a field: those
// of what it restricts in turn, too.
func (x *xsds) restrict(of string, f types.Field, bare types.Type, simple *element) bool {
	n := &node{shape: object}
	for range MaxRefs {
		r := simple.first(spaceXSD, "restriction")
		if r == nil {
			break
		}
		if n.doc == nil {
			n.doc, n.start, n.end = &document{file: r.file}, r.start, r.end
		}
		for _, c := range r.children {
			x.facet(n, c)
		}
		if inner := r.first(spaceXSD, "simpleType"); inner != nil {
			simple = inner
		} else {
			simple = x.types[x.name(r, r.attr("base"))]
		}
	}
	return len(n.keys) > 0 && x.refine(of, f, bare, []*node{n})
}

// facet notes a constraint as a key of a schema, where it is the first of its
// name. Patterns of XML Schema mean the whole text.
func (x *xsds) facet(n *node, c *element) {
	key, value := xsdFacets[c.name.Local], c.attr("value")
	if key == "" || key == "none" || key == "enum" || c.name.Space != spaceXSD {
		return
	}
	shaped := number
	if key == "pattern" {
		shaped, value = text, "^("+value+")$"
	}
	keys := []string{key}
	if key == "length" {
		keys = []string{"minLength", "maxLength"}
	}
	for _, k := range keys {
		if n.get(k) == nil {
			n.keys = append(n.keys, &node{doc: n.doc, shape: text, text: k})
			n.items = append(n.items, &node{doc: n.doc, shape: shaped, text: value, start: c.start, end: c.end})
		}
	}
}
