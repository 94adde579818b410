package syntax

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/source"
)

// TestNoRowOfLiteralsIsLongerThanTheWindowShows holds the grammar to what ahead
// promises.
func TestNoRowOfLiteralsIsLongerThanTheWindowShows(t *testing.T) {
	row := regexp.MustCompile(fmt.Sprintf(`("[^"]*"[\s()?*+]*){%d}`, ahead))
	for _, line := range strings.Split(Grammar(), "\n") {
		if found := row.FindString(line); found != "" {
			t.Errorf("%s has the row %s, longer than %d", line, found, ahead-1)
		}
	}
	if !row.MatchString(strings.Repeat(`"by" `, ahead)) {
		t.Error("the expression finds no row")
	}
}

// TestTheWindowReachesToTheEndOfLongDeclarations reads lists by the generated
// parser, in declarations that each outgrow the window of the one before.
func TestTheWindowReachesToTheEndOfLongDeclarations(t *testing.T) {
	var b strings.Builder
	b.WriteString("package p\n\n")
	for _, n := range []int{1, 10, 100, 1000} {
		faults := strings.Repeat("F, ", n-1) + "F"
		fmt.Fprintf(&b, "process P%d(a: int) -> int raises %s {\n  if a > 1 { fail F } else { let b = call e.f(a) }\n  return a\n}\n", n, faults)
	}
	f, problems := Parse(source.New("p.cob", b.String()))
	for _, p := range problems {
		t.Fatalf("%s: %s", p.Primary, p.Message)
	}
	for i, want := range []int{1, 10, 100, 1000} {
		p := f.Decls[i+1].(*ProcessDecl)
		if len(p.Raises) != want || len(p.Body.Stmts) != 2 || p.Body.Stmts[0].(*IfStmt).Else == nil {
			t.Errorf("%s raises %d faults in %d statements", p.Name.Text, len(p.Raises), len(p.Body.Stmts))
		}
	}
}
