package format

// Looked counts the items and lines that aligning a text looks at.
func Looked(text string) int {
	lines := cut(text)
	indent(lines)
	space(lines)
	return align(lines).looked
}

// MaxAligned is maxAligned.
const MaxAligned = maxAligned
