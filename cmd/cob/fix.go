package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// maxRounds is how often a package is checked again because a fix showed what
// else can be fixed.
const maxRounds = 16

func fixCommand() *cobra.Command {
	var dry, drafts bool
	c := &cobra.Command{
		Use:   "fix [PATH..]",
		Short: "Mend what a machine can mend",
		Long: `Applies the fixes that cob check shows, checks again, and goes on until none is
left. Every diagnostic that was mended is printed, and how many are left. Exit
code 1 when errors are left. With --dry-run nothing is written: what would change
is printed as a diff, and the exit code is 1 when something would. A fix that puts
an empty value or an empty block where only you know what belongs there is a
draft: it is applied with --drafts, and yours to complete.`,
		Example: `  cob fix
  cob fix --dry-run examples | less`,
		RunE: func(c *cobra.Command, args []string) error {
			return fix(c, args, dry, drafts)
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "write nothing, print a diff")
	c.Flags().BoolVar(&drafts, "drafts", false, "apply fixes too that have to be completed")
	return c
}

func fix(c *cobra.Command, paths []string, dry, drafts bool) error {
	shortLived()
	dirs, err := packages(paths)
	if err != nil {
		return err
	}
	changed, errors, left := false, 0, 0
	for _, dir := range dirs {
		m, err := mend(dir, drafts)
		if err != nil {
			return err
		}
		changed = changed || len(m.texts) > 0
		left += len(m.left)
		for _, d := range m.left {
			if d.Severity == diag.Error {
				errors++
			}
		}
		if dry {
			err = m.diff(c.OutOrStdout(), dir)
		} else {
			err = m.write(c.OutOrStdout(), dir)
		}
		if err != nil {
			return bad(err)
		}
	}
	if left > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "left for you: %s, see cob check\n", counted(left, "diagnostic"))
	}
	if dry && changed || errors > 0 {
		return bad(nil)
	}
	return nil
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// mended is a package after its fixes.
type mended struct {
	texts map[string]string // new texts, by path in the package
	fixed []diag.Diagnostic
	left  []diag.Diagnostic
}

// mend applies fixes to a package until none is left. A round that makes errors
// more is taken back, and the last.
func mend(dir string, drafts bool) (mended, error) {
	m := mended{texts: map[string]string{}}
	place, o, err := located(dir)
	if err != nil {
		return m, bad(err)
	}
	errors := -1
	for range maxRounds {
		texts := maps.Clone(m.texts)
		var fixed []diag.Diagnostic
		for _, r := range diag.Repairs(m.left, drafts) {
			texts[strings.TrimPrefix(r.File.Path, o.Prefix)] = r.Text
			fixed = append(fixed, r.Fixed...)
		}
		o.Overlay = map[string]string{}
		for name, text := range texts {
			o.Overlay[path.Join(o.Dir, name)] = text
		}
		r, err := compiler.Compile(os.DirFS(place.Root), o)
		if err != nil {
			return m, bad(fmt.Errorf("%s: %w", dir, err))
		}
		now := 0
		found := own(r)
		for _, d := range found {
			if d.Severity == diag.Error {
				now++
			}
		}
		if errors >= 0 && now > errors {
			return m, nil
		}
		errors = now
		m.texts, m.left, m.fixed = texts, found, append(m.fixed, fixed...)
		if len(diag.Repairs(m.left, drafts)) == 0 {
			return m, nil
		}
	}
	return m, nil
}

// own are the diagnostics of a package without those of what it imports: these are
// mended where they stand.
func own(r *compiler.Result) []diag.Diagnostic {
	return slices.DeleteFunc(slices.Clone(r.Diagnostics), func(d diag.Diagnostic) bool {
		return !slices.ContainsFunc(r.Files, func(f *syntax.File) bool { return f.Source == d.Primary.File() })
	})
}

func (m mended) diff(w io.Writer, dir string) error {
	for _, name := range slices.Sorted(maps.Keys(m.texts)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		old, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, diag.Unified(filepath.ToSlash(path), string(old), m.texts[name])); err != nil {
			return err
		}
	}
	return nil
}

func (m mended) write(w io.Writer, dir string) error {
	for _, name := range slices.Sorted(maps.Keys(m.texts)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := replace(path, m.texts[name]); err != nil {
			return fmt.Errorf("fixing %s: %w", path, err)
		}
	}
	for _, d := range m.fixed {
		fmt.Fprintf(w, "%s: fixed %s: %s\n", d.Primary, d.Code, d.Message)
	}
	return nil
}
