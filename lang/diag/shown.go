package diag

import "fmt"

// MaxShown is how many diagnostics a rendering for people holds at most. One
// mistake in what generates a file may give as many as the file has lines.
const MaxShown = 1000

// Foremost gives at most n diagnostics: the first ones, and when they do not all fit,
// the first errors before any warning. Their order stays.
func Foremost(ds []Diagnostic, n int) []Diagnostic {
	if len(ds) <= n {
		return ds
	}
	room := map[Severity]int{}
	for _, d := range ds {
		room[d.Severity]++
	}
	left := n
	for _, s := range []Severity{Error, Warning, Info} {
		room[s] = min(room[s], left)
		left -= room[s]
	}
	out := make([]Diagnostic, 0, n)
	for _, d := range ds {
		if room[d.Severity] > 0 {
			room[d.Severity]--
			out = append(out, d)
		}
	}
	return out
}

// LeftOut says how many of the diagnostics are not among those shown, and where
// they can be had; "" when all are.
func LeftOut(ds, shown []Diagnostic) string {
	rest := len(ds) - len(shown)
	if rest == 0 {
		return ""
	}
	errors := countErrors(ds) - countErrors(shown)
	return fmt.Sprintf("and %d more, %d of them errors: `cob check --format line` and `--format json` give all", rest, errors)
}

func countErrors(ds []Diagnostic) int {
	n := 0
	for _, d := range ds {
		if d.Severity == Error {
			n++
		}
	}
	return n
}
