package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/node"
)

func migrateCommand() *cobra.Command {
	act, format := admin.MigrateAct{}, "text"
	var reason string
	cmd := &cobra.Command{
		Use:   "migrate PROCESS",
		Short: "Let the instances of a process that run go on with another plan",
		Long: `Moves the instances of a process to another plan of its package, one by one: each in
one commit of the journal, or not at all. One that has no place there stays on its plan
and goes on; the reason is told. What was moved already is not moved again, so that the
command can be repeated. Exit code 1 where some stay.`,
		Example: `  cob migrate orders.Fulfil --dry-run
  cob migrate orders.Fulfil --from 3f2a9c01 --reason "the carrier changes"`,
		Args: cobra.ExactArgs(1),
	}
	server := serverFlag(cmd)
	cmd.Flags().StringVar(&act.From, "from", "", "only those on the plan whose digest begins so")
	cmd.Flags().StringVar(&act.To, "to", "", "the plan to go on with, by how its digest begins (default: the active one)")
	cmd.Flags().BoolVar(&act.DryRun, "dry-run", false, "do nothing; say where they would go on, and which would stay")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the history")
	cmd.Flags().StringVar(&format, "format", format, "text or json")
	who := byFlag(cmd, server)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if format != "text" && format != "json" {
			return fmt.Errorf("--format %s: want text or json", format)
		}
		act.Process, act.Act = args[0], admin.Act{By: who.name(), Reason: reason}
		body, err := json.Marshal(act)
		if err != nil {
			return err
		}
		var m node.Migrated
		if err := newClient(*server).do(cmd.Context(), "POST", "/v1/migrations", nil, body, &m); err != nil {
			return err
		}
		if format == "json" {
			err = printJSON(cmd.OutOrStdout(), m)
		} else {
			printMigrated(cmd.OutOrStdout(), m, act.DryRun)
		}
		if err == nil && m.Stay > 0 {
			return &exit{code: exitBad}
		}
		return err
	}
	return cmd
}

func printMigrated(w io.Writer, m node.Migrated, dry bool) {
	moved, stay := "moved", "stay"
	if dry {
		moved, stay = "would move", "would stay"
	}
	fmt.Fprintf(w, "to plan %.12s: %d %s, %d %s\n", m.To, m.Moved, moved, m.Stay, stay)
	for _, g := range m.Places {
		if dry {
			fmt.Fprintf(w, "  %d %s\n", g.Count, g.What)
		}
	}
	for _, g := range m.Reasons {
		more := ""
		if g.Count > len(g.Instances) {
			more = ", .."
		}
		fmt.Fprintf(w, "  %d stay: %s\n    %s%s\n", g.Count, g.What, strings.Join(g.Instances, ", "), more)
	}
}
