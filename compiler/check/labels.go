package check

import (
	"math/bits"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// MaxLabels bounds the labels of a package: a set of them is one word.
const MaxLabels = 64

// labelSet is a set of labels, one bit each in the order of their names. A label
// is in a set together with all labels it implies.
type labelSet = uint64

type lattice struct {
	names []string
	bit   map[string]labelSet // with all it implies
}

func (c *checker) declareLabels() {
	l := &c.labels
	l.bit = map[string]labelSet{}
	all := c.Info.Of(resolve.Label)
	if len(all) > MaxLabels {
		c.errorf(CodeLimit, all[MaxLabels].At, "a package may have at most %d labels and this one has %d", MaxLabels, len(all))
		for _, s := range all[MaxLabels:] {
			s.Excused = true // enough has been said about them
		}
		all = all[:MaxLabels]
	}
	for _, s := range all {
		d := s.Decl.(*syntax.LabelDecl)
		p := plan.Label{Name: s.Name}
		for _, parent := range d.Parents {
			if parent := c.only(parent, "label", resolve.Label); parent != nil && !slices.Contains(p.Is, parent.Name) {
				p.Is = append(p.Is, parent.Name)
			}
		}
		slices.Sort(p.Is)
		c.Labels = append(c.Labels, p)
	}
	c.importedLabels()
	c.orderedLabels(c.Labels)
	for i := range c.Labels {
		l.names = append(l.names, c.Labels[i].Name)
		l.bit[c.Labels[i].Name] = 1 << i
	}
	for i := range c.Labels {
		for _, parent := range c.Labels[i].Is {
			l.bit[c.Labels[i].Name] |= l.bit[parent]
		}
	}
	for range c.Labels { // a chain of implications is at most as long as there are labels
		for name, set := range l.bit {
			l.bit[name] = l.closed(set)
		}
	}
}

// closed adds to a set what its labels imply.
func (l *lattice) closed(set labelSet) labelSet {
	out := set
	for s := set; s != 0; s &= s - 1 {
		out |= l.bit[l.names[bits.TrailingZeros64(s)]]
	}
	return out
}

func (l *lattice) of(names []string) labelSet {
	var set labelSet
	for _, n := range names {
		set |= l.bit[n]
	}
	return set
}

// list is the sorted names of a set.
func (l *lattice) list(set labelSet) []string {
	var out []string
	for ; set != 0; set &= set - 1 {
		out = append(out, l.names[bits.TrailingZeros64(set)])
	}
	return out
}

// deep are the labels of everything inside a value of type t.
func (c *checker) deep(t types.Type) labelSet {
	switch t.Kind {
	case types.Named:
		return c.types.deep[t.Name]
	case types.List, types.Map, types.Optional:
		return c.deep(*t.Elem)
	case types.Record:
		return c.deepFields(t.Fields)
	}
	return 0
}

func (c *checker) deepFields(fields []types.Field) labelSet {
	var set labelSet
	for i := range fields {
		set |= c.labels.of(fields[i].Labels) | c.deep(fields[i].Type)
	}
	return set
}

// shed are the labels that a value of type have carries where a value of type
// want does not: they have to go on with the value itself.
func (c *checker) shed(have, want types.Type) labelSet {
	if c.deep(have) == 0 {
		return 0
	}
	return c.shedIn(have, want, nil)
}

func (c *checker) shedIn(have, want types.Type, open []string) labelSet {
	if want.Kind == types.Optional {
		want = *want.Elem
	}
	if have.Kind == types.Optional {
		have = *have.Elem
	}
	switch {
	case have.Kind == types.Named && have.Name == want.Name:
		return 0
	case have.Kind == want.Kind && (have.Kind == types.List || have.Kind == types.Map):
		return c.shedIn(*have.Elem, *want.Elem, open)
	}
	haves, isRecord := c.Universe.FieldsOf(have)
	wants, wantsRecord := c.Universe.FieldsOf(want)
	if !isRecord || !wantsRecord {
		return c.deep(have)
	}
	if have.Kind == types.Named && want.Kind == types.Named {
		asked := have.Name + " " + want.Name
		if slices.Contains(open, asked) {
			return 0 // what they shed is being found further out
		}
		open = append(slices.Clip(open), asked)
	}
	var set labelSet
	for i := range haves {
		h := &haves[i]
		if w := types.FieldNamed(wants, h.Name); w != nil {
			set |= (c.labels.of(h.Labels) | c.shedIn(h.Type, w.Type, open)) &^ c.labels.of(w.Labels)
		} else {
			set |= c.labels.of(h.Labels) | c.deep(h.Type)
		}
	}
	return set
}

// settle computes the labels of all definitions: again until nothing is added,
// because definitions may refer to each other in circles. A set never shrinks: two
// packages of one name, which is told elsewhere, have definitions of one name.
func (c *checker) settle() {
	for again := true; again; {
		again = false
		for i := range c.types.all {
			d := &c.types.all[i]
			known := c.types.deep[d.Name]
			if set := known | c.deepFields(d.Fields); set != known {
				c.types.deep[d.Name] = set
				again = true
			}
		}
	}
}
