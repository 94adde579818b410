package check

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// flow is what is known while the body of one process or route is checked.
type flow struct {
	*checker
	route    bool
	name     string
	process  *Process // nil in a route
	result   types.Type
	raised   map[string]bool // really raised
	failover string
	policy   string
	timed    bool // the sla promises completion, so every wait has to end
	in       place
	ids      map[string]syntax.Name // given by the author
	undone
	nested  int      // how many blocks are around the statement
	handler *handler // the innermost try or scope around the statement
	regions regions
	states  *states                // the innermost machine
	inside  map[string]syntax.Name // the critical sections around the statement
	left    map[syntax.Node]bool   // what withdraws itself somewhere inside
	begun   map[*resolve.Variable]begun
	pending []string // faults of everything that was begun
	unsure  bool     // one of the raises is not known
	hedge   hedging
	// grown are the labels that assignments gave to variables, by where those are
	// declared; more says that one has grown.
	grown map[source.Span]labelSet
	more  bool
}

// settled checks a body until the labels of its variables no longer grow. A
// variable has the labels of all that is ever assigned to it, also of what a
// later statement assigns: in a loop or a branch beside this one that may come
// first. What the rounds before the last one said is forgotten.
func (c *checker) settled(body func(grown map[source.Span]labelSet) (more bool)) {
	grown := map[source.Span]labelSet{}
	before := c.ds
	variables, uses, missing := len(c.Info.Variables), len(c.Info.Uses), len(c.Info.Missing)
	for {
		c.ds = diag.List{}
		more := body(grown)
		if !more {
			break
		}
		c.Info.Variables, c.Info.Uses, c.Info.Missing = c.Info.Variables[:variables], c.Info.Uses[:uses], c.Info.Missing[:missing]
	}
	before.Add(c.ds.Sorted()...)
	c.ds = before
}

// place says in which kind of block a statement stands.
type place struct {
	compensation bool
	branch       bool
	final        bool              // in a finally
	confined     bool              // in any of them, and the innermost machine is around it
	message      *resolve.Variable // of a route
}

// declareProcesses makes the signatures, which bodies and tests refer to.
func (c *checker) declareProcesses() {
	var all []*syntax.ProcessDecl
	for _, s := range c.Info.Of(resolve.Process) {
		if d := s.Decl.(*syntax.ProcessDecl); !d.Broken || d.BrokenBody {
			all = append(all, d)
		}
	}
	made := make([]*Process, len(all))
	sideBySide(c, all, func(x *checker, i int) { made[i] = x.declareProcess(all[i]) })
	for _, p := range made {
		c.heads[p.Name] = p
	}
}

func (c *checker) declareProcess(d *syntax.ProcessDecl) *Process {
	p := &Process{Decl: d, Name: c.qualified(d.Name.Text), Raises: c.faults(d.Raises), Result: c.resultOf(d.Result)}
	if d.Result != nil {
		c.staysHere(d.Result.Span(), "the result of "+d.Name.Text, p.Result)
	}
	if d.Params != nil {
		p.Params = c.members("parameter", d.Params.List)
		c.refinements(p.Name, d.Params.List, p.Params)
		c.fieldsStayHere("the parameter ", d.Params.List, p.Params)
	}
	return p
}

// raises says whether the process declares the fault of that qualified name.
func (p *Process) raises(fault string) bool {
	_, ok := slices.BinarySearch(p.Raises, fault)
	return ok
}

func (c *checker) processBody(p *Process, grown map[source.Span]labelSet) (more bool) {
	d := p.Decl
	scope := resolve.NewScope()
	c.enters(scope, p)
	c.processSettings(scope, p)
	f := &flow{checker: c, name: d.Name.Text, process: p, result: p.Result, raised: map[string]bool{},
		failover: p.Failover, policy: p.Policy, timed: c.promises(p.SLA) && p.DeadlineNs == 0, ids: map[string]syntax.Name{}, grown: grown,
		unsure: slices.ContainsFunc(d.Raises, func(r *syntax.Path) bool { return !p.raises(c.fullName(r)) })}
	f.regions = regionsOf(d.Body)
	f.processClauses(scope, d)
	told := c.ds.Len()
	ends := f.statements(scope.Inner(), d.Body.Stmts)
	f.beginsOnly(d)
	f.idleHedge("the process "+d.Name.Text, d.Body.Settings)
	broken := c.ds.HasErrorsFrom(told) // what is wrong may have hidden what would raise a fault
	if !ends && p.Result.Kind != types.Void && p.Result.Kind != types.Invalid {
		c.report(c.returning(diag.Errorf(CodeNoReturn, d.Name.At, "the process %s can end without giving %s", d.Name.Text, c.show(p.Result)).
			WithHelp("end every path with return or fail"), d.Body, p.Result))
	}
	for _, r := range d.Raises {
		if name := c.fullName(r); p.raises(name) && !f.raised[name] && !broken {
			c.report(diag.Warningf(CodeNeverRaised, r.Span(), "%s never raises %s", d.Name.Text, r).
				WithFix(unlisted(r.Span(), len(d.Raises), "raises"), ""))
		}
	}
	return f.more
}

// enters declares the parameters of a process.
func (c *checker) enters(scope *resolve.Scope, p *Process) {
	for _, f := range p.Params {
		list := p.Decl.Params.List
		i := slices.IndexFunc(list, func(x *syntax.Field) bool { return x.Name.Text == f.Name })
		c.declare(scope, &resolve.Variable{Name: f.Name, At: list[i].Name.At, Type: f.Type, Labels: c.labels.of(f.Labels), Fixed: "a parameter"})
	}
}

func (c *checker) processSettings(scope *resolve.Scope, p *Process) {
	b := c.settings("a process", processSettings, p.Decl.Body.Settings, p.Decl.Name.At)
	if v, ok := b.first("key"); ok {
		t := c.value(scope, v.expr, none)
		if !t.invalid() && !c.printable(t.Type) {
			c.errorf(CodeMismatch, v.expr.Span(), "%s has no text form for a key", c.show(t.Type))
		} else if !t.invalid() {
			p.Key = &t.Tree
			c.keyShown(&t, v.expr.Span())
		}
	}
	if v, ok := b.first("sla"); ok {
		p.SLA = v.symbol.Full
	}
	if v, ok := b.first("failover"); ok {
		p.Failover = v.symbol.Full
		c.sticks(p.Failover, "the process "+p.Decl.Name.Text, p.Decl.Body.Settings, b.span("failover"))
	}
	if v, ok := b.first("policy"); ok {
		p.Policy = v.symbol.Full
	}
	if v, ok := b.first("deadline"); ok {
		p.DeadlineNs = int64(v.low)
	}
	if v, ok := b.get("retain"); ok {
		p.RetainNs = int64(v[0][0].low)
		if v.has(1) {
			p.FaultNs = int64(v[1][0].low)
		}
	}
	if v, ok := b.first("replicate"); ok {
		p.Replicate = v.text
	} else {
		p.Replicate = c.replicates(p.Failover)
	}
	if v, ok := b.first("search"); ok {
		c.search(scope, p, v.expr)
	}
	if p.SLA != "" {
		c.replicated(p, b.span("sla"))
	}
}

// maxSearched bounds the values under which an instance is found: every instance keeps
// them.
const maxSearched = 16

// search checks the values under which instances are found.
func (c *checker) search(scope *resolve.Scope, p *Process, e syntax.Expr) {
	r, ok := e.(*syntax.RecordExpr)
	if !ok || r.Type != nil {
		c.report(diag.Errorf(CodeSettingValue, e.Span(), "what is searched for has names").WithHelp("write search: { customer: order.customer.id }"))
		return
	}
	if len(r.Fields) > maxSearched {
		c.report(diag.Errorf(CodeSettingValue, e.Span(), "an instance is found by at most %d values, and these are %d", maxSearched, len(r.Fields)).
			WithHelp("keep those that people ask for; the others are in the instance"))
	}
	p.Search = nil
	for _, x := range r.Fields {
		t := c.value(scope, x.Value, none)
		if t.invalid() {
			continue
		}
		if !c.printable(t.Type) && t.Type.Kind != types.Bool && t.Type.Kind != types.Money {
			c.errorf(CodeMismatch, spanOf(x.Value), "%s cannot be searched for: it is not one value", c.show(t.Type))
			continue
		}
		c.shownEverywhere(&t, spanOf(x.Value), "what an instance is found by is shown to everybody who may list instances")
		p.Search = append(p.Search, plan.NamedTree{Name: x.Name.Text, Expr: t.Tree})
	}
}

// processClauses checks what a process does when it is cancelled or breaks its sla.
func (f *flow) processClauses(s *resolve.Scope, d *syntax.ProcessDecl) {
	for _, cl := range d.Body.Clauses {
		if on, ok := cl.(*syntax.OnClause); ok { // on cancel, on breach
			f.compensation(s, on.Body)
		} else {
			f.report(diag.Errorf(CodePlace, cl.Span(), "this clause has no meaning in a process").WithHelp("put the statements into a scope, which has it"))
		}
	}
}

// keyShown warns about a key of labelled data: logs, lists of instances and
// events name an instance by its key.
func (c *checker) keyShown(t *typed, at source.Span) {
	c.shownEverywhere(t, at, "the key of an instance is shown everywhere")
}

// shownEverywhere warns about labelled data in a place that everybody sees.
func (c *checker) shownEverywhere(t *typed, at source.Span, what string) {
	if set := c.all(t); set != 0 {
		c.report(diag.Warningf(CodeLabelLost, at, "this is %s, and %s", strings.Join(c.labels.list(set), ", "), what).
			WithHelp("take something that names the case and not a person, such as a number"))
	}
}

// block checks the statements of a block in a scope of their own, and says
// whether its end is never reached.
func (f *flow) block(s *resolve.Scope, b *syntax.Block) bool {
	if b == nil {
		return false
	}
	for _, x := range b.Settings {
		f.report(unknownSetting("this block", nil, x))
	}
	for _, cl := range b.Clauses {
		f.report(diag.Errorf(CodePlace, cl.Span(), "this clause has no meaning in this block"))
	}
	f.nested++
	defer func() { f.nested-- }()
	return f.statements(s.Inner(), b.Stmts)
}

func (f *flow) statements(s *resolve.Scope, list []syntax.Stmt) bool {
	ends, mark := false, f.know.mark()
	defer func() { f.know.forget(mark) }()
	for i, st := range list {
		if ends {
			f.report(diag.Warningf(CodeUnreachable, st.Span(), "this is never reached").
				WithNote(list[i-1].Span(), "the flow ends here").
				WithFix(st.Span().Join(list[len(list)-1].Span()).Alone(), "").AsDraft())
			// One warning for all that follows; it is still checked.
			for _, rest := range list[i:] {
				f.statement(s, rest)
			}
			return true
		}
		ends = f.statement(s, st)
	}
	return ends
}

func (f *flow) id(st syntax.Stmt) {
	n := st.ExplicitID()
	if !n.Given() {
		return
	}
	if first, ok := f.ids[n.Text]; ok {
		f.report(diag.Errorf(CodeStepName, n.At, "two steps are named %s", n.Text).WithNote(first.At, "the first one").
			WithFix(n.At, f.another(n.Text)).AsDraft())
		return
	}
	f.ids[n.Text] = n
}

// statement checks one statement and says whether the flow ends with it.
func (f *flow) statement(s *resolve.Scope, st syntax.Stmt) bool {
	f.id(st)
	switch st := st.(type) {
	case *syntax.LetStmt:
		f.let(s, st, st)
	case *syntax.AssignStmt:
		f.assign(s, st)
	case *syntax.CallStmt:
		f.call(s, st, nil)
	case *syntax.TaskStmt:
		f.task(s, st, types.Of(types.Void), false)
	case *syntax.StartStmt:
		f.start(s, st, st.Target, st.Args, st.Body)
		f.itself(st, st.Target, st.Args)
	case *syntax.SpawnStmt:
		f.start(s, st, st.Target, st.Args, nil)
		f.itself(st, st.Target, st.Args)
	case *syntax.SendStmt:
		if b := st.Body; b != nil && len(b.Settings)+len(b.Clauses) > 0 {
			f.report(diag.Errorf(CodePlace, b.Span(), "sending a message has no settings and catches nothing").
				WithHelp("it is not given up: after 100 attempts a person is asked"))
		}
		f.send(s, st, st.Target, st.Args)
	case *syntax.ToStmt:
		f.send(s, st, st.Target, st.Args)
	case *syntax.WaitStmt:
		f.wait(s, st)
	case *syntax.AwaitStmt:
		f.await(s, st, nil)
	case *syntax.PublishStmt:
		f.publish(s, st)
	case *syntax.ProgressStmt:
		f.tells(s, st.Text, "progress")
	case *syntax.AuditStmt:
		f.tells(s, st.Text, "the audit log")
	case *syntax.ReportStmt:
		f.reports(s, st)
	case *syntax.FailStmt:
		f.fail(s, st)
		return true
	case *syntax.EndStmt:
		f.ends(s, st)
		return true
	case *syntax.ContinueStmt:
		f.continues(s, st)
		return true
	case *syntax.GotoStmt:
		f.goes(st.State)
		return true
	case *syntax.CancelStmt:
		return f.cancel(st)
	case *syntax.ReturnStmt:
		f.ret(s, st)
		return true
	case *syntax.FromStmt:
		f.errorf(CodePlace, st.Span(), "from stands first in a route")
	case *syntax.FilterStmt:
		if !f.route {
			f.errorf(CodePlace, st.Span(), "filter stands in a route")
		}
		f.tree(st.Cond, f.value(s, st.Cond, types.Of(types.Bool)))
		f.learn(s, st.Cond, true)
	default:
		return f.branching(s, st)
	}
	return false
}

// tree keeps a checked expression for the lowering.
func (f *flow) tree(e syntax.Expr, t typed) {
	if !t.invalid() {
		tree := t.Tree
		f.Trees[e] = &tree
	}
}

// let checks a let, or the enrich of a route, which says the same; node is the one
// that stands in the text.
func (f *flow) let(s *resolve.Scope, st *syntax.LetStmt, node syntax.Stmt) {
	want := none
	if st.Type != nil {
		want = wanted(f.typeOf(st.Type))
	}
	v := &resolve.Variable{Name: st.Name.Text, At: st.Name.At, Type: want, Labels: f.grown[st.Name.At]}
	switch a := st.Action.(type) {
	case nil:
		told := f.ds.Len()
		t := f.value(s, st.Value, want)
		f.tree(st.Value, t)
		if st.Type == nil {
			v.Type = t.Type
			f.ds.Amend(told, func(d diag.Diagnostic) diag.Diagnostic { return typedList(d, st) })
		}
		if v.Type.Kind == types.Null {
			f.report(diag.Errorf(CodeNoType, st.Value.Span(), "nothing says what %s may hold", v.Name).WithHelp("write the type: let %s: string? = null", v.Name).
				WithFix(st.Name.At.After(), ": string?").AsDraft())
			v.Type = none
		}
		v.Labels |= t.labels
		f.declareIn(s, node, v)
		f.assigned(v, gives(t.Type))
		f.once.note(f.checker, v, &t.Tree)
	case *syntax.CallStmt:
		f.call(s, a, &bound{node: node, variable: v, typed: st.Type != nil})
	case *syntax.TaskStmt:
		if st.Type == nil {
			f.report(diag.Errorf(CodeNoType, st.Name.At, "nothing says what the task asks for").
				WithHelp("the type of the let is the form: let %s: Decision = task ...", v.Name))
		}
		f.unguarded(st.Type, want)
		f.task(s, a, want, true)
		f.declareIn(s, node, v)
	case *syntax.StartStmt:
		b := f.begins(s, a)
		if have := types.HandleOf(b.result); st.Type != nil && b.result.Kind != types.Invalid && !f.Universe.Assignable(have, want) {
			f.report(f.mismatch(have, want, a.Target.Span()))
		} else if st.Type == nil && b.result.Kind != types.Invalid {
			v.Type = have
		}
		f.declareIn(s, node, v)
		f.keepsHandle(v, b)
	case *syntax.AwaitStmt:
		f.await(s, a, &bound{node: node, variable: v, typed: st.Type != nil})
	}
}

func (f *flow) declareIn(s *resolve.Scope, n syntax.Node, v *resolve.Variable) {
	f.declare(s, v)
	f.Variables[n] = v
}

func (f *flow) assign(s *resolve.Scope, st *syntax.AssignStmt) {
	name := st.Target.Parts[0]
	v := s.Find(name.Text)
	switch {
	case v == nil:
		v = f.unset(s, st)
	case len(st.Target.Parts) > 1:
		f.report(diag.Errorf(CodeFixed, st.Target.Span(), "a field cannot be set").WithHelp("set the variable to a new record: %s = %s { ... }", name.Text, f.show(v.Type)))
		v = &resolve.Variable{Name: name.Text, At: name.At} // what fits the field may not fit the record
	case v.Fixed != "":
		f.report(diag.Errorf(CodeFixed, st.Target.Span(), "%s is %s and cannot be set", name.Text, v.Fixed).WithNote(v.At, "declared here"))
	}
	want := wanted(v.Type)
	f.Targets[st] = v
	f.Info.Uses = append(f.Info.Uses, resolve.Use{At: name.At, Variable: v})
	switch a := st.Action.(type) {
	case nil:
		t := f.value(s, st.Value, want)
		f.tree(st.Value, t)
		f.grow(v, t.labels)
		f.assigned(v, gives(t.Type))
	case *syntax.CallStmt:
		f.call(s, a, &bound{node: st, variable: v, typed: true, assign: true})
		f.assigned(v, false)
	case *syntax.TaskStmt:
		f.task(s, a, want, true)
		f.assigned(v, false)
	case *syntax.StartStmt:
		b := f.begins(s, a)
		if have := types.HandleOf(b.result); b.result.Kind != types.Invalid && !f.Universe.Assignable(have, want) {
			f.report(f.mismatch(have, want, a.Target.Span()))
		}
		f.keepsHandle(v, begun{b.result, both(f.begun[v].raises, b.raises)})
	case *syntax.AwaitStmt:
		f.await(s, a, &bound{node: st, variable: v, typed: true, assign: true})
	}
}

// unset reports an assignment to a name that nothing declares, and declares it, so that
// this is said once.
func (f *flow) unset(s *resolve.Scope, st *syntax.AssignStmt) *resolve.Variable {
	name := st.Target.Parts[0]
	if sym := f.Info.Lookup(name.Text); sym != nil {
		f.report(diag.Errorf(CodeFixed, st.Target.Span(), "%s is %s and cannot be set", name.Text, article(string(sym.Kind))).WithNote(sym.At, "declared here"))
		return &resolve.Variable{Name: name.Text, At: name.At, Used: true}
	}
	if name.Text == "now" {
		f.errorf(CodeFixed, st.Target.Span(), "now is the time and cannot be set")
		return &resolve.Variable{Name: name.Text, At: name.At, Used: true}
	}
	f.Info.Miss(name.At, s)
	d := resolve.Unknown(name.At, "variable", name.Text, f.fitting(s, types.Type{})).WithHelp("a new variable begins with let")
	if len(d.Fixes) == 0 && len(st.Target.Parts) == 1 {
		d = d.WithFix(st.Span().Before(), "let ").AsDraft()
	}
	if s.Sure() {
		f.report(d)
	}
	v := &resolve.Variable{Name: name.Text, At: name.At, Used: true}
	s.Offer(v)
	return v
}

// grow gives a variable the labels of what is assigned to it.
func (f *flow) grow(v *resolve.Variable, labels labelSet) {
	v.Labels |= labels
	if labels&^f.grown[v.At] != 0 {
		f.grown[v.At] |= labels
		f.more = true
	}
}

func (f *flow) fail(s *resolve.Scope, st *syntax.FailStmt) {
	name, fields := faultParts(st.Fault)
	if name == nil {
		f.notFault(s, st)
		return
	}
	if v := f.caughtFault(s, name, fields); v != nil {
		f.raiseAgain(st, v, name)
		return
	}
	sym := f.occurrence(s, st, st.Fault, name, fields, resolve.Fault)
	if sym == nil {
		return
	}
	if f.in.compensation || f.in.final {
		f.raised[sym.Full] = true // enough has been said
		f.errorf(CodePlace, st.Span(), "what tidies up cannot fail")
		return
	}
	f.raise(sym.Full, syntax.Name{Text: name.String(), At: name.Span()}, "fails with")
}

// notFault says what is wrong with `fail F(x)` and other things that are none.
func (f *flow) notFault(s *resolve.Scope, st *syntax.FailStmt) {
	d := diag.Errorf(CodeFault, spanOf(st.Fault), "a fault is wanted here, such as Declined { reason: \"no funds\" }")
	if call, ok := st.Fault.(*syntax.CallExpr); ok {
		for _, a := range call.Args {
			f.expr(s, a, none)
		}
		name, _ := faultParts(call.Func)
		if sym := f.Info.Lookup(name.String()); sym != nil && sym.Kind == resolve.Fault {
			f.Info.Use(sym, name.Span())
			f.raised[sym.Full] = true
			d = diag.Errorf(CodeFault, spanOf(st.Fault), "the fields of a fault have names").WithHelp("write %s", f.written(sym))
		}
	}
	f.report(d)
}

// caughtFault is the variable that `fail r` names, where it holds a fault that a catch
// took.
func (f *flow) caughtFault(s *resolve.Scope, name *syntax.Path, fields []*syntax.FieldInit) *resolve.Variable {
	if len(name.Parts) != 1 || fields != nil || f.Info.Lookup(name.String()) != nil {
		return nil
	}
	if v := s.Find(name.String()); v != nil && v.Fixed == aFault {
		return v
	}
	return nil
}

// raiseAgain says how a fault that was caught is raised once more: with its name and its
// fields, since a variable is a value.
func (f *flow) raiseAgain(st *syntax.FailStmt, v *resolve.Variable, name *syntax.Path) {
	v.Used = true
	if v.Type.Kind != types.Named {
		return // the catch names no fault, which has been said
	}
	fields, _ := f.Universe.FieldsOf(v.Type)
	f.raised[v.Type.Name] = true
	parts := make([]string, len(fields))
	for i := range fields {
		parts[i] = fields[i].Name + ": " + v.Name + "." + fields[i].Name
	}
	text := f.show(v.Type)
	if len(parts) > 0 {
		text += " { " + strings.Join(parts, ", ") + " }"
	}
	f.report(diag.Errorf(CodeFault, spanOf(st.Fault), "%s is the value of a fault that was caught, and fail takes a fault by its name", v.Name).
		WithHelp("write fail %s", text).WithFix(name.Span(), text))
}

// written is how a value of a fault is written.
func (f *flow) written(sym *resolve.Symbol) string {
	fields, _ := f.Universe.FieldsOf(types.Ref(sym.Full))
	if len(fields) == 0 {
		return sym.Name
	}
	parts := make([]string, len(fields))
	for i := range fields {
		parts[i] = fields[i].Name + ": ..."
	}
	return sym.Name + " { " + strings.Join(parts, ", ") + " }"
}

// raise notes that a fault leaves the flow, and reports one that is not
// declared.
func (f *flow) raise(fault string, at syntax.Name, how string) {
	if f.caught(fault) {
		return
	}
	f.canFail()
	f.raised[fault] = true
	if f.route || f.in.compensation || f.unsure || f.process != nil && f.process.raises(fault) {
		return
	}
	f.raised[fault] = true
	short := strings.TrimPrefix(fault, f.pkg+".")
	code := CodeUndeclaredCall
	if how == "fails with" {
		code = CodeUndeclaredFail
	}
	d := diag.Errorf(code, at.At, "%s %s %s and does not declare it", f.name, how, short)
	if how != "fails with" {
		d.Message = how + " " + short + ", and " + f.name + " neither catches nor declares it"
		d = d.WithHelp("handle it, { catch %s { ... } }, or add it to the raises of the process", short)
	} else {
		d = d.WithHelp("add it to the raises of the process")
	}
	f.report(f.raisesFix(d, short))
}

// raisesFix adds the fault to the raises of the process.
func (f *flow) raisesFix(d diag.Diagnostic, fault string) diag.Diagnostic {
	p := f.signature(f.qualified(f.name))
	if p == nil {
		return d
	}
	decl := p.Decl
	if n := len(decl.Raises); n > 0 {
		return d.WithFix(decl.Raises[n-1].Span().After(), ", "+fault)
	}
	at := decl.Params.Span()
	if decl.Result != nil {
		at = decl.Result.Span()
	}
	return d.WithFix(at.After(), " raises "+fault)
}

func (f *flow) ret(s *resolve.Scope, st *syntax.ReturnStmt) {
	switch {
	case f.route:
		d := diag.Errorf(CodePlace, st.Span(), "a route gives nothing back")
		if st.Value == nil {
			d = d.WithHelp("what is done with this message ends with `end`").WithFix(st.Span(), "end")
		} else {
			d = d.WithHelp("who asked gets a `reply`; a channel gets it with `to` or `send`")
		}
		f.report(d)
		return
	case f.in.compensation || f.in.final:
		f.errorf(CodePlace, st.Span(), "what tidies up cannot end the process")
		return
	case f.in.branch:
		f.report(diag.Errorf(CodePlace, st.Span(), "a branch cannot return").
			WithHelp("set a variable in the branch, and return behind the join; or write end, which stops the other branches too"))
		return
	}
	f.complete(s, st, st.Value)
}

// complete checks the value with which the process ends.
func (f *flow) complete(s *resolve.Scope, st syntax.Stmt, value syntax.Expr) {
	if value == nil {
		if f.result.Kind != types.Void && f.result.Kind != types.Invalid {
			f.errorf(CodeMismatch, st.Span(), "%s gives %s and nothing is returned here", f.name, f.show(f.result))
		}
		return
	}
	if f.result.Kind == types.Void {
		f.errorf(CodeMismatch, value.Span(), "%s gives nothing back", f.name)
		return
	}
	t := f.value(s, value, f.result)
	f.tree(value, t)
	f.keeps(&t, 0, value.Span(), "the result of "+f.name)
}

// keeps warns about data that loses its labels in a place that has not got them:
// whoever reads it there can send it anywhere.
func (c *checker) keeps(t *typed, place labelSet, at source.Span, what string) {
	lost := t.labels &^ c.labels.closed(place)
	if lost == 0 || t.invalid() {
		return
	}
	c.report(diag.Warningf(CodeLabelLost, at, "this is %s, and %s is not", strings.Join(c.labels.list(lost), ", "), what).
		WithHelp("put the label on the field or parameter that receives it"))
}
