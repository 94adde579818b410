package contract

import (
	"slices"

	"github.com/cob-lang/cob/lang/types"
)

func (d *differ) definitions() {
	for _, name := range union(d.older.types, d.newer.types) {
		a, b := d.older.types[name], d.newer.types[name]
		subject := "type " + name
		switch {
		case b == nil:
			d.breaks(subject, "it is gone")
		case a == nil:
			d.allows(subject, "it is new")
		case a.Kind != b.Kind:
			d.breaks(subject, "it was of the kind %s and is of the kind %s", a.Kind, b.Kind)
		case a.Kind == types.EnumDefinition:
			d.values(subject, a.Values, b.Values, d.way(name))
		case a.Kind == types.UnionDefinition:
			if a.Tag != b.Tag {
				d.breaks(subject, "its cases were told apart by %s and are by %s", or(a.Tag, "their names"), or(b.Tag, "their names"))
			}
			d.cases(subject, a.Fields, b.Fields, d.way(name))
		default:
			d.fields(subject, name, a.Fields, b.Fields, d.way(name))
		}
	}
}

// values compares enums: a value that is new may arrive, one that is gone may not
// be sent.
func (d *differ) values(subject string, a, b []string, on way) {
	for _, v := range a {
		if !slices.Contains(b, v) {
			d.breaks(subject, "the value %s is gone", v)
		}
	}
	for _, v := range b {
		if !slices.Contains(a, v) {
			d.when(received, on, subject, "the value %s is new", v)
		}
	}
}

func (d *differ) cases(subject string, a, b []types.Field, on way) {
	for _, f := range a {
		g := types.FieldNamed(b, f.Name)
		if g == nil {
			d.breaks(subject, "the case %s is gone", f.Name)
			continue
		}
		if f.WireName() != g.WireName() {
			d.breaks(subject, "the case %s was written %s and is written %s", f.Name, f.WireName(), g.WireName())
		}
		d.compare(subject, "the case "+f.Name, f.Type, g.Type, on)
	}
	for _, f := range b {
		if types.FieldNamed(a, f.Name) == nil {
			d.when(received, on, subject, "the case %s is new", f.Name)
		}
	}
}

// fields compares records. of is the name of the definition, which refinements
// belong to; a record without a name has none.
func (d *differ) fields(subject, of string, a, b []types.Field, on way) {
	for _, f := range a {
		g := types.FieldNamed(b, f.Name)
		if g == nil {
			d.breaks(subject, "the field %s is gone", f.Name)
			continue
		}
		at := subject + ", field " + f.Name
		if f.WireName() != g.WireName() {
			d.breaks(at, "it was called %s in JSON and is called %s", f.WireName(), g.WireName())
		}
		d.compare(at, "it", f.Type, g.Type, on)
		if of != "" {
			place := [2]string{of, f.Name}
			d.ruled(at, "it", d.older.refinements[place], d.newer.refinements[place], on)
		}
	}
	for _, g := range b {
		switch {
		case types.FieldNamed(a, g.Name) != nil:
		case g.Type.Kind == types.Optional:
			d.allows(subject, "the field %s is new and may be left out", g.Name)
		default:
			d.when(sent, on, subject, "the field %s is new and always there", g.Name)
		}
	}
}

// compare compares two types of the same thing, which what names.
func (d *differ) compare(subject, what string, a, b types.Type, on way) {
	if a.Equal(b) {
		return
	}
	if a.Kind == types.Optional != (b.Kind == types.Optional) {
		now := map[bool][2]string{true: {"may be left out", "has to be given"}, false: {"may be absent", "is always there"}}[on == sent]
		if b.Kind == types.Optional {
			d.when(received, on, subject, "%s %s now", what, now[0])
		} else {
			d.when(sent, on, subject, "%s %s now", what, now[1])
		}
	}
	a, b = bare(a), bare(b)
	switch {
	case a.Equal(b):
	case a.Kind == types.Record && b.Kind == types.Record:
		d.fields(subject, "", a.Fields, b.Fields, on)
	case a.Kind == b.Kind && (a.Kind == types.List || a.Kind == types.Map):
		d.compare(subject, "an item of "+what, *a.Elem, *b.Elem, on)
	default:
		u := types.NewUniverse(nil)
		var bad way
		if !u.Assignable(a, b) {
			bad |= sent
		}
		if !u.Assignable(b, a) {
			bad |= received
		}
		d.when(bad, on, subject, "%s was %s and is %s", what, a, b)
	}
}

func bare(t types.Type) types.Type {
	if t.Kind == types.Optional {
		return *t.Elem
	}
	return t
}
