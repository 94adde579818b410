package contract

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// unchecked are the keywords of a schema that neither its type nor a refinement keeps, and
// what is not checked by that.
var unchecked = []struct{ key, what string }{
	{"uniqueItems", "that no two items are the same"},
	{"contains", "that some items fit this"},
	{"propertyNames", "what the entries are called"},
	{"dependentRequired", "what has to come together"},
	{"dependentSchemas", "what has to come together"},
	{"dependencies", "what has to come together"},
	{"if", "what holds under this condition"},
	{"not", "that this does not fit"},
}

// said are the schemas that are all true of a value: the schema, what it wraps, and
// what it is all of.
func (s *schemas) said(n *node) []*node {
	var out []*node
	for todo := []*node{n}; len(todo) > 0 && len(out) <= MaxRefs; todo = todo[1:] {
		if todo[0] == nil || slices.Contains(out, todo[0]) {
			continue
		}
		out = append(out, todo[0])
		parts := todo[0].get("allOf").list()
		if w := s.wrapped(todo[0]); w != nil {
			parts = []*node{w}
		}
		for _, part := range parts {
			target, _ := s.resolve(part)
			todo = append(todo, target)
		}
	}
	return out
}

// kept tells, once, what a schema says that is not kept.
func (s *schemas) kept(n *node) {
	if n == nil || n.shape != object || s.looked[n] {
		return
	}
	s.looked[n] = true
	for _, k := range unchecked {
		v := n.get(k.key)
		if v == nil || v.shape == boolean && !v.isTrue() || k.key == "if" && n.get("then") == nil && n.get("else") == nil {
			continue
		}
		s.lost(v, "%s is not checked here", k.what)
	}
	if n.get("properties") == nil {
		return
	}
	for _, key := range []string{"minProperties", "maxProperties"} {
		if v := n.get(key); v != nil && v.text != "0" {
			s.lost(v, "how many properties are given is not checked here")
		}
	}
	for _, key := range []string{"additionalProperties", "patternProperties"} {
		if v := n.get(key); v != nil && v.shape == object && len(v.items) > 0 {
			s.left(v.at(), "a record holds its properties alone: entries beside them are left out")
		}
	}
}

// besides are the keywords that say more about a value than a reference beside them.
var besides = []string{"type", "properties", "required", "allOf", "anyOf", "oneOf", "items", "additionalProperties", "patternProperties", "enum", "const",
	"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems", "format"}

// aside tells what stands beside a reference and is left out. Until 2019, and in OpenAPI 3.0,
// it meant nothing.
func (s *schemas) aside(n *node) {
	if n.get("$ref") == nil || len(n.keys) == 1 {
		return
	}
	root := n.doc.root
	draft := root.get("$schema").str()
	if strings.HasPrefix(root.get("openapi").str(), "3.0") || slices.ContainsFunc([]string{"draft-03", "draft-04", "draft-06", "draft-07"}, func(old string) bool { return strings.Contains(draft, old) }) {
		return
	}
	for _, key := range besides {
		if v := n.get(key); v != nil {
			s.left(v.at(), "%s stands beside a $ref, where it is left out: both are said with allOf", key)
			return
		}
	}
}

// extended tells that a record stands for others with more properties, which its
// discriminator tells apart and which are not among its own.
func (s *schemas) extended(n *node) {
	d := n.get("discriminator")
	if d == nil || n.get("oneOf") != nil || n.get("anyOf") != nil {
		return
	}
	s.left(d.at(), "what extends this schema may stand in its place: its further properties are left out, unless oneOf lists it")
}

// alternate adds to the properties of a record those of its alternatives, none of which
// has to be there. Where two of them differ about one it is json.
func (s *schemas) alternate(f *facts) {
	if len(f.keys) == 0 {
		return
	}
	own := len(f.keys)
	for _, part := range f.parts {
		for _, key := range []string{"oneOf", "anyOf"} {
			list := part.get(key)
			for _, alternative := range list.list() {
				s.part(alternative.at())
				target, _ := s.resolve(alternative)
				if target == nil || target == part {
					continue
				}
				if g := s.factsOf(target); !g.open {
					s.counted(alternative.at(), len(g.keys))
					f.join(g, own)
				}
			}
			if len(list.list()) > 1 && s.wrapped(part) == nil {
				s.lost(list, "which properties go together is not checked here")
			}
		}
	}
}

// join adds the properties of an alternative. The first own ones are those of the record itself.
func (f *facts) join(g *facts, own int) {
	for i, key := range g.keys {
		k, ok := f.place[key.text]
		switch {
		case !ok:
			f.add(key, g.schemas[i])
		case k >= own && !alike(f.schemas[k], g.schemas[i]):
			f.schemas[k] = &node{doc: key.doc, shape: boolean, text: "true", start: key.start, end: key.end}
		}
	}
}

// alike says whether two schemas are certainly the same.
func alike(a, b *node) bool {
	return a == b || a.doc == b.doc && a.at().Text() == b.at().Text() && a.base == b.base
}

// listed is the constraint that a value is one of an enum or the constant of a schema, which are
// no texts; text enums are types.
func (r *reader) listed(n *node, self expression.Tree) []constraint {
	values, at := n.get("enum").list(), n.get("enum")
	if c := n.get("const"); c != nil {
		values, at = []*node{c}, c
	}
	if at == nil || len(values) > MaxEnum { // which has been told
		return nil
	}
	var out constraint
	r.listings += len(values)
	for _, v := range values {
		if v.shape == null {
			continue // the type says that it may be absent
		}
		value, ok := scalarOf(v, self.Type)
		if !ok || len(values) > MaxListed || r.listings > MaxListings {
			r.lost(at, "that this is one of the values that are listed is not checked here")
			return nil
		}
		shown := value
		if v.shape == text {
			shown = strconv.Quote(value)
		}
		one := constraint{node2(expression.Eq, boolType, self, literal(self.Type, value)), self.Name + " == " + shown}
		if out.text == "" {
			out = one
			continue
		}
		out = constraint{node2(expression.Or, boolType, out.tree, one.tree), out.text + " || " + one.text}
	}
	if out.text == "" {
		return nil
	}
	if len(values) > 1 {
		out.text = "(" + out.text + ")"
	}
	return []constraint{out}
}

// scalarOf is a value of a document in the form of a literal of a type; ok is false where it is none.
func scalarOf(v *node, t types.Type) (string, bool) {
	switch t.Kind {
	case types.String:
		return v.text, v.shape == text
	case types.Bool:
		return v.text, v.shape == boolean
	case types.Int, types.Decimal, types.Float:
		return numeral(v, t)
	}
	return "", false
}
