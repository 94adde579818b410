package syntaxtest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// Change is a text one of whose processes or routes says something else than it did:
// as a rule it is still correct, and a test that knows what was meant fails.
type Change struct {
	Decl string // the process or route
	What string // what was done, as "drop cancel text"
	Line int    // where, counted from 1
	Text string // the whole text, changed
}

// Changes are the texts that differ from one in the meaning of one place: a step that is
// left out or exchanged with its neighbour, branches that follow each other, a join that
// waits for more or fewer, a condition that is negated, a number that is off by one, a
// clause that is missing. Texts, durations and what only tells (progress, audit, report)
// are left alone. They come in the order of the text.
func Changes(text string) []Change {
	file, _ := syntax.Parse(source.New("", text))
	var out []Change
	for _, d := range file.Decls {
		var body *syntax.Block
		switch d := d.(type) {
		case *syntax.ProcessDecl:
			body = d.Body
		case *syntax.RouteDecl:
			body = d.Body
		}
		if body == nil {
			continue
		}
		c := changer{text: text, decl: d.DeclName().Text}
		syntax.Inspect(body, func(n syntax.Node) bool {
			if _, settled := n.(*syntax.Setting); settled {
				return false
			}
			c.node(n)
			return true
		})
		out = append(out, c.out...)
	}
	return out
}

// changer gathers the changes of one declaration.
type changer struct {
	text, decl string
	out        []Change
}

// edit puts a text in the place of the bytes from start to end.
func (c *changer) edit(start, end int, put, what string, args ...any) {
	c.out = append(c.out, Change{
		Decl: c.decl, What: fmt.Sprintf(what, args...), Line: 1 + strings.Count(c.text[:start], "\n"),
		Text: c.text[:start] + put + c.text[end:],
	})
}

func (c *changer) put(n syntax.Node, put, what string, args ...any) {
	c.edit(n.Span().Start(), n.Span().End(), put, what, args...)
}

// brief is the first line of a node's text.
func brief(n syntax.Node) string {
	line, _, _ := strings.Cut(n.Span().Text(), "\n")
	return strings.TrimSpace(line)
}

// inside is what stands between the braces of a block.
func inside(b *syntax.Block) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(b.Span().Text(), "{"), "}"))
}

func (c *changer) node(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.Block:
		c.block(n)
	case *syntax.SelectArms:
		for _, arm := range n.Ons {
			c.put(arm, "", "drop %s", brief(arm))
		}
		for _, arm := range n.Afters {
			c.put(arm, "", "drop %s", brief(arm))
		}
	case *syntax.OnArm:
		c.onArm(n)
	case *syntax.Branches:
		for _, b := range n.List {
			c.put(b, "", "drop %s", brief(b))
		}
	case *syntax.Branch:
		c.branch(n)
	case *syntax.MatchArms:
		for i, arm := range n.List {
			if i > 0 {
				c.exchange(n.List[i-1].Body, arm.Body, "exchange the arms")
			}
		}
	case *syntax.Catches:
		for _, catch := range n.List {
			c.put(catch, "", "drop %s", brief(catch))
		}
	case *syntax.Join:
		c.join(n)
	case *syntax.BinaryExpr:
		c.operator(n)
	case *syntax.RangeExpr:
		c.byOne(n.Low)
		c.byOne(n.High)
	case syntax.Stmt:
		c.statement(n)
	}
}

// tells are statements that change nothing that happens.
func tells(s syntax.Stmt) bool {
	switch s.(type) {
	case *syntax.ProgressStmt, *syntax.AuditStmt, *syntax.ReportStmt:
		return true
	}
	return false
}

// block leaves statements and clauses out, and exchanges neighbours.
func (c *changer) block(b *syntax.Block) {
	for i, s := range b.Stmts {
		if tells(s) {
			continue
		}
		c.put(s, "", "drop %s", brief(s))
		if i > 0 && !tells(b.Stmts[i-1]) && !apartFrom(b.Stmts[i-1], s) {
			c.exchange(b.Stmts[i-1], s, "exchange the statements")
		}
	}
	for _, clause := range b.Clauses {
		switch clause := clause.(type) {
		case *syntax.CompensateClause:
			if inside(clause.Body) != "" {
				c.put(clause.Body, "{ }", "drop %s", brief(clause))
			}
		case *syntax.OnArm, *syntax.AfterArm, *syntax.WithinClause, *syntax.CatchClause:
			c.put(clause, "", "drop %s", brief(clause))
		}
	}
}

// apartFrom says of two neighbours that their order does not matter: one is a value, which
// needs nothing of the other and is not needed by it.
func apartFrom(a, b syntax.Stmt) bool {
	one, two := computed(a), computed(b)
	if one == "" && two == "" {
		return false
	}
	return !mentions(b, one) && !mentions(a, two)
}

// computed is the variable that a statement computes without doing anything.
func computed(s syntax.Stmt) string {
	switch s := s.(type) {
	case *syntax.LetStmt:
		if s.Action == nil {
			return s.Name.Text
		}
	case *syntax.AssignStmt:
		if s.Action == nil {
			return s.Target.String()
		}
	}
	return ""
}

func mentions(n syntax.Node, name string) (found bool) {
	if name == "" {
		return false
	}
	syntax.Inspect(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Ident:
			found = found || n.Span().Text() == name
		case *syntax.AssignStmt:
			found = found || n.Target.String() == name
		case *syntax.LetStmt:
			found = found || n.Name.Text == name
		case *syntax.FieldInit:
			found = found || n.Value == nil && n.Span().Text() == name
		}
		return !found
	})
	return found
}

// exchange lets two nodes change places.
func (c *changer) exchange(a, b syntax.Node, what string) {
	one, two := a.Span(), b.Span()
	c.edit(one.Start(), two.End(), two.Text()+c.text[one.End():two.Start()]+one.Text(), "%s %s", what, brief(b))
}

func (c *changer) onArm(n *syntax.OnArm) {
	if n.Where != nil {
		c.negate(n.Where)
	}
	if n.Source == nil {
		return
	}
	if end := n.Source.Span().End(); n.Transient {
		c.edit(end, end+strings.Index(c.text[end:], "transient")+len("transient"), "", "keep for %s", brief(n))
	} else {
		c.edit(end, end, " transient", "keep nothing for %s", brief(n))
	}
}

func (c *changer) branch(n *syntax.Branch) {
	body := n.Body.Span().Start()
	if n.When != nil {
		c.negate(n.When)
		c.edit(n.Name.At.End(), body, " ", "always %s", brief(n))
	}
	if len(n.After) > 0 {
		c.edit(n.Name.At.End(), body, " ", "any time %s", brief(n))
	}
}

func (c *changer) join(n *syntax.Join) {
	switch n.Rest.Text {
	case "cancel":
		c.edit(n.Rest.At.Start(), n.Rest.At.End(), "keep", "join keep")
	case "keep":
		c.edit(n.Rest.At.Start(), n.Rest.At.End(), "cancel", "join cancel")
	}
	if n.When != nil {
		c.negate(n.When)
		c.put(n, "all", "join all")
		return
	}
	if word, is := n.Count.(*syntax.Ident); is && word.Span().Text() == "all" {
		c.put(n, "any keep", "join any keep")
		return
	}
	c.put(n, "all", "join all")
	c.byOne(n.Count)
}

// byOne makes a number one more and one less.
func (c *changer) byOne(n syntax.Expr) {
	if l, is := n.(*syntax.Literal); is {
		if i, err := strconv.Atoi(l.Raw); err == nil {
			c.put(n, strconv.Itoa(i+1), "%d for %d", i+1, i)
			c.put(n, strconv.Itoa(i-1), "%d for %d", i-1, i)
		}
		return
	}
	if text := n.Span().Text(); text != "any" {
		c.put(n, text+" - 1", "%s - 1", text)
	}
}

func (c *changer) negate(n syntax.Expr) {
	c.put(n, "!("+n.Span().Text()+")", "negate %s", brief(n))
}

// others is what each operator is mistaken for.
var others = map[string]string{
	"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&", "+": "-", "-": "+", "*": "+", "/": "*",
}

func (c *changer) operator(n *syntax.BinaryExpr) {
	if other := others[n.Op]; other != "" {
		c.edit(n.OpSpan.Start(), n.OpSpan.End(), other, "%s for %s in %s", other, n.Op, brief(n))
	}
	c.count(n.X)
	c.count(n.Y)
}

// count makes numbers that are written in a condition or a sum off by one.
func (c *changer) count(n syntax.Expr) {
	if l, is := n.(*syntax.Literal); is {
		c.byOne(l)
	}
}
