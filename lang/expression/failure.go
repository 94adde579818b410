package expression

import (
	"errors"
	"fmt"

	"github.com/cob-lang/cob/lang/types"
)

// Code says what went wrong in an evaluation.
type Code string

// The codes.
const (
	Overflow       Code = "overflow"         // a number does not fit its type
	DivisionByZero Code = "division_by_zero" // also for floats and remainders
	MissingKey     Code = "missing_key"      // a map or a record does not have it
	DuplicateKey   Code = "duplicate_key"    // two entries of a map that is made have it
	OutOfRange     Code = "out_of_range"     // an index or a slice outside its list or text
	CurrencyMix    Code = "currency"         // money of two currencies
	Empty          Code = "empty"            // the sum of no money at all has no currency
	BadText        Code = "bad_text"         // a text that is no number, or no pattern
	TooLarge       Code = "too_large"        // a list beyond MaxItems or a text beyond MaxText
	TooMuch        Code = "too_much_work"    // more than MaxWork
	WrongType      Code = "wrong_type"       // the environment does not fit what was checked
)

// Failure is why an evaluation has no value.
type Failure struct {
	Code   Code
	Detail string // never holds a value, which may be labelled
	At     string // "line:col", as the Tree says
}

func (f *Failure) Error() string {
	if f.At == "" {
		return fmt.Sprintf("%s (%s)", f.Detail, f.Code)
	}
	return fmt.Sprintf("%s: %s (%s)", f.At, f.Detail, f.Code)
}

func fail(code Code, format string, args ...any) *Failure {
	return &Failure{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// placed gives err as a Failure with its place. Errors of lang/types become
// failures with their code.
func placed(err error, at string) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		if f.At != "" || at == "" {
			return f
		}
		return &Failure{f.Code, f.Detail, at}
	}
	switch {
	case errors.Is(err, types.ErrOverflow):
		return &Failure{Overflow, "the result does not fit a decimal of 34 digits", at}
	case errors.Is(err, types.ErrDivisionByZero):
		return &Failure{DivisionByZero, "division by zero", at}
	case errors.Is(err, types.ErrCurrency):
		return &Failure{CurrencyMix, types.ErrCurrency.Error(), at}
	}
	return &Failure{WrongType, err.Error(), at}
}
