package check

import (
	"maps"
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
	// What a definition waits for is looked at again when that is known to end, so
	// that each is looked at once for each of its parts.
	waiting := map[string][]*types.Definition{}
	todo := make([]*types.Definition, 0, len(c.Types))
	for i := range c.Types {
		todo = append(todo, &c.Types[i])
	}
	for len(todo) > 0 {
		d := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if ends[d.Name] {
			continue
		}
		missing := c.endsIf(d, ends)
		if len(missing) == 0 {
			ends[d.Name] = true
			todo = append(todo, waiting[d.Name]...)
			delete(waiting, d.Name)
		}
		for _, name := range missing {
			waiting[name] = append(waiting[name], d)
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

// endsIf gives the definitions, not known to end, of which one has to before it may
// be that d does; none when it does.
func (c *checker) endsIf(d *types.Definition, ends map[string]bool) []string {
	var missing []string
	for _, f := range d.Fields {
		open := slices.DeleteFunc(needed(f.Type, nil), func(name string) bool { return ends[name] || c.Universe.Lookup(name) == nil })
		switch {
		case len(open) == 0 && d.Kind == types.UnionDefinition:
			return nil
		case len(open) > 0 && d.Kind != types.UnionDefinition:
			return open[:1]
		case len(open) > 0:
			missing = append(missing, open[0])
		}
	}
	return missing
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
// a graph: of each part in which every name leads to every other one.
func circles(edges map[string][]string) []string {
	w := walk{edges: edges, found: map[string]int{}, low: map[string]int{}, open: map[string]bool{}}
	for _, name := range slices.Sorted(maps.Keys(edges)) {
		if w.found[name] == 0 {
			w.visit(name)
		}
	}
	slices.Sort(w.firsts)
	return w.firsts
}

// walk finds the strongly connected parts of a graph in one pass, as Tarjan does.
type walk struct {
	edges  map[string][]string
	found  map[string]int // when a name was come to, from 1
	low    map[string]int // the earliest that it leads back to
	open   map[string]bool
	way    []string
	firsts []string
}

func (w *walk) visit(name string) {
	w.found[name] = len(w.found) + 1
	w.low[name] = w.found[name]
	w.open[name] = true
	w.way = append(w.way, name)
	itself := false
	for _, to := range w.edges[name] {
		itself = itself || to == name
		if w.found[to] == 0 {
			w.visit(to)
		}
		if w.open[to] {
			w.low[name] = min(w.low[name], w.low[to])
		}
	}
	if w.low[name] < w.found[name] {
		return
	}
	at := len(w.way) - 1
	for w.way[at] != name {
		at--
	}
	part := w.way[at:]
	for _, n := range part {
		w.open[n] = false
	}
	if len(part) > 1 || itself {
		w.firsts = append(w.firsts, slices.Min(part))
	}
	w.way = w.way[:at]
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
