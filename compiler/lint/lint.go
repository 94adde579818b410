package lint

import (
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// Lint gives the remarks about a program without errors, by place.
func Lint(p *check.Program) []diag.Diagnostic {
	facts := map[syntax.Decl]*check.Facts{}
	for _, x := range p.Processes {
		facts[x.Decl] = x.Facts
	}
	for _, x := range p.Routes {
		facts[x.Decl] = x.Facts
	}
	l := &pass{Program: p, undo: map[*syntax.CallStmt]bool{}}
	for _, f := range p.Module.Files {
		for _, d := range f.Decls {
			l.Program = p
			if of := facts[d]; of != nil {
				l.Program = p.Within(of)
			}
			l.declaration(d)
			syntax.Inspect(d, func(n syntax.Node) bool {
				l.node(n)
				return true
			})
		}
	}
	l.Program = p
	l.deadLetters()
	return l.ds.Sorted()
}

// pass is one reading of a program.
type pass struct {
	*check.Program                           // as the declaration that is being read knows it
	undo           map[*syntax.CallStmt]bool // stand in a compensation
	ds             diag.List
}

// declaration holds the rules about what a declaration is as a whole.
func (p *pass) declaration(d syntax.Decl) {
	p.naming(d)
	switch d := d.(type) {
	case *syntax.ProcessDecl:
		p.processKey(d)
		p.startsItself(d)
		p.compensations(d.Body)
	case *syntax.RouteDecl:
		p.route(d)
	case *syntax.EndpointDecl:
		p.failureDomains(d)
		p.operations(d)
	case *syntax.PolicyDecl:
		p.sameRules(d)
	case *syntax.RoleDecl:
		p.nobody(d)
	}
}

// node holds the rules about what stands anywhere.
func (p *pass) node(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.IfStmt:
		p.condition(n.Cond)
		p.ifs(n)
	case *syntax.WhileStmt:
		p.while(n)
		p.empty(n.Body, "loop")
	case *syntax.ForStmt:
		p.empty(n.Body, "loop")
	case *syntax.FilterStmt:
		p.condition(n.Cond)
	case *syntax.Branch:
		p.condition(n.When)
	case *syntax.AssignStmt:
		p.toItself(n)
	case *syntax.CallStmt:
		p.doneTwice(n)
	case *syntax.SelectStmt:
		p.arms(n)
	case *syntax.WaitStmt:
		p.noTime(n.For)
	case *syntax.AfterArm:
		p.noTime(n.Delay)
	case *syntax.BinaryExpr:
		p.withItself(n)
		p.withLiteral(n)
	case *syntax.UnaryExpr:
		p.negation(n)
	case *syntax.CondExpr:
		p.choice(n)
	}
}

func (p *pass) report(d diag.Diagnostic) { p.ds.Add(d) }

// same says whether two pieces of a program are written alike. Expressions are
// pure, so such two have one value where no statement stands between them.
func same(a, b syntax.Node) bool {
	return a.Span().Text() == b.Span().Text()
}
