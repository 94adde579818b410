package check

import (
	"slices"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/policy"
)

// maxNamed is how many labels a survey tries in every combination.
const maxNamed = 6

// surveyPolicies reports rules that hold always or never, whatever is called
// where. It comes last, because it asks about the data of all calls: called are
// the sets of labels that any of them has, sorted.
func (c *checker) surveyPolicies(called []labelSet) {
	if len(c.Clouds) == 0 {
		return
	}
	for i := range c.Policies {
		if r := c.policies[c.Policies[i].Name]; r.program != nil {
			c.survey(r, called)
		}
	}
}

func (c *checker) survey(r *ruled, called []labelSet) {
	sets, tried := c.combinations(r)
	sets = append(sets, called...)
	slices.Sort(sets)
	var all []policy.Facts
	for _, set := range slices.Compact(sets) {
		for i := range c.Clouds {
			if facts, ok := c.factsOf(&c.Clouds[i], set); ok {
				all = append(all, facts)
			}
		}
	}
	calls, others := r.program.Survey(all, nil), r.program.Survey(all, []string{"user", "task", "instance", "channel", "process", "plan"})
	for i, reach := range others {
		where := ""
		if r.Rules[i].Point == "call" {
			reach, where = calls[i], " in every cloud"
		}
		if r.Rules[i].When.Op == expression.Literal {
			continue // the author wrote that it always holds
		}
		switch {
		case reach.Always() && r.Rules[i].Effect == "deny":
			c.report(diag.Warningf(CodeAlways, r.at[i], "this always holds: the rule denies every %s%s", r.Rules[i].Point, where))
		case reach.Never() && tried[i]:
			c.report(diag.Warningf(CodeNever, r.at[i], "this never holds, whatever the labels and the cloud: the rule does nothing"))
		}
	}
}

// combinations are all combinations of the labels that each rule names, with
// what they imply, and each label alone and all together. A rule that names too
// many is not tried.
func (c *checker) combinations(r *ruled) (sets []labelSet, tried []bool) {
	var every labelSet
	for _, name := range c.labels.names {
		sets = append(sets, c.labels.bit[name])
		every |= c.labels.bit[name]
	}
	sets = append(sets, every)
	for i := range r.Rules {
		named := c.namedLabels(&r.Rules[i].When)
		tried = append(tried, len(named) <= maxNamed)
		if len(named) > maxNamed {
			continue
		}
		for chosen := range 1 << len(named) {
			var set labelSet
			for k, name := range named {
				if chosen&(1<<k) != 0 {
					set |= c.labels.bit[name]
				}
			}
			sets = append(sets, set)
		}
	}
	return sets, tried
}

// namedLabels are the labels that a condition names. One that names none and
// reads them all the same may mean any.
func (c *checker) namedLabels(when *expression.Tree) []string {
	var named []string
	reads := false
	when.Walk(func(n *expression.Tree) bool {
		reads = reads || n.Op == expression.Field && n.Name == "labels"
		if n.Op == expression.Literal && c.labels.bit[n.Text] != 0 && !slices.Contains(named, n.Text) {
			named = append(named, n.Text)
		}
		return true
	})
	if reads && len(named) == 0 {
		return c.labels.names
	}
	return named
}
