package policy

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/interpreter"

	celtypes "cel.dev/cel-go/common/types"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// Speaks says whether there are rules about a decision point.
func (p *Program) Speaks(point string) bool {
	return slices.ContainsFunc(p.rules, func(r rule) bool { return r.Point == point })
}

// Effect is what a rule does when its condition holds.
type Effect string

// The effects.
const (
	Allow Effect = "allow"
	Deny  Effect = "deny"
)

// Rule allows or denies one kind of decision.
type Rule struct {
	Effect  Effect
	Point   string // start, call, publish, subscribe, complete, view, deploy
	When    expression.Tree
	Because string
	At      string // place in the source, for messages
}

// Facts are the values of the variables that conditions read: "data", "cloud".
type Facts = map[string]types.Value

// Decision is the answer at one point. Rule is the rule that decided, by its
// position in the policy, or -1 where none did: nothing forbids it, or no allow
// rule holds. Because is the author's reason, or why there was no answer.
type Decision struct {
	Allowed bool
	Rule    int
	Because string
}

// Verdict is what can be said before all facts are known.
type Verdict string

// The verdicts. Undecided has the text that plans use.
const (
	Allowed   Verdict = "allow"
	Denied    Verdict = "deny"
	Undecided Verdict = "decide"
)

// Residue is what is left of a decision when some facts are unknown. For
// Undecided, Rule is the first rule that needs them.
type Residue struct {
	Verdict Verdict
	Rule    int
	Because string
}

// Program is a compiled policy. It is never changed after Compile and may be
// used by several goroutines at once.
type Program struct {
	rules []rule
}

type rule struct {
	Rule
	cost uint64
	run  interpreter.InterpretableV2
}

// Cost is the static bound of a rule's cost, in CEL's units.
func (p *Program) Cost(rule int) uint64 { return p.rules[rule].cost }

// outcome is what a condition said.
type outcome uint8

const (
	no outcome = iota
	yes
	unsure
	failed
)

func (r *rule) ask(facts any) (outcome, string) {
	frame, err := interpreter.NewExecutionFrame(facts)
	if err != nil {
		return failed, err.Error()
	}
	defer frame.Close()
	switch v := r.run.Exec(frame).(type) {
	case celtypes.Bool:
		if v {
			return yes, ""
		}
		return no, ""
	case *celtypes.Unknown:
		return unsure, ""
	case *celtypes.Err:
		return failed, v.Error()
	default:
		return failed, fmt.Sprintf("the condition gives %s instead of a bool", v.Type().TypeName())
	}
}

func (p *Program) noAnswer(i int, why string) string {
	return fmt.Sprintf("rule %d has no answer: %s", i+1, why)
}

// noneAllows is the reason where allow rules exist and none holds.
const noneAllows = "no allow rule holds"

// Decide gives the decision at a point.
func (p *Program) Decide(point string, facts Facts) Decision {
	r := p.judge(point, facts)
	return Decision{r.Verdict == Allowed, r.Rule, r.Because}
}

// Residual gives the verdict at a point where only the facts in known are
// there. The names in unknown are variables ("data") or fields of variables
// ("cloud.name") whose values will be known only later; what is neither known
// nor unknown is missing, which denies.
func (p *Program) Residual(point string, known Facts, unknown []string) Residue {
	partial, err := partially(known, unknown)
	if err != nil {
		return Residue{Denied, -1, err.Error()}
	}
	return p.judge(point, partial)
}

// judge asks the rules of a point in order, as doc.go says.
func (p *Program) judge(point string, facts any) Residue {
	t := tally{deny: -1, allow: -1, held: -1, lost: -1}
	for i := range p.rules {
		r := &p.rules[i]
		if r.Point != point || r.Effect == Allow && t.held >= 0 {
			continue
		}
		t.asksAllow = t.asksAllow || r.Effect == Allow
		said, why := r.ask(facts)
		switch {
		case said == failed && r.Effect == Deny:
			return Residue{Denied, i, p.noAnswer(i, why)}
		case said == yes && r.Effect == Deny:
			return Residue{Denied, i, r.Because}
		case said == yes:
			t.held = i
		case said == failed && t.lost < 0:
			t.lost, t.why = i, why
		case said == unsure && r.Effect == Deny && t.deny < 0:
			t.deny = i
		case said == unsure && r.Effect == Allow && t.allow < 0:
			t.allow = i
		}
	}
	return p.sum(t)
}

// tally is what the rules of a point said, none of which refused for certain.
// Its numbers are rules, or -1.
type tally struct {
	deny, allow int    // the first of each effect that needs unknown facts
	held        int    // the allow that holds
	lost        int    // the first allow that has no answer
	why         string // why it has none
	asksAllow   bool   // there are allow rules
}

func (p *Program) sum(t tally) Residue {
	open := t.deny
	if t.allow >= 0 && t.held < 0 && (open < 0 || t.allow < open) {
		open = t.allow
	}
	switch {
	case t.asksAllow && t.held < 0 && t.allow < 0 && t.lost >= 0:
		return Residue{Denied, t.lost, p.noAnswer(t.lost, t.why)}
	case t.asksAllow && t.held < 0 && t.allow < 0:
		return Residue{Denied, -1, noneAllows}
	case open >= 0:
		return Residue{Undecided, open, p.rules[open].Because}
	case t.held >= 0:
		return Residue{Allowed, t.held, p.rules[t.held].Because}
	}
	return Residue{Allowed, -1, ""}
}
