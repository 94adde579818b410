package spec

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	patternRow  = regexp.MustCompile(`(?m)^\| (\d+) \| [^|]+ \| [^|]+ \| \[[^\]]+\]\(([^)]+)\) \|$`)
	patternTest = regexp.MustCompile(`(?m)^test "(\d+) `)
)

// TestPatternsHaveTests looks up, for every row of patterns.md, a test of that
// number in the file that the row links to, and for every test that begins with a
// number its row. That the tests pass is the matter of cob test, which runs over all
// examples.
func TestPatternsHaveTests(t *testing.T) {
	workflow, integration, two := strings.Cut(read(t, "patterns.md"), "## The integration patterns")
	if !two {
		t.Fatal("the integration patterns are missing")
	}
	const controlFlow = 43
	if n := rowsWithTests(t, workflow, true); n != controlFlow {
		t.Errorf("%d control-flow patterns, want %d", n, controlFlow)
	}
	const words = 40
	if n := rowsWithTests(t, integration, false); n != words {
		t.Errorf("%d integration patterns, want %d", n, words)
	}
}

// rowsWithTests counts the rows of a table, which are in order, and dense where every
// number has to be there.
func rowsWithTests(t *testing.T, table string, dense bool) int {
	t.Helper()
	tested := map[string]map[string]bool{} // by file, the numbers
	listed := map[string]map[string]bool{}
	last, count := 0, 0
	for _, row := range patternRow.FindAllStringSubmatch(table, -1) {
		number, file := row[1], row[2]
		n, err := strconv.Atoi(number)
		if err != nil || n <= last || dense && n != last+1 {
			t.Fatalf("behind the row of pattern %d stands %s", last, number)
		}
		last = n
		count++
		if tested[file] == nil {
			tested[file], listed[file] = map[string]bool{}, map[string]bool{}
			for _, m := range patternTest.FindAllStringSubmatch(read(t, file), -1) {
				tested[file][m[1]] = true
			}
		}
		listed[file][number] = true
		if !tested[file][number] {
			t.Errorf("pattern %s: no test in %s begins with its number", number, file)
		}
	}
	for file, numbers := range tested {
		for number := range numbers {
			if !listed[file][number] {
				t.Errorf("pattern %s has a test in %s and no row", number, file)
			}
		}
	}
	return count
}
