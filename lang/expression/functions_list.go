package expression

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/types"
)

var listFunctions = []Function{
	{Name: "len", Form: "len([T] | map<T> | string | bytes) -> int", Doc: "How many items, entries, code points or bytes there are.", Min: 1, Max: 1, Cost: Linear, shape: true,
		result: func(c *call) types.Type {
			c.kind(0, types.List, types.Map, types.String, types.Bytes, types.JSON)
			return is(types.Int)
		}, make: one(length)},
	{Name: "sum", Form: "sum([T]) -> T", Doc: "The sum of numbers, money or durations. No money at all has no sum, for it has no currency.", Min: 1, Max: 1, Cost: Linear, Fails: []Code{Overflow, CurrencyMix, Empty},
		result: (*call).sum, make: makeSum},
	{Name: "min", Form: "min([T]) -> T? | min(T, T, ...) -> T", Doc: "The least; null of an empty list.", Min: 1, Max: 16, Cost: Linear, Fails: []Code{CurrencyMix},
		result: (*call).extreme, make: makeExtreme(-1)},
	{Name: "max", Form: "max([T]) -> T? | max(T, T, ...) -> T", Doc: "The greatest; null of an empty list.", Min: 1, Max: 16, Cost: Linear, Fails: []Code{CurrencyMix},
		result: (*call).extreme, make: makeExtreme(1)},
	{Name: "map", Form: "map([T], T => U) -> [U]", Doc: "What the lambda gives for each item.", Min: 2, Max: 2, Cost: PerItem, Fails: []Code{TooLarge, TooMuch}, lambda: 1,
		result: func(c *call) types.Type { c.list(0); return types.ListOf(c.body(1)) }, make: looping("map")},
	{Name: "filter", Form: "filter([T], T => bool) -> [T]", Doc: "The items for which the lambda holds.", Min: 2, Max: 2, Cost: PerItem, Fails: []Code{TooLarge, TooMuch}, lambda: 1,
		result: func(c *call) types.Type { c.test(1); return sameList(c) }, make: looping("filter")},
	{Name: "any", Form: "any([T], T => bool) -> bool", Doc: "Whether the lambda holds for an item.", Min: 2, Max: 2, Cost: PerItem, Fails: []Code{TooLarge, TooMuch}, lambda: 1,
		result: func(c *call) types.Type { c.list(0); c.test(1); return is(types.Bool) }, make: looping("any")},
	{Name: "all", Form: "all([T], T => bool) -> bool", Doc: "Whether the lambda holds for every item.", Min: 2, Max: 2, Cost: PerItem, Fails: []Code{TooLarge, TooMuch}, lambda: 1,
		result: func(c *call) types.Type { c.list(0); c.test(1); return is(types.Bool) }, make: looping("all")},
	{Name: "find", Form: "find([T], T => bool) -> T?", Doc: "The first item for which the lambda holds, or null.", Min: 2, Max: 2, Cost: PerItem, Fails: []Code{TooLarge, TooMuch}, lambda: 1,
		result: optionalItem, make: looping("find")},
	{Name: "count", Form: "count([T], T => bool) -> int", Doc: "How many items the lambda holds for.", Min: 2, Max: 2, Cost: PerItem, Fails: []Code{TooLarge, TooMuch}, lambda: 1,
		result: func(c *call) types.Type { c.list(0); c.test(1); return is(types.Int) }, make: looping("count")},
	{Name: "sort_by", Form: "sort_by([T], T => K) -> [T]", Doc: "The items in the order of what the lambda gives; equals keep their order.", Min: 2, Max: 2, Cost: PerItemSorted, Fails: []Code{TooLarge, TooMuch, CurrencyMix}, lambda: 1,
		result: func(c *call) types.Type {
			k := c.body(1)
			c.want(1, ordered(c.u, k) || k.Kind == types.Invalid, "a lambda that gives a number, money, a text, a timestamp or a duration")
			return sameList(c)
		}, make: looping("sort_by")},
	{Name: "group_by", Form: "group_by([T], T => string) -> map<[T]>", Doc: "The items by what the lambda gives.", Min: 2, Max: 2, Cost: PerItem, Fails: []Code{TooLarge, TooMuch}, lambda: 1,
		result: func(c *call) types.Type {
			c.textKey(1)
			return types.MapOf(sameList(c))
		}, make: looping("group_by")},
	{Name: "index_by", Form: "index_by([T], T => string) -> map<T>", Doc: "The items by what the lambda gives, which differs from item to item.", Min: 2, Max: 2, Cost: PerItem, Fails: []Code{DuplicateKey, TooLarge, TooMuch}, lambda: 1,
		result: func(c *call) types.Type {
			c.textKey(1)
			return types.MapOf(c.list(0))
		}, make: looping("index_by")},
	{Name: "first", Form: "first([T]) -> T?", Doc: "The first item, or null.", Min: 1, Max: 1, Cost: Fixed, result: optionalItem, make: one(end(false))},
	{Name: "last", Form: "last([T]) -> T?", Doc: "The last item, or null.", Min: 1, Max: 1, Cost: Fixed, result: optionalItem, make: one(end(true))},
	{Name: "reverse", Form: "reverse([T]) -> [T]", Doc: "The items from the last to the first.", Min: 1, Max: 1, Cost: Linear, result: sameList, make: one(reverse)},
	{Name: "distinct", Form: "distinct([T]) -> [T]", Doc: "Each item once, where it stood first.", Min: 1, Max: 1, Cost: Linear, result: sameList, make: one(distinct)},
	{Name: "keys", Form: "keys(map<T>) -> [string]", Doc: "The keys of a map, sorted.", Min: 1, Max: 1, Cost: Sorted, shape: true,
		result: func(c *call) types.Type {
			_, ok := entries(c.args[0])
			c.want(0, ok, "a map")
			return types.ListOf(is(types.String))
		}, make: one(keys)},
	{Name: "values", Form: "values(map<T>) -> [T]", Doc: "The values of a map, in the order of its keys.", Min: 1, Max: 1, Cost: Sorted,
		result: func(c *call) types.Type {
			elem, ok := entries(c.args[0])
			c.want(0, ok, "a map")
			return types.ListOf(elem)
		}, make: one(values)},
	{Name: "has", Form: "has(map<T>, string) -> bool", Doc: "Whether a map has a key.", Min: 2, Max: 2, Cost: Fixed, shape: true,
		result: func(c *call) types.Type {
			_, ok := entries(c.args[0])
			c.want(0, ok, "a map")
			c.kind(1, types.String)
			return is(types.Bool)
		}, make: two(has)},
}

// textKey wants a lambda that gives what a map can have as a key.
func (c *call) textKey(i int) {
	k := c.body(i)
	c.want(i, isKey(c.u, k) || k.Kind == types.Invalid, "a lambda that gives a string")
}

func isKey(u *types.Universe, t types.Type) bool { return t.Kind == types.String || isEnum(u, t) }

func isEnum(u *types.Universe, t types.Type) bool {
	if t.Kind != types.Named {
		return false
	}
	d := u.Lookup(t.Name)
	return d != nil && d.Kind == types.EnumDefinition
}

func length(v types.Value) (types.Value, error) {
	switch x := v.(type) {
	case []types.Value:
		return int64(len(x)), nil
	case map[string]types.Value:
		return int64(len(x)), nil
	case string:
		return int64(utf8.RuneCountInString(x)), nil
	case []byte:
		return int64(len(x)), nil
	}
	return nil, fail(WrongType, "%s has no length", types.Describe(v))
}

func items(v types.Value) ([]types.Value, error) {
	x, ok := v.([]types.Value)
	if !ok {
		return nil, fail(WrongType, "want a list, not %s", types.Describe(v))
	}
	return x, nil
}

func makeSum(tree *Tree) (runner, error) {
	result := tree.Type
	return runner{one: func(v types.Value) (types.Value, error) {
		list, err := items(v)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			return nothing(result)
		}
		total := list[0]
		for _, item := range list[1:] {
			if total, err = add(total, item); err != nil {
				return nil, err
			}
		}
		return widen(total, result), nil
	}}, nil
}

// nothing is the sum of an empty list.
func nothing(t types.Type) (types.Value, error) {
	switch t.Kind {
	case types.Money:
		return nil, fail(Empty, "the sum of no money at all has no currency")
	case types.Duration:
		return span(0, true)
	}
	return widen(int64(0), t), nil
}

// makeExtreme makes min (sign -1) or max (sign 1).
func makeExtreme(sign int) func(*Tree) (runner, error) {
	return func(tree *Tree) (runner, error) {
		result := tree.Type
		pick := func(list []types.Value) (types.Value, error) {
			if len(list) == 0 {
				return nil, nil
			}
			best := list[0]
			for _, v := range list[1:] {
				c, err := types.Compare(v, best)
				if err != nil {
					return nil, err
				}
				if c == sign {
					best = v
				}
			}
			return widen(best, result), nil
		}
		if len(tree.Args) > 1 {
			return runner{many: pick}, nil
		}
		return runner{one: func(v types.Value) (types.Value, error) {
			list, err := items(v)
			if err != nil {
				return nil, err
			}
			return pick(list)
		}}, nil
	}
}

func end(last bool) operation1 {
	return func(v types.Value) (types.Value, error) {
		list, err := items(v)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		if last {
			return list[len(list)-1], nil
		}
		return list[0], nil
	}
}

func reverse(v types.Value) (types.Value, error) {
	list, err := items(v)
	if err != nil {
		return nil, err
	}
	out := make([]types.Value, len(list))
	for i, item := range list {
		out[len(list)-1-i] = item
	}
	return out, nil
}

// distinct finds equal scalars by their text, which is canonical but for the
// scale of decimals; so it narrows by text of the compared form and asks Equal.
func distinct(v types.Value) (types.Value, error) {
	list, err := items(v)
	if err != nil {
		return nil, err
	}
	out := make([]types.Value, 0, len(list))
	seen := make(map[string][]types.Value, len(list))
next:
	for _, item := range list {
		k := bucket(item)
		for _, other := range seen[k] {
			if types.Equal(item, other) {
				continue next
			}
		}
		seen[k] = append(seen[k], item)
		out = append(out, item)
	}
	return out, nil
}

// bucket is equal for equal values, and rarely equal for others, however they
// nest: with one bucket for all records distinct would compare each with each.
func bucket(v types.Value) string {
	switch x := v.(type) {
	case int64, float64:
		f, _ := floatOf(x)
		return "n" + Text(f+0) // + 0 makes of -0 a 0
	case types.Exact:
		return "n" + Text(x.Float()+0)
	case types.Amount:
		return x.Currency + Text(x.Value.Float()+0)
	case []types.Value:
		var b strings.Builder
		b.WriteByte('[')
		for _, item := range x {
			part(&b, bucket(item))
		}
		return b.String()
	case map[string]types.Value:
		var b strings.Builder
		b.WriteByte('{')
		for _, k := range types.Keys(x) {
			if x[k] != nil { // an absent field has no key, or null
				part(&b, k)
				part(&b, bucket(x[k]))
			}
		}
		return b.String()
	}
	return "t" + Text(v)
}

// part writes a text with its length before it, so that two texts never pass
// for another two.
func part(b *strings.Builder, s string) {
	b.WriteString(strconv.Itoa(len(s)))
	b.WriteByte(' ')
	b.WriteString(s)
}

func mapping(v types.Value) (map[string]types.Value, error) {
	m, ok := v.(map[string]types.Value)
	if !ok {
		return nil, fail(WrongType, "want a map, not %s", types.Describe(v))
	}
	return m, nil
}

func keys(v types.Value) (types.Value, error) {
	m, err := mapping(v)
	if err != nil {
		return nil, err
	}
	out := make([]types.Value, 0, len(m))
	for _, k := range types.Keys(m) {
		out = append(out, k)
	}
	return out, nil
}

func values(v types.Value) (types.Value, error) {
	m, err := mapping(v)
	if err != nil {
		return nil, err
	}
	out := make([]types.Value, 0, len(m))
	for _, k := range types.Keys(m) {
		out = append(out, m[k])
	}
	return out, nil
}

func has(v, key types.Value) (types.Value, error) {
	m, err := mapping(v)
	if err != nil {
		return nil, err
	}
	k, ok := key.(string)
	if !ok {
		return nil, wrong(v, key, "has")
	}
	_, found := m[k]
	return found, nil
}

func groupBy(list, by types.Value) (types.Value, error) {
	groups := map[string][]types.Value{}
	err := byKey(list, by, func(k string, item types.Value) error {
		groups[k] = append(groups[k], item)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := make(map[string]types.Value, len(groups))
	for k, group := range groups {
		out[k] = group
	}
	return out, nil
}

func indexBy(list, by types.Value) (types.Value, error) {
	out := map[string]types.Value{}
	if err := byKey(list, by, onlyOnce(out)); err != nil {
		return nil, err
	}
	return out, nil
}

// onlyOnce puts entries into a map and fails where one is there already: which of
// two items was meant is not for a function to guess.
func onlyOnce(out map[string]types.Value) func(k string, v types.Value) error {
	return func(k string, v types.Value) error {
		if _, twice := out[k]; twice {
			return fail(DuplicateKey, "two entries have the same key")
		}
		out[k] = v
		return nil
	}
}

// byKey gives the items of a list with their keys, which stand in another list.
func byKey(list, by types.Value, each func(k string, item types.Value) error) error {
	all, err := items(list)
	if err != nil {
		return err
	}
	keys, err := items(by)
	if err != nil {
		return err
	}
	for i, item := range all {
		k, ok := keys[i].(string)
		if !ok {
			return fail(WrongType, "%s is no key of a map", types.Describe(keys[i]))
		}
		if err := each(k, item); err != nil {
			return err
		}
	}
	return nil
}
