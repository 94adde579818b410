package format_test

import (
	"os"
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/format"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
	"github.com/cob-lang/cob/spec/golden"
)

func program(t testing.TB) string {
	text, err := os.ReadFile("../syntax/testdata/orders.cob")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestMutantsFormat(t *testing.T) {
	syntaxtest.Mutations(program(t), func(what, mutant string) { checkFormat(t, mutant) })
}

// checkFormat fails when formatting loses a byte that is not blank, is not
// idempotent, or changes the tokens.
func checkFormat(t *testing.T, text string) {
	t.Helper()
	once := format.Source(text)
	if a, b := solid(text), solid(once); a != b {
		t.Fatalf("formatting changed what is not blank:\n%s\nof\n%s", golden.Diff(a, b), text)
	}
	if twice := format.Source(once); twice != once {
		t.Fatalf("formatting twice differs:\n%s\nof\n%s", golden.Diff(once, twice), text)
	}
	if a, b := tokensOf(text), tokensOf(once); a != b {
		t.Fatalf("formatting changed the tokens:\n%s\nof\n%s", golden.Diff(a, b), text)
	}
}

func solid(text string) string {
	return strings.NewReplacer(" ", "", "\t", "", "\n", "", "\r", "", "\uFEFF", "").Replace(text)
}

// tokensOf is what the parser sees: the tokens, and whether a line break stands before each.
func tokensOf(text string) string {
	tokens, _ := syntax.Lex(source.New("", text))
	var b strings.Builder
	for i, t := range tokens.Tokens {
		if t.Newline && i > 0 && t.Kind != syntax.EOF {
			b.WriteString("newline ")
		}
		raw := tokens.Raw(t)
		if t.Literal == syntax.MoneyLiteral {
			raw = syntax.MoneyText(raw)
		}
		b.WriteString(strings.TrimRight(raw, " \t\r\n") + "\n")
	}
	return b.String()
}

func FuzzFormat(f *testing.F) {
	f.Add(program(f))
	for _, text := range corpus(f) {
		f.Add(text)
	}
	for _, seed := range []string{"", "a - -b ! = c", "x ?. y ? . z", "1 .5", "5  EUR", "a;b;;c // d", "\"${\n", "\"\"\"a\nb", "type T{a:int,b:map<map<int>>?}",
		"'%&\x80 x", "f(\n{\na\n}\n)", "a\r\n\r\n\r\nb\t//c", "- - -1", "\uFEFF x", "0\rAAA", "0\rminutes", "0\uFEFFS\nof\n0\uFEFFS", "0\uFEFFEUR", "0\uFEFFEURO", "0 \uFEFF minutes"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { checkFormat(t, text) })
}
