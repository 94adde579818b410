package resolve

import (
	"slices"
	"strconv"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

// Scope is the variables of a block, inside those of the blocks around it.
type Scope struct {
	parent *Scope
	vars   []*Variable
	last   map[string]*Variable // of each name the last one, when there are many
	flow   *flow
	unsure bool
}

// manyVars is how many variables of a scope are looked through one by one.
const manyVars = 16

func (s *Scope) add(v *Variable) {
	s.vars = append(s.vars, v)
	switch {
	case s.last != nil:
		s.last[v.Name] = v
	case len(s.vars) > manyVars:
		s.last = make(map[string]*Variable, 2*len(s.vars))
		for _, v := range s.vars {
			s.last[v.Name] = v
		}
	}
}

// own is the variable of that name in s itself, or nil.
func (s *Scope) own(name string) *Variable {
	if s.last != nil {
		return s.last[name]
	}
	for i := len(s.vars) - 1; i >= 0; i-- {
		if s.vars[i].Name == name {
			return s.vars[i]
		}
	}
	return nil
}

// flow is what all scopes of one process or route share.
type flow struct{ names map[string]int }

// NewScope is the outermost scope of a process, a route, or an expression that
// stands alone.
func NewScope() *Scope { return &Scope{flow: &flow{}} }

// Inner is a scope inside s.
func (s *Scope) Inner() *Scope { return &Scope{parent: s, flow: s.flow} }

// Find is the variable of that name, or nil.
func (s *Scope) Find(name string) *Variable {
	for ; s != nil; s = s.parent {
		if v := s.own(name); v != nil {
			return v
		}
	}
	return nil
}

// Unsure says of s that a mistake hides which variables it has: a name that is not
// found may be one of them.
func (s *Scope) Unsure() { s.unsure = true }

// Sure says whether all variables in s and around it are known.
func (s *Scope) Sure() bool {
	for ; s != nil; s = s.parent {
		if s.unsure {
			return false
		}
	}
	return true
}

// Own says whether the variable stands in s itself, and not around it.
func (s *Scope) Own(v *Variable) bool {
	return s.own(v.Name) == v || slices.Contains(s.vars, v)
}

// Visible are the variables in s and around it, the latest of the inner ones first,
// of so many at most. One that is hidden by another of its name is left out.
func (s *Scope) Visible(most int) []*Variable {
	var out []*Variable
	seen := map[string]bool{}
	for ; s != nil; s = s.parent {
		for i := len(s.vars) - 1; i >= 0 && most > 0; i-- {
			most--
			if v := s.vars[i]; !seen[v.Name] {
				seen[v.Name] = true
				out = append(out, v)
			}
		}
	}
	return out
}

// Declare adds a variable and gives it a name that is unique in the flow. The
// diagnostic, if any, says that the name is taken.
func (i *Info) Declare(s *Scope, v *Variable) []diag.Diagnostic {
	var ds []diag.Diagnostic
	if old := s.Find(v.Name); old != nil {
		if s.Own(old) {
			ds = append(ds, diag.Errorf(CodeDuplicate, v.At, "%s is declared twice", v.Name).WithNote(old.At, "first declared here"))
		} else {
			ds = append(ds, diag.Warningf(CodeShadow, v.At, "%s hides another variable of the same name", v.Name).
				WithNote(old.At, "which is declared here").WithHelp("give one of them another name"))
		}
	}
	v.Plan = s.flow.unique(v.Name)
	s.add(v)
	i.Variables = append(i.Variables, v)
	return ds
}

// Offer adds a variable that no text declares, under a name of a plan that is
// given or else unique in the flow. It may hide others.
func (s *Scope) Offer(v *Variable) {
	if v.Plan == "" {
		v.Plan = s.flow.unique(v.Name)
	}
	s.add(v)
}

func (f *flow) unique(name string) string {
	if f.names == nil {
		f.names = map[string]int{}
	}
	f.names[name]++
	if n := f.names[name]; n > 1 {
		return name + "#" + strconv.Itoa(n)
	}
	return name
}

// Ended is a variable of that name whose block in the same flow has ended, or nil.
func (i *Info) Ended(s *Scope, name string) *Variable {
	if s.flow.names[name] == 0 || s.Find(name) != nil {
		return nil
	}
	for n := len(i.Variables) - 1; n >= 0; n-- {
		if v := i.Variables[n]; v.Name == name {
			return v
		}
	}
	return nil
}

// Read notes that the variable is used at a place.
func (i *Info) Read(v *Variable, at source.Span) {
	v.Used = true
	i.Uses = append(i.Uses, Use{At: at, Variable: v})
}

// UseAll notes that everything visible here is used, as what shows all variables does.
func (s *Scope) UseAll() {
	for ; s != nil; s = s.parent {
		for _, v := range s.vars {
			v.Used = true
		}
	}
}
