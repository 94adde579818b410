package check

import (
	"slices"
	"strings"
	"unicode"

	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// unread are the declarations of a package that could not be read, so far as others
// need them: what they declare is not known, and missing it is no second mistake.
type unread struct {
	decls []syntax.Decl
	words map[string]bool // that stand in them: one may be the name of what is declared
	// nameless says that one has lost its name, so that any name may be it; values
	// says so of the names that a value begins with.
	nameless, values bool
}

func unreadOf(m *module.Module) unread {
	u := unread{words: map[string]bool{}}
	for _, f := range m.Files {
		for _, d := range f.Decls {
			if h := d.Head(); !h.Broken || h.BrokenBody {
				continue
			}
			u.decls = append(u.decls, d)
			for _, w := range strings.FieldsFunc(d.Span().Text(), func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				u.words[w] = true
			}
			if !d.DeclName().Given() {
				u.lose(d)
			}
		}
	}
	return u
}

// lose notes a declaration without a name.
func (u *unread) lose(d syntax.Decl) {
	switch d.(type) {
	case *syntax.PackageDecl, *syntax.TestDecl, *syntax.MigrateDecl, *syntax.RolloutDecl, *syntax.BadDecl:
		return // has none, or whatever it is named stands in it
	case *syntax.UseDecl, *syntax.ImportDecl, *syntax.EnumDecl, *syntax.SampleDecl:
		u.values = true
	}
	u.nameless = true
}

// echo says whether a diagnostic only repeats that a declaration could not be read.
func (u *unread) echo(d *diag.Diagnostic) bool {
	if len(u.decls) == 0 {
		return false
	}
	if d.Code == resolve.CodeUnknown && d.Severity == diag.Error {
		if u.words[d.Primary.Text()] || u.values || u.nameless && !unknownVariable(d) {
			return true
		}
	}
	return slices.ContainsFunc(u.decls, func(x syntax.Decl) bool {
		at := x.Span()
		return at.File() == d.Primary.File() && at.Contains(d.Primary.Start())
	})
}

// unknownVariable says whether a diagnostic is about a name in an expression.
func unknownVariable(d *diag.Diagnostic) bool { return strings.HasPrefix(d.Message, "no variable") }
