package ide

import (
	"strings"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// Symbol is a declaration, or a part of one, as an outline shows it.
type Symbol struct {
	Name     string
	Kind     string // the construct: process, type, operation, field, task ...
	Detail   string
	Whole    Place
	Selected Place // the name, inside Whole
	Children []Symbol
}

// Symbols is the outline of a text, which no other file has a part in.
func Symbols(src *source.File) []Symbol {
	tree, _ := syntax.Parse(src)
	var out []Symbol
	for _, d := range tree.Decls {
		x := Symbol{Name: d.DeclName().Text, Kind: kindName(d), Whole: placeOf(d.Span()), Selected: placeOf(d.DeclName().At)}
		switch d := d.(type) {
		case *syntax.PackageDecl, *syntax.ImportDecl:
			continue
		case *syntax.TestDecl:
			if title, ok := d.Title.Plain(); ok && d.Title != nil {
				x.Name, x.Selected = title, placeOf(d.Title.Span())
			}
		case *syntax.MigrateDecl:
			x.of(d.Process)
		case *syntax.RolloutDecl:
			x.of(d.Process)
		}
		if x.Name == "" || !inside(x.Selected, x.Whole) {
			continue
		}
		x.Children = children(d)
		out = append(out, x)
	}
	return out
}

// of names a declaration by what it is about.
func (x *Symbol) of(p *syntax.Path) {
	if p != nil && p.Last().Given() {
		x.Name, x.Selected = p.String(), placeOf(p.Span())
	}
}

func inside(a, b Place) bool { return b.Start <= a.Start && a.End <= b.End && a.Start < a.End }

// children are the parts of a declaration that have names, and the steps of a
// flow that do something.
func children(d syntax.Decl) []Symbol {
	var out []Symbol
	part := func(name source.Span, n syntax.Node, detail string) {
		x := Symbol{Name: name.Text(), Kind: kindName(n), Detail: detail, Whole: placeOf(n.Span()), Selected: placeOf(name)}
		if inside(x.Selected, x.Whole) {
			out = append(out, x)
		}
	}
	syntax.Inspect(d, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Params, *syntax.RecordType, *syntax.RecordExpr:
			return false
		case *syntax.Field:
			detail := ""
			if n.Type != nil {
				detail = oneLine(n.Type.Span().Text())
			}
			part(n.Name.At, n, detail)
			return false
		case *syntax.EnumMember:
			part(n.Name.At, n, "")
		case *syntax.Operation:
			part(n.Name.At, n, oneLine(header(n)))
			return false
		case *syntax.Receive:
			part(n.Name.At, n, "")
			return false
		case *syntax.Binding:
			if n.Cloud != nil {
				part(n.Cloud.At, n, "")
			}
			return false
		case *syntax.PatternStep:
			if n.Source != nil && n.Source.As.Given() {
				part(n.Source.As.At, n, oneLine(n.How.Text+" "+n.Source.Span().Text()))
			}
		case *syntax.TaskStmt:
			part(n.Name.At, n, "")
		case *syntax.CallStmt:
			if n.Target != nil {
				part(n.Target.Span(), n, "")
			}
		}
		return true
	})
	return out
}

// header is what stands between the name of an operation and its body.
func header(n *syntax.Operation) string {
	text := n.Span().Text()
	if n.Body != nil {
		text = text[:n.Body.Span().Start()-n.Span().Start()]
	}
	_, after, _ := strings.Cut(text, n.Name.Text)
	return after
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Matches says whether a name holds the letters of a query in their order, small
// or capital.
func Matches(name, query string) bool {
	rest := []rune(strings.ToLower(query))
	for _, r := range strings.ToLower(name) {
		if len(rest) > 0 && rest[0] == r {
			rest = rest[1:]
		}
	}
	return len(rest) == 0
}
