package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Rule is one code with the page that `cob explain` prints.
type Rule struct {
	Code  Code
	Title string // one line
	Page  string // Markdown: what is wrong, an example, the way out
}

// Registry is a table of rules sorted by code.
type Registry []Rule

// Join makes one registry of the tables of several rooms. It returns an error
// that names the code when two rules claim the same one.
func Join(tables ...[]Rule) (Registry, error) {
	all := Registry(slices.Concat(tables...))
	slices.SortFunc(all, func(a, b Rule) int { return cmp.Compare(a.Code, b.Code) })
	for i := 1; i < len(all); i++ {
		if all[i].Code == all[i-1].Code {
			return nil, fmt.Errorf("joining the tables of codes: %s is claimed twice, by %q and %q: give one of them a free code",
				all[i].Code, all[i-1].Title, all[i].Title)
		}
	}
	return all, nil
}

// Find returns the rule of a code.
func (r Registry) Find(code Code) (Rule, bool) {
	i, ok := slices.BinarySearchFunc(r, code, func(rule Rule, c Code) int { return cmp.Compare(rule.Code, c) })
	if !ok {
		return Rule{}, false
	}
	return r[i], true
}
