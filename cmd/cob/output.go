package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// results is standard output. It remembers why something could not be written: what a
// command said counts only when it has been said.
type results struct {
	*os.File
	err error
}

func (r *results) Write(text []byte) (int, error) {
	n, err := r.File.Write(text)
	if r.err == nil {
		r.err = err
	}
	return n, err
}

// WriteString keeps io.WriteString from going past Write.
func (r *results) WriteString(text string) (int, error) { return r.Write([]byte(text)) }

// ReadFrom keeps io.Copy from going past Write.
func (r *results) ReadFrom(from io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{r}, from)
}

// columns is the width of the terminal that w is, 0 where it does not tell, or is none.
func columns(w io.Writer) int {
	f, ok := w.(interface{ Fd() uintptr })
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// coloured says whether w is a terminal whose owner wants colours.
func coloured(w io.Writer) bool {
	f, ok := w.(interface{ Fd() uintptr })
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}
