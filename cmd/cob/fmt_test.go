package main

import (
	"io/fs"
	"os"
	"slices"
	"testing"
)

// TestFmtGoesOnBehindADirectoryThatNobodyMayRead stands at the walk itself: who runs the
// tests may be allowed to read everything.
func TestFmtGoesOnBehindADirectoryThatNobodyMayRead(t *testing.T) {
	info, err := os.Stat(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := fs.FileInfoToDirEntry(info)
	w := cobWalk{from: "."}
	closed := &fs.PathError{Op: "open", Path: "closed", Err: fs.ErrPermission}
	for _, c := range []struct {
		name string
		d    fs.DirEntry
		err  error
		want error
	}{
		{"closed", dir, nil, nil},
		{"closed", dir, closed, fs.SkipDir},
		{"gone", nil, &fs.PathError{Op: "lstat", Path: "gone", Err: fs.ErrNotExist}, nil},
		{"open/a.cob", fs.FileInfoToDirEntry(named{info}), nil, nil},
	} {
		if got := w.visit(c.name, c.d, c.err); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	var told []string
	for _, err := range w.wrong {
		told = append(told, err.Error())
	}
	if want := []string{"closed: permission denied", "gone: file does not exist"}; !slices.Equal(told, want) {
		t.Errorf("told is %q", told)
	}
	if !slices.Equal(w.files, []string{"open/a.cob"}) {
		t.Errorf("found are %q", w.files)
	}
}

// named is a file where there was a directory.
type named struct{ fs.FileInfo }

func (named) Name() string      { return "a.cob" }
func (named) IsDir() bool       { return false }
func (named) Mode() fs.FileMode { return 0o644 }
