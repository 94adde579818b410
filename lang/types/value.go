package types

import (
	"bytes"
	"fmt"
	"sort"
	"time"
)

// Value is one of:
//
//	nil                an absent optional, or JSON null
//	bool, int64, float64, string, []byte
//	Exact              decimal
//	Amount             money
//	time.Time          timestamp, in UTC
//	time.Duration      duration
//	[]Value            list
//	map[string]Value   record or map; an absent optional field has no key
//
// A value is never changed after it was made: whoever needs another makes a
// copy. Values of type json use nil, bool, int64 (whole numbers that fit),
// Exact (other numbers), string, []Value and map[string]Value.
type Value = any

// Equal says whether a and b are the same value. Decimals and amounts compare
// by value, so 20 EUR equals 20.00 EUR; an int equals the decimal of the same
// value; timestamps compare as instants.
func Equal(a, b Value) bool {
	switch x := a.(type) {
	case nil:
		return b == nil
	case []byte:
		y, ok := b.([]byte)
		return ok && bytes.Equal(x, y)
	case Amount:
		y, ok := b.(Amount)
		return ok && x.Currency == y.Currency && x.Value.Cmp(y.Value) == 0
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Equal(y)
	case []Value:
		y, ok := b.([]Value)
		return ok && equalLists(x, y)
	case map[string]Value:
		y, ok := b.(map[string]Value)
		return ok && equalRecords(x, y)
	case bool, string, time.Duration:
		return a == b
	}
	c, err := Compare(a, b)
	return err == nil && c == 0
}

func equalLists(x, y []Value) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !Equal(x[i], y[i]) {
			return false
		}
	}
	return true
}

// equalRecords treats a missing key and a nil value as the same absence.
func equalRecords(x, y map[string]Value) bool {
	for k, v := range x {
		if !Equal(v, y[k]) {
			return false
		}
	}
	for k, v := range y {
		if v != nil && x[k] == nil {
			return false
		}
	}
	return true
}

// Compare orders two values of one ordered type: -1, 0 or 1. Numbers of
// different types compare by value. Errors: ErrCurrency, or that the two have
// no order.
func Compare(a, b Value) (int, error) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return compareOrdered(x, y), nil
		}
	case time.Duration:
		if y, ok := b.(time.Duration); ok {
			return compareOrdered(x, y), nil
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), nil
		}
	case Amount:
		if y, ok := b.(Amount); ok {
			return x.Cmp(y)
		}
	case int64, float64, Exact:
		return compareNumbers(a, b)
	}
	return 0, fmt.Errorf("%s and %s have no order", Describe(a), Describe(b))
}

func compareNumbers(a, b Value) (int, error) {
	if x, ok := a.(int64); ok {
		if y, ok := b.(int64); ok {
			return compareOrdered(x, y), nil
		}
	}
	x, okX := toExact(a)
	y, okY := toExact(b)
	if okX && okY {
		return x.Cmp(y), nil
	}
	f, okF := toFloat(a)
	g, okG := toFloat(b)
	if okF && okG {
		return compareOrdered(f, g), nil
	}
	return 0, fmt.Errorf("%s and %s have no order", Describe(a), Describe(b))
}

func toExact(v Value) (Exact, bool) {
	switch x := v.(type) {
	case int64:
		return ExactInt(x), true
	case Exact:
		return x, true
	}
	return Exact{}, false
}

func toFloat(v Value) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case int64:
		return float64(x), true
	case Exact:
		return x.Float(), true
	}
	return 0, false
}

func compareOrdered[T int64 | float64 | string | time.Duration](x, y T) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// Describe names the kind of a value for an error message: "a string",
// "money", "null". It never shows the value, which may be labelled.
func Describe(v Value) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a bool"
	case int64:
		return "an int"
	case float64:
		return "a float"
	case Exact:
		return "a decimal"
	case Amount:
		return "money"
	case string:
		return "a string"
	case []byte:
		return "bytes"
	case time.Time:
		return "a timestamp"
	case time.Duration:
		return "a duration"
	case []Value:
		return "a list"
	case map[string]Value:
		return "a record"
	}
	return fmt.Sprintf("a Go %T", v)
}

// Keys are the keys of a record or map, sorted.
func Keys(m map[string]Value) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
