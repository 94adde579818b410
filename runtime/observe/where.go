package observe

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/cob-lang/cob/lang/types"
)

// Limits of a condition on instances.
const (
	// MaxWhere is the longest condition, in bytes.
	MaxWhere = 4096
	// MaxWhereDepth bounds its brackets.
	MaxWhereDepth = 32
)

// Standing are the names that every instance has for a condition. All others are
// search fields of its process, and null where it has none of the name.
var Standing = []string{"id", "process", "key", "state", "plan", "fault", "started", "ended"}

// Where is a condition on instances: comparisons of names with literals by
// == != < <= > >= and in [..], put together with && || ! and brackets, as in
// state == "incident" && total > 100 EUR.
type Where struct {
	root  condition
	names []string
}

// Names are the search fields that the condition asks for, sorted.
func (w *Where) Names() []string { return w.names }

// WhereError says where a text is no condition.
type WhereError struct {
	Offset int // in bytes
	Reason string
}

func (e *WhereError) Error() string { return fmt.Sprintf("at byte %d: %s", e.Offset, e.Reason) }

// ParseWhere reads a condition. Errors: *WhereError.
func ParseWhere(text string) (*Where, error) {
	if len(text) > MaxWhere {
		return nil, &WhereError{MaxWhere, fmt.Sprintf("a condition has at most %d bytes", MaxWhere)}
	}
	p := &whereParser{text: text}
	p.next()
	root := p.any()
	if p.err == nil && p.kind != endToken {
		p.fail("an operator is wanted here, not %s", p.token)
	}
	if p.err != nil {
		return nil, p.err
	}
	slices.Sort(p.names)
	return &Where{root, slices.Compact(p.names)}, nil
}

// condition says of an entry whether it holds.
type condition func(x *entry) bool

func (w *Where) holds(x *entry) bool { return w == nil || w.root(x) }

type tokenKind uint8

const (
	endToken tokenKind = iota
	nameToken
	textToken // quoted
	literalToken
	signToken
)

type whereParser struct {
	text  string
	at    int // behind the token
	start int // of it
	kind  tokenKind
	token string
	depth int
	names []string
	err   error
}

func (p *whereParser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = &WhereError{p.start, fmt.Sprintf(format, args...)}
	}
	p.kind, p.token = endToken, "the end"
}

// next reads one token.
func (p *whereParser) next() {
	if p.err != nil {
		return
	}
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t' || p.text[p.at] == '\n') {
		p.at++
	}
	p.start = p.at
	rest := p.text[p.at:]
	if rest == "" {
		p.kind, p.token = endToken, "the end"
		return
	}
	for _, sign := range []string{"==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", "[", "]", ","} {
		if strings.HasPrefix(rest, sign) {
			p.kind, p.token, p.at = signToken, sign, p.at+len(sign)
			return
		}
	}
	if rest[0] == '"' {
		p.quoted(rest)
		return
	}
	n := strings.IndexFunc(rest, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_.-:+", r)
	})
	if n < 0 {
		n = len(rest)
	}
	if n == 0 {
		p.fail("%q has no meaning here", rest[:1])
		return
	}
	p.kind, p.token, p.at = nameToken, rest[:n], p.at+n
	if c := rest[0]; c >= '0' && c <= '9' || c == '-' || c == '+' || p.token == "true" || p.token == "false" || p.token == "null" {
		p.kind = literalToken
		p.amount()
	}
}

// amount takes the currency behind a number with it.
func (p *whereParser) amount() {
	rest := p.text[p.at:]
	if len(rest) >= 4 && rest[0] == ' ' && strings.Trim(rest[1:4], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && (len(rest) == 4 || !unicode.IsLetter(rune(rest[4]))) {
		p.token, p.at = p.token+rest[:4], p.at+4
	}
}

func (p *whereParser) quoted(rest string) {
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '"':
			p.kind, p.token, p.at = textToken, b.String(), p.at+i+1
			return
		case c == '\\' && i+1 < len(rest) && (rest[i+1] == '"' || rest[i+1] == '\\'):
			i++
			b.WriteByte(rest[i])
		default:
			b.WriteByte(c)
		}
	}
	p.fail("a text is not closed")
}

func (p *whereParser) take(sign string) bool {
	if p.kind != signToken || p.token != sign {
		return false
	}
	p.next()
	return true
}

func (p *whereParser) any() condition {
	left := p.all()
	for p.take("||") {
		a, b := left, p.all()
		left = func(x *entry) bool { return a(x) || b(x) }
	}
	return left
}

func (p *whereParser) all() condition {
	left := p.one()
	for p.take("&&") {
		a, b := left, p.one()
		left = func(x *entry) bool { return a(x) && b(x) }
	}
	return left
}

func (p *whereParser) one() condition {
	if p.depth++; p.depth > MaxWhereDepth {
		p.fail("more than %d brackets stand around this", MaxWhereDepth)
	}
	defer func() { p.depth-- }()
	switch {
	case p.take("!"):
		c := p.one()
		return func(x *entry) bool { return !c(x) }
	case p.take("("):
		c := p.any()
		if !p.take(")") {
			p.fail("a ) is wanted here, not %s", p.token)
		}
		return c
	case p.kind == nameToken:
		return p.comparison()
	}
	p.fail("a name is wanted here, such as state or a search field, not %s", p.token)
	return nil
}

// literal is what a name is compared with.
type literal struct {
	text   string
	quoted bool
}

func (p *whereParser) literal() literal {
	l := literal{p.token, p.kind == textToken}
	if p.kind != textToken && p.kind != literalToken {
		p.fail("a literal is wanted here, such as \"text\", 5, 2026-11-21T10:00:00Z or null, not %s", p.token)
	}
	p.next()
	return l
}

func (p *whereParser) comparison() condition {
	name := p.token
	if !slices.Contains(Standing, name) {
		p.names = append(p.names, name)
	}
	p.next()
	if p.kind == nameToken && p.token == "in" {
		return p.among(name)
	}
	op := p.token
	if p.kind != signToken || !slices.Contains([]string{"==", "!=", "<", "<=", ">", ">="}, op) {
		p.fail("an operator is wanted here: == != < <= > >= or in [..], not %s", p.token)
		return nil
	}
	p.next()
	l := p.literal()
	return func(x *entry) bool { return l.compares(x.named(name), op) }
}

func (p *whereParser) among(name string) condition {
	p.next()
	if !p.take("[") {
		p.fail("a list is wanted here, such as [\"a\", \"b\"], not %s", p.token)
	}
	var list []literal
	for p.err == nil && !p.take("]") {
		if len(list) > 0 && !p.take(",") {
			p.fail("a , or a ] is wanted here, not %s", p.token)
			break
		}
		list = append(list, p.literal())
	}
	return func(x *entry) bool {
		v := x.named(name)
		return slices.ContainsFunc(list, func(l literal) bool { return l.compares(v, "==") })
	}
}

// named is what an instance has under a name, nil for nothing.
func (x *entry) named(name string) types.Value {
	switch name {
	case "id":
		return x.id
	case "process":
		return x.process
	case "key":
		return x.key
	case "state":
		return string(x.now())
	case "plan":
		return x.plan
	case "fault":
		if x.fault == "" {
			return nil
		}
		return x.fault
	case "started":
		return time.Unix(0, int64(x.started)).UTC()
	case "ended":
		if x.ended == 0 {
			return nil
		}
		return time.Unix(0, int64(x.ended)).UTC()
	}
	return x.search[name]
}

// compares says whether a value stands to the literal as op says. What cannot be
// compared is not equal, and neither less nor more.
func (l literal) compares(v types.Value, op string) bool {
	order, ok := l.order(v)
	switch op {
	case "==":
		return ok && order == 0
	case "!=":
		return !ok || order != 0
	case "<":
		return ok && order < 0
	case "<=":
		return ok && order <= 0
	case ">":
		return ok && order > 0
	}
	return ok && order >= 0
}

// order is negative where v is less than the literal, 0 where it is equal.
func (l literal) order(v types.Value) (order int, ok bool) {
	if text, ok := v.(string); ok || l.quoted {
		return strings.Compare(text, l.text), ok && l.quoted
	}
	switch v := v.(type) {
	case nil:
		return 0, l.text == "null"
	case bool:
		return cmp.Compare(flag(v), flag(l.text == "true")), l.text == "true" || l.text == "false"
	case int64:
		return exactOrder(types.ExactInt(v), l.text)
	case types.Exact:
		return exactOrder(v, l.text)
	case types.Amount:
		want, err := types.ParseAmount(l.text)
		if err != nil {
			return 0, false
		}
		order, err = v.Cmp(want)
		return order, err == nil
	case time.Time:
		want, err := time.Parse(time.RFC3339, l.text)
		return v.Compare(want), err == nil
	case time.Duration:
		text := l.text
		if days, ok := strings.CutSuffix(text, "d"); ok {
			n, _ := types.ParseExact(days)
			text = n.String()
			if n, err := n.Mul(types.ExactInt(24)); err == nil {
				text = n.String() + "h"
			}
		}
		want, err := time.ParseDuration(text)
		return cmp.Compare(v, want), err == nil
	}
	return 0, false
}

func exactOrder(v types.Exact, text string) (int, bool) {
	want, err := types.ParseExact(text)
	if err != nil {
		return 0, false
	}
	return v.Cmp(want), true
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
