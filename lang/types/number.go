package types

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// Limits of exact numbers, those of IEEE 754-2008 decimal128.
const (
	MaxDecimalDigits   = 34
	MaxDecimalExponent = 6144
	// MaxDecimalText bounds the bytes of a decimal's text: every decimal's plain
	// notation fits.
	MaxDecimalText = MaxDecimalExponent + MaxDecimalDigits + 16
)

// Errors of arithmetic. Every one means the same at compile time and at run
// time.
var (
	ErrDivisionByZero = errors.New("division by zero")
	ErrOverflow       = errors.New("the result does not fit")
	ErrCurrency       = errors.New("money of two currencies does not mix")
)

// Exact is an exact decimal number of at most MaxDecimalDigits digits. The
// zero Exact is 0. It keeps the scale it was written with (12.50 stays 12.50),
// but compares by value.
type Exact struct{ d decimal.Decimal }

// ParseExact reads a decimal number such as "-12.50" or "1e3".
// Errors: not a number, or outside the limits.
func ParseExact(text string) (Exact, error) {
	if len(text) > MaxDecimalText {
		return Exact{}, fmt.Errorf("%.20q... is longer than %d bytes, which every decimal fits", text, MaxDecimalText)
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return Exact{}, fmt.Errorf("%.40q is no decimal number", text)
	}
	return bounded(d)
}

// ExactInt is the whole number n.
func ExactInt(n int64) Exact { return Exact{decimal.NewFromInt(n)} }

func bounded(d decimal.Decimal) (Exact, error) {
	if e := d.Exponent(); e > MaxDecimalExponent || e < -MaxDecimalExponent {
		return Exact{}, fmt.Errorf("%w in a decimal: exponent beyond %d", ErrOverflow, MaxDecimalExponent)
	}
	if over := d.NumDigits() - MaxDecimalDigits; over > 0 {
		// Zeros at the end are no digits that would be lost.
		if short := dropZeros(d, over); short.NumDigits() <= MaxDecimalDigits {
			return bounded(short)
		}
		return Exact{}, fmt.Errorf("%w in a decimal of %d digits", ErrOverflow, MaxDecimalDigits)
	}
	return Exact{d}, nil
}

// Add is a + b, exactly, or ErrOverflow.
func (a Exact) Add(b Exact) (Exact, error) {
	if spread(a.d, b.d) {
		return Exact{}, fmt.Errorf("%w in a decimal of %d digits", ErrOverflow, MaxDecimalDigits)
	}
	return bounded(a.d.Add(b.d))
}

// spread guards against aligning two numbers whose exponents are far apart,
// which would build a huge coefficient only to refuse it.
func spread(a, b decimal.Decimal) bool {
	if a.IsZero() || b.IsZero() {
		return false
	}
	d := int64(a.Exponent()) - int64(b.Exponent())
	return d > 3*MaxDecimalDigits || d < -3*MaxDecimalDigits
}

// Sub is a - b, exactly, or ErrOverflow.
func (a Exact) Sub(b Exact) (Exact, error) { return a.Add(b.Neg()) }

// Neg is -a.
func (a Exact) Neg() Exact { return Exact{a.d.Neg()} }

// Mul is a * b, exactly, or ErrOverflow.
func (a Exact) Mul(b Exact) (Exact, error) { return bounded(a.d.Mul(b.d)) }

// Div is a / b with MaxDecimalDigits significant digits, the last one rounded
// half to even; ErrDivisionByZero where b is 0.
func (a Exact) Div(b Exact) (Exact, error) {
	if b.d.IsZero() {
		return Exact{}, ErrDivisionByZero
	}
	// The magnitude of the quotient says how many places give 34 digits.
	m := magnitude(a.d) - magnitude(b.d)
	if a.d.Abs().Cmp(b.d.Abs().Shift(int32(m))) < 0 {
		m--
	}
	q := divHalfEven(a.d, b.d, int32(MaxDecimalDigits-1-m))
	return bounded(dropZeros(q, max(0, -int(q.Exponent()))))
}

// Percent is a / 100, or ErrOverflow.
func (a Exact) Percent() (Exact, error) {
	d := a.d.Shift(-2)
	return bounded(dropZeros(d, max(0, -int(d.Exponent()))))
}

// magnitude is the power of ten of d's leading digit.
func magnitude(d decimal.Decimal) int { return d.NumDigits() + int(d.Exponent()) - 1 }

func divHalfEven(a, b decimal.Decimal, scale int32) decimal.Decimal {
	q, r := a.QuoRem(b, scale)
	if r.IsZero() {
		return q
	}
	switch r.Abs().Mul(decimal.NewFromInt(2)).Cmp(b.Abs().Shift(-scale)) {
	case 1:
		return q.Add(lastPlace(a, b, scale))
	case 0:
		if new(big.Int).And(q.Coefficient(), big.NewInt(1)).Sign() != 0 {
			return q.Add(lastPlace(a, b, scale))
		}
	}
	return q
}

func lastPlace(a, b decimal.Decimal, scale int32) decimal.Decimal {
	return decimal.New(int64(a.Sign()*b.Sign()), -scale)
}

// dropZeros removes at most n zeros from the end of d's coefficient.
func dropZeros(d decimal.Decimal, n int) decimal.Decimal {
	digits := d.Coefficient().String()
	zeros := min(n, len(digits)-len(strings.TrimRight(digits, "0")))
	if d.IsZero() {
		zeros = min(n, max(0, -int(d.Exponent())))
	}
	if zeros <= 0 {
		return d
	}
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(zeros)), nil)
	return decimal.NewFromBigInt(ten.Quo(d.Coefficient(), ten), d.Exponent()+int32(zeros))
}

// Rem is what is left of a after dividing by b towards zero: it has the sign of
// a. ErrDivisionByZero where b is 0.
func (a Exact) Rem(b Exact) (Exact, error) {
	if b.d.IsZero() {
		return Exact{}, ErrDivisionByZero
	}
	if spread(a.d, b.d) {
		return Exact{}, fmt.Errorf("%w in a decimal of %d digits", ErrOverflow, MaxDecimalDigits)
	}
	return bounded(a.d.Mod(b.d))
}

// Truncate is a without its fraction.
func (a Exact) Truncate() Exact {
	if a.d.Exponent() >= 0 {
		return a
	}
	return Exact{a.d.Truncate(0)}
}

// Cmp is -1, 0 or 1 as a is less than, equal to or greater than b.
func (a Exact) Cmp(b Exact) int { return a.d.Cmp(b.d) }

// Sign is -1, 0 or 1.
func (a Exact) Sign() int { return a.d.Sign() }

// Round is a with at most the given number of places, half to even.
func (a Exact) Round(places int) Exact {
	if places >= -int(a.d.Exponent()) {
		return a
	}
	if magnitude(a.d) < -places-1 {
		return Exact{}
	}
	return Exact{a.d.RoundBank(int32(places))}
}

// Float is the nearest double: for charts and quantiles, never for amounts.
func (a Exact) Float() float64 { f, _ := a.d.Float64(); return f }

// IsWhole says whether a has no fraction.
func (a Exact) IsWhole() bool { return a.d.IsInteger() }

// Int is a as an int64; ok is false where a has a fraction or does not fit.
func (a Exact) Int() (n int64, ok bool) {
	if !a.d.IsInteger() || magnitude(a.d) > 19 {
		return 0, false
	}
	b := a.d.BigInt()
	return b.Int64(), b.IsInt64()
}

// String is a in plain notation, with the scale it has.
func (a Exact) String() string { return a.d.StringFixed(max(0, -a.d.Exponent())) }

// plainDigits is the longest whole number, and plainPlaces the longest fraction,
// that Compact writes out.
const (
	plainDigits = 20
	plainPlaces = 40
)

// MaxCompact bounds the bytes of Compact's text.
const MaxCompact = 48

// Compact is a with the scale it has, in at most MaxCompact bytes: in plain
// notation, or with an exponent ("1e99") where that would be long. ParseExact
// reads it, and so does whoever reads JSON numbers.
func (a Exact) Compact() string {
	e := a.d.Exponent()
	if e <= 0 && e >= -plainPlaces || a.d.IsZero() && e > 0 {
		return a.String()
	}
	d := a.d
	if e > 0 {
		if d.NumDigits()+int(e) <= plainDigits {
			return a.String()
		}
		d = dropZeros(d, MaxDecimalDigits) // one text for one value
	}
	return d.Coefficient().String() + "e" + strconv.Itoa(int(d.Exponent()))
}

// Amount is money: an exact amount in one currency.
type Amount struct {
	Value    Exact
	Currency string // ISO 4217, three capital letters
}

// ParseAmount reads money as an author writes it: "0.05 EUR".
func ParseAmount(text string) (Amount, error) {
	number, currency, ok := strings.Cut(text, " ")
	if !ok || !IsCurrency(currency) {
		return Amount{}, fmt.Errorf("%q is no money: want an amount and an ISO 4217 code, such as 0.05 EUR", text)
	}
	value, err := ParseExact(number)
	return Amount{value, currency}, err
}

// IsCurrency says whether code has the form of an ISO 4217 code.
func IsCurrency(code string) bool {
	if len(code) != 3 {
		return false
	}
	for i := range 3 {
		if code[i] < 'A' || code[i] > 'Z' {
			return false
		}
	}
	return true
}

// Add is a + b, or ErrCurrency, or ErrOverflow.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, fmt.Errorf("%w: %s and %s", ErrCurrency, a, b)
	}
	v, err := a.Value.Add(b.Value)
	return Amount{v, a.Currency}, err
}

// Sub is a - b, or ErrCurrency, or ErrOverflow.
func (a Amount) Sub(b Amount) (Amount, error) { return a.Add(b.Neg()) }

// Neg is -a.
func (a Amount) Neg() Amount { return Amount{a.Value.Neg(), a.Currency} }

// Mul is a times a number, or ErrOverflow.
func (a Amount) Mul(n Exact) (Amount, error) {
	v, err := a.Value.Mul(n)
	return Amount{v, a.Currency}, err
}

// Div is a divided by a number, rounded as Exact.Div rounds.
func (a Amount) Div(n Exact) (Amount, error) {
	v, err := a.Value.Div(n)
	return Amount{v, a.Currency}, err
}

// Cmp compares two amounts of one currency, or gives ErrCurrency.
func (a Amount) Cmp(b Amount) (int, error) {
	if a.Currency != b.Currency {
		return 0, fmt.Errorf("%w: %s and %s", ErrCurrency, a, b)
	}
	return a.Value.Cmp(b.Value), nil
}

// String is the amount as an author writes it.
func (a Amount) String() string { return a.Value.String() + " " + a.Currency }
