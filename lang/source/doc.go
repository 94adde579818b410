// Package source is the text being compiled and the names of its places.
//
// In goes the text of a file; out come a File, which can turn byte offsets into
// lines and columns, and Spans, which every token, node and diagnostic carries.
// Offsets are bytes of UTF-8, ranges are half open, lines and columns are
// one-based. Editors count UTF-16 units; LineIndex converts. A Span is relative to a
// Region, which is one declaration's piece of the file: when text in front of it
// changes the region moves, and whatever holds its spans stays right.
//
// Deliberately absent: reading files (compiler/module does it over an fs.FS),
// and any notion of tokens.
package source
