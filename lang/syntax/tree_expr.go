package syntax

import "github.com/cob-lang/cob/lang/source"

// Expr is an expression. Parentheses leave no node: the tree is the grouping.
type Expr interface {
	Node
	exprNode()
}

// Ident is a bare name, or a word of a phrase.
type Ident struct {
	Place
	Name string
}

// LiteralKind says what a literal is.
type LiteralKind uint8

const (
	NullLiteral      LiteralKind = iota // null
	BoolLiteral                         // true, false
	IntLiteral                          // 12, 1_000
	DecimalLiteral                      // 12.50
	MoneyLiteral                        // 0.05 EUR
	DurationLiteral                     // 200ms 5s 10m 4h 7d
	SizeLiteral                         // 64KiB 10MiB
	RatioLiteral                        // 99.9%
	RateLiteral                         // 100/s
	TimestampLiteral                    // 2026-11-21T10:00:00Z
	ClockLiteral                        // 02:30, only in a setting
)

// Literal is a literal other than a string. Its value is its text, with a single
// blank before a currency; the room of types reads it.
type Literal struct {
	Place
	Kind LiteralKind
	Raw  string
}

// StringExpr is a string, with the expressions interpolated in it.
type StringExpr struct {
	Place
	Parts []StringPart
}

// Plain returns the value of a string without interpolation.
func (s *StringExpr) Plain() (value string, ok bool) {
	if s == nil {
		return "", false
	}
	for _, p := range s.Parts {
		if p.Expr != nil {
			return "", false
		}
		value += p.Text
	}
	return value, true
}

// StringPart is a run of text, or an expression when Expr is not nil.
type StringPart struct {
	At   source.Span
	Text string // unescaped
	Expr Expr
}

// MemberExpr is `x.name` or `x?.name`.
type MemberExpr struct {
	Place
	X        Expr
	Optional bool
	Name     Name // zero when the text ends behind the dot
}

// IndexExpr is `x[i]`.
type IndexExpr struct {
	Place
	X, Index Expr
}

// SliceExpr is `x[low:high]`; both bounds may be nil.
type SliceExpr struct {
	Place
	X, Low, High Expr
}

// CallExpr is the call of a pure function: `len(lines)`, `xs.map(.price)`.
type CallExpr struct {
	Place
	Func Expr
	Args []Expr
}

// RecordExpr is `{ a: 1 }` or `Receipt { order: x }`.
type RecordExpr struct {
	Place
	Type   *Path // nil when not named
	Fields []*FieldInit
}

// FieldInit is `name: value` in a record. The name may be written as a string.
type FieldInit struct {
	Place
	Name  Name
	Value Expr
}

// ListExpr is `[a, b]`.
type ListExpr struct {
	Place
	Items []Expr
}

// LambdaExpr is `x => e`, `(x, y) => e`, or `.price`, which is short for
// `it => it.price` and has Short set.
type LambdaExpr struct {
	Place
	Params []Name
	Body   Expr
	Short  bool
}

// CondExpr is `cond ? then : else`.
type CondExpr struct {
	Place
	Cond, Then, Else Expr
}

// BinaryExpr is `x op y`. Op is one of + - * / % == != < <= > >= && || ?? in.
type BinaryExpr struct {
	Place
	Op     string
	OpSpan source.Span
	X, Y   Expr
}

// UnaryExpr is `!x` or `-x`.
type UnaryExpr struct {
	Place
	Op string
	X  Expr
}

// RangeExpr is `low..high`, both ends included.
type RangeExpr struct {
	Place
	Low, High Expr
}

// BadExpr stands where an expression is missing; a diagnostic says so.
type BadExpr struct {
	Place
}

func (*Ident) exprNode()      {}
func (*Literal) exprNode()    {}
func (*StringExpr) exprNode() {}
func (*MemberExpr) exprNode() {}
func (*IndexExpr) exprNode()  {}
func (*SliceExpr) exprNode()  {}
func (*CallExpr) exprNode()   {}
func (*RecordExpr) exprNode() {}
func (*ListExpr) exprNode()   {}
func (*LambdaExpr) exprNode() {}
func (*CondExpr) exprNode()   {}
func (*BinaryExpr) exprNode() {}
func (*UnaryExpr) exprNode()  {}
func (*RangeExpr) exprNode()  {}
func (*BadExpr) exprNode()    {}
