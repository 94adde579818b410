package source

import "sync"

// unitsEvery is how many bytes lie between two places of which it is remembered
// how many UTF-16 units stand before them.
const unitsEvery = 1024

// unitIndex knows how many UTF-16 units stand before places of a text, so that a
// column in a line as long as a file is not counted from its begin each time. It
// is made when a long line is first asked about.
type unitIndex struct {
	once  sync.Once
	known []unitMark
}

// unitMark says how many units stand before the begin of a character.
type unitMark struct{ offset, units int }

// before counts the units of the first bytes of the text.
func (x *unitIndex) before(text string, offset int) int {
	x.once.Do(func() {
		units := 0
		for at, r := range text {
			if at >= len(x.known)*unitsEvery {
				x.known = append(x.known, unitMark{at, units})
			}
			units += units16(r)
		}
	})
	// A mark stands at most three bytes behind its place.
	k := min(offset/unitsEvery, len(x.known)-1)
	if k > 0 && x.known[k].offset > offset {
		k--
	}
	return x.known[k].units + unitsOf(text[x.known[k].offset:offset])
}

func unitsOf(text string) int {
	n := 0
	for _, r := range text {
		n += units16(r)
	}
	return n
}

// units16 is how many UTF-16 units a character takes.
func units16(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
