package contract

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// constraint is one condition of a field: as a tree and as an author would write
// it.
type constraint struct {
	tree expression.Tree
	text string
}

var boolType = types.Of(types.Bool)

func node2(op expression.Op, t types.Type, a, b expression.Tree) expression.Tree {
	return expression.Tree{Op: op, Type: t, Args: []expression.Tree{a, b}}
}

func literal(t types.Type, text string) expression.Tree {
	return expression.Tree{Op: expression.Literal, Type: t, Text: text}
}

// refine keeps the constraints of a schema as the refinement of a field of the
// type of; bare is the field's type as far as it is there. It says whether there
// is one.
func (r *reader) refine(of string, f types.Field, bare types.Type, said []*node) bool {
	if bare.Kind == types.Optional {
		bare = *bare.Elem
	}
	self := expression.Tree{Op: expression.Var, Type: bare, Name: f.Name}
	var all []constraint
	for _, n := range said {
		all = append(all, r.constraints(n, self)...)
	}
	return r.keep(of, f, bare, all)
}

// constraints are those of one schema.
func (r *reader) constraints(n *node, self expression.Tree) []constraint {
	if !r.possible(n) {
		return nil
	}
	switch self.Type.Kind {
	case types.Int, types.Decimal, types.Float:
		return append(r.numbers(n, self), r.listed(n, self)...)
	case types.String:
		all := append(r.lengths(n, self, "minLength", "maxLength"), r.pattern(n, self)...)
		return append(all, r.listed(n, self)...)
	case types.Bool:
		return r.listed(n, self)
	case types.List:
		return r.lengths(n, self, "minItems", "maxItems")
	case types.Map:
		return r.lengths(n, self, "minProperties", "maxProperties")
	case types.JSON:
		r.untold(n)
	}
	return nil
}

// untold tells of the constraints of a schema that does not say of what type its values are.
func (r *reader) untold(n *node) {
	if names := typeNames(n); len(names) > 1 {
		return // that it is json has been told
	} else if len(names) == 1 {
		if v := cmp.Or(n.get("enum"), n.get("const")); v != nil {
			r.lost(v, "that this is one of the values that are listed is not checked here")
		}
		return
	}
	for _, key := range slices.Concat(slices.Sorted(maps.Keys(lengths)), []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "pattern", "enum", "const"}) {
		if v := n.get(key); v != nil {
			r.lost(v, "%s is not checked here, because nothing says what type the value has", key)
			return
		}
	}
}

func (r *reader) keep(of string, f types.Field, bare types.Type, all []constraint) bool {
	if len(all) == 0 {
		return false
	}
	test, shown := all[0].tree, all[0].text
	for _, c := range all[1:] {
		test, shown = node2(expression.And, boolType, test, c.tree), shown+" && "+c.text
	}
	if f.Type.Kind == types.Optional {
		absent := node2(expression.Eq, boolType, expression.Tree{Op: expression.Var, Type: types.OptionalOf(bare), Name: f.Name},
			literal(types.Of(types.Null), "null"))
		test = node2(expression.Or, boolType, absent, test)
	}
	r.Refinements = append(r.Refinements, expression.Refinement{Type: of, Field: f.Name, Test: test, Text: shown})
	return true
}

// bound is the number that a constraint gives, in the form of a literal of the
// type; ok is false where there is none.
func (r *reader) bound(n *node, key string, t types.Type) (string, bool) {
	v := n.get(key)
	if v == nil || v.shape != number {
		return "", false
	}
	if strings.HasPrefix(v.text, "-") && lengths[key] {
		r.left(v.at(), "%s is %s, and nothing is shorter than 0: the bound is left out", key, v.text)
		return "", false
	}
	x, err := types.ParseExact(v.text)
	if err != nil {
		r.left(v.at(), "%s is no number that COB can hold: the bound is left out", v.text)
		return "", false
	}
	limit, ok := numeralOf(x, t)
	if !ok {
		r.left(v.at(), "%s is no whole number of 64 bits: the bound is left out", v.text)
	}
	return limit, ok
}

// numeral is a number of a document in the form of a literal of a type; ok is false where it is none.
func numeral(v *node, t types.Type) (string, bool) {
	if v.shape != number {
		return "", false
	}
	x, err := types.ParseExact(v.text)
	if err != nil {
		return "", false
	}
	return numeralOf(x, t)
}

func numeralOf(x types.Exact, t types.Type) (string, bool) {
	switch t.Kind {
	case types.Int:
		i, whole := x.Int()
		return strconv.FormatInt(i, 10), whole
	case types.Float:
		return strconv.FormatFloat(x.Float(), 'g', -1, 64), true
	}
	return x.String(), true
}

// lengths are the bounds of how long something is.
var lengths = map[string]bool{"minLength": true, "maxLength": true, "minItems": true, "maxItems": true, "minProperties": true, "maxProperties": true}

// opposed are the bounds that exclude each other where the first is above the second.
var opposed = [][2]string{{"minimum", "maximum"}, {"minLength", "maxLength"}, {"minItems", "maxItems"}, {"minProperties", "maxProperties"}}

// possible tells of bounds between which there is nothing.
func (r *reader) possible(n *node) bool {
	for _, pair := range opposed {
		low, high := n.get(pair[0]), n.get(pair[1])
		if low == nil || high == nil || low.shape != number || high.shape != number {
			continue
		}
		x, errLow := types.ParseExact(low.text)
		y, errHigh := types.ParseExact(high.text)
		if errLow == nil && errHigh == nil && x.Cmp(y) > 0 {
			r.left(low.at(), "%s is %s and %s is %s, so no value fits: the bounds are left out", pair[0], low.text, pair[1], high.text)
			return false
		}
	}
	return true
}

var comparisons = []struct {
	key, symbol string
	op          expression.Op
}{{"minimum", ">=", expression.Ge}, {"exclusiveMinimum", ">", expression.Gt}, {"maximum", "<=", expression.Le}, {"exclusiveMaximum", "<", expression.Lt}}

func (r *reader) numbers(n *node, self expression.Tree) []constraint {
	var out []constraint
	for _, c := range comparisons {
		limit, ok := r.bound(n, c.key, self.Type)
		if !ok {
			continue
		}
		op, symbol := c.op, c.symbol
		// In OpenAPI 3.0 the exclusive ones are booleans beside the others.
		if c.key == "minimum" && n.get("exclusiveMinimum").isTrue() {
			op, symbol = expression.Gt, ">"
		}
		if c.key == "maximum" && n.get("exclusiveMaximum").isTrue() {
			op, symbol = expression.Lt, "<"
		}
		out = append(out, constraint{node2(op, boolType, self, literal(self.Type, limit)), self.Name + " " + symbol + " " + limit})
	}
	if step := n.get("multipleOf"); step != nil && self.Type.Kind != types.Int {
		r.lost(step, "that this is a multiple of %s is not checked here", step.text)
		return out
	}
	if step, ok := r.bound(n, "multipleOf", self.Type); ok && step != "0" && step != "1" {
		rem := node2(expression.Rem, self.Type, self, literal(self.Type, step))
		out = append(out, constraint{node2(expression.Eq, boolType, rem, literal(self.Type, "0")), self.Name + " % " + step + " == 0"})
	}
	return out
}

// lengths are the bounds of how long a value is.
func (r *reader) lengths(n *node, self expression.Tree, least, most string) []constraint {
	intType := types.Of(types.Int)
	low, hasLow := r.bound(n, least, intType)
	high, hasHigh := r.bound(n, most, intType)
	size := expression.Tree{Op: expression.Call, Type: intType, Name: "len", Args: []expression.Tree{self}}
	shown := "len(" + self.Name + ")"
	switch {
	case hasLow && low != "0" && hasHigh:
		between := node2(expression.Range, types.ListOf(intType), literal(intType, low), literal(intType, high))
		return []constraint{{node2(expression.In, boolType, size, between), fmt.Sprintf("%s in %s..%s", shown, low, high)}}
	case hasHigh:
		return []constraint{{node2(expression.Le, boolType, size, literal(intType, high)), shown + " <= " + high}}
	case hasLow && low != "0":
		return []constraint{{node2(expression.Ge, boolType, size, literal(intType, low)), shown + " >= " + low}}
	}
	return nil
}

func (r *reader) pattern(n *node, self expression.Tree) []constraint {
	p := n.get("pattern")
	if p == nil || p.shape != text {
		return nil
	}
	if _, err := regexp.Compile(p.text); err != nil || len(p.text) > expression.MaxPattern {
		r.lost(p, "the pattern is none of RE2, so it is not checked here")
		return nil
	}
	t := types.Of(types.String)
	call := expression.Tree{Op: expression.Call, Type: boolType, Name: "matches", Args: []expression.Tree{self, literal(t, p.text)}}
	return []constraint{{call, "matches(" + self.Name + ", " + strconv.Quote(p.text) + ")"}}
}
