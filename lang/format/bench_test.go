package format_test

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/format"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

func BenchmarkFormat10kLines(b *testing.B) {
	text := syntaxtest.Generate(10_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		format.Source(text)
	}
	b.ReportMetric(float64(strings.Count(text, "\n"))*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
