package picture

import "strings"

// Widths of the printable ASCII characters of Helvetica in thousandths of the
// size of the type, from blank to tilde. Arial and Liberation Sans have the same.
var helvetica = [...]int{
	278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, // blank to /
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, // 0 to ?
	1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, // @ to O
	667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, // P to _
	333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, // ` to o
	556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, // p to ~
}

const (
	otherWidth = 620  // of a letter that is not in the table
	wideWidth  = 1000 // of a character of East Asia, or a picture
	// slack is what a font that stands in for the named ones may be wider, in percent.
	slack = 12
)

// font is a size of type in pixels.
type font struct {
	size int
	bold bool
}

var (
	tagFont    = font{size: 9, bold: true}
	titleFont  = font{size: 13, bold: true}
	detailFont = font{size: 11}
	labelFont  = font{size: 11}
	headFont   = font{size: 18, bold: true}
)

func (f font) line() int { return f.size + f.size/3 }

// width is how many pixels a text takes at most.
func (f font) width(text string) int {
	sum := 0
	for _, r := range text {
		switch {
		case r >= ' ' && r <= '~':
			sum += helvetica[r-' ']
		case r >= 0x1100:
			sum += wideWidth
		default:
			sum += otherWidth
		}
	}
	if f.bold {
		sum += sum / 12
	}
	return (sum*f.size*(100+slack)/100 + 999) / 1000
}

// wrap breaks a text into at most limit lines of a width, at blanks where it can.
// What does not fit ends in an ellipsis.
func (f font) wrap(text string, width, limit int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		for {
			candidate := strings.TrimSpace(line + " " + word)
			if f.width(candidate) <= width {
				line = candidate
				break
			}
			if line == "" {
				head := f.head(word, width)
				lines, word = append(lines, head), word[len(head):]
				continue
			}
			lines, line = append(lines, line), ""
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	if len(lines) > limit {
		lines = lines[:limit]
		last := lines[limit-1]
		for last != "" && f.width(last+"…") > width {
			last = last[:len(last)-lastSize(last)]
		}
		lines[limit-1] = strings.TrimRight(last, " ") + "…"
	}
	return lines
}

// head is as much of a word as fits, but at least one character.
func (f font) head(word string, width int) string {
	end := 0
	for i, r := range word {
		if i > 0 && f.width(word[:i+len(string(r))]) > width {
			break
		}
		end = i + len(string(r))
	}
	return word[:end]
}

func lastSize(s string) int {
	runes := []rune(s)
	return len(string(runes[len(runes)-1]))
}

// upper is how tags are written.
func upper(tag string) string { return strings.ToUpper(tag) }
