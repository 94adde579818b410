package diag_test

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/diag"
)

func TestUnified(t *testing.T) {
	numbers := strings.Split(strings.TrimSpace(strings.Repeat("a b c d e f g h i j ", 2)), " ")
	text := strings.Join(numbers, "\n") + "\n"
	changed := strings.Replace(text, "b\n", "B\nb2\n", 1)
	changed = strings.TrimSuffix(changed, "j\n") + "last"
	want := `--- x.cob
+++ x.cob
@@ -1,5 +1,6 @@
 a
-b
+B
+b2
 c
 d
 e
@@ -17,4 +18,4 @@
 g
 h
 i
-j
+last
\ No newline at end of file
`
	if got := diag.Unified("x.cob", text, changed); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := diag.Unified("x.cob", text, text); got != "" {
		t.Errorf("nothing changes and the diff is\n%s", got)
	}
	if got := diag.Unified("x.cob", "", "a\n"); got != "--- x.cob\n+++ x.cob\n@@ -0,0 +1 @@\n+a\n" {
		t.Errorf("a new file is\n%s", got)
	}
}

// A comparison that would take too long shows everything as replaced.
func TestUnifiedIsBounded(t *testing.T) {
	var a, b strings.Builder
	for i := range 2001 {
		a.WriteString(strings.Repeat("a", i%7) + "\n")
		b.WriteString(strings.Repeat("b", i%7+1) + "\n")
	}
	got := diag.Unified("x.cob", a.String(), b.String())
	if n := strings.Count(got, "\n-"); n != 2001 {
		t.Errorf("%d lines go", n)
	}
}
