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
// parsers, alone and inside of a body, in declarations that each outgrow the window
// of the one before.
func TestTheWindowReachesToTheEndOfLongDeclarations(t *testing.T) {
	var b strings.Builder
	b.WriteString("package p\n\n")
	sizes := []int{1, 10, 100, 1000}
	for _, n := range sizes {
		names := strings.Repeat("a, ", n-1) + "a"
		fmt.Fprintf(&b, "label l%d is %s\nroute r%d {\n  slip x to %s\n  if x > 1 { tap y(x) }\n}\n", n, names, n, names)
	}
	f, problems := Parse(source.New("p.cob", b.String()))
	for _, p := range problems {
		t.Fatalf("%s: %s", p.Primary, p.Message)
	}
	for i, want := range sizes {
		l, r := f.Decls[2*i+1].(*LabelDecl), f.Decls[2*i+2].(*RouteDecl)
		slip := r.Body.Stmts[0].(*SlipStmt)
		if len(l.Parents) != want || len(slip.Targets) != want || len(r.Body.Stmts) != 2 {
			t.Errorf("%s has %d parents, %s goes to %d in %d statements", l.Name.Text, len(l.Parents), r.Name.Text, len(slip.Targets), len(r.Body.Stmts))
		}
	}
}
