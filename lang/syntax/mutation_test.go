package syntax_test

import (
	"github.com/cob-lang/cob/lang/diag"
	"os"
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

// maxEchoes is how many diagnostics one deleted or doubled token may give. Some
// mistakes are two: a deleted `{` in front of a body leaves a `}` too many.
const maxEchoes = 3

func program(t testing.TB) string {
	text, err := os.ReadFile("testdata/orders.cob")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestMutantsAlwaysGiveATree(t *testing.T) {
	worst := 0
	syntaxtest.Mutations(program(t), func(what, mutant string) {
		file, problems := syntax.Parse(source.New("orders.cob", mutant))
		checkTree(t, file)
		if strings.HasPrefix(what, "delete") || strings.HasPrefix(what, "double ") {
			worst = max(worst, len(problems))
			if len(problems) > maxEchoes {
				t.Errorf("%s gives %d diagnostics: %v %s", what, len(problems), problems[0].Primary, "\n"+diag.OneLines(problems))
			}
		}
	})
	t.Logf("at most %d diagnostics for one mistake", worst)
}

// checkTree fails when a span lies outside of its text, or a whole declaration
// has a BadExpr in it.
func checkTree(t *testing.T, file *syntax.File) {
	t.Helper()
	n := len(file.Source.Text)
	for _, d := range file.Decls {
		syntax.Inspect(d, func(x syntax.Node) bool {
			at := x.Span()
			if at.File() != file.Source || at.Start() < 0 || at.End() < at.Start() || at.End() > n {
				t.Errorf("%T has the span %d-%d in a text of %d bytes:\n%s", x, at.Start(), at.End(), n, file.Source.Text)
			}
			if _, bad := x.(*syntax.BadExpr); bad && !d.Head().Broken {
				t.Errorf("%T is not marked broken, but has a BadExpr:\n%s", d, d.Span().Text())
			}
			return true
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(program(f))
	for _, seed := range []string{"", "type", "type T {", "process P() { let x = ", "process P() { if { } else if }", `sample s: T { a: "${"${b}"}" }`,
		"process P() {\n match {\n a => send b(c)\n else => { }\n }\n}", "policy p { deny a when x in [1..2,", "\uFEFFtype T {}", "a;b;c", "test \"a\" { given because \"x\" }", "process P() { let x = because \"y\" }"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, _ := syntax.Parse(source.New("fuzz.cob", text))
		checkTree(t, file)
	})
}
