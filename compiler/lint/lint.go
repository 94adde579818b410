package lint

import (
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// Declaration gives the remarks about one declaration of a program without
// errors. Facts are those of its body; nil when it has none. They depend on what the
// declarations of the package say and on this one's body, not on the bodies of others.
func Declaration(p *check.Program, d syntax.Decl, facts *check.Facts) []diag.Diagnostic {
	l := &pass{Program: p, owner: p.Module.Package + "." + d.DeclName().Text, undo: map[*syntax.CallStmt]bool{}}
	if facts != nil {
		l.Program = p.Within(facts)
	}
	l.declaration(d)
	syntax.Inspect(d, func(n syntax.Node) bool {
		l.node(n)
		return true
	})
	return l.ds.Sorted()
}

// Package gives the remarks about how the declarations of a program without
// errors fit together.
func Package(p *check.Program, known *Circles) []diag.Diagnostic {
	l := &pass{Program: p}
	l.deadLetters()
	l.routesRound()
	l.eachOther(known)
	return l.ds.Sorted()
}

// pass is one reading of a program.
type pass struct {
	*check.Program                           // as the declaration that is being read knows it
	owner          string                    // the declaration's qualified name
	undo           map[*syntax.CallStmt]bool // stand in a compensation
	ds             diag.List
}

// declaration holds the rules about what a declaration is as a whole.
func (p *pass) declaration(d syntax.Decl) {
	p.naming(d)
	switch d := d.(type) {
	case *syntax.ProcessDecl:
		p.processKey(d)
		p.itself(d)
		p.compensations(d.Body)
		p.tooLong(d)
		p.locks(d)
		p.lost(d)
	case *syntax.RouteDecl:
		p.route(d)
	case *syntax.EndpointDecl:
		p.failureDomains(d)
		p.operations(d)
	case *syntax.PolicyDecl:
		p.sameRules(d)
		p.coveredRules(d)
	case *syntax.TestDecl:
		p.noThen(d)
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
	case *syntax.DetourStmt:
		p.condition(n.When)
		p.empty(n.Body, "detour")
	case *syntax.DedupeStmt:
		p.oneForAll(n.By, "the key is the same for every message, so one of them goes on in that time, whatever it says", "take what tells them apart, such as its id; one message in a time is sample 10m")
		p.noTime(n.Within, "this remembers no key at all")
	case *syntax.ResequenceStmt:
		p.oneForAll(n.By, "the number is the same for every message, so nothing has an order", "take the field that counts the messages")
		p.oneForAll(n.Per, "the key is the same for every message", "leave it out: there is one sequence then")
		p.noTime(n.Within, "this waits for no message at all")
	case *syntax.ThrottleStmt:
		p.oneForAll(n.By, "the key is the same for every message", "leave it out: there is one rate then")
	case *syntax.SampleStmt:
		p.oneForAll(n.By, "the key is the same for every message", "leave it out: the messages themselves are chosen then")
		p.noTime(n.Share, "this lets every message through")
	case *syntax.AggregateStmt:
		p.condition(n.Until)
		p.neverFull(n)
		p.noTime(n.Within, "this gathers nothing at all")
	case *syntax.Branch:
		p.condition(n.When)
	case *syntax.AssignStmt:
		p.toItself(n)
	case *syntax.CallStmt:
		p.doneTwice(n)
		p.undoneBySame(n)
	case *syntax.SelectStmt:
		p.arms(n)
	case *syntax.MatchStmt:
		p.matches(n)
	case *syntax.ParallelStmt:
		p.sameEvent(n)
	case *syntax.WaitStmt:
		p.noTime(n.For, "this waits for no time at all")
	case *syntax.AfterArm:
		p.noTime(n.Delay, "this waits for no time at all")
	case *syntax.DelayStmt:
		p.noTime(n.For, "this waits for no time at all")
	case *syntax.WithinClause:
		p.noTime(n.Limit, "this is over before anything in it has begun")
	case *syntax.BinaryExpr:
		p.withItself(n)
		p.withLiteral(n)
		p.decided(n)
	case *syntax.UnaryExpr:
		p.negation(n)
		p.decided(n)
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
