package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

func (c *checker) checkSamples() {
	c.sampling = map[*syntax.SampleDecl]bool{}
	for _, d := range decls[*syntax.SampleDecl](c, resolve.Sample) {
		c.readSample(d)
	}
	c.sampling = nil
}

// readSample reads a sample once, and before it those that it is made of.
func (c *checker) readSample(d *syntax.SampleDecl) {
	if _, known := c.sampling[d]; known {
		return
	}
	c.sampling[d] = true
	defer func() { c.sampling[d] = false }()
	r, ok := d.Value.(*syntax.RecordExpr)
	if !ok || r.Type == nil {
		c.Info.Lookup(d.Name.Text).Excused = true
		c.report(diag.Errorf(CodeSample, d.Value.Span(), "a sample is a record with a type").WithHelp("write sample %s: Type { ... }", d.Name.Text))
		return
	}
	t := c.value(resolve.NewScope(), d.Value, none)
	if t.invalid() || len(t.Args) == 0 {
		return
	}
	if parts(&t.Tree) > expression.MaxNodes {
		c.errorf(CodeSample, d.Value.Span(), "a sample has at most %d parts, with those of the samples in it", expression.MaxNodes)
		return
	}
	if c.constant(t.Tree, d.Value) {
		tree := t.Tree
		c.samples[d.Value] = &tree
		c.obeys(&tree, t.Type, d.Value)
	}
}

// parts counts the nodes of a tree, and stops behind the most that one may have.
func parts(t *expression.Tree) (n int) {
	t.Walk(func(*expression.Tree) bool { n++; return n <= expression.MaxNodes })
	return n
}

// tester reads one test.
type tester struct {
	*checker
	out plan.Test
	// process is what the latest `when P()` started, "" before it; begun says that
	// something has been done.
	process string
	begun   bool
	does    bool // the test has a when
	failed  bool // a line of the test was wrong
	// acts says that somebody completes or claims a task on the line before, wrongBefore
	// that that line is wrong.
	acts, wrongBefore bool
	ended             map[string]source.Span
}

func (c *checker) test(d *syntax.TestDecl) {
	c.inTest = true
	name, _ := d.Title.Plain()
	t := &tester{checker: c, out: plan.Test{Name: name, At: c.place(d.Title.Span())}, ended: map[string]source.Span{}}
	for _, s := range d.Body.Settings {
		c.report(unknownSetting("a test", nil, s))
	}
	for _, s := range d.Body.Steps {
		t.does = t.does || s.Kind.Text == "when"
	}
	for _, s := range d.Body.Steps {
		p := &phrase{tester: t, step: s}
		out := plan.TestStep{At: c.place(s.Span())}
		ok := false
		switch s.Kind.Text {
		case "given":
			out.Given = &plan.Given{}
			ok = p.given(out.Given)
		case "when":
			out.When = &plan.When{}
			ok = p.when(out.When)
			t.begun = true
			clear(t.ended)
		case "then":
			out.Then = &plan.Then{}
			ok = p.then(out.Then)
		}
		if ok = ok && p.over(); ok {
			t.out.Steps = append(t.out.Steps, out)
		}
		t.failed, t.wrongBefore = t.failed || !ok, !ok
		t.acts = ok && out.When != nil && (out.When.Kind == plan.WhenComplete || out.When.Kind == plan.WhenClaim)
	}
	if !t.does && len(d.Body.Steps) > 0 {
		c.report(diag.Errorf(CodeTest, d.Title.Span(), "this test does nothing").WithHelp("add: when Process(arguments)"))
	}
	c.Tests = append(c.Tests, t.out)
}

// fixed is a value of a test: it is known before anything runs.
func (c *checker) fixed(e syntax.Expr, want types.Type) *expression.Tree {
	t := c.value(resolve.NewScope(), e, want)
	if t.invalid() || !c.constant(t.Tree, e) {
		return nil
	}
	return &t.Tree
}

// lawful is a fixed value that obeys what is said of its type.
func (c *checker) lawful(e syntax.Expr, want types.Type) *expression.Tree {
	t := c.fixed(e, want)
	if t != nil {
		c.obeys(t, want, e)
	}
	return t
}

// faultValue is the fault that an expression names, and its fields where they are
// given.
func (c *checker) faultValue(e syntax.Expr) (string, *expression.Tree) {
	name, fields := faultParts(e)
	if name == nil {
		c.errorf(CodeFault, e.Span(), "a fault is wanted here, such as Declined { reason: \"no funds\" }")
		return "", nil
	}
	sym := c.only(name, "fault", resolve.Fault)
	if sym == nil {
		return "", nil
	}
	if fields == nil {
		return sym.Full, nil
	}
	return sym.Full, c.fixed(e, none)
}

// technical are the faults of a call that nobody could answer. Nothing declares
// them.
var technical = []string{"Denied", "Overdue", "Rejected", "Unavailable"}

// technicalFault is the fault that a path such as std.Unavailable names; is says
// whether it is such a path.
func (c *checker) technicalFault(e syntax.Expr) (fault string, fields *expression.Tree, is bool) {
	name, inits := faultParts(e)
	if name == nil || len(name.Parts) != 2 || name.Parts[0].Text != "std" || c.Info.Lookup("std") != nil {
		return "", nil, false
	}
	if !slices.Contains(technical, name.Parts[1].Text) {
		c.report(resolve.Unknown(name.Parts[1].At, "fault of std", name.Parts[1].Text, technical))
		return "", nil, true
	}
	if inits == nil {
		return name.String(), nil, true
	}
	for _, i := range inits {
		if !slices.Contains(technicalFields, i.Name.Text) {
			c.report(resolve.Unknown(i.Name.At, "field of "+name.String(), i.Name.Text, technicalFields))
			return "", nil, true
		}
	}
	bare := *e.(*syntax.RecordExpr)
	bare.Type = nil
	if fields = c.fixed(&bare, none); fields == nil {
		return "", nil, true
	}
	return name.String(), fields, true
}

var technicalFields = []string{"endpoint", "operation", "reason"}

// eventValue is the event that an expression names, and its fields where they are
// given; whole says that they have to be.
func (c *checker) eventValue(e syntax.Expr, whole bool) (string, *expression.Tree, bool) {
	name, fields := faultParts(e)
	if name == nil {
		c.errorf(CodeEvent, e.Span(), "an event is wanted here, such as Shipped { order: \"o-1\" }")
		return "", nil, false
	}
	sym := c.only(name, "event", resolve.Event)
	if sym == nil {
		return "", nil, false
	}
	rec, given := e.(*syntax.RecordExpr)
	if !given || fields == nil && rec.Type == nil {
		if !whole {
			return sym.Full, nil, true
		}
		rec = &syntax.RecordExpr{Place: syntax.Place{At: e.Span()}, Type: name}
	}
	v := c.lawful(rec, types.Ref(sym.Full))
	return sym.Full, v, v != nil
}
