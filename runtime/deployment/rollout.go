package deployment

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// Rollout is what the plan says about how it replaces the one before for a process, or
// nil.
func (d *Deployment) Rollout(process string) *plan.Rollout {
	i := slices.IndexFunc(d.Plan.Rollouts, func(r plan.Rollout) bool { return r.Process == process })
	if i < 0 {
		return nil
	}
	return &d.Plan.Rollouts[i]
}

// ShareOf is the share that a ratio stands for, of record.FullShare. Errors: what is no
// ratio from 0 to 1.
func ShareOf(ratio string) (uint32, error) {
	x, err := types.ParseExact(ratio)
	if err == nil {
		x, err = x.Mul(types.ExactInt(record.FullShare))
	}
	n, ok := x.Round(0).Int()
	if err != nil || !ok || n < 0 || n > record.FullShare {
		return 0, errors.Join(fmt.Errorf("the share %q is no ratio from 0 to 1", ratio), err)
	}
	return uint32(n), nil
}

// Judge asks the condition of a rollout what its measures say: whether all instances
// should start with the newer plan. Errors: those of the expression.
func (d *Deployment) Judge(r *plan.Rollout, newer, older engine.Measure) (promote bool, err error) {
	if r.Promote == nil {
		return false, fmt.Errorf("the rollout of %s has no condition: a person decides", r.Process)
	}
	asks, err := expression.Compile(*r.Promote, d.Universe)
	if err != nil {
		return false, err
	}
	facts := measured(newer)
	facts["old"] = measured(older)
	v, err := asks.Eval(facts)
	promote, _ = v.(bool)
	return promote, err
}

// measured are the facts that plan.RolloutMeasures names.
func measured(m engine.Measure) map[string]types.Value {
	return map[string]types.Value{
		"instances":     int64(m.Instances),
		"fault_rate":    ratio(m.Faulted, m.Instances),
		"incident_rate": ratio(m.Troubled, m.Instances),
		"duration":      time.Duration(m.Middle()),
	}
}

func ratio(part, whole uint64) types.Exact {
	if whole == 0 {
		return types.ExactInt(0)
	}
	x, err := types.ExactInt(int64(part)).Div(types.ExactInt(int64(whole)))
	if err != nil {
		return types.ExactInt(0) // of counts there is none
	}
	return x
}
