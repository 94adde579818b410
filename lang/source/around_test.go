package source_test

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/source"
)

// What goes with a text when it is taken out: [ and ] stand around the text, and behind is
// what is left.
func TestTakingOut(t *testing.T) {
	for _, c := range []struct {
		how   func(source.Span) source.Span
		text  string
		wants string
	}{
		{source.Span.Alone, "a\n  [x = x]\nb\n", "a\nb\n"},
		{source.Span.Alone, "a\n  [x {\n  }]  \nb\n", "a\nb\n"},
		{source.Span.Alone, "a\r\n  [x]\r\nb\r\n", "a\r\nb\r\n"},
		{source.Span.Alone, "a\n[x]", "a\n"},
		{source.Span.Alone, "[x]", ""},
		{source.Span.Alone, "a [x]\nb", "a\nb"},
		{source.Span.Alone, "a [x] b", "a b"},
		{source.Span.Alone, "  [x] // why\nb", "  // why\nb"},
		{source.Span.Listed, "{ [a], b }", "{ b }"},
		{source.Span.Listed, "{ a, [b] }", "{ a }"},
		{source.Span.Listed, "{ a,\n  [b],\n  c }", "{ a,\n  c }"},
		{source.Span.Listed, "{ a,\n  [b]\n}", "{ a\n}"},
		{source.Span.Listed, "{\n  a\n  [b]\n  c\n}", "{\n  a\n  c\n}"},
		{source.Span.Listed, "{ [a] }", "{ }"},
		{func(s source.Span) source.Span { return s.Led("raises") }, "p() raises [F] {", "p()  {"},
		{func(s source.Span) source.Span { return s.Led("where") }, "p() raises [F] {", "p() raises  {"},
	} {
		from, to := strings.Index(c.text, "["), strings.Index(c.text, "]")-1
		f := source.New("a.cob", strings.NewReplacer("[", "", "]", "").Replace(c.text))
		gone := c.how(f.Span(from, to))
		if got := f.Text[:gone.Start()] + f.Text[gone.End():]; got != c.wants {
			t.Errorf("%q leaves %q, want %q", c.text, got, c.wants)
		}
	}
	var nowhere source.Span
	if nowhere.Alone().Known() || nowhere.Listed().Known() || nowhere.Led("x").Known() {
		t.Error("what stands nowhere has something around it")
	}
}
