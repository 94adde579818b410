package sim

import (
	"sync"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/engine"
)

// worldsPerPlan is how many neighbouring seeds share the plan of the random load:
// drawing and linking one takes as long as a fifth of a world.
const worldsPerPlan = 4

// drawn are the latest plans that were drawn, by the number of their group. Which
// of them are there decides how long a run takes, and nothing else.
var drawn struct {
	sync.Mutex
	groups   [64]uint64
	programs [64][]*engine.Program
}

// labPrograms are the versions of the random load for a seed.
func labPrograms(seed uint64) []*engine.Program {
	group := seed / worldsPerPlan
	at := group % uint64(len(drawn.groups))
	drawn.Lock()
	p := drawn.programs[at]
	known := p != nil && drawn.groups[at] == group
	drawn.Unlock()
	if known {
		return p
	}
	older := labPlan(group)
	plan.Walk(older.Processes[tryOf(older)].Flow.Body, func(s *plan.Step) { s.At = somewhere })
	p = []*engine.Program{link(older), link(newerLab(group, older))}
	drawn.Lock()
	drawn.groups[at], drawn.programs[at] = group, p
	drawn.Unlock()
	return p
}
