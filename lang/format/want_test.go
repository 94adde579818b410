package format_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/format"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
	"github.com/cob-lang/cob/spec/golden"
)

func TestWant(t *testing.T) {
	golden.Run(t, "testdata/want", func(t *testing.T, a golden.Archive) []golden.File {
		checkFormat(t, a.Get("in.cob"))
		return []golden.File{{Name: "want.cob", Text: format.Source(a.Get("in.cob"))}}
	})
}

func TestFormattingKeepsTheTree(t *testing.T) {
	for _, text := range corpus(t) {
		checkTree(t, text)
	}
	checkTree(t, program(t))
	checkTree(t, syntaxtest.Generate(200))
	syntaxtest.Mutations(program(t), func(what, mutant string) {
		if strings.HasPrefix(what, "double line") {
			checkTree(t, mutant)
		}
	})
}

func checkTree(t *testing.T, text string) {
	t.Helper()
	a, problems := syntax.Parse(source.New("", text))
	if len(problems) > 0 {
		return // what a broken text means depends on its columns
	}
	squeezed := strings.ReplaceAll(text, "  ", " ")
	for _, variant := range []string{format.Source(text), format.Source(squeezed)} {
		b, _ := syntax.Parse(source.New("", variant))
		if diff := golden.Diff(shape(a), shape(b)); diff != "" {
			t.Fatalf("formatting changed the tree:\n%s", diff)
		}
	}
}

// shape is a tree without its places.
func shape(f *syntax.File) string {
	var b strings.Builder
	syntax.Inspect(f, func(n syntax.Node) bool {
		fmt.Fprintf(&b, "%T", n)
		v := reflect.ValueOf(n).Elem()
		for i := range v.NumField() {
			switch x := v.Field(i).Interface().(type) {
			case string:
				fmt.Fprintf(&b, " %q", x)
			case bool, syntax.LiteralKind:
				fmt.Fprintf(&b, " %v", x)
			case syntax.Name:
				fmt.Fprintf(&b, " %s", x.Text)
			}
		}
		b.WriteByte('\n')
		return true
	})
	return b.String()
}
