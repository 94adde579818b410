package syntax_test

import (
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/diag"

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

// TestMutantsOfTheCorpus is the promise about bad input: of many single-token
// mutations most give two diagnostics or fewer, and none hides a declaration
// besides the one that it is in and the one behind that.
func TestMutantsOfTheCorpus(t *testing.T) {
	const mutants, most = 4000, 2
	files := corpus(t)
	names := slices.Sorted(maps.Keys(files))
	total, few := 0, 0
	for i, name := range names {
		text := files[name]
		good, _ := syntax.Parse(source.New(name, text))
		syntaxtest.Mutants(text, rand.New(rand.NewPCG(uint64(i), 0)).IntN, mutants/len(names)+1, func(what, mutant string) {
			file, problems := syntax.Parse(source.New(name, mutant))
			checkTree(t, file)
			total++
			if len(problems) <= most {
				few++
			}
			if n := syntaxtest.Lost(good, file); n > 1 {
				t.Errorf("%s in %s loses %d declarations", what, name, n)
			}
		})
	}
	if total < mutants || few*100 < total*80 {
		t.Errorf("%d of %d mutants give %d diagnostics or fewer, and 80 %% should", few, total, most)
	}
	t.Logf("%d of %d mutants (%.1f %%) give %d diagnostics or fewer", few, total, float64(few)*100/float64(total), most)
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
	for _, text := range corpus(f) {
		f.Add(text)
	}
	for _, seed := range []string{"", "type", "type T {", "process P() { let x = ", "process P() { if { } else if }", "process P({if m{}else if", `sample s: T { a: "${"${b}"}" }`,
		"process P() {\n match {\n a => send b(c)\n else => { }\n }\n}", "policy p { deny a when x in [1..2,", "\uFEFFtype T {}", "a;b;c", "test \"a\" { given because \"x\" }", "process P() { let x = because \"y\" }"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, _ := syntax.Parse(source.New("fuzz.cob", text))
		checkTree(t, file)
	})
}
