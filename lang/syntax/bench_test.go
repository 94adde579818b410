package syntax_test

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

func TestGeneratedPackageParsesClean(t *testing.T) {
	text := syntaxtest.Generate(1000)
	if n := strings.Count(text, "\n"); n < 1000 {
		t.Fatalf("%d lines, want at least 1000", n)
	}
	_, problems := syntax.Parse(source.New("generated.cob", text))
	for _, p := range problems {
		t.Fatalf("%s: %s", p.Primary, p.Message)
	}
}

func BenchmarkParse10kLines(b *testing.B) {
	text := syntaxtest.Generate(10_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		syntax.Parse(source.New("generated.cob", text))
	}
	perLine(b, text)
}

func BenchmarkLex10kLines(b *testing.B) {
	text := syntaxtest.Generate(10_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		syntax.Lex(source.New("generated.cob", text))
	}
	perLine(b, text)
}

func perLine(b *testing.B, text string) {
	lines := float64(strings.Count(text, "\n")) * float64(b.N)
	b.ReportMetric(lines/b.Elapsed().Seconds(), "lines/s")
}
