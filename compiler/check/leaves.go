package check

import (
	"slices"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// staysHere reports a handle in what leaves an instance: nobody else can wait for
// what it stands for, and it has no form in JSON.
func (c *checker) staysHere(at source.Span, what string, t types.Type) {
	if c.holdsHandle(t, nil) {
		c.report(diag.Errorf(CodeStaysHere, at, "%s holds a handle, which means nothing outside of its instance", what).
			WithHelp("await it here and pass what comes of it on, or pass the key of the process"))
	}
}

// fieldsStayHere is staysHere for each of some fields or parameters.
func (c *checker) fieldsStayHere(what string, list []*syntax.Field, fields []types.Field) {
	for _, f := range list {
		if field := types.FieldNamed(fields, f.Name.Text); field != nil && f.Type != nil {
			c.staysHere(f.Type.Span(), what+f.Name.Text, field.Type)
		}
	}
}

// toldStaysHere is staysHere for events and faults, whose fields are told to others.
func (c *checker) toldStaysHere(decls []syntax.Decl, defined []types.Definition) {
	for i, d := range decls {
		_, list := shape(d)
		if k := defined[i].Kind; list != nil && (k == types.EventDefinition || k == types.FaultDefinition) {
			c.fieldsStayHere("the field ", list.List, defined[i].Fields)
		}
	}
}

// holdsHandle says whether a value of type t may have a handle in it.
func (c *checker) holdsHandle(t types.Type, seen []string) bool {
	switch {
	case t.Kind == types.Handle:
		return true
	case t.Kind == types.Named && slices.Contains(seen, t.Name):
		return false
	case t.Kind == types.Named:
		seen = append(slices.Clip(seen), t.Name)
		if d := c.Universe.Lookup(t.Name); d != nil {
			return slices.ContainsFunc(d.Fields, func(f types.Field) bool { return c.holdsHandle(f.Type, seen) })
		}
		return false
	}
	return t.Elem != nil && c.holdsHandle(*t.Elem, seen) ||
		slices.ContainsFunc(t.Fields, func(f types.Field) bool { return c.holdsHandle(f.Type, seen) })
}

// wireTwice reports a field that has the name of another one in JSON: of the two
// one would be lost. before are the fields in front of it.
func (c *checker) wireTwice(f *syntax.Field, field *types.Field, list []*syntax.Field, before []types.Field) {
	i := slices.IndexFunc(before, func(x types.Field) bool { return x.WireName() == field.WireName() })
	if i < 0 {
		return
	}
	at := f.Name.At
	for _, a := range f.Annotations {
		if a.Name.String() == "json" {
			at = a.Span()
		}
	}
	first := list[slices.IndexFunc(list, func(x *syntax.Field) bool { return x.Name.Text == before[i].Name })]
	c.report(diag.Errorf(CodeWireTwice, at, "%s and %s are both called %q in JSON, where one of them would be lost", before[i].Name, field.Name, field.WireName()).
		WithNote(first.Name.At, "the other one").WithHelp("give one of them another name in JSON: @json(%q)", field.Name+"-2"))
}
