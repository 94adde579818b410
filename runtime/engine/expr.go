package engine

import (
	"fmt"
	"time"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// clock is the variable that holds the instance's own time.
const clock = "now"

// evaluator runs a compiled expression.
type evaluator struct {
	reads []string
	prog  *expression.Program
}

// expr is an expression of a flow, with the slots of the variables it reads.
type expr struct {
	run   *evaluator
	reads []read
	now   bool
}

type read struct {
	name string
	slot int32
}

func compile(t *expression.Tree, u *types.Universe) (*evaluator, error) {
	prog, err := expression.Compile(*t, u)
	if err != nil {
		return nil, err
	}
	return &evaluator{reads: prog.Reads(), prog: prog}, nil
}

// eval gives the value of e. A bug in the evaluation is an error here, so that it
// becomes an incident of one instance and not the end of a shard.
func (e *evaluator) eval(env map[string]types.Value) (v types.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("cannot be evaluated, which is a bug in this program: %v", p)
		}
	}()
	return e.prog.Eval(env)
}

// eval runs e over variables at a time. It uses env as its workspace, with extra
// bound to the name over.
func (e *expr) eval(env map[string]types.Value, vars []types.Value, now record.Instant, over string, extra types.Value) (types.Value, error) {
	clear(env)
	for _, r := range e.reads {
		env[r.name] = vars[r.slot]
	}
	if over != "" {
		env[over] = extra
	}
	if e.now {
		env[clock] = time.Unix(0, int64(now)).UTC()
	}
	return e.run.eval(env)
}
