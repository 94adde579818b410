package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/cob-lang/cob/lang/diag"
)

var formats = []string{"text", "line", "json", "github"}

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
  cob check --format line . | head`,
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
	var all []diag.Diagnostic
	failed := false
	for _, dir := range dirs {
		r, err := compile(dir)
		if err != nil {
			return err
		}
		all = append(all, r.Diagnostics...)
		failed = failed || r.Failed()
	}
	if err := show(w, all, format); err != nil {
		return err
	}
	if failed {
		return bad(nil)
	}
	return nil
}

// show prints diagnostics in one of the formats.
func show(w io.Writer, ds []diag.Diagnostic, format string) error {
	var text string
	switch format {
	case "line":
		text = diag.OneLines(ds)
	case "json":
		text = string(diag.JSON(ds))
	case "github":
		text = diag.GitHub(ds)
	default:
		text = diag.Terminal(ds, coloured(w))
	}
	_, err := io.WriteString(w, text)
	return err
}

// coloured says whether w is a terminal whose owner wants colours.
func coloured(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}
