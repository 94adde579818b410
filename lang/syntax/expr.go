package syntax

import (
	"strings"

	"github.com/cob-lang/cob/lang/diag"
)

// Binding powers, loosest first.
const (
	bindCond = 1 + iota
	bindElse // ??
	bindOr
	bindAnd
	bindEqual
	bindCompare // < <= > >= in
	bindRange
	bindAdd
	bindMultiply
)

// infix returns the operator that the next token is, and its power; 0 when it is
// none. A line break before it ends the expression.
func (s *session) infix() (op string, power int) {
	t := s.tok()
	if t.Newline && !s.loose {
		return "", 0
	}
	if t.Kind == Word {
		if !s.words && s.is(t, "in") {
			return "in", bindCompare
		}
		return "", 0
	}
	if t.Kind != Punct {
		return "", 0
	}
	switch op = s.raw(t); op {
	case "?":
		return op, bindCond
	case "??":
		return op, bindElse
	case "||":
		return op, bindOr
	case "&&":
		return op, bindAnd
	case "==", "!=":
		return op, bindEqual
	case "<", "<=", ">", ">=":
		return op, bindCompare
	case "..":
		return op, bindRange
	case "+", "-":
		return op, bindAdd
	case "*", "/", "%":
		return op, bindMultiply
	}
	return "", 0
}

// startsExpr says whether an expression can begin with the next token.
func (s *session) startsExpr() bool {
	t := s.tok()
	switch t.Kind {
	case Word:
		return !s.reason() && !s.nextStatement()
	case Number, String:
		return true
	case Punct:
		switch s.file.Text[t.Start] {
		case '(', '[':
			return true
		case '{':
			return !s.headers
		case '-', '!', '.':
			return t.End-t.Start == 1
		}
	}
	return false
}

// reason says whether the reason of a rule begins here, which is no operand.
func (s *session) reason() bool { return s.at("because") && s.peek(1).Kind == String }

// nextStatement says whether the next line is a statement rather than the operand
// that the line before lacks: it begins with a statement's keyword, and what
// follows cannot stand behind a name.
func (s *session) nextStatement() bool {
	if !s.tok().Newline {
		return false
	}
	if _, ok := productions().statements[s.raw(s.tok())]; !ok {
		return false
	}
	next := s.peek(1)
	return !next.Newline && (next.Kind == Word && !s.is(next, "in") || next.Kind == String || next.Kind == Number)
}

// expr reads one expression. Where none begins it reports so, consumes nothing
// and returns a BadExpr.
func (s *session) expr() Expr { return s.binary(bindCond) }

func (s *session) binary(least int) Expr {
	if !s.enter() {
		s.leave()
		return s.bad()
	}
	start := s.pos
	x := s.unary()
	for links := 1; ; links++ {
		op, power := s.infix()
		if power < least || power == 0 || !s.chains(links) {
			break
		}
		opSpan := s.span(s.pos, s.pos+1)
		s.pos++
		switch power {
		case bindCond:
			x = s.conditional(start, x)
		case bindRange:
			high := s.binary(power + 1)
			x = &RangeExpr{Place{s.since(start)}, x, high}
		default:
			y := s.binary(power + 1)
			x = &BinaryExpr{Place: Place{s.since(start)}, Op: op, OpSpan: opSpan, X: x, Y: y}
		}
	}
	s.leave()
	return x
}

// conditional reads what follows the `?`.
func (s *session) conditional(start int, cond Expr) Expr {
	then := s.expr()
	if !s.expect(":") {
		return &CondExpr{Place{s.since(start)}, cond, then, s.bad()}
	}
	other := s.binary(bindCond)
	return &CondExpr{Place{s.since(start)}, cond, then, other}
}

func (s *session) bad() Expr {
	at := min(s.pos, len(s.tokens)-1)
	return &BadExpr{Place{s.span(at, at)}}
}

func (s *session) unary() Expr {
	start := s.pos
	if t := s.tok(); t.Kind == Punct && (s.is(t, "!") || s.is(t, "-")) {
		s.pos++
		if !s.enter() {
			s.leave()
			return s.bad()
		}
		x := s.unary()
		s.leave()
		return &UnaryExpr{Place{s.since(start)}, s.raw(t), x}
	}
	return s.postfix(start, s.operand())
}

func (s *session) operand() Expr {
	t := s.tok()
	start := s.pos
	switch t.Kind {
	case Word:
		if s.reason() || s.nextStatement() {
			break
		}
		return s.wordOperand()
	case Number:
		s.pos++
		raw := s.raw(t)
		if t.Literal == MoneyLiteral {
			raw = MoneyText(raw)
		}
		return s.literal(start, t.Literal, raw)
	case String:
		return s.stringExpr()
	case Punct:
		switch s.raw(t) {
		case "(":
			return s.parenthesised()
		case "[":
			list := &ListExpr{}
			s.enclosed("]", func() { list.Items = append(list.Items, s.expr()) })
			list.At = s.since(start)
			return list
		case "{":
			if !s.headers {
				return s.record(start, nil)
			}
		case ".":
			return s.shortLambda()
		}
	}
	return s.noExpr()
}

func (s *session) literal(start int, kind LiteralKind, raw string) *Literal {
	x := s.nodes.literals.take()
	*x = Literal{Place{s.since(start)}, kind, raw}
	return x
}

func (s *session) noExpr() Expr {
	if s.pos >= s.end || s.pos > 0 && s.tok().Newline {
		at := s.span(s.pos-1, s.pos).After()
		s.report(diag.Errorf(CodeNoExpr, at, "expected an expression, found the end of the line"))
		return s.bad()
	}
	s.report(diag.Errorf(CodeNoExpr, s.span(s.pos, s.pos+1), "expected an expression, found %s", s.found(s.pos)))
	return s.bad()
}

func (s *session) wordOperand() Expr {
	start, t := s.pos, s.tok()
	if next := s.peek(1); next.Kind == Punct && !s.plain && s.is(next, "=>") {
		param := s.name()
		return s.lambda(start, []Name{param})
	}
	s.pos++
	at := Place{s.since(start)}
	switch text := s.raw(t); text {
	case "true", "false":
		return s.literal(start, BoolLiteral, text)
	case "null":
		return s.literal(start, NullLiteral, text)
	default:
		id := s.nodes.idents.take()
		*id = Ident{at, text}
		if s.namedRecord(id.Name) {
			return s.record(start, &Path{Place: at, Parts: []Name{{id.Name, at.At}}})
		}
		return id
	}
}

// namedRecord says whether `{` follows a name as the record of that type. In a
// phrase only a type's name, which begins with a capital, is followed by its record.
func (s *session) namedRecord(name string) bool {
	if s.headers || !s.at("{") || s.broken() {
		return false
	}
	return !s.words || name[0] >= 'A' && name[0] <= 'Z'
}

// lambda reads what follows the parameters. The reader stands at the `=>`.
func (s *session) lambda(start int, params []Name) Expr {
	s.pos++
	body := s.expr()
	return &LambdaExpr{Place: Place{s.since(start)}, Params: params, Body: body}
}

// shortLambda reads `.price`.
func (s *session) shortLambda() Expr {
	start := s.pos
	it := Name{Text: "it", At: s.span(start, start)}
	var x Expr = &Ident{Place{it.At}, it.Text}
	x = s.postfix(start, x)
	return &LambdaExpr{Place: Place{s.since(start)}, Params: []Name{it}, Body: x, Short: true}
}

// parenthesised reads `(e)` or `(x, y) => e`.
func (s *session) parenthesised() Expr {
	start := s.pos
	if params, ok := s.lambdaParams(); ok {
		return s.lambda(start, params)
	}
	var items []Expr
	told := len(s.problems)
	s.enclosed(")", func() { items = append(items, s.expr()) })
	switch len(items) {
	case 0:
		s.report(diag.Errorf(CodeNoExpr, s.since(start), "expected an expression between the parentheses"))
		return s.bad()
	case 1:
		return items[0]
	}
	if len(s.problems) > told {
		return items[0]
	}
	s.report(diag.Errorf(CodeUnexpected, s.since(start), "expected one expression between the parentheses, found %d", len(items))).Help =
		"a list is written `[a, b]`"
	return items[0]
}

// lambdaParams looks ahead for `(x, y) =>` and moves in front of the `=>`.
func (s *session) lambdaParams() (params []Name, ok bool) {
	i := s.pos + 1
	for i < s.end && s.tokens[i].Kind == Word {
		params = append(params, Name{s.raw(s.tokens[i]), s.span(i, i+1)})
		if i++; i >= s.end || !s.is(s.tokens[i], ",") {
			break
		}
		i++
	}
	if i+1 >= s.end || !s.is(s.tokens[i], ")") || !s.is(s.tokens[i+1], "=>") || s.plain {
		return nil, false
	}
	s.pos = i + 1
	return params, true
}

// postfix reads members, indexes, slices and calls behind an operand.
func (s *session) postfix(start int, x Expr) Expr {
	for links := 1; ; links++ {
		t := s.tok()
		if t.Kind != Punct || t.Newline && !s.loose {
			return x
		}
		link := s.raw(t)
		if strings.Contains(".?.[(", link) && !s.chains(links) {
			return x
		}
		switch link {
		case ".", "?.":
			x = s.member(start, x)
		case "[":
			if s.words && s.tokens[s.pos-1].End != t.Start {
				return x // the next term of a phrase
			}
			x = s.index(start, x)
		case "(":
			call := &CallExpr{Func: x}
			s.enclosed(")", func() { call.Args = append(call.Args, s.expr()) })
			call.At = s.since(start)
			x = call
		default:
			return x
		}
	}
}

func (s *session) member(start int, x Expr) Expr {
	m := s.nodes.members.take()
	m.X, m.Optional = x, s.at("?.")
	s.pos++
	if !s.atWord() || s.tok().Newline {
		s.expected(s.pos, "a name behind the dot")
		m.At = s.since(start)
		return m
	}
	m.Name = s.name()
	m.At = s.since(start)
	if s.namedRecord(m.Name.Text) {
		if path := pathOf(m); path != nil {
			return s.record(start, path)
		}
	}
	return m
}

// pathOf returns a chain of names as a path, or nil.
func pathOf(x Expr) *Path {
	switch x := x.(type) {
	case *Ident:
		return &Path{Place: x.Place, Parts: []Name{{x.Name, x.At}}}
	case *MemberExpr:
		p := pathOf(x.X)
		if p == nil || x.Optional || !x.Name.Given() {
			return nil
		}
		p.Parts = append(p.Parts, x.Name)
		p.At = x.At
		return p
	}
	return nil
}

// index reads `[i]` or `[low:high]`. The reader stands at the bracket.
func (s *session) index(start int, x Expr) Expr {
	var low, high Expr
	sliced, told := false, len(s.problems)
	s.enclosed("]", func() {
		if !s.at(":") {
			low = s.expr()
		}
		if s.accept(":") {
			sliced = true
			if !s.at("]") {
				high = s.expr()
			}
		}
	})
	at := Place{s.since(start)}
	if sliced {
		return &SliceExpr{at, x, low, high}
	}
	if low == nil {
		if len(s.problems) == told {
			s.report(diag.Errorf(CodeNoExpr, at.At.Last(1), "expected an index between the brackets"))
		}
		low = s.bad()
	}
	return &IndexExpr{at, x, low}
}

// record reads `{ name: value }`. The reader stands at the `{`.
func (s *session) record(start int, typ *Path) Expr {
	r := &RecordExpr{Type: typ}
	s.braced(true, func() {
		if f := s.fieldInit(); f != nil {
			r.Fields = append(r.Fields, f)
		}
	})
	r.At = s.since(start)
	return r
}

func (s *session) fieldInit() *FieldInit {
	start := s.pos
	f := s.nodes.inits.take()
	switch {
	case s.atWord():
		f.Name = s.name()
	case s.tok().Kind == String:
		key, _ := s.stringExpr().Plain()
		f.Name = Name{Text: key, At: s.since(start)}
	default:
		s.wants("the name of a field")
		return nil
	}
	if s.at(",") || s.at("}") || s.broken() {
		f.Value = &Ident{Place{f.Name.At}, f.Name.Text} // `{ order }` is short for `{ order: order }`
	} else if s.expect(":") {
		f.Value = s.expr()
	} else {
		f.Value = s.bad()
	}
	f.At = s.since(start)
	return f
}
