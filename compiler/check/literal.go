package check

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// literal is a literal in its canonical form. A whole number becomes what is
// wanted of numbers.
func (c *checker) literal(e *syntax.Literal, want types.Type) typed {
	kind, text, err := canonical(e)
	if err != "" {
		c.errorf(CodeLiteral, e.Span(), "%s", err)
		return typed{}
	}
	if kind == types.Money && !c.currency(e) {
		return typed{}
	}
	if want.Kind == types.Optional {
		want = *want.Elem
	}
	if (kind == types.Int || kind == types.Decimal) && want.Kind == types.Float || kind == types.Int && want.Kind == types.Decimal {
		kind = want.Kind
	}
	return typed{Tree: expression.Tree{Op: expression.Literal, Type: types.Of(kind), Text: text}}
}

// currency reports an amount in a currency that there is not.
func (c *checker) currency(e *syntax.Literal) bool {
	code := e.Raw[len(e.Raw)-3:]
	if types.IsActiveCurrency(code) {
		return true
	}
	at := e.Span().Last(3)
	d := diag.Errorf(CodeLiteral, at, "%s is no currency of ISO 4217", code)
	if near := diag.Suggest(code, append([]string{"EUR", "USD", "GBP", "CHF", "JPY"}, types.Currencies()...)); near != "" {
		d = d.WithGuess(at, code, near)
	}
	c.report(d)
	return false
}

// canonical is the type of a literal and its text in the form that plans use.
func canonical(e *syntax.Literal) (types.Kind, string, string) {
	raw := strings.ReplaceAll(e.Raw, "_", "")
	switch e.Kind {
	case syntax.NullLiteral:
		return types.Null, "", ""
	case syntax.BoolLiteral:
		return types.Bool, raw, ""
	case syntax.IntLiteral:
		n, err := strconv.ParseInt(raw, 10, 64)
		if err != nil {
			return "", "", "an int has 64 bits and this number is larger"
		}
		return types.Int, strconv.FormatInt(n, 10), ""
	case syntax.DecimalLiteral:
		d, err := types.ParseExact(raw)
		if err != nil {
			return "", "", "a decimal has at most 34 digits"
		}
		return types.Decimal, d.String(), ""
	case syntax.MoneyLiteral:
		a, err := types.ParseAmount(raw)
		if err != nil {
			return "", "", err.Error()
		}
		return types.Money, a.String(), ""
	case syntax.DurationLiteral:
		d, ok := parseDuration(raw)
		if !ok {
			return "", "", "a duration may last at most about 292 years"
		}
		return types.Duration, types.FormatISODuration(d), ""
	case syntax.SizeLiteral:
		n, ok := parseSize(raw)
		if !ok {
			return "", "", "a size has 64 bits and this number is larger"
		}
		return types.Int, strconv.FormatInt(n, 10), ""
	case syntax.RatioLiteral:
		r, ok := parseRatio(raw)
		if !ok {
			return "", "", "a ratio has at most 34 digits"
		}
		return types.Decimal, r.String(), ""
	case syntax.TimestampLiteral:
		t, err := time.Parse(time.RFC3339Nano, raw)
		if err != nil {
			return "", "", "this is no date of the calendar"
		}
		return types.Timestamp, t.UTC().Format(time.RFC3339Nano), ""
	}
	return "", "", "a rate such as 100/s is a setting and no value"
}

var durationUnits = map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}

// parseDuration reads 200ms, 1.5h or 10d.
func parseDuration(raw string) (time.Duration, bool) {
	number, unit := split(raw)
	per, ok := durationUnits[unit]
	if !ok {
		return 0, false
	}
	if n, err := strconv.ParseInt(number, 10, 64); err == nil {
		d := time.Duration(n) * per
		return d, n == 0 || d/time.Duration(n) == per
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || f*float64(per) > math.MaxInt64 {
		return 0, false
	}
	return time.Duration(math.Round(f * float64(per))), true
}

var sizeUnits = map[string]int64{"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}

func parseSize(raw string) (int64, bool) {
	number, unit := split(raw)
	n, err := strconv.ParseInt(number, 10, 64)
	per := sizeUnits[unit]
	return n * per, err == nil && per > 0 && n <= math.MaxInt64/per
}

// parseRatio reads 99.95% as 0.9995.
func parseRatio(raw string) (types.Exact, bool) {
	d, err := types.ParseExact(strings.TrimSuffix(raw, "%"))
	if err != nil {
		return d, false
	}
	d, err = d.Percent()
	return d, err == nil
}

func split(raw string) (number, unit string) {
	i := strings.IndexFunc(raw, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if i < 0 {
		return raw, ""
	}
	return raw[:i], raw[i:]
}

// plainText is a string without interpolation, or a report.
func (c *checker) plainText(e syntax.Expr, what string) (string, bool) {
	if s, ok := e.(*syntax.StringExpr); ok {
		if text, ok := s.Plain(); ok {
			return text, true
		}
	}
	c.errorf(CodeSettingValue, spanOf(e), "%s wants a string without ${ }", what)
	return "", false
}

func spanOf(e syntax.Expr) source.Span {
	if e == nil {
		return source.Span{}
	}
	return e.Span()
}
