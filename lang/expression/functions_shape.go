package expression

import (
	"sort"

	"github.com/cob-lang/cob/lang/types"
)

// shapeFunctions make lists and maps of others.
var shapeFunctions = []Function{
	{Name: "flatten", Form: "flatten([[T]]) -> [T]", Doc: "The items of all lists in a list, one list after the other.", Min: 1, Max: 1,
		Cost: Linear, Fails: []Code{TooLarge},
		result: func(c *call) types.Type {
			elem, ok := elements(c.list(0))
			c.want(0, ok, "a list of lists")
			return types.ListOf(elem)
		}, make: one(flatten)},
	{Name: "zip", Form: "zip([T], [U]) -> [{ first: T, second: U }]", Doc: "The items of both lists in pairs, as many as the shorter has.", Min: 2, Max: 2,
		Cost: Linear,
		result: func(c *call) types.Type {
			first, second := c.list(0), c.list(1)
			return types.ListOf(types.RecordOf(types.Field{Name: "first", Type: first}, types.Field{Name: "second", Type: second}))
		}, make: two(zip)},
	{Name: "range", Form: "range(int, int) -> [int]", Doc: "The whole numbers from the first to the second, both included; none where the second is less.", Min: 2, Max: 2,
		Cost: Result, Fails: []Code{TooLarge},
		result: func(c *call) types.Type {
			c.kind(0, types.Int)
			c.kind(1, types.Int)
			return types.ListOf(is(types.Int))
		}, make: two(numbers)},
	{Name: "sort", Form: "sort([T]) -> [T]", Doc: "The items in their order; equals keep theirs.", Min: 1, Max: 1,
		Cost: Sorted, Fails: []Code{CurrencyMix},
		result: func(c *call) types.Type {
			elem := c.list(0)
			c.want(0, ordered(c.u, elem) || elem.Kind == types.Invalid, "a list of numbers, money, texts, timestamps or durations")
			return types.ListOf(elem)
		}, make: one(func(v types.Value) (types.Value, error) { return sortBy(v, v) })},
	{Name: "take", Form: "take([T], int) -> [T]", Doc: "The first items, as many as the second says or as there are.", Min: 2, Max: 2,
		Cost: Fixed, Fails: []Code{OutOfRange}, result: listAndCount, make: two(cut(true))},
	{Name: "skip", Form: "skip([T], int) -> [T]", Doc: "The items without the first ones, as many as the second says.", Min: 2, Max: 2,
		Cost: Fixed, Fails: []Code{OutOfRange}, result: listAndCount, make: two(cut(false))},
	{Name: "index_of", Form: "index_of([T], T) -> int?", Doc: "Where the second stands first in the list, or null.", Min: 2, Max: 2,
		Cost: Linear,
		result: func(c *call) types.Type {
			elem := c.list(0)
			_, ok := Operator(c.u, Eq, c.args[1], elem)
			c.want(1, ok, elem.String())
			return types.OptionalOf(is(types.Int))
		}, make: two(indexOf)},
	{Name: "entries", Form: "entries(map<T>) -> [{ key: string, value: T }]", Doc: "The keys of a map with their values, in the order of the keys.", Min: 1, Max: 1,
		Cost: Sorted,
		result: func(c *call) types.Type {
			elem := c.mapping(0)
			return types.ListOf(types.RecordOf(types.Field{Name: "key", Type: is(types.String)}, types.Field{Name: "value", Type: elem}))
		}, make: one(entriesOf)},
	{Name: "from_entries", Form: "from_entries([{ key: string, value: T }]) -> map<T>", Doc: "The map with these entries, whose keys differ.", Min: 1, Max: 1,
		Cost: Linear, Fails: []Code{DuplicateKey, TooLarge},
		result: func(c *call) types.Type { return types.MapOf(c.entry(c.list(0))) }, make: one(fromEntries)},
	{Name: "merge", Form: "merge(map<T>, map<T>) -> map<T>", Doc: "The entries of both maps; those of the second where both have a key.", Min: 2, Max: 2,
		Cost: Linear, Fails: []Code{TooLarge},
		result: func(c *call) types.Type {
			first, second := c.mapping(0), c.mapping(1)
			if c.u.Assignable(first, second) {
				return types.MapOf(second)
			}
			c.want(1, c.u.Assignable(second, first), c.args[0].String())
			return types.MapOf(first)
		}, make: two(merge)},
}

// mapping wants a map and gives its values' type.
func (c *call) mapping(i int) types.Type {
	elem, ok := entries(c.args[i])
	c.want(i, ok, "a map")
	return elem
}

// entry is the type of the value in one item of from_entries.
func (c *call) entry(item types.Type) types.Type {
	if item.Kind == types.JSON || item.Kind == types.Invalid {
		return item
	}
	var value *types.Type
	keyed := false
	fields, _ := c.u.FieldsOf(item)
	for i, f := range fields {
		switch f.Name {
		case "key":
			keyed = isKey(c.u, f.Type) || f.Type.Kind == types.Invalid
		case "value":
			value = &fields[i].Type
		}
	}
	c.want(0, keyed && value != nil, "a list of records with a key, which is a string, and a value")
	if value == nil {
		return types.Type{}
	}
	return *value
}

func listAndCount(c *call) types.Type {
	c.kind(1, types.Int)
	return sameList(c)
}

func flatten(v types.Value) (types.Value, error) {
	lists, err := items(v)
	if err != nil {
		return nil, err
	}
	out := []types.Value{}
	for _, l := range lists {
		list, err := items(l)
		if err != nil {
			return nil, err
		}
		if len(out)+len(list) > MaxItems {
			return nil, tooMany()
		}
		out = append(out, list...)
	}
	return out, nil
}

func zip(a, b types.Value) (types.Value, error) {
	first, err := items(a)
	if err != nil {
		return nil, err
	}
	second, err := items(b)
	if err != nil {
		return nil, err
	}
	out := make([]types.Value, min(len(first), len(second)))
	for i := range out {
		out[i] = map[string]types.Value{"first": first[i], "second": second[i]}
	}
	return out, nil
}

// cut makes take (what is before the place) or skip (what is behind it).
func cut(before bool) operation2 {
	return func(v, n types.Value) (types.Value, error) {
		list, err := items(v)
		if err != nil {
			return nil, err
		}
		count, ok := n.(int64)
		if !ok {
			return nil, noNumber(n)
		}
		if count < 0 {
			return nil, fail(OutOfRange, "fewer than no items")
		}
		at := int(min(count, int64(len(list))))
		if before {
			return list[:at:at], nil
		}
		return list[at:], nil
	}
}

func indexOf(v, item types.Value) (types.Value, error) {
	list, err := items(v)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if types.Equal(list[i], item) {
			return int64(i), nil
		}
	}
	return nil, nil
}

func entriesOf(v types.Value) (types.Value, error) {
	m, err := mapping(v)
	if err != nil {
		return nil, err
	}
	out := make([]types.Value, 0, len(m))
	for _, k := range types.Keys(m) {
		out = append(out, map[string]types.Value{"key": k, "value": m[k]})
	}
	return out, nil
}

func fromEntries(v types.Value) (types.Value, error) {
	list, err := items(v)
	if err != nil {
		return nil, err
	}
	if len(list) > MaxItems {
		return nil, tooMany()
	}
	out := make(map[string]types.Value, len(list))
	add := onlyOnce(out)
	for _, item := range list {
		entry, err := mapping(item)
		if err != nil {
			return nil, err
		}
		k, ok := entry["key"].(string)
		if !ok {
			return nil, fail(WrongType, "%s is no key of a map", types.Describe(entry["key"]))
		}
		if err := add(k, entry["value"]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func merge(a, b types.Value) (types.Value, error) {
	first, err := mapping(a)
	if err != nil {
		return nil, err
	}
	second, err := mapping(b)
	if err != nil {
		return nil, err
	}
	out := make(map[string]types.Value, len(first)+len(second))
	for _, m := range []map[string]types.Value{first, second} {
		for k, v := range m {
			out[k] = v
		}
	}
	if len(out) > MaxItems {
		return nil, tooMany()
	}
	return out, nil
}

// sortBy sorts list by keys, one for each item.
func sortBy(list, by types.Value) (types.Value, error) {
	all, err := items(list)
	if err != nil {
		return nil, err
	}
	keys, err := items(by)
	if err != nil {
		return nil, err
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool {
		c, wrong := types.Compare(keys[order[i]], keys[order[j]])
		if wrong != nil && err == nil {
			err = wrong
		}
		return c < 0
	})
	if err != nil {
		return nil, err
	}
	out := make([]types.Value, len(all))
	for i, at := range order {
		out[i] = all[at]
	}
	return out, nil
}
