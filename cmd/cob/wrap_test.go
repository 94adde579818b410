package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Help keeps to the terminal: paragraphs are filled, columns hang, what fits stays as it is.
func TestHelpFitsTheTerminal(t *testing.T) {
	const text = `Checks packages and prints every diagnostic. A path is a directory with .cob
files, or a .cob file.

Usage:
  cob check [PATH..] [flags]

Available Commands:
  agent       Carry calls out near the endpoints of a cloud

Flags:
      --format string   how to print diagnostics: text, line
`
	if got := wrapped(text, 80); got != text {
		t.Errorf("what fits becomes\n%s", got)
	}
	const want = `Checks packages and prints every
diagnostic. A path is a directory with
.cob files, or a .cob file.

Usage:
  cob check [PATH..] [flags]

Available Commands:
  agent       Carry calls out near the
              endpoints of a cloud

Flags:
      --format string   how to print
          diagnostics: text, line
`
	if got := wrapped(text, 39); got != want {
		t.Errorf("in 39 columns it is\n%s", got)
	}
	for width := narrowest; width < 100; width++ {
		got := wrapped(text+strings.Repeat("é ", 90)+"\n"+strings.Repeat("x", 120)+"\n", width)
		for _, line := range strings.Split(got, "\n") {
			if utf8.RuneCountInString(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("in %d columns a line is %q", width, line)
			}
		}
		if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(text+strings.Repeat("é ", 90)+strings.Repeat("x", 120)), " ") {
			t.Errorf("in %d columns the words are others", width)
		}
	}
}
