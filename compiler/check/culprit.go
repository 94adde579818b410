package check

import (
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// Several uses of one field that do not fit its type are most likely one mistake: the
// type of the field was changed, here or in a contract. Where at least fewestUses
// diagnostics share a field, they become one: the first of them, with the declaration,
// and the others as places of it.
const fewestUses = 3

// blame adds to the diagnostic of a mismatch the field that was read, if any of the
// values is one.
func (c *checker) blame(d diag.Diagnostic, values ...*typed) diag.Diagnostic {
	for _, t := range values {
		tree := &t.Tree
		if tree.Op == expression.Field && len(tree.Args) == 1 {
			d = c.blameField(d, tree.Args[0].Type, tree.Name)
		}
	}
	return d
}

// blameField adds a field of a type that has a name.
func (c *checker) blameField(d diag.Diagnostic, of types.Type, name string) diag.Diagnostic {
	of = present(of)
	if of.Kind != types.Named {
		return d
	}
	fields, _ := c.Universe.FieldsOf(of)
	f := types.FieldNamed(fields, name)
	if f == nil {
		return d
	}
	d.Causes = append(d.Causes, diag.Label{Span: c.fieldAt(of.Name, name), Text: c.show(of) + "." + name + " is " + c.show(f.Type)})
	return d
}

// fieldAt is where the package declares a field; unknown when a contract or another
// package does.
func (c *checker) fieldAt(of, name string) source.Span {
	sym := c.Info.Lookup(strings.TrimPrefix(of, c.pkg+"."))
	if sym == nil || sym.Full != of {
		return source.Span{}
	}
	var fields *syntax.Fields
	switch d := sym.Decl.(type) {
	case *syntax.TypeDecl:
		fields = d.Fields
	case *syntax.EventDecl:
		fields = d.Fields
	case *syntax.FaultDecl:
		fields = d.Fields
	}
	if fields != nil {
		for _, f := range fields.List {
			if f.Name.Text == name {
				return f.Name.At
			}
		}
	}
	return source.Span{}
}

// given checks what a record gives to one of its fields.
func (c *checker) given(s *resolve.Scope, e syntax.Expr, of types.Type, f *types.Field) typed {
	want := wanted(f.Type)
	t := c.expr(s, e, want)
	before := c.ds.Len()
	if want.Kind == types.Invalid {
		return c.anyValue(t, e)
	}
	t = c.fit(t, want, e.Span())
	c.ds.Amend(before, func(d diag.Diagnostic) diag.Diagnostic { return c.blameField(d, of, f.Name) })
	return t
}

// shared makes one diagnostic of those that disagree with the type of the same field.
func shared(ds []diag.Diagnostic) []diag.Diagnostic {
	uses := map[string]int{}
	for _, d := range ds {
		for _, cause := range d.Causes {
			uses[cause.Text]++
		}
	}
	first := map[string]int{}
	out := ds[:0]
	for _, d := range ds {
		var of diag.Label // the field that most of them share
		for _, cause := range d.Causes {
			if uses[cause.Text] >= fewestUses && (of.Text == "" || uses[cause.Text] > uses[of.Text]) {
				of = cause
			}
		}
		i, seen := first[of.Text]
		switch {
		case of.Text == "":
			out = append(out, d)
		case !seen:
			first[of.Text] = len(out)
			out = append(out, sharing(d, of, uses[of.Text]))
		default:
			out[i].Also = append(out[i].Also, diag.Label{Span: d.Primary, Text: d.Message})
			if len(d.Fixes) == 0 || len(out[i].Fixes) == 0 {
				out[i].Fixes = nil // half of them would mend nothing
				continue
			}
			for _, e := range d.Fixes {
				out[i] = out[i].WithFix(e.Span, e.Text)
			}
		}
	}
	return out
}

// sharing is the first of so many diagnostics about a field.
func sharing(d diag.Diagnostic, of diag.Label, uses int) diag.Diagnostic {
	name, typ, _ := strings.Cut(of.Text, " is ")
	if of.Span.Known() {
		d = d.WithNote(of.Span, "%s is declared here, and %s uses want something else", typ, strconv.Itoa(uses))
	}
	d.Draft = len(d.Fixes) > 0 // which side is wrong only the author knows
	return d.WithHelp("%s, and %d uses want something else: mend its declaration, or each of them", name+" is "+typ, uses)
}
