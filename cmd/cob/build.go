package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func buildCommand() *cobra.Command {
	out := ""
	c := &cobra.Command{
		Use:   "build [DIR]",
		Short: "The canonical plan of a package, and its digest",
		Long: `Compiles a package to its plan and prints the plan's digest. The same files give
the same plan on every machine. With -o the plan goes to a file.`,
		Example: `  cob build examples/orders
  cob build -o plan.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return build(c, directory(args), out)
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "write the plan to this `FILE`")
	return c
}

func build(c *cobra.Command, dir, out string) error {
	r, err := good(c, dir)
	if err != nil {
		return err
	}
	if out != "" {
		if err := os.WriteFile(out, r.Encoded, 0o644); err != nil {
			return bad(fmt.Errorf("writing the plan: %w", err))
		}
	}
	fmt.Fprintln(c.OutOrStdout(), r.Digest)
	return nil
}
