package source_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/cob-lang/cob/lang/source"
)

func TestPlaces(t *testing.T) {
	f := source.New("a.cob", "ab\r\ncé😀d\n\nx")
	for _, c := range []struct{ offset, line, column, utf16 int }{
		{0, 1, 1, 0}, {2, 1, 3, 2}, {4, 2, 1, 0}, {5, 2, 2, 1}, {7, 2, 4, 2}, {11, 2, 8, 4}, {13, 3, 1, 0}, {14, 4, 1, 0}, {15, 4, 2, 1},
	} {
		p := f.Lines.Position(c.offset)
		if p != (source.Position{Line: c.line, Column: c.column}) {
			t.Errorf("offset %d is at %s, want %d:%d", c.offset, p, c.line, c.column)
		}
		if got := f.Lines.Offset(p); got != c.offset {
			t.Errorf("%s is offset %d, want %d", p, got, c.offset)
		}
		line, column := f.Lines.UTF16(c.offset)
		if line != c.line-1 || column != c.utf16 {
			t.Errorf("offset %d is %d:%d in UTF-16, want %d:%d", c.offset, line, column, c.line-1, c.utf16)
		}
		if got := f.Lines.FromUTF16(line, column); got != c.offset {
			t.Errorf("%d:%d in UTF-16 is offset %d, want %d", line, column, got, c.offset)
		}
	}
	if got := f.Lines.Line(1); got != "ab" {
		t.Errorf("line 1 is %q", got)
	}
	if got := f.Lines.FromUTF16(1, 3); got != 7 {
		t.Errorf("inside a surrogate pair is offset %d, want its start 7", got)
	}
	if got := f.Lines.Position(99); got.Line != 4 {
		t.Errorf("behind the text is %s", got)
	}
}

func TestSpans(t *testing.T) {
	f := source.New("a.cob", "let x")
	s := f.Span(4, 5)
	if s.String() != "a.cob:1:5-1:6" || s.Text() != "x" {
		t.Errorf("%s %q", s, s.Text())
	}
	if j := s.Join(f.Span(0, 3)); j.Start() != 0 || j.End() != 5 {
		t.Errorf("joined %s", j)
	}
	if none := (source.Span{}); none.Known() || none.String() != "-" || none.Join(s) != s {
		t.Errorf("the unknown span is %s", none)
	}
}

func TestRegionsMove(t *testing.T) {
	f := source.New("a.cob", "a\nlet x\n")
	r := source.NewRegion(f, 2)
	s := r.Span(6, 7)
	g := source.New("b.cob", "let x")
	r.Move(g, 0)
	if s.String() != "b.cob:1:5-1:6" || s.Text() != "x" || s.File() != g || s.Start() != 4 || s.End() != 5 {
		t.Errorf("moved to %s %q", s, s.Text())
	}
	whole := g.Span(0, 5)
	if got := s.Join(whole); got.Compare(whole) != 0 {
		t.Errorf("joined with another region's: %s", got)
	}
	for want, got := range map[string]source.Span{
		"b.cob:1:1-1:1": whole.Before(), "b.cob:1:6-1:6": whole.After(), "b.cob:1:1-1:4": whole.First(3), "b.cob:1:5-1:6": whole.Last(1),
	} {
		if got.String() != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// In a line as long as a file, columns of UTF-16 are those that counting from its
// begin gives, wherever in a character an offset lies.
func TestUTF16InALongLine(t *testing.T) {
	for _, unit := range []string{"a", "é", "😀", "a\xffé😀\x80", "日本"} {
		text := "x\r\n" + strings.Repeat(unit, 5000/len(unit)) + "\ny"
		f := source.New("a.cob", text)
		for offset := 3; offset <= 3+5000/len(unit)*len(unit); offset++ {
			if near := offset % 1024; near > 8 && near < 1016 {
				continue
			}
			want := 0
			for _, r := range text[3:offset] {
				want += len(utf16.Encode([]rune{r}))
			}
			if line, column := f.Lines.UTF16(offset); line != 1 || column != want {
				t.Fatalf("%q: offset %d is %d:%d, want 1:%d", unit, offset, line, column, want)
			}
		}
	}
}
