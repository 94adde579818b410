package lint

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// coveredRules remarks a rule of a policy that changes nothing: whenever it holds,
// another one has decided the same, or refuses what it allows.
func (p *pass) coveredRules(d *syntax.PolicyDecl) {
	i, ok := slices.BinarySearchFunc(p.Policies, p.Module.Package+"."+d.Name.Text, func(x plan.Policy, n string) int { return cmp.Compare(x.Name, n) })
	if !ok {
		return
	}
	rules := p.Policies[i].Rules
	next := 0
	decided := make([][]plan.Rule, len(d.Body.Rules)) // those of each rule of the text, one per decision
	for k, r := range d.Body.Rules {
		if next+len(r.Points) > len(rules) {
			return
		}
		decided[k] = rules[next : next+len(r.Points)]
		next += len(r.Points)
	}
	for k, r := range d.Body.Rules {
		for j, other := range d.Body.Rules {
			if j != k && p.covers(decided[j], decided[k], j < k) && !alikeRules(r, other) {
				what := "another rule denies all of this already"
				if decided[k][0].Effect == "allow" {
					what = "another rule allows all of this already"
					if decided[j][0].Effect == "deny" {
						what = "this never allows anything: another rule denies all of it"
					}
				}
				p.report(diag.Warningf(CodeCovered, r.Span(), "%s", what).WithNote(other.Span(), "this one").WithFix(r.Span().Alone(), "").AsDraft())
				break
			}
		}
	}
}

func alikeRules(a, b *syntax.PolicyRule) bool {
	return a.Effect.Text == b.Effect.Text && sameCondition(a.When, b.When)
}

// covers says whether some rules hold whenever others do, for all decisions of those. Of
// two that say the same the first one counts.
func (p *pass) covers(by, rules []plan.Rule, before bool) bool {
	for _, r := range rules {
		if !check.OutcomeOf(&r.When, p.Universe).True {
			return false // it never holds, which is told
		}
		if !slices.ContainsFunc(by, func(x plan.Rule) bool {
			return x.Point == r.Point && (x.Effect == r.Effect && before || x.Effect == "deny" && r.Effect == "allow") &&
				!check.OutcomeOf(&x.When, p.Universe, check.Given{Cond: r.When, Holds: true}).False
		}) {
			return false
		}
	}
	return len(rules) > 0
}

// noThen remarks a test that nothing can make fail.
func (p *pass) noThen(d *syntax.TestDecl) {
	if d.Body == nil || slices.ContainsFunc(d.Body.Steps, func(s *syntax.TestStep) bool { return s.Kind.Text == "then" }) {
		return
	}
	p.report(diag.Warningf(CodeNoThen, d.Title.Span(), "this test expects nothing, so it passes whatever happens").
		WithHelp("say what should come of it: then returns ..., then waits, then published ..."))
}
