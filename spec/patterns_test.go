package spec

import (
	"regexp"
	"strconv"
	"testing"
)

var (
	patternRow  = regexp.MustCompile(`(?m)^\| (\d+) \| [^|]+ \| [^|]+ \| \[[^\]]+\]\(([^)]+)\) \|$`)
	patternTest = regexp.MustCompile(`(?m)^test "(\d+) `)
)

// TestPatternsHaveTests looks up, for every row of patterns.md, a test of that
// number in the file that the row links to. That the tests pass is the matter of
// cob test, which runs over all examples.
func TestPatternsHaveTests(t *testing.T) {
	const controlFlow = 43
	tested := map[string]map[string]bool{} // by file, the numbers
	next := 1
	for _, row := range patternRow.FindAllStringSubmatch(read(t, "patterns.md"), -1) {
		number, file := row[1], row[2]
		if number != strconv.Itoa(next) {
			t.Fatalf("the row of pattern %d is missing: %s stands there", next, number)
		}
		next++
		if tested[file] == nil {
			tested[file] = map[string]bool{}
			for _, m := range patternTest.FindAllStringSubmatch(read(t, file), -1) {
				tested[file][m[1]] = true
			}
		}
		if !tested[file][number] {
			t.Errorf("pattern %s: no test in %s begins with its number", number, file)
		}
	}
	if next != controlFlow+1 {
		t.Errorf("%d rows, want %d", next-1, controlFlow)
	}
}
