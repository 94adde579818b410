package types

import (
	"encoding/json"
	"slices"
	"strings"
)

// Schema is the JSON Schema (2020-12) of what a value of type t may be as JSON.
// Declared types stand under $defs. Conditions (where) are not part of it: what
// fits the schema may still be refused for one. The same type gives the same bytes.
func (u *Universe) Schema(t Type) json.RawMessage {
	s := &schemer{u: u, defs: map[string]any{}}
	root := s.of(t)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	if len(s.defs) > 0 {
		root["$defs"] = s.defs
	}
	text, err := json.Marshal(root)
	if err != nil {
		panic("types: a schema cannot fail to encode: " + err.Error())
	}
	return text
}

type schemer struct {
	u    *Universe
	defs map[string]any
}

func (s *schemer) of(t Type) map[string]any {
	switch t.Kind {
	case Bool:
		return map[string]any{"type": "boolean"}
	case Int:
		return map[string]any{"type": "integer"}
	case Float:
		return map[string]any{"type": "number"}
	case Decimal:
		return map[string]any{"type": []string{"number", "string"}}
	case Money:
		return closedObject(map[string]any{
			"amount":   map[string]any{"type": []string{"string", "number"}},
			"currency": map[string]any{"type": "string", "pattern": "^[A-Z]{3}$"},
		}, []string{"amount", "currency"})
	case String:
		return map[string]any{"type": "string"}
	case Bytes:
		return map[string]any{"type": "string", "contentEncoding": "base64"}
	case Timestamp:
		return map[string]any{"type": "string", "format": "date-time"}
	case Duration:
		return map[string]any{"type": "string", "format": "duration"}
	case Null, Void:
		return map[string]any{"type": "null"}
	case List:
		return map[string]any{"type": "array", "items": s.of(*t.Elem)}
	case Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(*t.Elem)}
	case Optional:
		return map[string]any{"anyOf": []any{s.of(*t.Elem), map[string]any{"type": "null"}}}
	case Record:
		return s.record(t.Fields)
	case Named:
		return s.named(t)
	}
	return map[string]any{} // anything
}

func closedObject(properties map[string]any, required []string) map[string]any {
	out := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func (s *schemer) record(fields []Field) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, f := range fields {
		p := s.of(f.Type)
		if f.Doc != "" {
			p["description"] = f.Doc
		}
		properties[f.WireName()] = p
		if f.Type.Kind != Optional {
			required = append(required, f.WireName())
		}
	}
	slices.Sort(required)
	return closedObject(properties, required)
}

// named refers to a declared type, which is described once.
func (s *schemer) named(t Type) map[string]any {
	d := s.u.Lookup(t.Name)
	if d == nil {
		return map[string]any{}
	}
	if _, known := s.defs[t.Name]; !known {
		s.defs[t.Name] = nil // it may contain itself
		s.defs[t.Name] = s.definition(d)
	}
	// A pointer takes ~ and / as signs of its own; names have neither.
	return map[string]any{"$ref": "#/$defs/" + t.Name}
}

func (s *schemer) definition(d *Definition) map[string]any {
	var out map[string]any
	switch {
	case d.Kind == EnumDefinition:
		out = map[string]any{"enum": d.Values}
	case d.Kind == UnionDefinition && d.Tag != "":
		out = map[string]any{"type": "object", "required": []string{d.Tag}}
	case d.Kind == UnionDefinition:
		var cases []any
		for _, f := range d.Fields {
			cases = append(cases, closedObject(map[string]any{f.WireName(): s.of(f.Type)}, []string{f.WireName()}))
		}
		out = map[string]any{"oneOf": cases}
	default:
		out = s.record(d.Fields)
	}
	if doc := strings.TrimSpace(d.Doc); doc != "" {
		out["description"] = doc
	}
	return out
}
