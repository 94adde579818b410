package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

var formats = []string{"text", "line", "json", "sarif", "github", "gitlab", "junit"}

func checkCommand() *cobra.Command {
	format := "text"
	c := &cobra.Command{
		Use:   "check [PATH..]",
		Short: "All that is wrong in packages",
		Long: `Checks packages and prints every diagnostic. A path is a directory with .cob
files, a directory above such directories, or a .cob file. Exit code 1 when
something is an error; warnings and remarks leave it at 0.`,
		Example: `  cob check
  cob check examples/orders
  cob check --format line . | head
  cob check --format sarif . > cob.sarif`,
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(formats, format) {
				return fmt.Errorf("--format %s: want one of %s", format, strings.Join(formats, ", "))
			}
			return check(c.OutOrStdout(), args, format)
		},
	}
	c.Flags().StringVar(&format, "format", format, "how to print diagnostics: "+strings.Join(formats, ", "))
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func check(w io.Writer, paths []string, format string) error {
	shortLived()
	dirs, err := packages(paths)
	if err != nil {
		return err
	}
	var results []*compiler.Result
	failed := false
	spaces := workspaces{}
	for _, dir := range dirs {
		r, err := spaces.compile(dir)
		if err != nil {
			return err
		}
		results = append(results, r)
		failed = failed || r.Failed()
	}
	if err := gather(results).print(w, format); err != nil {
		return err
	}
	if failed {
		return bad(nil)
	}
	return nil
}

// findings are the diagnostics of several packages, and the files they are about.
type findings struct {
	diagnostics []diag.Diagnostic
	files       []string
}

// gather puts together what is wrong with packages and with what they import, each
// diagnostic once. That a package does not itself use what it offers is no news
// where another one imports it.
func gather(results []*compiler.Result) findings {
	imported := map[string]bool{}
	for _, r := range results {
		for _, dir := range r.Dirs[:len(r.Dirs)-1] {
			imported[dir] = true
		}
	}
	type told struct {
		code    diag.Code
		at      source.Span
		message string
	}
	var f findings
	known := map[told]bool{}
	for _, r := range results {
		library := imported[r.Dirs[len(r.Dirs)-1]]
		for _, d := range r.Diagnostics {
			key := told{d.Code, d.Primary, d.Message}
			if !known[key] && !(library && compiler.Unneeded(d)) {
				f.diagnostics = append(f.diagnostics, d)
			}
			known[key] = true
		}
		for _, file := range r.Files {
			f.files = append(f.files, file.Source.Path)
		}
	}
	return f
}

func (f findings) print(w io.Writer, format string) error {
	switch format {
	case "line":
		return diag.WriteLines(w, f.diagnostics)
	case "json":
		return diag.JSON(w, f.diagnostics)
	case "sarif":
		rules, err := compiler.Rules()
		if err != nil {
			return err
		}
		return diag.SARIF(w, f.diagnostics, rules, version())
	case "github":
		_, err := io.WriteString(w, diag.GitHub(f.diagnostics))
		return err
	case "gitlab":
		return diag.GitLab(w, f.diagnostics)
	case "junit":
		_, err := w.Write(diag.JUnit(f.diagnostics, f.files))
		return err
	}
	return show(w, f.diagnostics)
}

// show prints diagnostics for a person. A terminal that does not tell its width is taken
// for a common one.
func show(w io.Writer, ds []diag.Diagnostic) error {
	_, err := io.WriteString(w, diag.Terminal(ds, diag.Screen{Colour: coloured(w), Columns: columns(w)}))
	return err
}
