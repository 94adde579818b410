package syntax_test

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/spec/golden"
)

func problemsOf(text string) []diag.Diagnostic {
	_, problems := syntax.Parse(source.New("in.cob", text))
	return problems
}

func TestNestingLimit(t *testing.T) {
	nested := func(n int) string { return "sample s: " + strings.Repeat("[", n) + "1" + strings.Repeat("]", n) + "\n" }
	// each list counts twice, as an expression and as a bracket; the outermost expression and the 1 count once
	fits := (syntax.MaxNesting - 1) / 2
	if p := problemsOf(nested(fits)); len(p) != 0 {
		t.Errorf("%d lists: %v", fits, diag.OneLines(p))
	}
	p := problemsOf(nested(fits + 1))
	if len(p) != 1 || p[0].Code != syntax.CodeNesting {
		t.Errorf("%d lists: %v", fits+1, diag.OneLines(p))
	}
	for _, deep := range []string{"(", "[", "{ a: ", "-", "!", "x => ", "a ? b : ", "{ a: ["} {
		problemsOf("sample s: " + strings.Repeat(deep, 100_000))
	}
	problemsOf("process P() {\n" + strings.Repeat("if x {\n", 100_000))
	problemsOf("type T = " + strings.Repeat("[", 100_000))
	problemsOf("sample s: " + strings.Repeat(`"${`, 100_000))
}

func TestChainLimit(t *testing.T) {
	for _, link := range []string{" + 1", ".a", "[0]", "(1)", " in 1"} {
		for over, want := range []int{0, 1} {
			text := "sample s: A { a: b" + strings.Repeat(link, syntax.MaxChain+over) + " }\n"
			p := problemsOf(text)
			if len(p) != want || want == 1 && p[0].Code != syntax.CodeNesting {
				t.Errorf("%d times %q: %v", syntax.MaxChain+over, link, diag.OneLines(p))
			}
		}
	}
}

func TestListTypesHaveOneType(t *testing.T) {
	for _, text := range []string{"type T = []\n", "type T = [a, b]\n", "process P(x: []) { wait 1m }\n", "type T { a: [] }\n"} {
		if p := problemsOf(text); len(p) != 1 || p[0].Code != syntax.CodeUnexpected {
			t.Errorf("%s: %v", text, diag.OneLines(p))
		}
	}
}

func TestFileSizeLimit(t *testing.T) {
	fits := "package p\n" + strings.Repeat("/", syntax.MaxFileBytes-10)
	if p := problemsOf(fits); len(p) != 0 {
		t.Errorf("a file at the limit: %s", diag.OneLines(p))
	}
	p := problemsOf(fits + "/")
	if len(p) != 1 || p[0].Code != syntax.CodeFileSize {
		t.Errorf("a file over the limit: %s", diag.OneLines(p))
	}
}

func TestGrammar(t *testing.T) {
	golden.Text(t, "../../spec/grammar.ebnf", syntax.Grammar())
}

// A file in another encoding is told as that, once, and nobody looks into it.
func TestUTF16(t *testing.T) {
	for mark, second := range map[string]string{"\xff\xfe": "p\x00a\x00\n\x00", "\xfe\xff": "\x00p\x00a\x00\n"} {
		file, problems := syntax.Parse(source.New("a.cob", mark+strings.Repeat(second, 100)))
		if len(problems) != 1 || !strings.Contains(problems[0].Message, "UTF-16") || len(file.Decls) > 0 || !syntax.Unread(file.Source.Text) {
			t.Errorf("%q: %v", mark, problems)
		}
	}
	if syntax.Unread("\xff package p\n") || syntax.Unread("") {
		t.Error("a text without the mark is taken for UTF-16")
	}
}
