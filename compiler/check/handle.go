package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// begun is what a start began.
type begun struct {
	result types.Type
	raises []string
}

// begins checks a start whose handle is kept, of a process or of an operation.
func (f *flow) begins(s *resolve.Scope, st *syntax.StartStmt) begun {
	if first := f.Info.Lookup(st.Target.Parts[0].Text); first != nil && (first.Kind == resolve.Endpoint || first.Kind == resolve.Package && len(st.Target.Parts) > 2) {
		return f.beginsCall(s, st)
	}
	f.start(s, st, st.Target, st.Args, st.Body)
	f.itself(st, st.Target, st.Args)
	if sym := f.Names[st]; sym != nil && f.signature(sym.Full) != nil {
		p := f.signature(sym.Full)
		return begun{p.Result, p.Raises}
	}
	return begun{}
}

// beginsCall checks `start endpoint.operation(args)`.
func (f *flow) beginsCall(s *resolve.Scope, st *syntax.StartStmt) begun {
	call := &syntax.CallStmt{StmtHead: st.StmtHead, Target: st.Target, Args: st.Args, Body: st.Body}
	if st.Body != nil && len(st.Body.Clauses) > 0 {
		f.report(diag.Errorf(CodePlace, st.Body.Clauses[0].Span(), "a start does not wait, so it has nothing to catch or to undo").
			WithHelp("write it into the await: let x = await h { catch ... compensate ... }"))
		call.Body = nil
	}
	e, op, _ := f.target(st.Target)
	if op == nil {
		f.argsQuietly(s, st.Args)
		return begun{}
	}
	f.Parts[st] = &Part{Call: f.invocation(s, call, e, op)}
	return begun{op.Result, op.Raises}
}

// keepsHandle notes what a variable that holds a handle may raise when it is
// awaited.
func (f *flow) keepsHandle(v *resolve.Variable, b begun) {
	if f.begun == nil {
		f.begun = map[*resolve.Variable]begun{}
	}
	f.begun[v] = b
	for _, fault := range b.raises {
		if !slices.Contains(f.pending, fault) {
			f.pending = append(f.pending, fault)
		}
	}
}

// both are two lists of faults as one.
func both(a, b []string) []string {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// await checks that what is awaited is a handle, and gives what comes of it.
func (f *flow) await(s *resolve.Scope, st *syntax.AwaitStmt, to *bound) {
	t := f.value(s, st.Handle, none)
	f.tree(st.Handle, t)
	result, raises := types.Type{}, []string(nil)
	if t.Type.Kind == types.Handle {
		result = *t.Type.Elem
		raises = f.pending // of a handle that was passed on, anything that was begun
	}
	if t.Type.Kind != types.Handle && !t.invalid() {
		f.report(diag.Errorf(CodeMismatch, spanOf(st.Handle), "a handle is awaited and this is %s", f.show(t.Type)).
			WithHelp("let h = start P(...) gives one"))
	}
	if id, ok := st.Handle.(*syntax.Ident); ok {
		if b, known := f.begun[s.Find(id.Name)]; known {
			raises = b.raises
		}
	}
	if f.in.compensation {
		f.errorf(CodePlace, st.Span(), "a compensation cannot wait for what was begun before")
	}
	if st.Body != nil && len(st.Body.Settings) > 0 {
		f.report(unknownSetting("an await", nil, st.Body.Settings[0]).WithHelp("how long it may take says a select: select { on h as result { ... } after 5m { ... } }"))
	}
	f.takes(spanOf(st.Handle), "what is awaited", result, to)
	f.answered(s, answer{syntax.Name{At: spanOf(st.Handle)}, "what is awaited", st.Body, raises, false}, to)
}

// namesProcess says whether a path names a process, of this package or of an imported one.
func (f *flow) namesProcess(p *syntax.Path) bool {
	sym := f.Info.Lookup(p.Parts[0].Text)
	if sym != nil && sym.Kind == resolve.Package && len(p.Parts) == 2 {
		sym, _ = sym.Member(p.Parts[1].Text, p.Parts[1].At, "process", resolve.Process)
		return sym != nil && sym.Kind == resolve.Process
	}
	return sym != nil && sym.Kind == resolve.Process && len(p.Parts) == 1
}

// child checks `call Process(args)`: started, and awaited at once.
func (f *flow) child(s *resolve.Scope, st *syntax.CallStmt, to *bound) {
	sym := f.only(st.Target, "process", resolve.Process)
	if sym == nil || f.signature(sym.Full) == nil {
		f.argsQuietly(s, st.Args)
		f.answered(s, answer{body: st.Body}, to)
		return
	}
	f.Names[st] = sym
	p := f.signature(sym.Full)
	if st.Body != nil && len(st.Body.Settings) > 0 {
		f.report(unknownSetting("the call of a process", nil, st.Body.Settings[0]))
	}
	args := f.arguments(s, st.Target, st.Args, p.Params)
	f.lawfulArgs(p.Name, st.Args, p.Params, args)
	for i, t := range args {
		f.keeps(&t, f.labels.of(p.Params[i].Labels), st.Args.List[i].Span(), "the parameter "+p.Params[i].Name)
	}
	f.itself(st, st.Target, st.Args)
	f.takes(st.Target.Span(), st.Target.String(), p.Result, to)
	f.answered(s, answer{st.Target.Parts[0], st.Target.String(), st.Body, p.Raises, true}, to)
}
