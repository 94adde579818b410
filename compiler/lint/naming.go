package lint

import (
	"unicode"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// naming remarks a name that looks like one of another kind: a reader takes what
// begins with a capital for a type, an event, a fault or a process, and so does
// the language where a record may follow a name.
func (p *pass) naming(d syntax.Decl) {
	n := d.DeclName()
	first, _ := utf8.DecodeRuneInString(n.Text)
	if !unicode.IsLetter(first) {
		return
	}
	capital, known := capitals(d)
	if !known || capital == unicode.IsUpper(first) {
		return
	}
	want := "a small letter"
	if capital {
		want = "a capital"
	}
	p.report(diag.Warningf(CodeNaming, n.At, "%s begins like something else: such a name begins with %s", n.Text, want))
}

// capitals says how names of such a declaration begin.
func capitals(d syntax.Decl) (capital, known bool) {
	switch d.(type) {
	case *syntax.TypeDecl, *syntax.EnumDecl, *syntax.UnionDecl, *syntax.FaultDecl, *syntax.EventDecl, *syntax.ProcessDecl:
		return true, true
	case *syntax.LabelDecl, *syntax.CloudDecl, *syntax.EndpointDecl, *syntax.FailoverDecl, *syntax.SLADecl, *syntax.PolicyDecl,
		*syntax.RoleDecl, *syntax.ChannelDecl, *syntax.RouteDecl, *syntax.SampleDecl:
		return false, true
	}
	return false, false
}
