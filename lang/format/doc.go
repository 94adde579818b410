// Package format is the one way COB is written.
//
// In goes a text, out comes the same text with its blanks set right. It works on
// tokens, so it formats broken texts too, and every byte that is not blank comes
// out in the order it went in.
//
// The rules. Line breaks are the author's; of several blank lines one stays.
// Indentation is two blanks for each line that opened a bracket still open, and two
// more for a line that continues the one before. Between two tokens there is one
// blank or none, as their kinds ask.
//
// Columns are the author's wish: within a run of adjacent lines of the same
// indentation, each closed in itself, a column is aligned when one of the lines
// has more than one blank in front of it, and collapses to one blank when none has.
// Columns begin behind the first `key:`, in front of the first `{`, in front of
// the first `=` and of `=>`, behind each comma, and behind the first word of a step
// of a test or a pattern.
// Comments at the ends of adjacent lines stand in one column, the furthest the
// author used, when one of them has more than one blank in front of it. Lines that
// reach beyond column 240 there take no part in any of this.
//
// The work and the size of what comes out grow with the text and nothing else,
// whatever the text is.
//
// Deliberately absent: breaking and joining of lines, and options.
package format
