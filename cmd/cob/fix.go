package main

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
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
		errors += errorsIn(m.left)
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

// mend applies fixes to the package in a directory until none is left.
func mend(dir string, drafts bool) (mended, error) {
	place, o, err := located(dir)
	if err != nil {
		return mended{}, bad(err)
	}
	m, err := mendIn(os.DirFS(place.Root), o, drafts)
	if err != nil {
		return m, bad(fmt.Errorf("%s: %w", dir, err))
	}
	return m, nil
}

// mendIn applies fixes to a package of a file system: all that there are, or where these
// together do more harm than good those that stand alone.
func mendIn(fsys fs.FS, o compiler.Options, drafts bool) (mended, error) {
	m := mended{texts: map[string]string{}}
	var err error
	if m.left, err = m.check(fsys, o, nil); err != nil {
		return m, err
	}
	for range maxRounds {
		better := false
		for _, some := range portions(m.left, drafts) {
			repairs := diag.Repairs(some, drafts)
			if len(repairs) == 0 {
				continue
			}
			next := mended{texts: maps.Clone(m.texts), fixed: slices.Clip(m.fixed)}
			for _, r := range repairs {
				next.texts[strings.TrimPrefix(r.File.Path, o.Prefix)] = r.Text
				next.fixed = append(next.fixed, r.Fixed...)
			}
			if next.left, err = m.check(fsys, o, next.texts); err != nil {
				return m, err
			}
			if better = improves(m.left, next.left, next.fixed[len(m.fixed):], drafts); better {
				m = next
				break
			}
		}
		if !better {
			return m, nil
		}
	}
	return m, nil
}

// maxAlone is how many fixes are tried each on its own.
const maxAlone = 32

// portions are the diagnostics whose fixes are tried together: all, then each alone.
// While a text does not parse, only those about that: the others may be about what it hides.
func portions(ds []diag.Diagnostic, drafts bool) [][]diag.Diagnostic {
	var out [][]diag.Diagnostic
	wrong := slices.ContainsFunc(ds, unparsed)
	all := slices.DeleteFunc(slices.Clone(ds), func(d diag.Diagnostic) bool {
		return len(d.Fixes) == 0 || d.Draft && !drafts || wrong && !unparsed(d)
	})
	out = append(out, all)
	for i := range min(len(all), maxAlone) {
		out = append(out, all[i:i+1])
	}
	return out
}

// unparsed says whether a diagnostic is about a text that cannot be read.
func unparsed(d diag.Diagnostic) bool { return strings.HasPrefix(string(d.Code), "COB10") }

// improves says whether fixes did nothing but good: fewer diagnostics, and none that was
// not there. What a text that did not parse was hiding counts as having been there, unless it
// is about the lines around the fix. A draft is incomplete, and may have the
// diagnostics that say so, if they are no more errors.
func improves(before, after, fixed []diag.Diagnostic, drafts bool) bool {
	if drafts {
		return errorsIn(after) <= errorsIn(before)
	}
	if slices.ContainsFunc(before, unparsed) {
		around := func(d diag.Diagnostic) bool {
			return unparsed(d) || slices.ContainsFunc(fixed, func(f diag.Diagnostic) bool { return near(d.Primary, f.Primary) })
		}
		before, after = only(before, around), only(after, around)
	}
	known := map[string]int{}
	for _, d := range before {
		known[string(d.Code)+d.Message]++
	}
	for _, d := range after {
		key := string(d.Code) + d.Message
		if known[key]--; known[key] < 0 {
			return false
		}
	}
	return len(after) < len(before)
}

// aroundFix is how many lines around a fix are taken for what it changes.
const aroundFix = 2

// near says whether two places are in lines next to each other.
func near(a, b source.Span) bool {
	return a.Path() == b.Path() && a.From().Line <= b.To().Line+aroundFix && b.From().Line <= a.To().Line+aroundFix
}

func only(ds []diag.Diagnostic, of func(diag.Diagnostic) bool) []diag.Diagnostic {
	return slices.DeleteFunc(slices.Clone(ds), func(d diag.Diagnostic) bool { return !of(d) })
}

func errorsIn(ds []diag.Diagnostic) int {
	return len(only(ds, func(d diag.Diagnostic) bool { return d.Severity == diag.Error }))
}

// check compiles the package with these texts.
func (m mended) check(fsys fs.FS, o compiler.Options, texts map[string]string) ([]diag.Diagnostic, error) {
	o.Overlay = map[string]string{}
	for name, text := range texts {
		o.Overlay[path.Join(o.Dir, name)] = text
	}
	r, err := compiler.Compile(fsys, o)
	if err != nil {
		return nil, err
	}
	return own(r), nil
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
