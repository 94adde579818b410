package format_test

import (
	"os"
	"testing"

	"github.com/cob-lang/cob/lang/format"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
	"github.com/cob-lang/cob/spec/golden"
)

func TestSmallProgramIsAFixedPoint(t *testing.T) {
	text, err := os.ReadFile("../syntax/testdata/orders.cob")
	if err != nil {
		t.Fatal(err)
	}
	if diff := golden.Diff(string(text), format.Source(string(text))); diff != "" {
		t.Error(diff)
	}
}

func TestGeneratedPackageIsAFixedPoint(t *testing.T) {
	text := syntaxtest.Generate(300)
	if diff := golden.Diff(text, format.Source(text)); diff != "" {
		t.Error(diff)
	}
}
