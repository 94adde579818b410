package compiler_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	_ "time/tzdata"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
)

const watched = `package p

type Reading { id: string, ward: string, at: timestamp, rate: int }
event Seen { n: int }
channel readings: topic of Reading
process Count(day: string) { key: day }
`

// codesOf are the codes that declarations beside watched draw.
func codesOf(t *testing.T, text string) []diag.Code {
	t.Helper()
	r := compile(t, fstest.MapFS{"a.cob": {Data: []byte(watched + text)}}, compiler.Options{})
	var out []diag.Code
	for _, d := range r.Diagnostics {
		out = append(out, d.Code)
	}
	return out
}

// TestLimitsOfStreams has what is still allowed and what is too much, of each limit.
func TestLimitsOfStreams(t *testing.T) {
	many := func(n int, form string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(form, "#", fmt.Sprint(i)))
		}
		return b.String()
	}
	emit := "  emit Seen { n: 1 }\n}\n"
	sources := func(n int) string {
		return many(n, "channel c#: topic of Reading\n") + "pattern x over c0" + many(n-1, ", readings#") + " {\n  every c0\n" + emit +
			many(n-1, "channel readings#: topic of Reading\n")
	}
	steps := func(n int) string {
		return "pattern x over readings within 1m {\n  every Reading\n" + many(n-1, "  then Reading\n") + emit
	}
	times := func(n int) string {
		return fmt.Sprintf("pattern x over readings within 1m {\n  every Reading times %d\n", n) + emit
	}
	span := func(n int) string {
		return fmt.Sprintf("pattern x over readings within %dd {\n  every Reading times 2\n", n) + emit
	}
	panes := func(n int) string { return fmt.Sprintf("window x over readings every 1s of %ds {\n", n) + emit }
	length := func(n int) string { return fmt.Sprintf("window x over readings every %d {\n", n) + emit }
	aggregates := func(n int) string {
		return "window x over readings every 1m {\n  emit Seen { n: 0" + many(n, " + sum(rate + #)") + " }\n}\n"
	}
	days := func(n int) string {
		rules := []string{}
		for i := range n {
			rules = append(rules, fmt.Sprintf("day at %02d:%02d", i/60, i%60))
		}
		return "schedule x { every: " + strings.Join(rules, ", ") + ", start Count(\"\") }\n"
	}
	for _, c := range []struct {
		name string
		text func(int) string
		most int
	}{
		{"sources", sources, plan.MaxSources}, {"steps", steps, plan.MaxElements}, {"times", times, plan.MaxTimes},
		{"span", span, int(plan.MaxSpanNs / int64(24*time.Hour))}, {"panes", panes, plan.MaxPanes}, {"length", length, plan.MaxLength},
		{"aggregates", aggregates, plan.MaxAggregates}, {"days", days, plan.MaxDays},
	} {
		want := check.CodeLimit
		if c.name == "times" {
			want = check.CodeTimes
		}
		if got := codesOf(t, c.text(c.most)); len(got) > 0 {
			t.Errorf("%s: %d draw %v", c.name, c.most, got)
		}
		if got := codesOf(t, c.text(c.most+1)); !slices.Equal(got, []diag.Code{want}) {
			t.Errorf("%s: %d draw %v, want %s", c.name, c.most+1, got, want)
		}
	}
}

// TestEveryZoneIsOne holds the names that the compiler knows to the rules that Go
// brings along, and so to those of a node.
func TestEveryZoneIsOne(t *testing.T) {
	text, err := os.ReadFile("check/zones.txt")
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(string(text))
	if len(names) < 400 || !slices.IsSorted(names) {
		t.Errorf("%d names, or not in order", len(names))
	}
	for _, name := range append(names, "UTC") {
		if _, err := time.LoadLocation(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEveryFoldIsSpecified holds the chapter to the functions.
func TestEveryFoldIsSpecified(t *testing.T) {
	text, err := os.ReadFile("../spec/streams.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range check.Folds() {
		if !strings.Contains(string(text), "`"+f.Name+"(") {
			t.Errorf("%s is not in spec/streams.md", f.Name)
		}
	}
}

// TestDiffOfStreams changes one thing at a time.
func TestDiffOfStreams(t *testing.T) {
	const text = watched + `
pattern x over readings by ward within 1m {
  every Reading times 3
  emit Seen { n: 1 }
}
window w over readings every 1m { emit Seen { n: count() } }
schedule s { every: 15m, start Count(date(due)) }
`
	for _, c := range []struct{ old, new, want string }{
		{"", "\n\n", ""},
		{"times 3", "times 4", "safe: pattern p.x: it recognizes something else; matches that have begun come to their end as they are"},
		{"n: 1 }\n}", "n: 2 }\n}", "safe: pattern p.x: it emits something else; matches that have begun come to their end as they are"},
		{"every 1m {", "every 2m {", "safe: window p.w: it changes; windows that have begun come to their end as they are"},
		{"every: 15m", "every: 20m", "safe: schedule p.s: it changes, beginning with the next occasion"},
		{"schedule s {", "schedule r {", "safe: schedule p.r: it is new | safe: schedule p.s: it is gone; what it started goes on"},
		{"pattern x", "pattern y", "safe: pattern p.x: it is gone; matches that have begun come to their end | safe: pattern p.y: it is new"},
		{"window w", "window v", "safe: window p.v: it is new | safe: window p.w: it is gone; windows that have begun come to their end"},
	} {
		var got []string
		for _, x := range plan.Diff(planOf(t, text), planOf(t, strings.Replace(text, c.old, c.new, 1))) {
			got = append(got, fmt.Sprintf("%s: %s: %s", x.Class, x.Where, x.What))
		}
		if strings.Join(got, " | ") != c.want {
			t.Errorf("%q for %q gives\n%s\nwant\n%s", c.new, c.old, strings.Join(got, " | "), c.want)
		}
	}
}
