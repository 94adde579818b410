package check

import (
	"fmt"
	"slices"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// staysHere reports a handle in what leaves an instance: nobody else can wait for
// what it stands for, and it has no form in JSON.
func (c *checker) staysHere(at source.Span, what string, t types.Type) {
	if c.holdsHandle(t) {
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
func (c *checker) holdsHandle(t types.Type) bool {
	switch t.Kind {
	case types.Handle:
		return true
	case types.Named:
		return c.types.handles[t.Name]
	}
	return t.Elem != nil && c.holdsHandle(*t.Elem) ||
		slices.ContainsFunc(t.Fields, func(f types.Field) bool { return c.holdsHandle(f.Type) })
}

// withHandles are the names of the definitions of which a value may have a handle in
// it: those that say so, and then whatever has one of them as a part.
func withHandles(all []types.Definition) map[string]bool {
	out := map[string]bool{}
	users := map[string][]string{}
	var todo []string
	var parts func(of string, t types.Type)
	parts = func(of string, t types.Type) {
		switch {
		case t.Kind == types.Handle && !out[of]:
			out[of] = true
			todo = append(todo, of)
		case t.Kind == types.Named:
			users[t.Name] = append(users[t.Name], of)
		}
		if t.Elem != nil {
			parts(of, *t.Elem)
		}
		for i := range t.Fields {
			parts(of, t.Fields[i].Type)
		}
	}
	for i := range all {
		for k := range all[i].Fields {
			parts(all[i].Name, all[i].Fields[k].Type)
		}
	}
	for len(todo) > 0 {
		name := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, user := range users[name] {
			if !out[user] {
				out[user] = true
				todo = append(todo, user)
			}
		}
	}
	return out
}

// wireTwice reports a field that has the name of another one in JSON: of the two
// one would be lost. before are the fields in front of it.
func (c *checker) wireTwice(f *syntax.Field, field *types.Field, list []*syntax.Field, before []types.Field) {
	i := slices.IndexFunc(before, func(x types.Field) bool { return x.WireName() == field.WireName() })
	if i < 0 {
		return
	}
	at, text := f.Name.At, f.Name.Text+"_2"
	for _, a := range f.Annotations {
		if a.Name.String() == "json" {
			at, text = a.Span(), fmt.Sprintf("@json(%q)", field.Name+"-2")
		}
	}
	first := list[slices.IndexFunc(list, func(x *syntax.Field) bool { return x.Name.Text == before[i].Name })]
	c.report(diag.Errorf(CodeWireTwice, at, "%s and %s are both called %q in JSON, where one of them would be lost", before[i].Name, field.Name, field.WireName()).
		WithNote(first.Name.At, "the other one").WithHelp("give one of them another name in JSON: @json(%q)", field.Name+"-2").
		WithFix(at, text).AsDraft())
}
