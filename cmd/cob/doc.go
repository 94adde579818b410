package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler/reference"
)

func docCommand() *cobra.Command {
	out := "site"
	c := &cobra.Command{
		Use:   "doc [DIR]",
		Short: "A browsable reference of a package, with its pictures",
		Long: `Writes a site about a package: a page for each process and route with its picture,
types, endpoints and where they run, policies in words, and the source. It is
files alone: no server, network or script is needed to read it.`,
		Example: `  cob doc -o /tmp/orders examples/orders
  xdg-open /tmp/orders/index.html`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			r, err := goodFlows(c, directory(args))
			if err != nil {
				return err
			}
			if err := os.MkdirAll(out, 0o755); err != nil {
				return bad(err)
			}
			pages := reference.Site(r.Files, r.Plan)
			for _, p := range pages {
				if err := os.WriteFile(filepath.Join(out, p.Name), []byte(p.Text), 0o644); err != nil {
					return bad(err)
				}
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: %d files\n", filepath.Join(out, "index.html"), len(pages))
			return nil
		},
	}
	c.Flags().StringVarP(&out, "output", "o", out, "write the site into this `DIRECTORY`")
	return c
}
