package diag

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tabWidth is how many columns a tab takes in an excerpt.
const tabWidth = 4

// A glyph is what one character of a line looks like on a terminal.
type glyph struct {
	text   string // with the combining characters that follow
	column int    // zero-based
	width  int    // columns
	offset int    // bytes from the begin of the line
}

// glyphs lays a line out. What would move the cursor, change colours or turn the
// direction of writing becomes a visible character.
func glyphs(line string) []glyph {
	var out []glyph
	column := 0
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		text, width := visible(r, line[i:i+size])
		if width == 0 && len(out) > 0 {
			out[len(out)-1].text += text
		} else {
			out = append(out, glyph{text, column, width, i})
			column += width
		}
		i += size
	}
	return out
}

func visible(r rune, raw string) (text string, width int) {
	switch {
	case r == '\t':
		return strings.Repeat(" ", tabWidth), tabWidth
	case r == utf8.RuneError:
		return "\uFFFD", 1
	case r < 0x20:
		return string('\u2400' + r), 1
	case r == 0x7F:
		return "\u2421", 1
	case r == 0x200D || unicode.In(r, unicode.Mn, unicode.Me) || 0xFE00 <= r && r <= 0xFE0F:
		return raw, 0
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
		return "\uFFFD", 1
	case wide(r):
		return raw, 2
	}
	return raw, 1
}

// ranges of characters that take two columns, from the East Asian width of
// Unicode, W and F.
var wideRanges = [][2]rune{
	{0x1100, 0x115F}, {0x231A, 0x231B}, {0x2329, 0x232A}, {0x23E9, 0x23EC}, {0x23F0, 0x23F0}, {0x23F3, 0x23F3},
	{0x25FD, 0x25FE}, {0x2614, 0x2615}, {0x2648, 0x2653}, {0x267F, 0x267F}, {0x2693, 0x2693}, {0x26A1, 0x26A1},
	{0x26AA, 0x26AB}, {0x26BD, 0x26BE}, {0x26C4, 0x26C5}, {0x26CE, 0x26CE}, {0x26D4, 0x26D4}, {0x26EA, 0x26EA},
	{0x26F2, 0x26F3}, {0x26F5, 0x26F5}, {0x26FA, 0x26FA}, {0x26FD, 0x26FD}, {0x2705, 0x2705}, {0x270A, 0x270B},
	{0x2728, 0x2728}, {0x274C, 0x274C}, {0x274E, 0x274E}, {0x2753, 0x2755}, {0x2757, 0x2757}, {0x2795, 0x2797},
	{0x27B0, 0x27B0}, {0x27BF, 0x27BF}, {0x2B1B, 0x2B1C}, {0x2B50, 0x2B50}, {0x2B55, 0x2B55},
	{0x2E80, 0x303E}, {0x3041, 0x33FF}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xA000, 0xA4CF}, {0xA960, 0xA97F},
	{0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE10, 0xFE19}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6},
	{0x16FE0, 0x18AFF}, {0x1B000, 0x1B2FF}, {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E},
	{0x1F191, 0x1F19A}, {0x1F200, 0x1F265}, {0x1F300, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C},
	{0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4},
	{0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F567},
	{0x1F57A, 0x1F57A}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4}, {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5},
	{0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6D2}, {0x1F6D5, 0x1F6DF}, {0x1F6EB, 0x1F6EC}, {0x1F6F4, 0x1F6FC},
	{0x1F7E0, 0x1F7EB}, {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF}, {0x1FA70, 0x1FAFF},
	{0x20000, 0x3FFFD},
}

func wide(r rune) bool {
	if r < wideRanges[0][0] {
		return false
	}
	for _, x := range wideRanges {
		if r <= x[1] {
			return r >= x[0]
		}
	}
	return false
}

// longestText is how many bytes of a message, a label or a way out a person is
// shown: a name in it may be as long as a file.
const longestText = 4000

// plain makes a text fit for one line of a terminal.
func plain(text string) string {
	whole := strings.TrimRight(text, "\n")
	_, to := around(whole, 0, 0, longestText)
	var b strings.Builder
	for _, g := range glyphs(strings.ReplaceAll(whole[:to], "\n", " ")) {
		b.WriteString(g.text)
	}
	if to < len(whole) {
		b.WriteString(ellipsis)
	}
	return b.String()
}
