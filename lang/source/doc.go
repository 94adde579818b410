// Package source is the text being compiled and the names of its places.
//
// In goes the text of a file; out come a File, which can turn byte offsets into
// lines and columns, and Spans, which every token, node and diagnostic carries.
// Offsets are bytes of UTF-8, ranges are half open, lines and columns are
// one-based. Editors count UTF-16 units; LineIndex converts.
//
// Deliberately absent: reading files (compiler/module does it over an fs.FS),
// and any notion of tokens.
package source
