package connector

import (
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
)

// UnfitError says what of a plan a connector cannot carry out, whatever its settings
// are: all of it at once.
type UnfitError struct{ Parts []Unfit }

// Unfit is one such part.
type Unfit struct {
	At      plan.Place // "" where the plan does not say where it stands
	Problem string     // "the endpoint p.e sets proxy, which this version does not carry out"
	Way     string     // "leave it out"
}

func (e *UnfitError) Error() string {
	texts := make([]string, len(e.Parts))
	for i, u := range e.Parts {
		texts[i] = u.Problem + ": " + u.Way
		if u.At != "" {
			texts[i] = string(u.At) + ": " + texts[i]
		}
	}
	return strings.Join(texts, "\n")
}
