package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// unknownVariable is the diagnostic of a name in an expression that nothing
// declares: with what it would be in another place, before what is merely similar and
// of a type that the place takes.
func (c *checker) unknownVariable(s *resolve.Scope, e *syntax.Ident, want types.Type) diag.Diagnostic {
	d := diag.Errorf(resolve.CodeUnknown, e.Span(), "no variable is called %s", e.Name)
	if old := c.Info.Ended(s, e.Name); old != nil {
		return d.WithNote(old.At, "this one is known in its block only").
			WithHelp("declare %s before the block, and set it there: %s = ...", e.Name, e.Name)
	}
	switch later, ok := c.later[e.Name]; {
	case e.Name == "env":
		return d.WithHelp("a value of the environment stands in the setting of a binding: on paris { url: env.SHOP_URL }; what a process needs of it is a parameter")
	case e.Name == "secret":
		return d.WithHelp("a secret stands in the setting of a binding that needs it: on paris { auth: bearer secret.shop }; no process sees it")
	case ok && later.Start() > e.Span().Start():
		return d.WithNote(later, "declared here").WithHelp("%s is declared later, in line %d: move its let in front of this", e.Name, later.From().Line)
	}
	if c.inTest && len(s.Visible(1)) == 0 {
		return resolve.Unknown(e.Span(), "sample", e.Name, c.Info.Names(resolve.Sample))
	}
	if m := c.messageWith(s, e.Name); m != nil {
		m.Used = true
		return d.WithHelp("write %s.%s", m.Name, e.Name).WithFix(e.Span().Before(), m.Name+".")
	}
	if enum := c.enumWith(e.Name); enum != "" {
		return d.WithHelp("did you mean %s.%s?", enum, e.Name).WithFix(e.Span().Before(), enum+".")
	}
	return resolve.Unknown(e.Span(), "variable", e.Name, c.fitting(s, want))
}

// letsOf are the places of the variables that the statements of a body declare.
func letsOf(d syntax.Decl) map[string]source.Span {
	out := map[string]source.Span{}
	if _, test := d.(*syntax.TestDecl); test {
		return out
	}
	syntax.Inspect(d, func(n syntax.Node) bool {
		if let, ok := n.(*syntax.LetStmt); ok {
			if _, known := out[let.Name.Text]; !known {
				out[let.Name.Text] = let.Name.At
			}
		}
		return true
	})
	return out
}

// fitting are the names of the variables that a place takes where such a type is wanted,
// any where it is Invalid: of very many the latest ones.
func (c *checker) fitting(s *resolve.Scope, want types.Type) []string {
	if c.ds.Len() >= diag.MaxGuesses {
		return nil // so many are not read, and every guess takes its time
	}
	var out []string
	for _, v := range s.Visible(diag.MaxGuesses / 2) {
		if c.gone(v) {
			continue
		}
		if want.Kind == types.Invalid || v.Type.Kind == types.Invalid || c.Universe.Assignable(v.Type, want) {
			out = append(out, v.Name)
		}
	}
	return out
}

// unquoted is the diagnostic of a word where there are no variables at all.
func unquoted(e *syntax.Ident) diag.Diagnostic {
	return diag.Errorf(resolve.CodeUnknown, e.Span(), "no variable is called %s", e.Name).
		WithHelp("text stands in double quotes: %q", e.Name).WithFix(e.Span(), `"`+e.Name+`"`)
}

// enumWith is the name of the one enum of the package that has this value, or "".
func (c *checker) enumWith(value string) string {
	if c.ds.Len() >= diag.MaxGuesses {
		return "" // so many are not read, and every guess takes its time
	}
	found := ""
	for _, sym := range c.Info.Of(resolve.Enum) {
		d := c.Universe.Lookup(sym.Full)
		if d == nil || d.Kind != types.EnumDefinition || !slices.Contains(d.Values, value) {
			continue
		}
		if found != "" {
			return ""
		}
		found = sym.Name
	}
	return found
}
