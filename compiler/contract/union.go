package contract

import (
	"cmp"
	"strings"

	"github.com/cob-lang/cob/lang/types"
)

// unionTag is the property that tells the alternatives of a schema apart: the
// one that its discriminator names, else one that each alternative requires with
// a constant text of its own. It is empty where there is none.
func (s *schemas) unionTag(n *node) string {
	parts, _ := alternatives(n)
	if len(parts) < 2 || n.get("properties") != nil {
		return ""
	}
	for _, part := range parts {
		target, _ := s.resolve(part)
		if target == nil || !s.isRecord(target) {
			return ""
		}
	}
	if tag := n.get("discriminator").get("propertyName").str(); tag != "" {
		return tag
	}
	first, _ := s.resolve(parts[0])
	for _, key := range s.factsOf(first).keys {
		seen := map[string]bool{}
		for _, part := range parts {
			if v, ok := s.constant(part, key.text); ok {
				seen[v] = true
			}
		}
		if len(seen) == len(parts) {
			return key.text
		}
	}
	return ""
}

// constant is the one text that a required property of a schema may have.
func (s *schemas) constant(n *node, property string) (string, bool) {
	target, _ := s.resolve(n)
	if target == nil {
		return "", false
	}
	f := s.factsOf(target)
	for i, key := range f.keys {
		if key.text != property || !f.required[property] {
			continue
		}
		p, _ := s.resolve(f.schemas[i])
		if c := p.get("const"); c != nil && c.shape == text {
			return c.text, true
		}
		if e := p.get("enum").list(); len(e) == 1 && e[0].shape == text {
			return e[0].text, true
		}
	}
	return "", false
}

// cases are the cases of a union: one for each value of the tag.
func (s *schemas) cases(n *node, hint, tag string) []types.Field {
	var out fields
	parts, _ := alternatives(n)
	mapping := n.get("discriminator").get("mapping")
	for _, part := range parts {
		target, name := s.resolve(part)
		if target == nil {
			continue
		}
		var values []string
		mapping.each(func(key, to *node) {
			if s.leadsTo(to, target, name) {
				values = append(values, key.text)
			}
		})
		if value, ok := s.constant(part, tag); ok && len(values) == 0 {
			values = []string{value}
		}
		if len(values) == 0 {
			values = []string{name}
		}
		if name == "" {
			name = hint + "_" + values[0]
		}
		t, ok := s.declares(target, name)
		if !ok {
			t = s.json(part.at(), "this alternative is no object")
		}
		for _, value := range values {
			f := out.named(value, t)
			f.Doc = target.get("description").str()
			out.add(f)
		}
	}
	return out.list
}

// leadsTo says whether the target of a mapping, a reference or the name of a
// schema, is the schema n of the given name.
func (s *schemas) leadsTo(to, n *node, name string) bool {
	if !strings.ContainsAny(to.text, "#/.") {
		return to.text == name
	}
	where, _, _ := strings.Cut(to.text, "#")
	if where != "" {
		return strings.HasSuffix(to.text, "/"+name) || strings.HasSuffix(strings.TrimSuffix(to.text, ".yaml"), name)
	}
	found, _ := s.target(to)
	if found == nil {
		return false
	}
	target, _ := s.resolve(found)
	return target == n
}

// oneOf is the type of a value that fits one of several schemas without a tag.
func (s *schemas) oneOf(n *node, parts []*node, orNull bool, hint string) types.Type {
	first := s.typeOf(parts[0], hint)
	for _, part := range parts[1:] {
		if !first.Equal(s.typeOf(part, hint)) {
			return s.json(n.at(), "nothing tells the alternatives of this schema apart")
		}
	}
	if first.Kind != types.JSON {
		s.lost(cmp.Or(n.get("oneOf"), n.get("anyOf")), "which of the alternatives it is is not checked here")
	}
	if orNull && first.Kind != types.JSON {
		return types.OptionalOf(first)
	}
	return first
}
