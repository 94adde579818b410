package engine

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/policy"
	"github.com/cob-lang/cob/lang/types"
)

// ruled decides what the compiler left open about calls: which clouds a policy
// allows. The facts of a call are the labels of its data and the attributes of
// the cloud, all known when a plan is linked.
type ruled struct {
	program  *Program
	facts    []types.Field
	policies map[string]*policy.Program
}

// allows says whether the policy lets data with the labels go to the cloud.
func (r *ruled) allows(name string, labels []string, cloud string) (bool, error) {
	rules, err := r.policy(name)
	if err != nil {
		return false, err
	}
	attributes, err := r.attributes(cloud)
	if err != nil {
		return false, err
	}
	list := make([]types.Value, len(labels))
	for i, l := range labels {
		list[i] = l
	}
	facts := policy.Facts{"cloud": attributes, "data": map[string]types.Value{"labels": list}}
	return rules.Decide("call", facts).Allowed, nil
}

func (r *ruled) attributes(name string) (map[string]types.Value, error) {
	out := map[string]types.Value{"name": name}
	for i := range r.program.plan.Clouds {
		c := &r.program.plan.Clouds[i]
		if c.Name != name {
			continue
		}
		for j := range c.Attributes {
			v, constant, err := expression.Constant(&c.Attributes[j].Value, r.program.universe)
			if err != nil || !constant {
				return nil, fmt.Errorf("the attribute %s of the cloud %s has no constant value: %w", c.Attributes[j].Name, name, err)
			}
			out[c.Attributes[j].Name] = v
		}
	}
	return out, nil
}

// policy compiles the rules of a policy that are about calls, once.
func (r *ruled) policy(name string) (*policy.Program, error) {
	if p := r.policies[name]; p != nil {
		return p, nil
	}
	if r.facts == nil {
		r.facts = callFacts(r.program.plan.Clouds)
	}
	for i := range r.program.plan.Policies {
		declared := &r.program.plan.Policies[i]
		if declared.Name != name {
			continue
		}
		var rules []policy.Rule
		for _, rule := range declared.Rules {
			if rule.Point == "call" {
				rules = append(rules, policy.Rule{Effect: policy.Effect(rule.Effect), Point: rule.Point, When: rule.When, Because: rule.Because, At: string(rule.At)})
			}
		}
		p, err := policy.Compile(rules, r.program.universe, r.facts)
		if err != nil {
			return nil, err
		}
		if r.policies == nil {
			r.policies = map[string]*policy.Program{}
		}
		r.policies[name] = p
		return p, nil
	}
	return nil, fmt.Errorf("the plan has no policy %q, which has to be asked", name)
}

// callFacts are the variables that a rule about calls reads.
func callFacts(clouds []plan.Cloud) []types.Field {
	fields := []types.Field{{Name: "name", Type: types.Of(types.String)}}
	seen := map[string]bool{"name": true}
	for i := range clouds {
		for _, a := range clouds[i].Attributes {
			if !seen[a.Name] {
				seen[a.Name] = true
				fields = append(fields, types.Field{Name: a.Name, Type: a.Value.Type})
			}
		}
	}
	data := types.RecordOf(types.Field{Name: "labels", Type: types.ListOf(types.Of(types.String))})
	return []types.Field{{Name: "cloud", Type: types.RecordOf(fields...)}, {Name: "data", Type: data}}
}
