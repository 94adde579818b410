package check

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/policy"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// ruling is a question that many calls ask in the same words.
type ruling struct {
	policy string
	cloud  string
	labels labelSet
}

// rulings are the answers to such questions; bodies that are checked side by side share them.
type rulings struct {
	mutex sync.Mutex
	known map[ruling]plan.Candidate
}

func (r *rulings) of(key ruling, answer func() plan.Candidate) plan.Candidate {
	r.mutex.Lock()
	known, ok := r.known[key]
	r.mutex.Unlock()
	if ok {
		return known
	}
	known = answer()
	r.mutex.Lock()
	r.known[key] = known
	r.mutex.Unlock()
	return known
}

// ruled is a policy that decides.
type ruled struct {
	plan.Policy
	program *policy.Program // nil when it could not be compiled
	at      []source.Span   // of the rules
}

func (c *checker) declarePolicies() {
	c.policies = map[string]*ruled{}
	c.rules = c.policies
	for _, d := range decls[*syntax.PolicyDecl](c, resolve.Policy) {
		r := &ruled{Policy: plan.Policy{Name: c.qualified(d.Name.Text)}}
		for _, s := range d.Body.Settings {
			c.report(unknownSetting("a policy", nil, s))
		}
		good := true
		for _, rule := range d.Body.Rules {
			good = c.policyRule(r, rule) && good
		}
		if good {
			c.compilePolicy(r)
		}
		c.policies[r.Name] = r
		c.Policies = append(c.Policies, r.Policy)
	}
}

func (c *checker) policyRule(r *ruled, rule *syntax.PolicyRule) bool {
	scope := resolve.NewScope()
	for _, f := range c.policyFacts(rule.Points) {
		c.declare(scope, &resolve.Variable{Name: f.Name, Type: f.Type, Fixed: "a fact"})
	}
	when := expression.Tree{Op: expression.Literal, Type: types.Of(types.Bool), Text: "true"}
	at, known := rule.Span(), true
	if rule.When != nil {
		when = c.condition(scope, rule.When)
		at = rule.When.Span()
		known = c.namesKnown(rule.When)
	}
	because := ""
	if rule.Because != nil {
		because, _ = c.plainText(rule.Because, "because")
	}
	good := known && whole(&when)
	for _, p := range rule.Points {
		if _, ok := points[p.Text]; !ok {
			c.report(unknownPoint(p))
			good = false
			continue
		}
		r.Rules = append(r.Rules, plan.Rule{Effect: rule.Effect.Text, Point: p.Text, When: when, Because: because, At: c.place(rule.Span())})
		r.at = append(r.at, at)
	}
	return good
}

// whole says that there was no mistake anywhere in an expression.
func whole(t *expression.Tree) bool {
	good := t.Type.Kind != types.Invalid
	t.Walk(func(n *expression.Tree) bool {
		good = good && n.Op != ""
		return good
	})
	return good
}

func (c *checker) compilePolicy(r *ruled) {
	var rules []policy.Rule
	for i, p := range r.Rules {
		rules = append(rules, policy.Rule{Effect: policy.Effect(p.Effect), Point: p.Point, When: p.When, Because: p.Because, At: at(r.at[i])})
	}
	program, err := policy.Compile(rules, c.Universe, c.policyFacts(nil))
	if err != nil {
		c.badCondition(r, err)
		return
	}
	r.program = program
}

func (c *checker) badCondition(r *ruled, err error) {
	span, text := r.at[0], err.Error()
	var unsupported *policy.UnsupportedError
	var cost *policy.CostError
	switch {
	case errors.As(err, &unsupported):
		span, text = r.at[unsupported.Rule], unsupported.Operator+" cannot be used in the condition of a policy"
	case errors.As(err, &cost):
		span = r.at[cost.Rule]
	}
	c.report(diag.Errorf(CodeCondition, span, "%s", text))
}

// factsOf are the facts of a call that takes data with these labels to a cloud.
func (c *checker) factsOf(cloud *plan.Cloud, set labelSet) (policy.Facts, bool) {
	attributes := map[string]types.Value{"name": cloud.Name}
	for i := range cloud.Attributes {
		v, ok, err := expression.Constant(&cloud.Attributes[i].Value, c.Universe)
		if !ok || err != nil {
			return nil, false
		}
		attributes[cloud.Attributes[i].Name] = v
	}
	labels := []types.Value{}
	for _, l := range c.labels.list(set) {
		labels = append(labels, l)
	}
	return policy.Facts{"cloud": attributes, "data": map[string]types.Value{"labels": labels}}, true
}

// candidates decides for every binding whether the call may go there, and tells
// the author what can never be used.
func (f *flow) candidates(at source.Span, call *Call) {
	set := f.labels.of(call.Labels)
	list := f.rule(call, set)
	call.Candidates = list
	if len(list) == 0 {
		return
	}
	var denied []string
	for _, cand := range list {
		if cand.Verdict == plan.Deny {
			denied = append(denied, cand.Cloud)
		}
	}
	switch {
	case len(denied) == len(list):
		f.report(f.whyNot(diag.Errorf(CodeNoCandidate, at, "this call may go nowhere: the policy %s denies %s",
			f.short(call.Policy), strings.Join(denied, ", ")), call))
	case len(denied) > 0:
		d := diag.Errorf(CodeNeverLegal, at, "this call never goes to %s: the policy %s denies it", strings.Join(denied, ", "), f.short(call.Policy))
		d.Severity = diag.Info
		f.report(f.whyNot(d, call))
	}
}

func (f *flow) rule(call *Call, set labelSet) []plan.Candidate {
	p := f.ruledBy(call.Policy)
	if p != nil && p.program == nil {
		return nil // what is wrong with the policy has been said
	}
	list := make([]plan.Candidate, 0, len(call.Endpoint.Bindings))
	for _, b := range call.Endpoint.Bindings {
		cand := plan.Candidate{Cloud: b.Cloud, Verdict: plan.Allow}
		if p != nil {
			key := ruling{call.Policy, b.Cloud, set}
			cand = f.rulings.of(key, func() plan.Candidate { return f.verdict(p, cand, set) })
		}
		list = append(list, cand)
	}
	return list
}

func (f *flow) verdict(p *ruled, cand plan.Candidate, set labelSet) plan.Candidate {
	clouds := f.cloudsEverywhere()
	i := slices.IndexFunc(clouds, func(c plan.Cloud) bool { return c.Name == cand.Cloud })
	if i < 0 {
		return cand
	}
	facts, ok := f.factsOf(&clouds[i], set)
	if !ok {
		return cand
	}
	r := p.program.Residual("call", facts, nil)
	cand.Verdict, cand.Because = plan.Verdict(r.Verdict), r.Because
	if cand.Verdict == plan.Allow {
		cand.Because = ""
	}
	return cand
}

// whyNot adds the reasons and the labels that the data has.
func (f *flow) whyNot(d diag.Diagnostic, call *Call) diag.Diagnostic {
	if len(call.Labels) > 0 {
		d = d.WithLabel("the data is labelled %s", strings.Join(call.Labels, ", "))
	}
	var said []string
	p := f.ruledBy(call.Policy)
	for _, cand := range call.Candidates {
		if cand.Verdict != plan.Deny || slices.Contains(said, cand.Because) {
			continue
		}
		said = append(said, cand.Because)
		for i, r := range p.Rules {
			if r.Because == cand.Because {
				d = d.WithNote(p.at[i], "because %s", cand.Because)
				break
			}
		}
	}
	return d
}
