package check

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// record checks `{ a: 1 }` and `Receipt { order: x }`. Without a name the record
// has the wanted type, and where nothing is wanted a type of its own.
func (c *checker) record(s *resolve.Scope, e *syntax.RecordExpr, want types.Type) typed {
	if e.Type != nil {
		want = c.reference(e.Type)
		if want.Kind == types.Invalid {
			c.quietly(s, e)
			return typed{}
		}
	}
	if want.Kind == types.Optional {
		want = *want.Elem
	}
	if want.Kind == types.Map {
		return c.mapLiteral(s, e, want)
	}
	if d := c.union(want); d != nil {
		return c.unionLiteral(s, e, want, d)
	}
	if n := len(e.Fields); n > MaxMembers {
		c.tooMany(e.Fields[MaxMembers].Name.At, "fields", n)
		return typed{}
	}
	fields, ok := c.Universe.FieldsOf(want)
	if !ok {
		if e.Type != nil {
			c.errorf(CodeMismatch, e.Type.Span(), "%s is no record", c.show(want))
			return typed{}
		}
		return c.anonymous(s, e)
	}
	return c.recordOf(s, e, want, fields)
}

// quietly checks the values of a record whose type is unknown, for what they
// use and what is wrong in them.
func (c *checker) quietly(s *resolve.Scope, e *syntax.RecordExpr) {
	for _, f := range e.Fields {
		c.expr(s, f.Value, lost)
	}
}

func (c *checker) recordOf(s *resolve.Scope, e *syntax.RecordExpr, t types.Type, fields []types.Field) typed {
	out := typed{Tree: expression.Tree{Op: expression.RecordOf, Type: t,
		Keys: make([]string, 0, len(fields)), Args: make([]expression.Tree, 0, len(fields))}}
	bad := false
	for _, init := range e.Fields {
		c.Info.Part(t, init.Name.At)
		f := types.FieldNamed(fields, init.Name.Text)
		if f == nil {
			c.report(unknownField(c.show(t), init.Name, fields))
			c.expr(s, init.Value, none)
			bad = true
			continue
		}
		v := c.given(s, init.Value, t, f)
		if v.invalid() {
			bad = true
			continue
		}
		if c.twice(out.Keys, init) {
			continue
		}
		out.labels |= v.labels &^ c.labels.of(f.Labels)
		out.Keys = append(out.Keys, init.Name.Text)
		out.Args = append(out.Args, v.Tree)
	}
	if !bad && !c.complete(s, e, t, fields) {
		bad = true
	}
	if bad {
		// The type is known although a field is wrong: what follows can be checked.
		return typed{Tree: expression.Tree{Op: expression.RecordOf, Type: t}}
	}
	return out
}

func (c *checker) twice(keys []string, init *syntax.FieldInit) bool {
	if slices.Contains(keys, init.Name.Text) {
		c.givenTwice(init)
		return true
	}
	return false
}

func (c *checker) givenTwice(init *syntax.FieldInit) {
	c.report(diag.Errorf(CodeFieldTwice, init.Name.At, "the field %s is given twice", init.Name.Text).
		WithHelp("leave one of the two out").WithFix(init.Span().Listed(), "").AsDraft())
}

// complete reports the fields that are missing, all in one diagnostic.
func (c *checker) complete(s *resolve.Scope, e *syntax.RecordExpr, t types.Type, fields []types.Field) bool {
	var missing []*types.Field
	var names []string
	for i := range fields {
		f := &fields[i]
		if f.Type.Kind == types.Optional || slices.ContainsFunc(e.Fields, func(i *syntax.FieldInit) bool { return i.Name.Text == f.Name }) {
			continue
		}
		missing, names = append(missing, f), append(names, f.Name)
	}
	if len(missing) == 0 {
		return true
	}
	at := e.Span()
	if e.Type != nil {
		at = e.Type.Span()
	} else {
		at = at.First(1)
	}
	c.report(c.withFields(diag.Errorf(CodeMissingField, at, "%s needs %s", c.show(t), strings.Join(names, ", ")), s, e, missing))
	return false
}

func (c *checker) anonymous(s *resolve.Scope, e *syntax.RecordExpr) typed {
	out := typed{Tree: expression.Tree{Op: expression.RecordOf, Type: types.Type{Kind: types.Record}}}
	out.Type.Fields = slices.Grow(out.Type.Fields, len(e.Fields))
	out.Keys, out.Args = slices.Grow(out.Keys, len(e.Fields)), slices.Grow(out.Args, len(e.Fields))
	for _, init := range e.Fields {
		v := c.value(s, init.Value, none)
		if v.invalid() {
			return typed{}
		}
		if c.twice(out.Keys, init) {
			continue
		}
		out.Type.Fields = append(out.Type.Fields, types.Field{Name: init.Name.Text, Type: v.Type, Labels: c.labels.list(v.labels)})
		out.Keys = append(out.Keys, init.Name.Text)
		out.Args = append(out.Args, v.Tree)
	}
	return out
}

func (c *checker) mapLiteral(s *resolve.Scope, e *syntax.RecordExpr, want types.Type) typed {
	out := typed{Tree: expression.Tree{Op: expression.RecordOf, Type: want}}
	seen := make(map[string]bool, len(e.Fields)) // a table may be long
	for _, init := range e.Fields {
		v := c.value(s, init.Value, *want.Elem)
		if v.invalid() {
			return typed{}
		}
		if seen[init.Name.Text] {
			c.givenTwice(init)
			continue
		}
		seen[init.Name.Text] = true
		out.labels |= v.labels
		out.Keys = append(out.Keys, init.Name.Text)
		out.Args = append(out.Args, v.Tree)
	}
	return out
}

func (c *checker) union(t types.Type) *types.Definition {
	if t.Kind != types.Named {
		return nil
	}
	if d := c.Universe.Lookup(t.Name); d != nil && d.Kind == types.UnionDefinition {
		return d
	}
	return nil
}

// unionLiteral is a record of exactly one case.
func (c *checker) unionLiteral(s *resolve.Scope, e *syntax.RecordExpr, t types.Type, d *types.Definition) typed {
	if len(e.Fields) != 1 {
		c.errorf(CodeMissingField, e.Span(), "a value of %s has exactly one of its cases", c.show(t))
		return typed{}
	}
	c.Info.Part(t, e.Fields[0].Name.At)
	f, ok := d.Field(e.Fields[0].Name.Text)
	if !ok {
		c.report(unknownField(c.show(t), e.Fields[0].Name, d.Fields))
		return typed{}
	}
	v := c.value(s, e.Fields[0].Value, f.Type)
	if v.invalid() {
		return typed{}
	}
	return typed{expression.Tree{Op: expression.RecordOf, Type: t, Keys: []string{f.Name}, Args: []expression.Tree{v.Tree}},
		v.labels &^ c.labels.of(f.Labels)}
}

func (c *checker) list(s *resolve.Scope, e *syntax.ListExpr, want types.Type) typed {
	if want.Kind == types.Optional {
		want = *want.Elem
	}
	elem := none
	if want.Kind == types.List {
		elem = *want.Elem
	}
	out := typed{Tree: expression.Tree{Op: expression.ListOf, Args: make([]expression.Tree, len(e.Items))}}
	labels := make([]labelSet, len(e.Items))
	bad := false
	for _, i := range tellingFirst(e.Items) {
		item, hint := e.Items[i], none2(elem, want)
		if isEmptyList(item) && elem.Kind == types.List {
			hint = elem
		}
		v := c.value(s, item, hint)
		if v.invalid() {
			bad = true
			continue
		}
		if elem.Kind == types.Invalid {
			elem = v.Type
		} else if t, ok := c.common(elem, v.Type); ok {
			elem = t
		} else {
			c.report(c.mismatch(v.Type, elem, item.Span()))
			bad = true
			continue
		}
		labels[i], out.Args[i] = v.labels, v.Tree
	}
	if bad {
		return typed{}
	}
	if elem.Kind == types.Invalid && want.Name == lost.Name {
		return typed{}
	}
	if elem.Kind == types.Invalid {
		c.report(diag.Errorf(CodeNoType, e.Span(), "nothing says what this list is of").WithHelp("write the type: let x: [int] = []"))
		return typed{}
	}
	for i := range out.Args {
		item := c.fit(typed{out.Args[i], labels[i]}, elem, e.Items[i].Span())
		out.Args[i] = item.Tree
		out.labels |= item.labels
	}
	out.Type = types.ListOf(elem)
	return out
}

// tellingFirst are the numbers of the items of a list: first of those that say what it
// is of, and then of the empty lists.
func tellingFirst(items []syntax.Expr) []int {
	out := make([]int, 0, len(items))
	for _, empty := range []bool{false, true} {
		for i, item := range items {
			if isEmptyList(item) == empty {
				out = append(out, i)
			}
		}
	}
	return out
}

func isEmptyList(e syntax.Expr) bool {
	list, ok := e.(*syntax.ListExpr)
	return ok && len(list.Items) == 0
}

// none2 is the type wanted of an item: only where a list is wanted is it more
// than a hint.
func none2(elem, want types.Type) types.Type {
	if want.Kind == types.List {
		return elem
	}
	return none
}
