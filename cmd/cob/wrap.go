package main

import (
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// narrowest is the width that help is written for at least.
const narrowest = 30

// fitted lets the help of a command and of all below it keep to the width of the
// terminal. Where that is not known nothing is broken.
func fitted(root *cobra.Command) {
	help, usage := root.HelpFunc(), root.UsageFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) { asWide(c, func() { help(c, args) }) })
	root.SetUsageFunc(func(c *cobra.Command) (err error) {
		asWide(c, func() { err = usage(c) })
		return err
	})
}

// asWide writes what a command says about itself in lines that fit the terminal.
func asWide(c *cobra.Command, say func()) {
	out := c.OutOrStdout()
	width := columns(out)
	if width == 0 {
		say()
		return
	}
	var text strings.Builder
	c.SetOut(&text)
	say()
	c.SetOut(out)
	_, _ = out.Write([]byte(wrapped(text.String(), max(width, narrowest)-1)))
}

// wrapped breaks the lines of a text that are longer than a width between words. What is
// broken off stands below the second column of its line, or where its line begins;
// a paragraph that had to be broken is filled anew.
func wrapped(text string, width int) string {
	var out strings.Builder
	var open []string // the lines of a paragraph without indentation
	flush := func() {
		long := false
		for _, line := range open {
			long = long || utf8.RuneCountInString(line) > width
		}
		if long {
			open = []string{strings.Join(open, " ")}
		}
		for _, line := range open {
			out.WriteString(broken(line, width))
		}
		open = nil
	}
	for _, line := range strings.SplitAfter(text, "\n") {
		bare := strings.TrimSuffix(line, "\n")
		if bare != "" && !strings.HasPrefix(bare, " ") && !strings.HasSuffix(bare, ":") {
			open = append(open, bare)
			continue
		}
		flush()
		if line != "" {
			out.WriteString(broken(bare, width))
		}
	}
	flush()
	return out.String()
}

// broken is one line, in as many as it takes, each with its end.
func broken(line string, width int) string {
	hang := strings.Repeat(" ", hanging(line, width))
	var out strings.Builder
	for utf8.RuneCountInString(line) > width {
		cut := cutAt(line, width, len(hang))
		if cut < 0 {
			break
		}
		out.WriteString(strings.TrimRight(line[:cut], " ") + "\n")
		line = hang + strings.TrimLeft(line[cut:], " ")
	}
	out.WriteString(line + "\n")
	return out.String()
}

// cutAt is the last blank of a line within a width, or else the first one behind it, and behind
// where the line begins; -1 where there is none.
func cutAt(line string, width, from int) int {
	begins := max(from, len(line)-len(strings.TrimLeft(line, " ")))
	end := len(line)
	for n, i := 0, 0; i < len(line); n++ {
		if n == width+1 {
			end = i
			break
		}
		_, size := utf8.DecodeRuneInString(line[i:])
		i += size
	}
	if i := strings.LastIndexByte(line[begins:end], ' '); i > 0 {
		return begins + i
	}
	if i := strings.IndexByte(line[end:], ' '); i >= 0 {
		return end + i
	}
	return -1
}

// hanging is where the second column of a line begins, when that leaves half of the width, or
// else a little behind where the line itself begins.
func hanging(line string, width int) int {
	indent := len(line) - len(strings.TrimLeft(line, " "))
	if indent == 0 {
		return 0
	}
	if i := strings.Index(line[indent:], "  "); i >= 0 {
		rest := line[indent+i:]
		if second := indent + i + len(rest) - len(strings.TrimLeft(rest, " ")); second <= width/2 {
			return second
		}
	}
	return indent + 4
}
