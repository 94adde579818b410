package check

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/types"
)

// finite reports types of which no value ends: records, faults and events that
// have to contain themselves, and unions all of whose cases do.
func (c *checker) finite() {
	ends := map[string]bool{}
	for _, d := range c.importedTypes() {
		ends[d.Name] = true // or it has been said where it is declared
	}
	for again := true; again; {
		again = false
		for i := range c.Types {
			if d := &c.Types[i]; !ends[d.Name] && c.endsIf(d, ends) {
				ends[d.Name], again = true, true
			}
		}
	}
	endless := map[string][]string{}
	for i := range c.Types {
		if d := &c.Types[i]; !ends[d.Name] {
			for k := range d.Fields {
				endless[d.Name] = needed(d.Fields[k].Type, endless[d.Name])
			}
		}
	}
	for _, name := range circles(endless) {
		if s := c.Info.Lookup(strings.TrimPrefix(name, c.pkg+".")); s != nil {
			c.report(diag.Errorf(CodeInfinite, s.At, "a value of %s would have to contain itself without end", s.Name).
				WithHelp("make a field optional, or a list"))
		}
	}
}

func (c *checker) endsIf(d *types.Definition, ends map[string]bool) bool {
	known := func(f types.Field) bool {
		return !slices.ContainsFunc(needed(f.Type, nil), func(name string) bool { return !ends[name] && c.Universe.Lookup(name) != nil })
	}
	if d.Kind == types.UnionDefinition {
		return len(d.Fields) == 0 || slices.ContainsFunc(d.Fields, known)
	}
	return !slices.ContainsFunc(d.Fields, func(f types.Field) bool { return !known(f) })
}

// needed adds the declared types of which every value of t holds one.
func needed(t types.Type, to []string) []string {
	switch t.Kind {
	case types.Named:
		return append(to, t.Name)
	case types.Record:
		for i := range t.Fields {
			to = needed(t.Fields[i].Type, to)
		}
	}
	return to
}

// circles gives the first name, in the order of the alphabet, of each circle in
// a graph.
func circles(edges map[string][]string) []string {
	reach := map[string]map[string]bool{}
	for from := range edges {
		seen := map[string]bool{}
		var visit func(string)
		visit = func(name string) {
			for _, to := range edges[name] {
				if !seen[to] {
					seen[to] = true
					visit(to)
				}
			}
		}
		visit(from)
		reach[from] = seen
	}
	var out []string
	for from, seen := range reach {
		if !seen[from] {
			continue
		}
		first := true
		for other := range seen {
			first = first && (other >= from || !reach[other][from])
		}
		if first {
			out = append(out, from)
		}
	}
	slices.Sort(out)
	return out
}

// orderedLabels reports labels that imply themselves.
func (c *checker) orderedLabels(labels []plan.Label) {
	edges := map[string][]string{}
	for _, l := range labels {
		edges[l.Name] = l.Is
	}
	for _, name := range circles(edges) {
		s := c.Info.Lookup(name)
		if s == nil || s.Kind != resolve.Label {
			continue
		}
		c.report(diag.Errorf(CodeInfinite, s.At, "the label %s implies itself", name).
			WithHelp("labels that always come together are one label"))
	}
}
