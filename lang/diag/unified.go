package diag

import (
	"fmt"
	"strings"
)

const (
	unifiedContext = 3
	// maxUnified bounds the table of a comparison; beyond it what differs is
	// shown as replaced as a whole.
	maxUnified = 4_000_000
)

// Unified returns what changes between two texts of a file as a unified diff, as
// patch reads it; "" when nothing does.
func Unified(path, old, new string) string {
	if old == new {
		return ""
	}
	return fmt.Sprintf("--- %s\n+++ %s\n", path, path) + hunks(script(strings.SplitAfter(old, "\n"), strings.SplitAfter(new, "\n")))
}

// step is one line of a diff: its sign and its text with the line ending.
type step struct {
	sign byte
	text string
}

// script is the shortest list of steps from one text to another.
func script(a, b []string) []step {
	var out []step
	keep := func(lines []string, sign byte) {
		for _, line := range lines {
			if line != "" { // what stands behind the last line ending
				out = append(out, step{sign, line})
			}
		}
	}
	same := 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	keep(a[:same], ' ')
	a, b = a[same:], b[same:]
	tail := 0
	for tail < len(a) && tail < len(b) && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	end := a[len(a)-tail:]
	a, b = a[:len(a)-tail], b[:len(b)-tail]
	if len(a)*len(b) > maxUnified {
		keep(a, '-')
		keep(b, '+')
	} else {
		common(a, b, func(line string, sign byte) { keep([]string{line}, sign) })
	}
	keep(end, ' ')
	return out
}

// common walks a longest common subsequence.
func common(a, b []string, emit func(string, byte)) {
	width := len(b) + 1
	length := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
			} else {
				length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			emit(a[i], ' ')
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || length[(i+1)*width+j] >= length[i*width+j+1]):
			emit(a[i], '-')
			i++
		default:
			emit(b[j], '+')
			j++
		}
	}
}

// hunks prints the changed lines with some around them.
func hunks(steps []step) string {
	near := make([]bool, len(steps))
	for i, s := range steps {
		if s.sign == ' ' {
			continue
		}
		for j := max(0, i-unifiedContext); j <= min(len(steps)-1, i+unifiedContext); j++ {
			near[j] = true
		}
	}
	var b strings.Builder
	oldLine, newLine := 1, 1
	for i := 0; i < len(steps); {
		from, oldFrom, newFrom := i, oldLine, newLine
		for i < len(steps) && near[i] == near[from] {
			if steps[i].sign != '+' {
				oldLine++
			}
			if steps[i].sign != '-' {
				newLine++
			}
			i++
		}
		if near[from] {
			fmt.Fprintf(&b, "@@ -%s +%s @@\n", lineRange(oldFrom, oldLine), lineRange(newFrom, newLine))
			for _, s := range steps[from:i] {
				b.WriteByte(s.sign)
				b.WriteString(s.text)
				if !strings.HasSuffix(s.text, "\n") {
					b.WriteString("\n\\ No newline at end of file\n")
				}
			}
		}
	}
	return b.String()
}

// lineRange is how a hunk names the lines from a number to another, which is not
// among them. A range without lines is named by the line before.
func lineRange(from, to int) string {
	switch to - from {
	case 0:
		return fmt.Sprintf("%d,0", from-1)
	case 1:
		return fmt.Sprint(from)
	}
	return fmt.Sprintf("%d,%d", from, to-from)
}
