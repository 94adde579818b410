package check

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// phrase reads the terms of one line of a test from left to right.
type phrase struct {
	*tester
	step *syntax.TestStep
	at   int
}

// Phrases are the forms that a line of a test may have behind given, when or
// then: for help, and for completion.
var Phrases = map[string][]string{
	"given": {
		"endpoint.operation returns value", "endpoint.operation raises Fault { }", "endpoint.operation fails", "endpoint.operation rejects \"reason\"",
		"endpoint.operation never answers", "endpoint.operation answers garbage", "endpoint is down", "endpoint is partitioned", "Process returns value",
		"Process raises Fault { }", "now 2026-03-29T00:30:00Z",
	},
	"when": {
		"Process(arguments)", "publish Event { }", "send channel(message)", "complete task name { }", "complete task name { } by \"user\"",
		"complete task name { } by \"user\" as role", "claim task name by \"user\"", "claim task name by \"user\" as role", "advance 2d",
		"advance until 2026-03-29T00:30:00Z", "cancel Process", "retry step", "crash", "crash at step", "crash before step", "reload", "reload with \"../next\"",
	},
	"then": {
		"returns value", "fails Fault { }", "cancelled", "waits", "waits at step", "incident", "incident at step", "called endpoint.operation",
		"called endpoint.operation before endpoint.operation", "order endpoint.operation, endpoint.operation", "undone step, step", "published Event { }",
		"sent channel(message)", "started Process(arguments)", "ran step", "task name is open", "task name was open", "progress \"text\"",
		"audit \"text\"", "report name includes { }", "within 2d", "cost at most 0.05 EUR", "never called endpoint.operation", "never published Event",
		"never sent channel", "never started Process", "never ran step", "never undone", "refused", "refused \"reason\"",
	},
}

// shownForms is how many forms the help of a line names.
const shownForms = 6

// left says whether there are terms that have not been read.
func (p *phrase) left() bool { return p.at < len(p.step.Terms) }

// word is the next term where it is a bare word, else "".
func (p *phrase) word() string { return p.step.Word(p.at) }

// take reads these words where they come next.
func (p *phrase) take(words ...string) bool {
	for i, w := range words {
		if p.step.Word(p.at+i) != w {
			return false
		}
	}
	p.at += len(words)
	return true
}

// next is the next term; where there is none, what is missing is said.
func (p *phrase) next(what string) syntax.Expr {
	if !p.left() {
		p.wrong(p.step.Span(), "%s is missing behind %s", what, p.step.Terms[len(p.step.Terms)-1].Span().Text())
		return nil
	}
	p.at++
	return p.step.Terms[p.at-1]
}

// wrong says what is wrong with the line, and what could be there.
func (p *phrase) wrong(at source.Span, format string, args ...any) {
	forms := p.near()
	p.report(diag.Errorf(CodeTest, at, format, args...).WithHelp("%s %s", p.step.Kind.Text, strings.Join(forms, " | ")))
}

// near are the forms that have most to do with what is written.
func (p *phrase) near() []string {
	all := Phrases[p.step.Kind.Text]
	var fit []string
	for _, f := range all {
		for _, w := range strings.Fields(f) {
			if len(w) > 2 && slices.ContainsFunc(p.step.Terms, func(e syntax.Expr) bool { return spanOf(e).Text() == w }) {
				fit = append(fit, f)
				break
			}
		}
	}
	if len(fit) == 0 {
		fit = all
	}
	return fit[:min(len(fit), shownForms)]
}

// unknown says that a word begins nothing, and which one may have been meant.
func (p *phrase) unknown(words ...string) bool {
	e := p.step.Terms[min(p.at, len(p.step.Terms)-1)]
	if id, ok := e.(*syntax.Ident); ok {
		if better := diag.Suggest(id.Name, words); better != "" {
			p.report(diag.Errorf(CodeTest, id.Span(), "%s is no word that could stand here", id.Name).WithWord(id.Span(), id.Name, better))
			return false
		}
	}
	p.wrong(e.Span(), "this %s is not understood", p.step.Kind.Text)
	return false
}

// over says whether the whole line has been read.
func (p *phrase) over() bool {
	if p.left() {
		return p.unknown("takes", "on", "once", "times", "by", "as", "at", "for", "after", "before", "until")
	}
	return true
}

// times reads `once` or `2 times`.
func (p *phrase) times() (n int, given, ok bool) {
	if p.take("once") {
		return 1, true, true
	}
	if w := p.step.Word(p.at + 1); w != "times" && w != "time" {
		return 0, false, true
	}
	told := p.ds.Len()
	zero := p.step.Terms[p.at].Span().Join(p.step.Terms[p.at+1].Span())
	n, ok = p.count()
	p.at++
	if strings.HasPrefix(zero.Text(), "0 ") {
		p.ds.Amend(told, func(d diag.Diagnostic) diag.Diagnostic {
			return d.WithFix(p.step.Terms[0].Span().Before(), "never ").WithFix(zero.Alone(), "")
		})
	}
	return n, true, ok
}

// count reads a number of at least 1.
func (p *phrase) count() (int, bool) {
	e := p.step.Terms[p.at]
	p.at++
	if lit, ok := e.(*syntax.Literal); ok && lit.Kind == syntax.IntLiteral {
		if n, err := strconv.Atoi(strings.ReplaceAll(lit.Raw, "_", "")); err == nil && n > 0 {
			return n, true
		}
	}
	p.report(diag.Errorf(CodeTestAmount, e.Span(), "a number of at least 1 is wanted here").WithHelp("what must not happen is said with never"))
	return 0, false
}

// duration reads how long something is; longer than nothing where some is wanted.
func (p *phrase) duration(some bool) (int64, bool) {
	e := p.next("a duration")
	if e == nil {
		return 0, false
	}
	d, ok := DurationOf(e)
	if !ok || d < 0 || some && d == 0 {
		p.errorf(CodeDuration, spanOf(e), "a duration is wanted here, such as 5m")
		return 0, false
	}
	return int64(d), true
}

// instant reads a point in time, in nanoseconds since 1970 UTC.
func (p *phrase) instant() (*int64, bool) {
	e := p.next("a time")
	if e == nil {
		return nil, false
	}
	if lit, ok := e.(*syntax.Literal); ok && lit.Kind == syntax.TimestampLiteral {
		if t, err := time.Parse(time.RFC3339Nano, lit.Raw); err == nil && t.Year() >= firstYear && t.Year() <= lastYear {
			n := t.UnixNano()
			return &n, true
		}
	}
	p.report(diag.Errorf(CodeTestAmount, spanOf(e), "a point in time is wanted here, between the years %d and %d", firstYear, lastYear).
		WithHelp("write 2026-03-29T00:30:00Z"))
	return nil, false
}

// The years in which a test can take place: nanoseconds since 1970 fit, and so
// does what is waited for.
const (
	firstYear = 1971
	lastYear  = 2200
)

// text reads a text without parts that are computed.
func (p *phrase) text(what string) (string, bool) {
	e := p.next(what)
	if e == nil {
		return "", false
	}
	if s, ok := e.(*syntax.StringExpr); ok {
		if plain, ok := s.Plain(); ok {
			return plain, true
		}
	}
	p.wrong(spanOf(e), "%s is wanted here, such as \"ada\"", what)
	return "", false
}

// by reads `by "user"`, and `as ROLE` behind it.
func (p *phrase) by(w *plan.When) (ok bool) {
	if !p.take("by") {
		return true
	}
	if w.By, ok = p.text("a user"); !ok || !p.take("as") {
		return ok
	}
	e := p.next("a role")
	if e == nil {
		return false
	}
	path := pathOf(e)
	if path == nil {
		p.wrong(spanOf(e), "a role is wanted here")
		return false
	}
	sym := p.only(path, "role", resolve.Role)
	if sym == nil {
		return false
	}
	w.As, w.Groups = sym.Full, p.groupsOf(sym.Full)
	return true
}

// cloud reads `on CLOUD`, one of those where the endpoint is, if one is named.
func (p *phrase) cloud(e *plan.Endpoint) (string, bool) {
	if !p.take("on") {
		return "", true
	}
	term := p.next("a cloud")
	if term == nil {
		return "", false
	}
	id, ok := term.(*syntax.Ident)
	if !ok {
		p.wrong(spanOf(term), "a cloud is wanted here")
		return "", false
	}
	sym := p.symbol(syntax.Name{Text: id.Name, At: id.At}, "cloud", resolve.Cloud)
	if sym == nil {
		return "", false
	}
	if e == nil {
		return sym.Name, true
	}
	var there []string
	for _, b := range e.Bindings {
		if b.Cloud == sym.Name {
			return sym.Name, true
		}
		there = append(there, b.Cloud)
	}
	d := diag.Errorf(CodeTestCloud, id.Span(), "%s is not on %s", p.short(e.Name), sym.Name)
	if len(there) == 1 {
		d = d.WithHelp("it is on %s", there[0]).WithFix(id.Span(), there[0])
	} else if len(there) > 0 {
		d = d.WithHelp("it is on %s", strings.Join(there, ", "))
	}
	p.report(d)
	return "", false
}

// target is what a test speaks of when it names an operation or a process,
// perhaps with arguments.
type target struct {
	endpoint  *plan.Endpoint
	operation *plan.Operation
	process   *Process
	args      []expression.Tree
	withArgs  bool
}

// called reads an operation, or where processes are welcome a process.
func (p *phrase) called(e syntax.Expr, kinds ...resolve.Kind) (target, bool) {
	var t target
	name, params := e, []types.Field(nil)
	call, with := e.(*syntax.CallExpr)
	if with {
		name = call.Func
	}
	path := pathOf(name)
	if path == nil {
		p.wrong(spanOf(e), "%s is wanted here", wantedOf(kinds))
		return t, false
	}
	sym, rest := p.declaration(path, wantedName(kinds), kinds...)
	if sym == nil {
		return t, false
	}
	owner := ""
	if sym.Kind == resolve.Process {
		if sym = p.only(path, "process", resolve.Process); sym == nil {
			return t, false
		}
		if t.process = p.signature(sym.Full); t.process == nil {
			return t, false
		}
		params, owner = t.process.Params, t.process.Name
	} else {
		if t.endpoint, t.operation, _ = p.operationOf(sym, path, rest); t.operation == nil {
			return t, false
		}
		params = t.operation.Params
	}
	if !with {
		return t, true
	}
	t.withArgs = true
	args, ok := p.constants(name, call.Args, params, owner)
	t.args = args
	return t, ok
}

func wantedOf(kinds []resolve.Kind) string {
	if slices.Contains(kinds, resolve.Endpoint) {
		return "an operation such as payments.charge"
	}
	return article(wantedName(kinds))
}

func wantedName(kinds []resolve.Kind) string {
	var names []string
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return strings.Join(names, " or ")
}

// constants are arguments that are known before anything runs; those of a process
// obey the conditions of its parameters. Parameters that are left out are null.
func (p *phrase) constants(name syntax.Expr, list []syntax.Expr, params []types.Field, owner string) ([]expression.Tree, bool) {
	args := p.arguments(resolve.NewScope(), name, &syntax.Args{List: list}, params)
	if len(args) != len(list) {
		return nil, false
	}
	out := make([]expression.Tree, 0, len(params))
	for i, a := range args {
		if a.invalid() || !p.constant(a.Tree, list[i]) {
			return nil, false
		}
		if owner != "" {
			p.obeysAs(owner, params[i], &a.Tree, list[i])
		}
		out = append(out, a.Tree)
	}
	for len(out) < len(params) {
		out = append(out, expression.Tree{Op: expression.Literal, Type: types.Of(types.Null)})
	}
	return out, true
}
