package spec

import (
	"cmp"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/sim"
)

// changesEnv is how many changes of the examples are tried, when the environment says
// so, and changesUnasked otherwise, always the same ones.
const (
	changesEnv     = "COB_CHANGES"
	changesUnasked = 300
)

// sameMeaning are the changes after which an example still means the same, by file,
// declaration and what was changed, with the reason.
var sameMeaning = map[string]string{
	"patterns/workflow/basic.cob ParallelSplit: join any keep":                                                               atTheEnd,
	"patterns/workflow/branching.cob MultiMerge: join any keep":                                                              atTheEnd,
	"patterns/workflow/cancellation.cob CancelRegion: join any keep":                                                         atTheEnd,
	"patterns/workflow/instances.cob CompleteInstances: join any keep":                                                       atTheEnd,
	"patterns/workflow/state.cob Milestone: join any keep":                                                                   atTheEnd,
	"patterns/workflow/state.cob CriticalSection: join any keep":                                                             atTheEnd,
	"patterns/workflow/termination.cob ImplicitTermination: join all":                                                        atTheEnd,
	"patterns/workflow/basic.cob ExclusiveChoice: 0 for 1":                                                                   "the arm before it has taken 0",
	"patterns/workflow/branching.cob ThreadSplitAndMerge: join all":                                                          "all are as many as copies",
	`benefit/claim.cob Claim: drop send overdue(Overdue { note: "claim ${application.id} takes longer than half a year" })`:  ofNode,
	`commerce/fulfil.cob Fulfil: drop send alerts(Alert { what: "the order takes longer than promised", order: order.id })`:  ofNode,
	"commerce/fulfil.cob Recognize: drop call crm.forgetCustomer(created.id) { idempotency_key: created.id }":                cannotFail,
	"commerce/fulfil.cob Recognize: drop compensate { call crm.forgetCustomer(created.id) { idempotency_key: created.id } }": cannotFail,
	"commerce/fulfil.cob Track: exchange the arms goto lost":                                                                 "both lead there",
	"commerce/returns.cob Return: exchange the statements for finding in good parallel 4 {":                                  "of no goods none go back",
	`patient/rescue.cob Admission: drop within 10m else { audit "alarm ${alarm.id}: the insurance has not answered" }`:       "the tries of its failover are over before",
	"benefit/claim.cob Claim: 1 for 0":                                                                                       assessed,
	"benefit/claim.cob Claim: -1 for 0":                                                                                      assessed,
}

const (
	atTheEnd   = "nothing follows, and an instance waits for what it keeps"
	assessed   = "an inquiry that ends has an assessment"
	cannotFail = "nothing behind it can fail"
	ofNode     = "objectives are measured by nodes"
)

// early says that a change loses events that come before anybody waits for them, which
// is the matter of few examples.
func early(c syntaxtest.Change) bool {
	return strings.HasPrefix(c.What, "keep nothing") && !slices.Contains([]string{"PersistentTrigger", "GeneralisedAndJoin"}, c.Decl)
}

// candidate is a change of an example.
type candidate struct {
	file string
	syntaxtest.Change
}

func (c candidate) said() string { return c.file + " " + c.Decl + ": " + c.What }

// TestExamplesNoticeWhatIsChanged changes the meaning of the processes of the 43
// patterns and of the three use cases in one place, and demands that a test of their
// package fails then.
func TestExamplesNoticeWhatIsChanged(t *testing.T) {
	var all []candidate
	for _, glob := range []string{"patterns/workflow/*.cob", "commerce/[fnr]*.cob", "benefit/claim.cob", "patient/rescue.cob"} {
		files, err := fs.Glob(os.DirFS("../examples"), glob)
		if err != nil || len(files) == 0 {
			t.Fatalf("no examples are %s (%v)", glob, err)
		}
		for _, file := range files {
			for _, c := range syntaxtest.Changes(read(t, "../examples/"+file)) {
				if !early(c) {
					all = append(all, candidate{file, c})
				}
			}
		}
	}
	n := changesUnasked
	if asked, err := strconv.Atoi(os.Getenv(changesEnv)); err == nil {
		n = asked
	}
	random := rand.New(rand.NewPCG(43, 0)) // the same for everybody: a commit that is green stays green
	for what := range sameMeaning {
		if !slices.ContainsFunc(all, func(c candidate) bool { return c.said() == what }) {
			t.Errorf("there is no such change any more: %s", what)
		}
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	t.Logf("%d of %d changes", min(n, len(all)), len(all))
	chosen := all[:min(n, len(all))]
	slices.SortStableFunc(chosen, func(a, b candidate) int { return cmp.Compare(a.file, b.file) })
	for len(chosen) > 0 {
		file := chosen[0].file
		end := slices.IndexFunc(chosen, func(c candidate) bool { return c.file != file })
		if end < 0 {
			end = len(chosen)
		}
		of := chosen[:end]
		chosen = chosen[end:]
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			p := newPackage(t, file)
			for _, c := range of {
				if sameMeaning[c.said()] == "" && !p.notices(t, c.Change) {
					t.Errorf("line %d of %s: no test fails", c.Line, c.said())
				}
			}
		})
	}
}

// changedPackage is a package one of whose files is changed again and again.
type changedPackage struct {
	file string
	all  *compiler.Workspace
}

func newPackage(t *testing.T, file string) *changedPackage {
	t.Helper()
	w, err := compiler.NewWorkspace(os.DirFS("../examples"), compiler.Options{Dir: path.Dir(file)})
	if err != nil {
		t.Fatal(err)
	}
	p := &changedPackage{file, w}
	if p.notices(t, syntaxtest.Change{Text: read(t, "../examples/"+file)}) {
		t.Fatal("its tests fail while nothing is changed")
	}
	return p
}

// notices says whether a changed package no longer compiles, or fails one of its tests.
func (p *changedPackage) notices(t *testing.T, c syntaxtest.Change) bool {
	t.Helper()
	p.all.Edit(p.file, c.Text)
	r, err := p.all.Compile()
	if err != nil {
		t.Fatal(err)
	}
	if r.Failed() {
		return true
	}
	program, err := engine.LinkPartly(r.Plan, r.Digest)
	if err != nil {
		return true
	}
	// The tests behind a pattern in its file most probably know it.
	away := func(test plan.Test) int {
		at := strings.Split(string(test.At), ":")
		if line, err := strconv.Atoi(at[1]); err == nil && path.Base(at[0]) == path.Base(p.file) && line > c.Line {
			return line - c.Line
		}
		return math.MaxInt
	}
	slices.SortStableFunc(r.Suite.Tests, func(a, b plan.Test) int { return cmp.Compare(away(a), away(b)) })
	for _, test := range r.Suite.Tests {
		if result := sim.RunTest(program, test); !result.Passed() {
			return true
		}
	}
	return false
}
