package types

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func exact(t testing.TB, s string) Exact {
	t.Helper()
	e, err := ParseExact(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const nines = "9999999999999999999999999999999999" // 34 digits

func TestExactArithmetic(t *testing.T) {
	add, sub, mul, div, rem := Exact.Add, Exact.Sub, Exact.Mul, Exact.Div, Exact.Rem
	for _, c := range []struct {
		name string
		do   func(a, b Exact) (Exact, error)
		a, b string
		want string
		err  error
	}{
		{"add keeps the scale", add, "12.50", "0.50", "13.00", nil},
		{"add of what a float cannot", add, "0.1", "0.2", "0.3", nil},
		{"add at the limit", add, nines[1:] + "8", "1", nines[1:] + "9", nil},
		{"add beyond the limit", add, nines, "0.1", "", ErrOverflow},
		{"add that carries into a zero", add, nines, "1", "1" + strings.Repeat("0", 34), nil},
		{"add of far exponents", add, "1e200", "1e-200", "", ErrOverflow},
		{"add of zero and a far exponent", add, "0", "1e-200", "0." + strings.Repeat("0", 199) + "1", nil},
		{"sub", sub, "1", "1.001", "-0.001", nil},
		{"mul", mul, "0.25", "-4", "-1.00", nil},
		{"mul at the limit", mul, nines, "1", nines, nil},
		{"mul beyond the limit", mul, nines, "1.1", "", ErrOverflow},
		{"mul with zeros at the end", mul, nines, "10.00", nines + "0", nil},
		{"mul beyond the exponent", mul, "1e6000", "1e6000", "", ErrOverflow},
		{"div exactly", div, "1", "8", "0.125", nil},
		{"div of a whole number", div, "100.00", "4", "25", nil},
		{"div keeps whole zeros", div, "1000", "1", "1000", nil},
		{"div with 34 digits", div, "1", "3", "0." + strings.Repeat("3", 34), nil},
		{"div with 34 digits above one", div, "10", "3", "3." + strings.Repeat("3", 33), nil},
		{"div rounds up", div, "2", "3", "0." + strings.Repeat("6", 33) + "7", nil},
		{"div of a negative", div, "-2", "3", "-0." + strings.Repeat("6", 33) + "7", nil},
		{"div of zero", div, "0.00", "7", "0", nil},
		{"div by zero", div, "1", "0.00", "", ErrDivisionByZero},
		{"rem", rem, "7.5", "2", "1.5", nil},
		{"rem of a negative", rem, "-7.5", "2", "-1.5", nil},
		{"rem by a negative", rem, "7.5", "-2", "1.5", nil},
		{"rem by zero", rem, "1", "0", "", ErrDivisionByZero},
		{"rem of far exponents", rem, "1e300", "1e-300", "", ErrOverflow},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.do(exact(t, c.a), exact(t, c.b))
			if !errors.Is(err, c.err) || c.err == nil && got.String() != c.want {
				t.Errorf("%s and %s: got %s, %v; want %s, %v", c.a, c.b, got, err, c.want, c.err)
			}
		})
	}
}

func anyExact(t *rapid.T, label string) Exact {
	digits := rapid.StringMatching(`-?[1-9][0-9]{0,16}`).Draw(t, label)
	e, err := ParseExact(fmt.Sprintf("%se%d", digits, rapid.IntRange(-12, 12).Draw(t, label+" exponent")))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func rational(t *rapid.T, e Exact) *big.Rat {
	r, ok := new(big.Rat).SetString(e.String())
	if !ok {
		t.Fatalf("%s is no rational", e)
	}
	return r
}

// Sums, differences and products are exact.
func TestExactAgreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyExact(t, "a"), anyExact(t, "b")
		x, y := rational(t, a), rational(t, b)
		for _, c := range []struct {
			got  func() (Exact, error)
			want *big.Rat
		}{
			{func() (Exact, error) { return a.Add(b) }, new(big.Rat).Add(x, y)},
			{func() (Exact, error) { return a.Sub(b) }, new(big.Rat).Sub(x, y)},
			{func() (Exact, error) { return a.Mul(b) }, new(big.Rat).Mul(x, y)},
		} {
			got, err := c.got()
			if err != nil {
				if !errors.Is(err, ErrOverflow) {
					t.Fatal(err)
				}
				continue
			}
			if rational(t, got).Cmp(c.want) != 0 {
				t.Fatalf("%s and %s give %s", a, b, got)
			}
		}
		if a.Cmp(b) != x.Cmp(y) {
			t.Fatalf("%s and %s compare as %d", a, b, a.Cmp(b))
		}
	})
}

// A quotient is the nearest number of 34 digits, and the even one of two.
func TestDivisionRoundsHalfToEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyExact(t, "a"), anyExact(t, "b")
		q, err := a.Div(b)
		if err != nil {
			t.Fatal(err)
		}
		truth := new(big.Rat).Quo(rational(t, a), rational(t, b))
		// One unit in the last of 34 places.
		unit := big.NewRat(1, 1)
		ten := big.NewRat(10, 1)
		for abs := new(big.Rat).Abs(truth); abs.Cmp(new(big.Rat).Mul(unit, ten)) >= 0; {
			unit.Mul(unit, ten)
		}
		for abs := new(big.Rat).Abs(truth); abs.Cmp(unit) < 0; {
			unit.Quo(unit, ten)
		}
		for range MaxDecimalDigits - 1 {
			unit.Quo(unit, ten)
		}
		off := new(big.Rat).Sub(rational(t, q), truth)
		twice := off.Abs(off).Mul(off, big.NewRat(2, 1))
		if twice.Cmp(unit) > 0 {
			t.Fatalf("%s / %s = %s is off by more than half a unit", a, b, q)
		}
		if twice.Cmp(unit) == 0 {
			steps := new(big.Rat).Quo(rational(t, q), unit)
			if !steps.IsInt() || steps.Num().Bit(0) != 0 {
				t.Fatalf("%s / %s = %s is a tie that did not go to the even one", a, b, q)
			}
		}
	})
}

// Ties are rare among random quotients: here are both kinds.
func TestDivisionTies(t *testing.T) {
	q, err := exact(t, "2000000000000000000000000000000001").Div(exact(t, "20"))
	if err != nil || q.String() != "100000000000000000000000000000000" {
		t.Errorf("a tie above a zero: %s, %v", q, err)
	}
	q, err = exact(t, "1000000000000000000000000000000001").Div(exact(t, "2"))
	if err != nil || q.String() != "500000000000000000000000000000000.5" {
		t.Errorf("34 digits are exact: %s, %v", q, err)
	}
	q, err = exact(t, "2469135780246913578024691357802469").Div(exact(t, "2"))
	if err != nil || q.String() != "1234567890123456789012345678901234" {
		t.Errorf("a tie above an even digit: %s, %v", q, err)
	}
	q, err = exact(t, "2000000000000000000000000000000003").Div(exact(t, "2"))
	if err != nil || q.String() != "1000000000000000000000000000000002" {
		t.Errorf("a tie above an odd digit: %s, %v", q, err)
	}
}

func TestRemainderCompletesDivision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyExact(t, "a"), anyExact(t, "b")
		r, err := a.Rem(b)
		if err != nil {
			t.Fatal(err)
		}
		if r.Sign() != 0 && r.Sign() != a.Sign() {
			t.Fatalf("%s %% %s = %s", a, b, r)
		}
		q := new(big.Rat).Quo(new(big.Rat).Sub(rational(t, a), rational(t, r)), rational(t, b))
		if !q.IsInt() || new(big.Rat).Abs(rational(t, r)).Cmp(new(big.Rat).Abs(rational(t, b))) >= 0 {
			t.Fatalf("%s %% %s = %s", a, b, r)
		}
	})
}

func TestParseExactLimits(t *testing.T) {
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{nines, true}, {"-" + nines, true}, {"1" + nines, false}, {"1" + strings.Repeat("0", 34), true},
		{"1e6144", true}, {"1e6145", false}, {"1e-6144", true}, {"1e-6145", false},
		{"0." + strings.Repeat("0", 6144), true}, {"0." + strings.Repeat("0", 6145), false},
		{strings.Repeat("0", MaxDecimalText), true}, {strings.Repeat("0", MaxDecimalText+1), false},
		{"", false}, {"x", false}, {"1.2.3", false}, {"NaN", false}, {"0x10", false}, {"1e99999999999", false},
	} {
		if _, err := ParseExact(c.text); (err == nil) != c.ok {
			t.Errorf("%.50q: %v", c.text, err)
		}
	}
}

func TestRoundTruncateInt(t *testing.T) {
	for _, c := range []struct {
		text   string
		places int
		want   string
	}{
		{"2.5", 0, "2"}, {"3.5", 0, "4"}, {"-2.5", 0, "-2"}, {"1.005", 2, "1.00"}, {"1.015", 2, "1.02"},
		{"12.50", 5, "12.50"}, {"12.50", 1 << 30, "12.50"}, {"149", -2, "100"}, {"149", -1 << 30, "0"}, {"7", 0, "7"},
	} {
		if got := exact(t, c.text).Round(c.places); got.String() != c.want {
			t.Errorf("%s to %d places: %s, want %s", c.text, c.places, got, c.want)
		}
	}
	for text, want := range map[string]string{"1.99": "1", "-1.99": "-1", "5": "5", "1e3": "1000"} {
		if got := exact(t, text).Truncate().String(); got != want {
			t.Errorf("%s truncated: %s", text, got)
		}
	}
	for _, c := range []struct {
		text string
		want int64
		ok   bool
	}{
		{"9223372036854775807", 1<<63 - 1, true}, {"-9223372036854775808", -1 << 63, true}, {"9223372036854775808", 0, false},
		{"1.0", 1, true}, {"1.5", 0, false}, {"1e3", 1000, true}, {"1e6000", 0, false},
	} {
		if got, ok := exact(t, c.text).Int(); ok != c.ok || ok && got != c.want {
			t.Errorf("%s as an int: %d, %v", c.text, got, ok)
		}
	}
}

func TestMoney(t *testing.T) {
	eur, usd := Amount{exact(t, "20.00"), "EUR"}, Amount{exact(t, "1"), "USD"}
	if _, err := eur.Add(usd); !errors.Is(err, ErrCurrency) {
		t.Errorf("EUR + USD: %v", err)
	}
	if _, err := eur.Sub(usd); !errors.Is(err, ErrCurrency) {
		t.Errorf("EUR - USD: %v", err)
	}
	if _, err := eur.Cmp(usd); !errors.Is(err, ErrCurrency) {
		t.Errorf("EUR < USD: %v", err)
	}
	if got, err := eur.Mul(exact(t, "0.2")); err != nil || got.String() != "4.000 EUR" {
		t.Errorf("20.00 EUR * 0.2 = %s, %v", got, err)
	}
	if got, err := eur.Div(exact(t, "3")); err != nil || got.String() != "6."+strings.Repeat("6", 32)+"7 EUR" {
		t.Errorf("20.00 EUR / 3 = %s, %v", got, err)
	}
	if _, err := eur.Div(Exact{}); !errors.Is(err, ErrDivisionByZero) {
		t.Errorf("20.00 EUR / 0: %v", err)
	}
	if got := eur.Neg().String(); got != "-20.00 EUR" {
		t.Error(got)
	}
	for text, ok := range map[string]bool{"0.05 EUR": true, "-1 USD": true, "1EUR": false, "1 eur": false, "1 EURO": false, " EUR": false, "1  EUR": false} {
		if _, err := ParseAmount(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestPercentIsDivisionBy100 compares the short way with the long one.
func TestPercentIsDivisionBy100(t *testing.T) {
	for _, text := range []string{"0", "99", "99.9", "99.95", "50", "100", "1000", "12.50", "-3", "0.0001", "1e5", "1234567890123456789012345678901234"} {
		x, err := ParseExact(text)
		if err != nil {
			t.Fatal(err)
		}
		want, err := x.Div(ExactInt(100))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := x.Percent(); err != nil || got.String() != want.String() {
			t.Errorf("%s %% is %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestCompactIsReadAgain(t *testing.T) {
	for text, want := range map[string]string{
		"12.50": "12.50", "0": "0", "0.00": "0.00", "-7": "-7", "1e3": "1000", "1e19": "10000000000000000000", "1e20": "1e20",
		"-1e99": "-1e99", "1000e99": "1e102", "1e-40": "0.0000000000000000000000000000000000000001", "1e-41": "1e-41", "10e-50": "10e-50",
		"1e6144": "1e6144", "-1234567890123456789012345678901234e-6144": "-1234567890123456789012345678901234e-6144",
	} {
		x, err := ParseExact(text)
		if err != nil {
			t.Fatal(err)
		}
		got := x.Compact()
		back, err := ParseExact(got)
		if got != want || err != nil || back.Cmp(x) != 0 || back.String() != x.String() || len(got) > MaxCompact {
			t.Errorf("%s: got %s, want %s; read again %s, %v", text, got, want, back, err)
		}
	}
}
