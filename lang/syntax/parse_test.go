package syntax_test

import (
	"os"
	"testing"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

func TestSmallProgramParsesClean(t *testing.T) {
	text, err := os.ReadFile("testdata/orders.cob")
	if err != nil {
		t.Fatal(err)
	}
	file, problems := syntax.Parse(source.New("orders.cob", string(text)))
	for _, p := range problems {
		t.Errorf("%s: %s %s", p.Primary, p.Code, p.Message)
	}
	if got := len(file.Decls); got != 29 {
		t.Errorf("%d declarations, want 29", got)
	}
}
