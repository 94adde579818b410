package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler/contract"
	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/compiler/plan"
)

var diffFormats = []string{"text", "json"}

func diffCommand() *cobra.Command {
	format := "text"
	c := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "What changes between two plans or packages, each change classified",
		Long: `Compares two plans, or packages, which are compiled. Every change is safe, safe
for instances that are not past a step, needs a migration of the instances that
run, or is incompatible with data and callers that exist. Exit code 3 when a
change needs a migration, 4 when one is incompatible, else 0. Between two packages
it also says how the contracts that they use differ, and what of that breaks those
who were written against the old one; this leaves the exit code alone.
Errors in test blocks are told and do not stop it: no test changes what runs.`,
		Example: `  cob diff plan.json .
  cob diff --format json v1.json v2.json | jq .classification
  git worktree add /tmp/main main && cob diff /tmp/main/orders orders`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(diffFormats, format) {
				return fmt.Errorf("--format %s: want one of %s", format, strings.Join(diffFormats, ", "))
			}
			older, err := sideOf(c, args[0])
			if err != nil {
				return err
			}
			newer, err := sideOf(c, args[1])
			if err != nil {
				return err
			}
			return diff(c.OutOrStdout(), plan.Diff(older.plan, newer.plan), contractChanges(older, newer), format)
		},
	}
	c.Flags().StringVar(&format, "format", format, "how to print changes: "+strings.Join(diffFormats, ", "))
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(diffFormats, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// side is one of the two that are compared. A plan does not hold the contracts
// it was made with.
type side struct {
	plan      *plan.Plan
	contracts []*module.Contract
}

// sideOf reads a plan, or compiles the package of a directory.
func sideOf(c *cobra.Command, path string) (*side, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, bad(unreadable(path, err))
	}
	if info.IsDir() || strings.HasSuffix(path, ".cob") {
		r, err := goodFlows(c, path)
		if err != nil {
			return nil, err
		}
		return &side{r.Plan, r.Program.Module.Contracts}, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, bad(unreadable(path, err))
	}
	p, err := plan.Decode(text)
	if err != nil {
		return nil, bad(fmt.Errorf("%s: %w", path, err))
	}
	return &side{plan: p}, nil
}

// contractChange is a difference between two versions of a contract that both
// packages use.
type contractChange struct {
	Contract string `json:"contract"` // as the package calls it
	contract.Change
}

func contractChanges(older, newer *side) []contractChange {
	var out []contractChange
	for _, a := range older.contracts {
		i := slices.IndexFunc(newer.contracts, func(b *module.Contract) bool { return b.Name == a.Name && b.Kind == a.Kind })
		if i < 0 {
			continue
		}
		for _, c := range contract.Diff(a.Contract, newer.contracts[i].Contract) {
			out = append(out, contractChange{a.Name, c})
		}
	}
	return out
}

func diff(w io.Writer, changes []plan.Change, contracts []contractChange, format string) error {
	worst := plan.Worst(changes)
	if format == "json" {
		text, err := json.MarshalIndent(struct {
			Classification plan.Class       `json:"classification"`
			Changes        []plan.Change    `json:"changes"`
			Contracts      []contractChange `json:"contracts,omitempty"`
		}{worst, append([]plan.Change{}, changes...), contracts}, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\n", text)
	} else {
		printChanges(w, changes)
		printContracts(w, contracts)
	}
	switch worst {
	case plan.NeedsMigrate:
		return &exit{code: exitMigrate}
	case plan.Incompatible:
		return &exit{code: exitIncompatible}
	}
	return nil
}

func printChanges(w io.Writer, changes []plan.Change) {
	if len(changes) == 0 {
		fmt.Fprintln(w, "both do the same")
	}
	heading := ""
	for _, c := range changes {
		h := string(c.Class)
		if c.Past != "" {
			h += " " + c.Past
		}
		if h != heading {
			if heading != "" {
				fmt.Fprintln(w)
			}
			fmt.Fprintf(w, "%s:\n", h)
			heading = h
		}
		at := ""
		if c.At != "" {
			at = " (" + string(c.At) + ")"
		}
		fmt.Fprintf(w, "  %s: %s%s\n", c.Where, c.What, at)
	}
}

func printContracts(w io.Writer, changes []contractChange) {
	name := ""
	for _, c := range changes {
		if c.Contract != name {
			name = c.Contract
			fmt.Fprintf(w, "\nthe contract %s:\n", name)
		}
		fmt.Fprintf(w, "  %s\n", c.Change)
	}
}
