package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [CODE|WORD..]",
		Short: "The page of a diagnostic's code, or the codes whose pages have words",
		Long: `Prints the page of a code: what is wrong, an example, and how it is right. With
other words it lists the codes whose pages have all of them, and without any all
codes.`,
		Example: `  cob explain COB3004
  cob explain dead letter
  cob explain | grep saga`,
		ValidArgsFunction: completeCodes,
		RunE: func(c *cobra.Command, args []string) error {
			rules, err := compiler.Rules()
			if err != nil {
				return bad(err)
			}
			if len(args) == 1 && looksLikeCode.MatchString(args[0]) {
				return explain(c, rules, strings.ToUpper(args[0]))
			}
			return search(c, rules, args)
		},
	}
}

var looksLikeCode = regexp.MustCompile(`(?i)^COB\w*$`)

func completeCodes(_ *cobra.Command, _ []string, begin string) ([]string, cobra.ShellCompDirective) {
	rules, err := compiler.Rules()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var out []string
	for _, r := range rules {
		if strings.HasPrefix(string(r.Code), strings.ToUpper(begin)) {
			out = append(out, string(r.Code)+"\t"+r.Title)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// search lists the codes whose pages have all of the words.
func search(c *cobra.Command, rules diag.Registry, words []string) error {
	found := false
	for _, r := range rules {
		page, all := strings.ToLower(r.Title+" "+r.Page), true
		for _, w := range words {
			all = all && strings.Contains(page, strings.ToLower(w))
		}
		if all {
			found = true
			fmt.Fprintf(c.OutOrStdout(), "%s  %s\n", r.Code, r.Title)
		}
	}
	if !found {
		return fmt.Errorf("no page has %s: try fewer words, or cob explain for all codes", strings.Join(words, " and "))
	}
	return nil
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
