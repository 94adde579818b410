package deployment

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/engine"
)

// MaxTold is how many reasons the text of a RefusedError tells.
const MaxTold = 20

// RefusedError says why a plan cannot run here, whoever found it out.
type RefusedError struct {
	Package string
	Reasons []Reason // sorted by place, never empty
	// settings is what the environment does not supply, where nothing else is wrong.
	settings *connector.SettingsError
}

// Reason is one thing that keeps a plan from running.
type Reason struct {
	At      plan.Place `json:"at,omitempty"` // "" where the plan does not say
	Problem string     `json:"problem"`      // what is wrong, with the value
	Way     string     `json:"way"`          // what helps
}

func (r Reason) String() string {
	text := r.Problem + ": " + r.Way
	if r.At != "" {
		text = string(r.At) + ": " + text
	}
	return text
}

// Error tells the first MaxTold reasons, each on a line, and how many more there are.
func (e *RefusedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the plan of %s cannot run here:", e.Package)
	for i, r := range e.Reasons {
		if i == MaxTold {
			fmt.Fprintf(&b, "\n  and %d more", len(e.Reasons)-MaxTold)
			break
		}
		fmt.Fprintf(&b, "\n  %s", r)
	}
	return b.String()
}

// Unwrap is the *connector.SettingsError where nothing but settings is missing, else
// nil: then the plan can run as soon as they are there.
func (e *RefusedError) Unwrap() error {
	if e.settings == nil {
		return nil
	}
	return e.settings
}

// refused makes one error of all that was found; nil where nothing was.
func refused(p *plan.Plan, declared []Reason, found ...error) *RefusedError {
	e := &RefusedError{Package: p.Package, Reasons: declared}
	names := named(p)
	for _, err := range found {
		for _, one := range flat(err) {
			var settings *connector.SettingsError
			if errors.As(one, &settings) {
				e.settings = settings
			}
			e.Reasons = append(e.Reasons, reasonsOf(one, names)...)
		}
	}
	if len(e.Reasons) == 0 {
		return nil
	}
	if e.settings != nil && len(e.settings.Wrong) != len(e.Reasons) {
		e.settings = nil
	}
	slices.SortStableFunc(e.Reasons, func(a, b Reason) int {
		return cmp.Or(comparePlaces(a.At, b.At), cmp.Compare(a.Problem, b.Problem))
	})
	return e
}

// flat are the errors that were joined.
func flat(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var out []error
	for _, one := range joined.Unwrap() {
		out = append(out, flat(one)...)
	}
	return out
}

// notYet is what helps against what is compiled and carried out by nobody.
const notYet = "leave it out here; cob test runs all the same"

// reasonsOf are the reasons in one error of a room that looked at the plan; names are
// those of what stands at a place.
func reasonsOf(err error, names map[plan.Place]string) []Reason {
	var out []Reason
	var unsupported *engine.UnsupportedError
	var link *engine.LinkError
	var unknown *connector.UnknownError
	var unfit *connector.UnfitError
	var settings *connector.SettingsError
	switch {
	case errors.As(err, &unsupported):
		for _, part := range unsupported.Parts {
			what := part.What
			if name := names[part.At]; name != "" {
				what += " (" + name + ")"
			}
			out = append(out, Reason{part.At, "this version of cob compiles and cannot run yet: " + what, notYet})
		}
	case errors.As(err, &link):
		out = append(out, Reason{link.At, link.Flow + ": " + link.Reason, "build the plan again with the cob of this node"})
	case errors.As(err, &unknown):
		for _, u := range unknown.Endpoints {
			out = append(out, Reason{u.At, unknown.Problem(u), "activate it on a node that has it, or ask another way"})
		}
	case errors.As(err, &unfit):
		for _, u := range unfit.Parts {
			out = append(out, Reason{u.At, u.Problem, u.Way})
		}
	case errors.As(err, &settings):
		for _, w := range settings.Wrong {
			problem, way := w.Told()
			out = append(out, Reason{w.At, problem, way})
		}
	default:
		out = append(out, Reason{"", err.Error(), "build the plan again with the cob of this node"})
	}
	return out
}

// named says what stands at the places that an engine refuses.
func named(p *plan.Plan) map[plan.Place]string {
	names := map[plan.Place]string{}
	steps := func(flow string, body []plan.Step) {
		plan.Walk(body, func(s *plan.Step) { names[s.At] = s.ID + " of " + flow })
	}
	for i := range p.Endpoints {
		for _, r := range p.Endpoints[i].Receives {
			names[r.At] = p.Endpoints[i].Name + "." + r.Name
		}
	}
	for i := range p.Channels {
		names[p.Channels[i].At] = p.Channels[i].Name
	}
	for _, x := range p.Partners {
		names[x.At] = x.Name
	}
	for i := range p.Processes {
		names[p.Processes[i].At] = p.Processes[i].Name
		steps(p.Processes[i].Name, p.Processes[i].Flow.Body)
	}
	for i := range p.Routes {
		names[p.Routes[i].At] = p.Routes[i].Name
		steps(p.Routes[i].Name, p.Routes[i].Flow.Body)
	}
	return names
}

// comparePlaces orders places as a reader comes to them: by file, line and column.
func comparePlaces(a, b plan.Place) int {
	fileA, lineA, columnA := position(a)
	fileB, lineB, columnB := position(b)
	return cmp.Or(strings.Compare(fileA, fileB), cmp.Compare(lineA, lineB), cmp.Compare(columnA, columnB))
}

func position(p plan.Place) (file string, line, column int) {
	rest, last, _ := cutLast(string(p))
	file, middle, _ := cutLast(rest)
	line, _ = strconv.Atoi(middle)
	column, _ = strconv.Atoi(last)
	return file, line, column
}

func cutLast(text string) (before, after string, found bool) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}
