package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/sim"
)

var testFormats = []string{"text", "json", "junit"}

// testRun is how tests are run.
type testRun struct {
	format, pattern, lcov string
	wanted                *regexp.Regexp
	cover                 bool
	explore               int
	replay                []string
}

func testCommand() *cobra.Command {
	o := testRun{format: "text"}
	c := &cobra.Command{
		Use:   "test [PATH..]",
		Short: "Run the test blocks of packages",
		Long: `Compiles packages and runs their test blocks: no network, endpoints answer as
the test says, and time goes on by itself to the next timer while nothing else
can happen. Exit code 1 when a test fails or a package does not compile. Places
are told as cob check tells them, relative to the current directory.

With --cover it says which steps, branches, faults and compensations no test
reaches. With --explore each test runs again in worlds that crash, each around
another commit of the journal, and has to come to the same.

With --replay recorded instances (cob record) run against the package as it is now.
It says what would differ: the input, calls, their order, the steps, what is
undone, how it ends. Exit code 1 when anything does.`,
		Example: `  cob test
  cob test examples/orders --run "declined"
  cob test --cover --lcov coverage.info
  cob test --explore 100
  cob test --replay late.json
  cob test --format junit > tests.xml`,
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(testFormats, o.format) {
				return fmt.Errorf("--format %s: want one of %s", o.format, strings.Join(testFormats, ", "))
			}
			if o.explore < 0 {
				return fmt.Errorf("--explore %d: want the number of crashes per test", o.explore)
			}
			var err error
			if o.wanted, err = regexp.Compile(o.pattern); err != nil {
				return fmt.Errorf("--run %s: %w", o.pattern, err)
			}
			if len(o.replay) > 0 {
				return o.replayAll(c, args)
			}
			return o.run(c, args)
		},
	}
	c.Flags().StringVar(&o.format, "format", o.format, "how to print results: "+strings.Join(testFormats, ", "))
	c.Flags().StringVar(&o.pattern, "run", "", "run only tests whose title matches this `REGEXP`")
	c.Flags().BoolVar(&o.cover, "cover", false, "say which parts of the package no test reaches")
	c.Flags().StringVar(&o.lcov, "lcov", "", "write the coverage of lines and branches to `FILE`, for tools that show it")
	c.Flags().IntVar(&o.explore, "explore", 0, "crash each test in at most `N` ways; the result has to be the same")
	c.Flags().StringSliceVar(&o.replay, "replay", nil, "run the recorded instances of `FILE` against the package instead of its tests, and say what would differ")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(testFormats, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// tested is what the tests of one package showed.
type tested struct {
	Package string           `json:"package"`
	Tests   []sim.TestResult `json:"tests"`
	// Coverage is there where it was asked for.
	Coverage *sim.Coverage `json:"coverage,omitempty"`
}

func (t *tested) failed() int {
	n := 0
	for i := range t.Tests {
		if !t.Tests[i].Passed() {
			n++
		}
	}
	return n
}

func (o *testRun) run(c *cobra.Command, paths []string) error {
	dirs, err := packages(paths)
	if err != nil {
		return err
	}
	all, shown := []tested{}, []*sim.Coverage{}
	broken, failed := false, 0
	for _, dir := range dirs {
		r, err := compile(dir)
		if err != nil {
			return err
		}
		if r.Failed() {
			broken = true
			if err := show(c.ErrOrStderr(), r.Diagnostics); err != nil {
				return err
			}
			continue
		}
		t, err := o.runPackage(r, filepath.ToSlash(dir))
		if err != nil {
			return bad(fmt.Errorf("%s: %w", dir, err))
		}
		shown = append(shown, t.Coverage)
		failed += t.failed()
		if !o.cover {
			t.Coverage = nil
		}
		all = append(all, *t)
	}
	if err := printTests(c.OutOrStdout(), all, o.format); err != nil {
		return bad(err)
	}
	if o.lcov != "" {
		if err := writeLCOV(o.lcov, shown); err != nil {
			return bad(err)
		}
	}
	if broken || failed > 0 {
		return bad(nil)
	}
	return nil
}

// runPackage runs the tests of a package that compiles. Places are told as cob check
// tells them: terminals and CI servers make links of them.
func (o *testRun) runPackage(r *compiler.Result, dir string) (*tested, error) {
	p, suite := plan.From(dir, r.Plan), plan.From(dir, r.Suite)
	program, err := engine.LinkPartly(p, r.Digest)
	if err != nil {
		return nil, err
	}
	t := &tested{Package: r.Plan.Package, Tests: []sim.TestResult{}}
	for _, one := range suite.Tests {
		if !o.wanted.MatchString(one.Name) {
			continue
		}
		if o.explore > 0 {
			t.Tests = append(t.Tests, sim.ExploreTest(program, one, o.explore, versions(dir, one)...))
		} else {
			t.Tests = append(t.Tests, sim.RunTest(program, one, versions(dir, one)...))
		}
	}
	t.Coverage = sim.Cover(p, t.Tests)
	return t, nil
}

// versions are those of a package that a test activates, by their directories.
func versions(dir string, t plan.Test) []sim.Version {
	var out []sim.Version
	for i := range t.Steps {
		w := t.Steps[i].When
		if w == nil || w.With == "" || slices.ContainsFunc(out, func(v sim.Version) bool { return v.Path == w.With }) {
			continue
		}
		v, from := sim.Version{Path: w.With}, filepath.Join(dir, filepath.FromSlash(w.With))
		r, err := compile(from)
		switch {
		case err != nil:
			v.Problem = err.Error()
		case r.Failed():
			v.Problem = "it does not compile: " + firstError(r.Diagnostics)
		default:
			if v.Program, err = engine.LinkPartly(plan.From(filepath.ToSlash(from), r.Plan), r.Digest); err != nil {
				v.Problem = err.Error()
			}
		}
		out = append(out, v)
	}
	return out
}

// firstError is the first of what keeps a package from compiling.
func firstError(list []diag.Diagnostic) string {
	for _, d := range list {
		if d.Severity == diag.Error {
			return fmt.Sprintf("%s:%s: %s %s", d.Primary.File().Path, d.Primary.From(), d.Code, d.Message)
		}
	}
	return ""
}

func printTests(w io.Writer, all []tested, format string) error {
	switch format {
	case "json":
		return printJSON(w, all)
	case "junit":
		return printJUnit(w, all)
	}
	return printTestText(w, all)
}

func printTestText(w io.Writer, all []tested) error {
	count, failed := 0, 0
	var b strings.Builder
	for i := range all {
		failed += all[i].failed()
		for j := range all[i].Tests {
			count++
			r := &all[i].Tests[j]
			word := "ok  "
			if !r.Passed() {
				word = "FAIL"
			}
			fmt.Fprintf(&b, "%s  %s: %s\n", word, all[i].Package, r.Name)
			writeFailures(&b, r, "      ")
		}
	}
	for i := range all {
		if all[i].Coverage != nil {
			writeCoverage(&b, all[i].Package, all[i].Coverage)
		}
	}
	switch {
	case len(all) == 0: // nothing compiled, which was said
	case count == 0:
		b.WriteString("no tests\n")
	case failed > 0:
		fmt.Fprintf(&b, "%d of %d tests failed\n", failed, count)
	case count == 1:
		b.WriteString("1 test passed\n")
	default:
		fmt.Fprintf(&b, "%d tests passed\n", count)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeFailures says what was wanted, what came of it, and what happened.
func writeFailures(b *strings.Builder, r *sim.TestResult, indent string) {
	for _, f := range r.Failures {
		fmt.Fprintf(b, "%s%s: wanted: %s\n%s  got: %s\n", indent, f.At, f.Wanted, indent, f.Got)
	}
	if r.Passed() {
		return
	}
	fmt.Fprintf(b, "%swhat happened, in order:\n", indent)
	for _, line := range r.Trace {
		fmt.Fprintf(b, "%s  %s\n", indent, line)
	}
	if len(r.Trace) == 0 {
		fmt.Fprintf(b, "%s  nothing\n", indent)
	}
}

// The elements of JUnit's XML that tools read.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr"`
		Line    string        `xml:"line,attr"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

func printJUnit(w io.Writer, all []tested) error {
	var out junitSuites
	for i := range all {
		s := junitSuite{Name: all[i].Package, Tests: len(all[i].Tests), Failures: all[i].failed()}
		for j := range all[i].Tests {
			r := &all[i].Tests[j]
			file, line := fileAndLine(r.At)
			c := junitCase{Class: all[i].Package, Name: r.Name, File: file, Line: strconv.Itoa(line)}
			if !r.Passed() {
				var b strings.Builder
				writeFailures(&b, r, "")
				c.Failure = &junitFailure{Message: "wanted: " + r.Failures[0].Wanted + "; got: " + r.Failures[0].Got, Text: b.String()}
			}
			s.Cases = append(s.Cases, c)
		}
		out.Suites = append(out.Suites, s)
	}
	return writeXML(w, out)
}

func writeXML(w io.Writer, v any) error {
	text, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}
