package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/lang/format"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

func fmtCommand() *cobra.Command {
	only := false
	c := &cobra.Command{
		Use:   "fmt [PATH..]",
		Short: "Write files the one way",
		Long: `Formats .cob files in place and prints the names of those that changed. A path
is a file, or a directory whose files, and those below it, are meant. A file with
syntax errors stays as it is: they are printed, and the exit code is 1, as it is
when a file or directory cannot be read; all others are formatted.`,
		Example: `  cob fmt
  cob fmt --check examples   exit code 1 when a file is not formatted`,
		RunE: func(c *cobra.Command, args []string) error {
			return formatAll(c, args, only)
		},
	}
	c.Flags().BoolVar(&only, "check", false, "change nothing; exit code 1 when a file is not formatted")
	return c
}

func formatAll(c *cobra.Command, paths []string, only bool) error {
	files, wrong := cobFiles(paths)
	changed, failed := false, len(wrong) > 0
	for _, err := range wrong {
		fmt.Fprintf(c.ErrOrStderr(), "cob: %v\n", err)
	}
	for _, name := range files {
		old, err := readFile(name)
		if err != nil {
			fmt.Fprintf(c.ErrOrStderr(), "cob: %v\n", unreadable(name, err))
			failed = true
			continue
		}
		text, wrong := format.Checked(source.New(filepath.ToSlash(name), old))
		if len(wrong) > 0 {
			failed = true
			if err := show(c.ErrOrStderr(), wrong); err != nil {
				return err
			}
		}
		if text == old {
			continue
		}
		changed = true
		fmt.Fprintln(c.OutOrStdout(), name)
		if !only {
			if err := replace(name, text); err != nil {
				return bad(fmt.Errorf("formatting %s: %w", name, err))
			}
		}
	}
	if failed || changed && only {
		return bad(nil)
	}
	return nil
}

// readFile reads a file that may be one of a package; of one that is too large the
// begin. What is no file, such as a pipe, is not read: that may never end.
func readFile(name string) (string, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", errors.New("a pipe or a device, and no file")
	}
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, syntax.MaxFileBytes+1))
	return string(text), err
}

// replace writes a file by way of another one beside it, so that no moment shows
// half a file.
func replace(name, text string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".cob-fmt-*")
	if err != nil {
		return err
	}
	_, err = tmp.WriteString(text)
	if err == nil {
		err = tmp.Chmod(info.Mode())
	}
	if closed := tmp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

// cobFiles are the .cob files that paths name, and what of them cannot be read.
func cobFiles(paths []string) ([]string, []error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var found cobWalk
	for _, p := range paths {
		found.from = p
		_ = filepath.WalkDir(p, found.visit) // visit keeps what is wrong and goes on
	}
	slices.Sort(found.files)
	return slices.Compact(found.files), found.wrong
}

// cobWalk collects the .cob files at and below a path.
type cobWalk struct {
	from  string
	files []string
	wrong []error
}

// visit leaves out what cannot be read, and names it.
func (w *cobWalk) visit(name string, d fs.DirEntry, err error) error {
	switch {
	case err != nil:
		w.wrong = append(w.wrong, unreadable(name, err))
		if d != nil && d.IsDir() {
			return fs.SkipDir
		}
	case d.IsDir() && name != w.from && strings.HasPrefix(d.Name(), "."):
		return fs.SkipDir
	case !d.IsDir() && (name == w.from || strings.HasSuffix(name, ".cob") && !strings.HasPrefix(d.Name(), ".")):
		w.files = append(w.files, filepath.Clean(name))
	}
	return nil
}
