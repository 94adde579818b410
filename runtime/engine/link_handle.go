package engine

import (
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// armType is the type of what an arm takes.
func (p *Program) armType(on *plan.OnArm) types.Type {
	if c := p.channels[on.Channel]; c != nil {
		return c.Type
	}
	if on.Handle != nil && on.Handle.Type.Elem != nil {
		return *on.Handle.Type.Elem
	}
	return types.Ref(on.Event)
}

// catches are the handlers of a call, a child or an await. Their blocks are the
// first of the step.
func (l *linker) catches(p *plan.Step, s *step) {
	var list []plan.Catch
	switch {
	case p.Call != nil:
		list = p.Call.Catch
	case p.Await != nil:
		list = p.Await.Catch
	}
	for i := range list {
		s.catch = append(s.catch, caught{list[i].Fault, l.slot(list[i].Var), int32(i)})
	}
}

// pairAwaits finds for every await which call it waits for, where its handle is the
// variable that the call was begun with: what the await undoes is undone where the
// call was done, also where nobody came to await it.
func (f *flow) pairAwaits() {
	for i := range f.steps {
		await := &f.steps[i]
		if await.kind != plan.Await || await.plan.Expr.Op != expression.Var {
			continue
		}
		for j := range f.steps {
			begin := &f.steps[j]
			if begin.kind != plan.Begin || begin.plan.Var != await.plan.Expr.Name {
				continue
			}
			await.undoes = begin.call.endpoint.Name
			if await.comp >= 0 && begin.undoer < 0 {
				begin.undoer = int32(i)
			}
		}
	}
}

// undo is the step whose compensation undoes what a step did, and undoable says
// whether there is one.
func (f *flow) undo(index uint32) uint32 {
	if u := f.steps[index].undoer; u >= 0 {
		return uint32(u)
	}
	return index
}

func (st *step) undoable() bool { return st.comp >= 0 || st.undoer >= 0 }
