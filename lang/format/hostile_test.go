package format_test

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/format"
	"github.com/cob-lang/cob/lang/syntax"
)

// hostile are texts of a size that nobody writes by hand.
var hostile = map[string]func(n int) string{
	"a long line among short ones": func(n int) string {
		return strings.Repeat("a\n", n) + strings.Repeat("a,  ", n) + "\n" + strings.Repeat("a\n", n)
	},
	"two long lines":     func(n int) string { return strings.Repeat("a,  ", n) + "\n" + strings.Repeat("bb, ", n) },
	"a staircase":        staircase,
	"a wide name":        func(n int) string { return strings.Repeat("a", n) + "  = 1\n" + strings.Repeat("a = 1\n", n) },
	"a wide comment":     func(n int) string { return strings.Repeat("a", n) + "  // 1\n" + strings.Repeat("a // 1\n", n) },
	"a comment far out":  func(n int) string { return "a" + strings.Repeat(" ", n) + "// 1\n" + strings.Repeat("a // 1\n", n) },
	"aligned lines":      func(n int) string { return strings.Repeat("a  = b,  c {}  // d\n", n) },
	"brackets":           func(n int) string { return strings.Repeat("{\n", n) },
	"brackets and names": func(n int) string { return strings.Repeat("a [\n", n) + strings.Repeat("]\n", n) },
	"operators":          func(n int) string { return "let a = " + strings.Repeat("a!A:A + ", n) },
	"lambdas":            func(n int) string { return strings.Repeat("x  => ", n) },
	"conditionals":       func(n int) string { return strings.Repeat("a ? b : ", n) },
	"marks":              func(n int) string { return strings.Repeat("A!", n) },
}

// staircase is a run in which each line has one column more than the one before.
func staircase(n int) string {
	var b strings.Builder
	for i := 1; i*i < n; i++ {
		b.WriteString(strings.Repeat("a,  ", i) + "\n")
	}
	return b.String()
}

func TestTheWorkGrowsWithTheText(t *testing.T) {
	for what, of := range hostile {
		text, twice := of(2000), of(4000)
		a, b := format.Looked(text), format.Looked(twice)
		growth := float64(len(twice)) / float64(len(text))
		if float64(b) > 1.1*growth*float64(a) {
			t.Errorf("%s: %d looks at %d bytes, %d at %d", what, a, len(text), b, len(twice))
		}
		checkFormat(t, text)
	}
}

// What comes out is never too large to be compiled because it was formatted.
func TestDeepBracketsMayNotOutgrowAFile(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("{\n", n) }
	fits := 0
	for size := 0; ; fits++ {
		if size += 2*min(fits, syntax.MaxNesting) + 2; size > syntax.MaxFileBytes {
			break
		}
	}
	if out := format.Source(nested(fits)); out == nested(fits) || len(out) > syntax.MaxFileBytes {
		t.Errorf("%d brackets that fit become %d bytes", fits, len(out))
	}
	if out := format.Source(nested(fits + 1)); out != nested(fits+1) {
		t.Errorf("%d brackets become %d bytes", fits+1, len(out))
	}
}

func TestColumnsFarOutAreLeftAlone(t *testing.T) {
	wide := strings.Repeat("a", format.MaxAligned-1)
	if got, want := format.Source(wide+" = 1\nb  = 2\n"), wide+" = 1\nb"+strings.Repeat(" ", len(wide))+"= 2\n"; got != want {
		t.Errorf("a column at the limit:\n%s", got)
	}
	if got, want := format.Source(wide+"a  = 1\nb  = 2\ncc = 3\n"), wide+"a = 1\nb  = 2\ncc = 3\n"; got != want {
		t.Errorf("a column beyond the limit:\n%s", got)
	}
	if got, want := format.Source("a"+strings.Repeat(" ", 300)+"// 1\nb // 2\n"),
		"a"+strings.Repeat(" ", format.MaxAligned-1)+"// 1\nb"+strings.Repeat(" ", format.MaxAligned-1)+"// 2\n"; got != want {
		t.Errorf("comments beyond the limit:\n%s", got)
	}
	if got, want := format.Source(wide+"a  // 1\nb  // 2\ncc // 3\n"), wide+"a // 1\nb  // 2\ncc // 3\n"; got != want {
		t.Errorf("comments behind a long line:\n%s", got)
	}
}
