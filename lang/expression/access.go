package expression

import (
	"strings"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/types"
)

func tooMany() error { return fail(TooLarge, "a list of more than %d items", MaxItems) }
func tooLong() error { return fail(TooLarge, "a text of more than %d bytes", MaxText) }

// admitsNull says whether a value of the type may be null.
func admitsNull(t types.Type) bool {
	switch t.Kind {
	case types.Optional, types.JSON, types.Null, types.Void, types.Invalid:
		return true
	}
	return false
}

// field reads a field. Where soft, an absent record gives null, and so does a
// missing field.
func field(name string, soft, nullable bool) operation1 {
	return func(v types.Value) (types.Value, error) {
		m, ok := v.(map[string]types.Value)
		if !ok {
			if v == nil && soft {
				return nil, nil
			}
			return nil, noRecord(v, name)
		}
		f, ok := m[name]
		if f == nil && !nullable && !soft && !ok {
			return nil, fail(MissingKey, "there is no %s", name)
		}
		return f, nil
	}
}

func noRecord(v types.Value, name string) error {
	if v == nil {
		return fail(MissingKey, "there is no record to read %s from", name)
	}
	return fail(WrongType, "%s has no field %s", types.Describe(v), name)
}

// index reads a list by position or a map by key. Where soft, what is not there
// is null.
func index(soft bool) operation2 {
	return func(v, at types.Value) (types.Value, error) {
		found, err := lookUp(v, at)
		if err == nil || !soft {
			return found, err
		}
		if f, ok := err.(*Failure); ok && (f.Code == MissingKey || f.Code == OutOfRange) {
			return nil, nil
		}
		return nil, err
	}
}

func lookUp(v, at types.Value) (types.Value, error) {
	switch x := v.(type) {
	case []types.Value:
		i, ok := at.(int64)
		if !ok {
			return nil, wrong(v, at, "[]")
		}
		if i < 0 || i >= int64(len(x)) {
			return nil, fail(OutOfRange, "index %d of a list of %d items", i, len(x))
		}
		return x[i], nil
	case map[string]types.Value:
		k, ok := at.(string)
		if !ok {
			return nil, wrong(v, at, "[]")
		}
		item, ok := x[k]
		if !ok {
			return nil, fail(MissingKey, "the map does not have the key")
		}
		return item, nil
	case nil:
		return nil, fail(MissingKey, "there is no list or map to read from")
	}
	return nil, wrong(v, at, "[]")
}

// slice cuts a list or a text, in code points. A null bound is the end of it.
func slice(args []types.Value) (types.Value, error) {
	switch x := args[0].(type) {
	case []types.Value:
		from, to, err := bounds(args, len(x))
		if err != nil {
			return nil, err
		}
		return x[from:to:to], nil
	case string:
		from, to, err := bounds(args, utf8.RuneCountInString(x))
		if err != nil {
			return nil, err
		}
		start := byteOffset(x, from)
		return x[start : start+byteOffset(x[start:], to-from)], nil
	}
	return nil, fail(WrongType, "%s cannot be cut", types.Describe(args[0]))
}

func bounds(args []types.Value, length int) (from, to int, err error) {
	start, end := int64(0), int64(length)
	for i, bound := range []*int64{&start, &end} {
		switch n := args[i+1].(type) {
		case int64:
			*bound = n
		case nil:
		default:
			return 0, 0, fail(WrongType, "%s is no bound of a slice", types.Describe(n))
		}
	}
	if start < 0 || end > int64(length) || start > end {
		return 0, 0, fail(OutOfRange, "slice %d to %d of %d", start, end, length)
	}
	return int(start), int(end), nil
}

// byteOffset is where code point n of s begins.
func byteOffset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// among is the operator in.
func among(v, where types.Value) (types.Value, error) {
	switch x := where.(type) {
	case []types.Value:
		for _, item := range x {
			if types.Equal(v, item) {
				return true, nil
			}
		}
		return false, nil
	case map[string]types.Value:
		if k, ok := v.(string); ok {
			_, found := x[k]
			return found, nil
		}
	case string:
		if part, ok := v.(string); ok {
			return strings.Contains(x, part), nil
		}
	}
	return nil, wrong(v, where, "in")
}

// between is in with a range to its right, which is never built.
func between(args []types.Value) (types.Value, error) {
	low, err := types.Compare(args[0], args[1])
	if err != nil {
		return nil, err
	}
	high, err := types.Compare(args[0], args[2])
	if err != nil {
		return nil, err
	}
	return low >= 0 && high <= 0, nil
}

// numbers builds a range, both ends included.
func numbers(a, b types.Value) (types.Value, error) {
	from, ok := a.(int64)
	to, okTo := b.(int64)
	if !ok || !okTo {
		return nil, wrong(a, b, "..")
	}
	if from > to {
		return []types.Value{}, nil
	}
	// The distance of two ints may not fit an int, but fits an unsigned one.
	if uint64(to)-uint64(from) >= MaxItems {
		return nil, tooMany()
	}
	list := make([]types.Value, 0, to-from+1)
	for n := from; ; n++ {
		list = append(list, n)
		if n == to {
			return list, nil
		}
	}
}

// record builds a record. A null whose field is optional leaves no key.
func record(keys []string, optional []bool) operation {
	return func(args []types.Value) (types.Value, error) {
		m := make(map[string]types.Value, len(keys))
		for i, k := range keys {
			if args[i] != nil || !optional[i] {
				m[k] = args[i]
			}
		}
		return m, nil
	}
}

func list(args []types.Value) (types.Value, error) {
	return append(make([]types.Value, 0, len(args)), args...), nil
}

func equal(a, b types.Value) (types.Value, error) { return types.Equal(a, b), nil }

func unequal(a, b types.Value) (types.Value, error) { return !types.Equal(a, b), nil }

// ordering makes a comparison of what Compare says.
func ordering(holds func(int) bool) operation2 {
	return func(a, b types.Value) (types.Value, error) {
		if x, ok := a.(int64); ok {
			if y, ok := b.(int64); ok {
				switch {
				case x < y:
					return holds(-1), nil
				case x > y:
					return holds(1), nil
				}
				return holds(0), nil
			}
		}
		c, err := types.Compare(a, b)
		if err != nil {
			return nil, err
		}
		return holds(c), nil
	}
}

func less(c int) bool      { return c < 0 }
func lessEqual(c int) bool { return c <= 0 }
func more(c int) bool      { return c > 0 }
func moreEqual(c int) bool { return c >= 0 }

func not(a types.Value) (types.Value, error) {
	b, ok := a.(bool)
	if !ok {
		return nil, fail(WrongType, "! has no meaning for %s", types.Describe(a))
	}
	return !b, nil
}
