package check

import (
	"slices"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// undone follows, along the paths of a flow, the calls that did something and
// have no compensation.
type undone struct {
	// open are those that may have been made when the flow is here.
	open []*syntax.CallStmt
	told map[*syntax.CallStmt]bool
	// failed says that the flow may have failed since it was last reset.
	failed bool
}

// fork is a place from which several paths go on, and what is open where they
// meet again.
type fork struct{ before, after []*syntax.CallStmt }

func (u *undone) fork() *fork { return &fork{before: u.open} }

// along follows one path of a fork; one that ends does not reach the place where they meet.
func (u *undone) along(k *fork, body func() (ends bool)) (ends bool) {
	u.open = slices.Clone(k.before)
	if ends = body(); !ends {
		k.after = union(k.after, u.open)
	}
	return ends
}

// meet goes on where the paths meet; passed says that none of them may be taken.
func (u *undone) meet(k *fork, passed bool) {
	if passed {
		k.after = union(k.after, k.before)
	}
	u.open = k.after
}

// again follows what may happen more than once, or at the same time as itself:
// what is open at its end may be open wherever in it the flow fails.
func (f *flow) again(body func()) {
	outer := f.failed
	f.failed = false
	body()
	if f.failed {
		f.tellOpen()
	}
	f.failed = f.failed || outer
}

func union(a, b []*syntax.CallStmt) []*syntax.CallStmt {
	for _, c := range b {
		if !slices.Contains(a, c) {
			a = append(a, c)
		}
	}
	return a
}

// canFail warns about calls before this place that nothing would undo.
func (f *flow) canFail() {
	if f.route || f.in.compensation {
		return
	}
	f.failed = true
	f.tellOpen()
}

func (f *flow) tellOpen() {
	for _, call := range f.open {
		if f.told[call] {
			continue
		}
		if f.told == nil {
			f.told = map[*syntax.CallStmt]bool{}
		}
		f.told[call] = true
		f.report(extended(diag.Warningf(CodeNoCompensation, call.Target.Span(), "what %s has done stays done when the process fails later", call.Target).
			WithHelp("say how it is undone, { compensate { call ... } }, or that it need not be: { compensate { } }"),
			call.Span(), call.Body, "compensate { }"))
	}
}
