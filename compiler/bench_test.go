package compiler_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

// BenchmarkFrontEnd compiles a generated package of 10,000 lines: lex, parse,
// resolve, check, lower, encode. The metric that counts is lines per second.
func BenchmarkFrontEnd(b *testing.B) {
	text := syntaxtest.Generate(10_000)
	lines := strings.Count(text, "\n")
	fsys := fstest.MapFS{"generated.cob": {Data: []byte(text)}}
	b.ReportAllocs()
	for b.Loop() {
		r, err := compiler.Compile(fsys, compiler.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if r.Failed() {
			b.Fatal(diag.OneLines(r.Diagnostics[:min(20, len(r.Diagnostics))]))
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkCheck leaves out lexing and parsing: resolve and check alone.
func BenchmarkCheck(b *testing.B) {
	text := syntaxtest.Generate(10_000)
	lines := strings.Count(text, "\n")
	fsys := fstest.MapFS{"generated.cob": {Data: []byte(text)}}
	m, _, err := module.Load(fsys, ".", module.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		info, _ := resolve.Resolve(m)
		check.Check(m, info)
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
