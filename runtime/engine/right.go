package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/policy"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// Person is somebody who asks: the name and the groups that the identity provider
// says. Without a name it is nobody in particular.
type Person struct {
	ID     string
	Groups []string
}

// in says whether the person is in one of the groups.
func (p Person) in(groups []string) bool {
	return slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(p.Groups, g) })
}

// personal are the decisions about people that the engine makes.
var personal = []string{"complete", "view"}

// Roles are the roles that the person has in the plan, by their names in its
// package; those of other packages are qualified.
func (p *Program) Roles(who Person) []string {
	var out []string
	for i := range p.plan.Roles {
		if r := &p.plan.Roles[i]; who.in(r.Groups) {
			out = append(out, p.short(r.Name))
		}
	}
	return out
}

// short is a qualified name as it is written in the package of the plan.
func (p *Program) short(name string) string {
	return strings.TrimPrefix(name, p.plan.Package+".")
}

func (p *Program) groupsOf(role string) []string {
	for i := range p.plan.Roles {
		if p.plan.Roles[i].Name == role {
			return p.plan.Roles[i].Groups
		}
	}
	return nil
}

// linkPolicies compiles what policies say about people.
func (p *Program) linkPolicies() error {
	var wrong []error
	for i := range p.plan.Policies {
		declared := &p.plan.Policies[i]
		var rules []policy.Rule
		for _, r := range declared.Rules {
			if slices.Contains(personal, r.Point) {
				rules = append(rules, policy.Rule{Effect: policy.Effect(r.Effect), Point: r.Point, When: r.When, Because: r.Because, At: string(r.At)})
			}
		}
		if len(rules) == 0 {
			continue
		}
		facts := append([]types.Field{callFacts(p.plan.Clouds)[0]}, plan.PointFacts()...)
		rulesOf, err := policy.Compile(rules, p.universe, facts)
		if err != nil {
			wrong = append(wrong, &LinkError{"the policy " + declared.Name, plan.Place(rules[0].At), err.Error()})
			continue
		}
		if p.policies == nil {
			p.policies = map[string]*policy.Program{}
		}
		p.policies[declared.Name] = rulesOf
	}
	return errors.Join(wrong...)
}

// rules are those about people of the flow's policy, nil where there are none.
func (f *flow) rules() *policy.Program {
	if f.process != nil {
		return f.program.policies[f.process.Policy]
	}
	return f.program.policies[f.route.Policy]
}

func texts(list []string) []types.Value {
	out := make([]types.Value, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// facts about somebody and data with these labels.
func (f *flow) facts(who Person, labels []string) policy.Facts {
	return policy.Facts{
		"user":    map[string]types.Value{"id": who.ID, "groups": texts(who.Groups), "roles": texts(f.program.Roles(who))},
		"process": map[string]types.Value{"name": f.program.short(f.name)},
		"data":    map[string]types.Value{"labels": texts(labels)},
	}
}

// forbids says why a person may not do the task at a, nil where nothing does.
func (x *instance) forbids(a *activation, who Person) *record.Rejection {
	st := &x.flow.steps[a.step]
	if who.ID == "" {
		return &record.Rejection{Code: record.Invalid, Detail: "nobody says who does this: a task is done by somebody"}
	}
	if !x.candidate(a, st, who) {
		return &record.Rejection{Code: record.Forbidden, Detail: x.needs(a, st, who)}
	}
	rules := x.flow.rules()
	if rules == nil {
		return nil
	}
	facts := x.flow.facts(who, st.about)
	facts["task"] = map[string]types.Value{"name": st.plan.Task.Name, "role": x.flow.program.short(st.plan.Task.Role)}
	facts["instance"] = map[string]types.Value{"people": texts(x.people)}
	if d := rules.Decide("complete", facts); !d.Allowed {
		return &record.Rejection{Code: record.Forbidden, Detail: fmt.Sprintf("%s may not do the task %s: %s", who.ID, st.plan.Task.Name, refusal(d))}
	}
	return nil
}

func refusal(d policy.Decision) string {
	if d.Because == "" {
		return "the policy says no"
	}
	return d.Because
}

// candidate says whether the task at a is for the person.
func (x *instance) candidate(a *activation, st *step, who Person) bool {
	users, groups := x.candidates(a, st)
	return who.in(x.roleGroups(a, st)) || slices.Contains(users, who.ID) || who.in(groups)
}

// roleGroups are the groups that have one of the task's roles now.
func (x *instance) roleGroups(a *activation, st *step) []string {
	groups := slices.Clone(x.flow.program.groupsOf(st.plan.Task.Role))
	if a.escalated() {
		groups = append(groups, x.flow.program.groupsOf(st.plan.Task.EscalateTo)...)
	}
	return groups
}

// candidates are the people and groups that the task names beside its role.
func (x *instance) candidates(a *activation, st *step) (users, groups []string) {
	if len(a.items) < len(st.shows) {
		return nil, nil
	}
	more := a.items[len(st.shows):]
	if st.plan.Task.Users != nil && len(more) > 0 {
		users, more = stringsOf(more[0]), more[1:]
	}
	if st.plan.Task.Groups != nil && len(more) > 0 {
		groups = stringsOf(more[0])
	}
	return users, groups
}

func stringsOf(v types.Value) []string {
	list, _ := v.([]types.Value)
	out := make([]string, 0, len(list))
	for _, item := range list {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// needs says what a person lacks.
func (x *instance) needs(a *activation, st *step, who Person) string {
	roles := []string{st.plan.Task.Role}
	if a.escalated() {
		roles = append(roles, st.plan.Task.EscalateTo)
	}
	text := fmt.Sprintf("%s does not have the role %s, which the task %s needs", who.ID, strings.Join(roles, " or "), st.plan.Task.Name)
	groups := x.roleGroups(a, st)
	_, named := x.candidates(a, st)
	if groups = append(groups, named...); len(groups) > 0 {
		return text + "; it is for " + strings.Join(groups, ", ")
	}
	return text + "; no group has it"
}

// May says why a person may not do the open task of an activation, nil where
// nothing forbids it. Whether somebody else has taken it is another matter.
func (s *State) May(instance string, activation uint32, who Person) *record.Rejection {
	x := peek(s.instances[instance])
	if x == nil {
		return nil
	}
	a := x.find(activation)
	if !x.asksAt(a) {
		return nil
	}
	return x.forbids(a, who)
}

// people links what a task shows, and what it says about who may do it.
func (l *linker) people(s *step, p *plan.Step) {
	s.shows = l.exprs(p.Task.Args, p.At)
	if p.Task.Users != nil {
		s.candidates = append(s.candidates, l.expr(p.Task.Users, p.At))
	}
	if p.Task.Groups != nil {
		s.candidates = append(s.candidates, l.expr(p.Task.Groups, p.At))
	}
	prog := l.flow.program
	about := prog.LabelsWithin(p.Type)
	for i, e := range s.shows {
		if e == nil || e.run == nil {
			return // what is wrong with it has been noted
		}
		about = append(about, prog.LabelsWithin(e.run.prog.Type())...)
		if i < len(p.Task.Labels) {
			about = append(about, p.Task.Labels[i]...)
		}
	}
	slices.Sort(about)
	s.about = slices.Compact(about)
}
