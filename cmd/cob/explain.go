package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "explain [CODE]",
		Short:   "The page of a diagnostic's code; without one, all codes",
		Example: "  cob explain COB3004",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			rules, err := compiler.Rules()
			if err != nil {
				return bad(err)
			}
			if len(args) == 0 {
				for _, r := range rules {
					fmt.Fprintf(c.OutOrStdout(), "%s  %s\n", r.Code, r.Title)
				}
				return nil
			}
			return explain(c, rules, strings.ToUpper(args[0]))
		},
	}
}

func explain(c *cobra.Command, rules diag.Registry, code string) error {
	r, ok := rules.Find(diag.Code(code))
	if !ok {
		var codes []string
		for _, r := range rules {
			codes = append(codes, string(r.Code))
		}
		if near := diag.Suggest(code, codes); near != "" {
			return fmt.Errorf("no rule has the code %s: did you mean %s?", code, near)
		}
		return fmt.Errorf("no rule has the code %s", code)
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: %s\n\n%s\n", r.Code, r.Title, strings.TrimRight(r.Page, "\n"))
	return nil
}
