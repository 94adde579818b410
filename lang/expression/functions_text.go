package expression

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/types"
)

// MaxPattern bounds the bytes of a pattern of matches.
const MaxPattern = 1000

var textFunctions = []Function{
	{Name: "join", Form: "join([string], string) -> string", Doc: "The texts with the second between them.", Min: 2, Max: 2, Cost: Linear, Fails: []Code{TooLarge},
		result: func(c *call) types.Type {
			elem := c.list(0)
			c.want(0, elem.Kind == types.String || elem.Kind == types.JSON || elem.Kind == types.Invalid, "a list of strings")
			c.kind(1, types.String)
			return is(types.String)
		}, make: two(join)},
	{Name: "split", Form: "split(string, string) -> [string]", Doc: "The parts between each occurrence of the second; its code points where that is empty.", Min: 2, Max: 2, Cost: Linear, Fails: []Code{TooLarge},
		result: func(c *call) types.Type { texts(types.String)(c); return types.ListOf(is(types.String)) }, make: strings2(split)},
	{Name: "upper", Form: "upper(string) -> string", Doc: "In capital letters.", Min: 1, Max: 1, Cost: Linear, Fails: []Code{TooLarge}, result: texts(types.String), make: strings1(strings.ToUpper)},
	{Name: "lower", Form: "lower(string) -> string", Doc: "In small letters.", Min: 1, Max: 1, Cost: Linear, Fails: []Code{TooLarge}, result: texts(types.String), make: strings1(strings.ToLower)},
	{Name: "trim", Form: "trim(string) -> string", Doc: "Without white space at both ends.", Min: 1, Max: 1, Cost: Linear, result: texts(types.String), make: strings1(strings.TrimSpace)},
	{Name: "contains", Form: "contains(string, string) -> bool | contains([T], T) -> bool", Doc: "Whether the first holds the second.", Min: 2, Max: 2, Cost: Linear,
		result: (*call).contains, make: two(func(where, v types.Value) (types.Value, error) { return among(v, where) })},
	{Name: "starts_with", Form: "starts_with(string, string) -> bool", Doc: "Whether the first begins with the second.", Min: 2, Max: 2, Cost: Linear,
		result: texts(types.Bool), make: strings2(predicate(strings.HasPrefix))},
	{Name: "ends_with", Form: "ends_with(string, string) -> bool", Doc: "Whether the first ends with the second.", Min: 2, Max: 2, Cost: Linear,
		result: texts(types.Bool), make: strings2(predicate(strings.HasSuffix))},
	{Name: "replace", Form: "replace(string, string, string) -> string", Doc: "The first with every occurrence of the second replaced by the third.", Min: 3, Max: 3, Cost: Linear, Fails: []Code{TooLarge},
		result: texts(types.String), make: many(replace)},
	{Name: "matches", Form: "matches(string, string) -> bool", Doc: "Whether the pattern (RE2) is found in the text; ^ and $ tie it to the ends.", Min: 2, Max: 2, Cost: Pattern, Fails: []Code{BadText},
		result: texts(types.Bool), make: makeMatches},
	{Name: "string", Form: "string(T) -> string", Doc: "A value as text.", Min: 1, Max: 1, Cost: Sorted, Fails: []Code{TooLarge},
		result: func(*call) types.Type { return is(types.String) },
		make: one(func(v types.Value) (types.Value, error) {
			s := Text(v)
			if len(s) > MaxText {
				return nil, tooLong()
			}
			return s, nil
		})},
}

func text(v types.Value) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", fail(WrongType, "want a string, not %s", types.Describe(v))
	}
	return s, nil
}

func strings1(f func(string) string) func(*Tree) (runner, error) {
	return one(func(v types.Value) (types.Value, error) {
		s, err := text(v)
		if err != nil {
			return nil, err
		}
		// Some letters grow when they change case.
		if s = f(s); len(s) > MaxText {
			return nil, tooLong()
		}
		return s, nil
	})
}

func strings2(f func(a, b string) (types.Value, error)) func(*Tree) (runner, error) {
	return two(func(a, b types.Value) (types.Value, error) {
		s, err := text(a)
		if err != nil {
			return nil, err
		}
		t, err := text(b)
		if err != nil {
			return nil, err
		}
		return f(s, t)
	})
}

func predicate(f func(a, b string) bool) func(a, b string) (types.Value, error) {
	return func(a, b string) (types.Value, error) { return f(a, b), nil }
}

func split(s, by string) (types.Value, error) {
	n := utf8.RuneCountInString(s)
	if by != "" {
		n = strings.Count(s, by) + 1
	}
	if n > MaxItems {
		return nil, tooMany()
	}
	out := make([]types.Value, 0, n)
	for _, part := range strings.Split(s, by) {
		out = append(out, part)
	}
	return out, nil
}

func join(list, between types.Value) (types.Value, error) {
	all, err := items(list)
	if err != nil {
		return nil, err
	}
	sep, err := text(between)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for i, item := range all {
		s, err := text(item)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteString(sep)
		}
		if b.Len()+len(s)+len(sep) > MaxText+len(sep) {
			return nil, tooLong()
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

func replace(args []types.Value) (types.Value, error) {
	var parts [3]string
	for i := range parts {
		s, err := text(args[i])
		if err != nil {
			return nil, err
		}
		parts[i] = s
	}
	n := strings.Count(parts[0], parts[1])
	if len(parts[0])+n*(len(parts[2])-len(parts[1])) > MaxText {
		return nil, tooLong()
	}
	return strings.ReplaceAll(parts[0], parts[1], parts[2]), nil
}

// makeMatches reads a literal pattern once, when the tree is compiled, so that a
// bad one is refused before anything runs.
func makeMatches(tree *Tree) (runner, error) {
	if p := &tree.Args[1]; p.Op == Literal {
		re, err := pattern(p.Text)
		if err != nil {
			return runner{}, err
		}
		return runner{two: func(v, _ types.Value) (types.Value, error) {
			s, err := text(v)
			if err != nil {
				return nil, err
			}
			return re.MatchString(s), nil
		}}, nil
	}
	return strings2(func(s, p string) (types.Value, error) {
		re, err := pattern(p)
		if err != nil {
			return nil, err
		}
		return re.MatchString(s), nil
	})(tree)
}

func pattern(p string) (*regexp.Regexp, error) {
	if len(p) > MaxPattern {
		return nil, fail(BadText, "a pattern of %d bytes; at most %d", len(p), MaxPattern)
	}
	re, err := regexp.Compile(p)
	if err != nil {
		return nil, fail(BadText, "no RE2 pattern: %v", err)
	}
	return re, nil
}
