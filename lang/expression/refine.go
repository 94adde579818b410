package expression

import (
	"fmt"
	"strconv"

	"github.com/cob-lang/cob/lang/types"
)

// Refinement is a condition after where. Its test reads one variable: the name of
// the field, or the word value where it stands behind a type that is no record.
type Refinement struct {
	// Type is the qualified name of what has the field: a record, fault, event or
	// union, or a process for its parameters. A channel or an operation
	// ("orders.payments.charge") has none: its messages or results are meant. What
	// stands behind the name of an operation with Takes are its parameters, behind that of
	// a receive with Brings its messages.
	Type  string `json:"type"`
	Field string `json:"field,omitempty"`
	// Within leads from the field to the values that are tested: "[]" to the items
	// of a list, "{}" to the values of a map, ".name" to a field.
	Within []string `json:"within,omitempty"`
	Test   Tree     `json:"test"`
	Text   string   `json:"text"` // as the author wrote it, for messages
}

// Takes stands behind the name of an operation whose parameters a refinement is about:
// "orders.payments.charge()".
const Takes = "()"

// Brings stands behind the name of what an endpoint receives whose messages a refinement
// is about: an operation may have the same name.
const Brings = "<-"

// EachItem and EachValue are the steps of Within that lead to many values.
const (
	EachItem  = "[]"
	EachValue = "{}"
)

// Checker checks refinements in values. It is never changed after NewChecker.
type Checker struct {
	guards map[string][]guard // by qualified type
	// touches says which named types contain a refinement, in themselves or
	// below; the others are never walked.
	touches map[string]bool
	// inner are the fields of a named type that have to be walked.
	inner map[string][]types.Field
}

type guard struct {
	field    string
	wire     string
	within   []string
	variable string
	// nulls says that null is a value to test, and not an absence.
	nulls bool
	text  string
	test  *Program
}

// NewChecker compiles refinements. Errors: *CompileError, wrapped with the type
// and field.
func NewChecker(u *types.Universe, refinements []Refinement) (*Checker, error) {
	c := &Checker{guards: map[string][]guard{}, touches: map[string]bool{}, inner: map[string][]types.Field{}}
	for _, r := range refinements {
		p, err := Compile(r.Test, u)
		if err != nil {
			return nil, fmt.Errorf("the refinement of %s.%s: %w", r.Type, r.Field, err)
		}
		g := guard{field: r.Field, wire: r.Field, within: r.Within, text: r.Text, test: p}
		r.Test.Walk(func(n *Tree) bool {
			if n.Op == Var && len(p.Reads()) == 1 && n.Name == p.Reads()[0] {
				g.variable, g.nulls = n.Name, n.Type.Kind == types.JSON
			}
			return true
		})
		if d := u.Lookup(r.Type); d != nil {
			if f, ok := d.Field(r.Field); ok {
				g.wire = f.WireName()
			}
		}
		c.guards[r.Type] = append(c.guards[r.Type], g)
	}
	for grown := true; grown; {
		grown = false
		for _, name := range u.Names() {
			if !c.touches[name] && (len(c.guards[name]) > 0 || c.below(u.Lookup(name).Fields)) {
				c.touches[name], grown = true, true
			}
		}
	}
	for name := range c.touches {
		for _, f := range u.Lookup(name).Fields {
			if c.touched(f.Type) {
				c.inner[name] = append(c.inner[name], f)
			}
		}
	}
	return c, nil
}

func (c *Checker) below(fields []types.Field) bool {
	for i := range fields {
		if c.touched(fields[i].Type) {
			return true
		}
	}
	return false
}

// touched says whether values of t can break a refinement.
func (c *Checker) touched(t types.Type) bool {
	switch t.Kind {
	case types.Named:
		return c.touches[t.Name]
	case types.List, types.Map, types.Optional:
		return c.touched(*t.Elem)
	case types.Record:
		return c.below(t.Fields)
	}
	return false
}

// Check walks v, which fits type t, and gives the places where a refinement does
// not hold, at most types.MaxProblems of them. A test that fails to give an
// answer (an overflow) does not hold.
func (c *Checker) Check(v types.Value, t types.Type) types.Problems {
	if !c.touched(t) {
		return nil
	}
	var found types.Problems
	c.walk(v, t, "", &found)
	return found
}

// CheckAs checks v, of type t, as what a process, a channel or an operation takes
// or gives: by the refinements that it has itself, and those of its parts.
func (c *Checker) CheckAs(owner string, v types.Value, t types.Type) types.Problems {
	found := types.Problems{}
	c.guarded(owner, v, "", &found)
	c.walk(v, t, "", &found)
	if len(found) == 0 {
		return nil
	}
	return found
}

func (c *Checker) walk(v types.Value, t types.Type, path string, found *types.Problems) {
	if v == nil || len(*found) >= types.MaxProblems || !c.touched(t) {
		return
	}
	switch t.Kind {
	case types.Optional:
		c.walk(v, *t.Elem, path, found)
	case types.List:
		list, _ := v.([]types.Value)
		for i, item := range list {
			c.walk(item, *t.Elem, path+"["+strconv.Itoa(i)+"]", found)
		}
	case types.Map:
		m, _ := v.(map[string]types.Value)
		for _, k := range types.Keys(m) {
			c.walk(m[k], *t.Elem, types.Path(path, k), found)
		}
	case types.Record:
		m, _ := v.(map[string]types.Value)
		c.fields(m, t.Fields, path, found)
	case types.Named:
		c.named(v, t.Name, path, found)
	}
}

func (c *Checker) named(v types.Value, name, path string, found *types.Problems) {
	m, ok := v.(map[string]types.Value)
	if !ok {
		return
	}
	c.guarded(name, m, path, found)
	c.fields(m, c.inner[name], path, found)
}

// guarded checks what a type, a process, a channel or an operation says of its own
// fields or values.
func (c *Checker) guarded(owner string, v types.Value, path string, found *types.Problems) {
	for i := range c.guards[owner] {
		g := &c.guards[owner][i]
		if g.field == "" {
			g.descend(v, g.within, path, found)
			continue
		}
		m, _ := v.(map[string]types.Value)
		if value, present := m[g.field]; present {
			g.descend(value, g.within, types.Path(path, g.wire), found)
		}
	}
}

func (c *Checker) fields(m map[string]types.Value, fields []types.Field, path string, found *types.Problems) {
	for i := range fields {
		f := &fields[i]
		if v := m[f.Name]; v != nil && c.touched(f.Type) {
			c.walk(v, f.Type, types.Path(path, f.WireName()), found)
		}
	}
}

// descend goes to the values that a guard is about.
func (g *guard) descend(v types.Value, within []string, path string, found *types.Problems) {
	if len(*found) >= types.MaxProblems || v == nil && !g.nulls {
		return
	}
	if len(within) == 0 {
		g.check(v, path, found)
		return
	}
	step, rest := within[0], within[1:]
	switch step {
	case EachItem:
		list, _ := v.([]types.Value)
		for i, item := range list {
			g.descend(item, rest, path+"["+strconv.Itoa(i)+"]", found)
		}
	case EachValue:
		m, _ := v.(map[string]types.Value)
		for _, k := range types.Keys(m) {
			g.descend(m[k], rest, types.Path(path, k), found)
		}
	default:
		m, _ := v.(map[string]types.Value)
		if value, present := m[step[1:]]; present {
			g.descend(value, rest, types.Path(path, step[1:]), found)
		}
	}
}

func (g *guard) check(v types.Value, path string, found *types.Problems) {
	holds, err := g.test.Eval(map[string]types.Value{g.variable: v})
	if err == nil && holds == true {
		return
	}
	message := "must satisfy " + g.text
	if f, ok := err.(*Failure); ok {
		message += fmt.Sprintf(", which has no answer here: %s", f.Detail)
	}
	*found = append(*found, types.Problem{Path: path, Message: message})
}
