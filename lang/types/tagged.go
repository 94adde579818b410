package types

// tagged reads a union whose case is told by one of its properties:
// {"kind": "card", "number": "4"}.
func (c *converter) tagged(raw Value, d *Definition) Value {
	m, ok := raw.(map[string]Value)
	if !ok {
		return c.report("want an object whose %s is the case of %s, not %s", d.Tag, d.Name, Describe(raw))
	}
	name, ok := m[d.Tag].(string)
	if !ok {
		return c.reportIn(d.Tag, "missing (want the case of %s)", d.Name)
	}
	for i := range d.Fields {
		f := &d.Fields[i]
		if f.WireName() != name {
			continue
		}
		if !c.u.hasWire(f.Type, d.Tag) {
			delete(m, d.Tag)
		}
		return map[string]Value{f.Name: c.convert(m, f.Type)}
	}
	return c.reportIn(d.Tag, "%.40q is no case of %s", name, d.Name)
}

// hasWire says whether a record has a field of that name in JSON.
func (u *Universe) hasWire(t Type, wire string) bool {
	fields, _ := u.FieldsOf(t)
	for i := range fields {
		if fields[i].WireName() == wire {
			return true
		}
	}
	return false
}

// encodeTagged is the reverse of tagged. The tag stands first, and once: a field
// of the case that says the same is left out.
func (u *Universe) encodeTagged(to []byte, m map[string]Value, d *Definition) []byte {
	for i := range d.Fields {
		f := &d.Fields[i]
		inner, ok := m[f.Name].(map[string]Value)
		if !ok {
			continue
		}
		fields, _ := u.FieldsOf(f.Type)
		rest := make([]Field, 0, len(fields))
		for _, g := range fields {
			if g.WireName() != d.Tag {
				rest = append(rest, g)
			}
		}
		to = appendString(append(to, '{'), d.Tag)
		to = appendString(append(to, ':'), f.WireName())
		body := u.encodeFields(nil, inner, RecordOf(rest...))
		if len(body) > len("{}") {
			return append(append(to, ','), body[1:]...)
		}
		return append(to, '}')
	}
	return AppendJSON(to, m)
}
