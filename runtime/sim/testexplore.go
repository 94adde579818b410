package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/engine"
)

// ExploreTest runs a test again and again, in worlds that each crash around
// another commit of its journal: as soon as the commit is on the disk, and just
// before. It gives the result without a crash, with a failure for each crash that
// made a difference: to an assertion, to what was called, or to how an instance
// ended. At most runs worlds are made, spread over the commits; a negative number
// is all.
func ExploreTest(program *engine.Program, t plan.Test, runs int, versions ...Version) TestResult {
	want := RunTest(program, t, versions...)
	for _, crash := range crashes(want.Commits, runs) {
		got := RunTestCrashing(program, t, crash, versions...)
		if text := differs(&want, &got); text != "" {
			want.Failures = append(want.Failures, TestFailure{
				At: t.At, Wanted: fmt.Sprintf("the same when the node crashes %s commit %d of %d", crash.when(), crash.Commit, want.Commits), Got: text,
			})
		}
	}
	return want
}

func (c Crash) when() string {
	if c.Before {
		return "before"
	}
	return "behind"
}

// crashes are the places of at most runs crashes around n commits.
func crashes(n, runs int) []Crash {
	var all []Crash
	for i := range n {
		all = append(all, Crash{Commit: i + 1, Before: true}, Crash{Commit: i + 1})
	}
	if runs < 0 || runs >= len(all) {
		return all
	}
	out := make([]Crash, 0, runs)
	for i := range runs {
		out = append(out, all[i*len(all)/runs])
	}
	return out
}

// differs says what is not the same in two runs of a test, "" for nothing. Calls
// that leave again after a crash may overtake each other.
func differs(want, got *TestResult) string {
	var wanted, failed []string
	for _, f := range want.Failures {
		if !strings.HasPrefix(f.Wanted, "the same when") {
			wanted = append(wanted, f.Wanted+": "+f.Got)
		}
	}
	for _, f := range got.Failures {
		failed = append(failed, string(f.At)+": wanted: "+f.Wanted+", got: "+f.Got)
	}
	switch {
	case len(failed) > len(wanted):
		return failed[0]
	case len(failed) < len(wanted):
		return "the test passes"
	case !slices.Equal(sorted(want.Calls), sorted(got.Calls)):
		return "the calls " + joined(got.Calls) + " instead of " + joined(want.Calls)
	case !slices.Equal(sorted(want.Ends), sorted(got.Ends)):
		return joined(got.Ends) + " instead of " + joined(want.Ends)
	}
	return ""
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

func joined(all []string) string {
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, "; ")
}
