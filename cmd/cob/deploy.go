package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/node"
)

func deployCommand() *cobra.Command {
	accept, dry, format := "safe", false, "text"
	cmd := &cobra.Command{
		Use:   "deploy [DIR|PLAN]",
		Short: "Publish a plan to running nodes, where what it changes is accepted",
		Long: `Compiles a package, or takes a plan of cob build -o, and activates it on all nodes:
new instances start with it, those that run end on theirs (see cob migrate). First it
tells what changes, compared with the plan that is active. What needs a migration of
instances, and what breaks data or callers that exist, is not deployed unless --accept
says so: exit code 3 and 4.`,
		Example: `  cob deploy examples/orders
  cob deploy --dry-run plan.json
  cob deploy --accept migrate . && cob migrate orders.Fulfil --dry-run`,
		Args: cobra.MaximumNArgs(1),
	}
	server := serverFlag(cmd)
	cmd.Flags().StringVar(&accept, "accept", accept, "the worst that may change: "+strings.Join(admin.AcceptWords, ", "))
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only tell what changes")
	cmd.Flags().StringVar(&format, "format", format, "text or json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(admin.AcceptWords, accept) {
			return fmt.Errorf("--accept %s: want one of %s", accept, strings.Join(admin.AcceptWords, ", "))
		}
		if format != "text" && format != "json" {
			return fmt.Errorf("--format %s: want text or json", format)
		}
		encoded, err := planToDeploy(cmd, append(args, ".")[0])
		if err != nil {
			return err
		}
		return deploy(cmd, newClient(*server), encoded, accept, dry, format)
	}
	return cmd
}

// planToDeploy reads a plan, or compiles a package.
func planToDeploy(c *cobra.Command, path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, bad(unreadable(path, err))
	}
	if info.IsDir() || strings.HasSuffix(path, ".cob") {
		r, err := sound(c, path)
		if err != nil {
			return nil, err
		}
		return r.Encoded, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, bad(unreadable(path, err))
	}
	return text, nil
}

func deploy(cmd *cobra.Command, c *client, encoded []byte, accept string, dry bool, format string) error {
	var d admin.Deployed
	if err := c.do(cmd.Context(), "POST", "/v1/deployments?dry_run=true", nil, encoded, &d); err != nil {
		return err
	}
	refused := slices.Index(admin.AcceptWords, accept) < slices.Index(admin.AcceptWords, needed(d.Classification))
	if !refused && !dry {
		if err := c.do(cmd.Context(), "POST", "/v1/deployments?accept="+accept, nil, encoded, &d); err != nil {
			return err
		}
	}
	out := cmd.OutOrStdout()
	switch {
	case format == "json":
		if err := printJSON(out, d); err != nil {
			return err
		}
	default:
		if d.From != "" {
			printChanges(out, d.Changes)
		}
		if !d.DryRun && d.Unchanged {
			fmt.Fprintf(out, "%s runs plan %.12s already\n", d.Package, d.Digest)
		} else if !d.DryRun {
			fmt.Fprintf(out, "new instances of %s run plan %.12s; running ones finish on theirs\n", d.Package, d.Digest)
		}
	}
	code := map[plan.Class]int{plan.NeedsMigrate: exitMigrate, plan.Incompatible: exitIncompatible}[d.Classification]
	switch {
	case refused && !dry:
		return failure(code, "nothing was deployed: %s\n  deploy it all the same with --accept %s", d.Classification, needed(d.Classification))
	case dry && code != exitDone:
		return &exit{code: code}
	}
	return nil
}

// needed is what --accept has to say for a class.
func needed(c plan.Class) string {
	switch c {
	case plan.NeedsMigrate:
		return "migrate"
	case plan.Incompatible:
		return "incompatible"
	}
	return "safe"
}

func deploymentsCommand() *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "deployments",
		Short: "List the plans that nodes have, how many instances run on each, and the rollouts",
		Long: `Lists the plans that nodes have, with how many instances run on each. A plan that
nothing runs on, and that no instance which is remembered ran on, is dropped.`,
		Example: `  cob deployments
  cob deployments --format json | jq '.versions[] | select(.active | not)'`,
		Args: cobra.NoArgs,
	}
	server := serverFlag(cmd)
	cmd.Flags().StringVar(&format, "format", format, "text or json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if format != "text" && format != "json" {
			return fmt.Errorf("--format %s: want text or json", format)
		}
		c := newClient(*server)
		var list struct {
			Versions []node.Version `json:"versions"`
			admin.RolloutList
		}
		if err := c.do(cmd.Context(), "GET", "/v1/deployments", nil, nil, &list); err != nil {
			return err
		}
		if err := c.do(cmd.Context(), "GET", "/v1/rollouts", nil, nil, &list.RolloutList); err != nil {
			return err
		}
		if format == "json" {
			return printJSON(cmd.OutOrStdout(), list)
		}
		return printVersions(cmd.OutOrStdout(), list.Versions, list.Rollouts)
	}
	return cmd
}

func printVersions(w io.Writer, versions []node.Version, rollouts []node.RolloutStatus) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "PACKAGE\tPLAN\t\tINSTANCES\t")
	for _, v := range versions {
		state := ""
		switch {
		case v.Active:
			state = "active"
		case v.RolledBack:
			state = "rolled back"
		}
		var of []string
		for _, p := range v.Processes {
			of = append(of, fmt.Sprintf("%s %d", p.Process, p.Instances))
		}
		fmt.Fprintf(t, "%s\t%.12s\t%s\t%d\t%s\n", v.Package, v.Digest, state, v.Instances, strings.Join(of, ", "))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(rollouts) > 0 {
		fmt.Fprintln(w)
		return printRollouts(w, rollouts)
	}
	return nil
}

func rolloutCommand() *cobra.Command {
	var share string
	var promote, back bool
	var reason string
	cmd := &cobra.Command{
		Use:   "rollout [PROCESS]",
		Short: "List rollouts, or change the share of one, promote it or roll it back",
		Long: `Lists the rollouts that run, with how the instances of both plans ended. With a
process, changes which share of its new instances starts with the newer plan: a
larger share keeps those that a smaller one had. Instances that run stay on their plan.`,
		Example: `  cob rollout
  cob rollout orders.Fulfil --share 25%
  cob rollout orders.Fulfil --promote
  cob rollout orders.Fulfil --roll-back --reason "refunds fail"`,
		Args: cobra.MaximumNArgs(1),
	}
	server := serverFlag(cmd)
	cmd.Flags().StringVar(&share, "share", "", "the share of the newer plan, such as 25%")
	cmd.Flags().BoolVar(&promote, "promote", false, "all new instances start with the newer plan")
	cmd.Flags().BoolVar(&back, "roll-back", false, "all new instances start with the older plan again")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the audit log")
	who := byFlag(cmd, server)
	cmd.MarkFlagsMutuallyExclusive("share", "promote", "roll-back")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		act := admin.RolloutAct{Act: admin.Act{By: who.name(), Reason: reason}, RollBack: back}
		if promote {
			act.Share = "1"
		}
		if share != "" {
			var err error
			if act.Share, err = ratioOf(share); err != nil {
				return err
			}
		}
		changes := act.Share != "" || back
		var list admin.RolloutList
		var err error
		switch c := newClient(*server); {
		case changes && len(args) == 0:
			return fmt.Errorf("name the process whose rollout changes")
		case changes:
			var body []byte
			if body, err = json.Marshal(act); err == nil {
				err = c.do(cmd.Context(), "POST", "/v1/rollouts/"+url.PathEscape(args[0]), nil, body, &list)
			}
		default:
			err = c.do(cmd.Context(), "GET", "/v1/rollouts", nil, nil, &list)
		}
		if err != nil {
			return err
		}
		if len(args) == 1 && !changes {
			list.Rollouts = slices.DeleteFunc(list.Rollouts, func(r node.RolloutStatus) bool { return r.Process != args[0] })
		}
		return printRollouts(cmd.OutOrStdout(), list.Rollouts)
	}
	return cmd
}

// ratioOf reads 25% or 0.25.
func ratioOf(text string) (string, error) {
	number, percent := strings.CutSuffix(text, "%")
	n, err := strconv.ParseFloat(number, 64)
	if percent {
		n /= 100
	}
	if err != nil || n < 0 || n > 1 {
		return "", fmt.Errorf("--share %s: want a share such as 25%%, or 0.25", text)
	}
	return strconv.FormatFloat(n, 'f', -1, 64), nil
}

func printRollouts(w io.Writer, list []node.RolloutStatus) error {
	if len(list) == 0 {
		fmt.Fprintln(w, "no rollout runs")
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "PROCESS\tPLAN\tSHARE\tENDED\tFAULTED\tINCIDENTS\tTOOK\t")
	for _, r := range list {
		fmt.Fprintf(t, "%s\t%.12s\t%g%%\t%d\t%d\t%d\t%s\t%s\n", r.Process, r.Newer, 100*r.Share, r.New.Instances, r.New.Faulted, r.New.Troubled, middle(r.New.Middle()), r.Judged)
		fmt.Fprintf(t, "\t%.12s\t%g%%\t%d\t%d\t%d\t%s\t\n", r.Older, 100*(1-r.Share), r.Old.Instances, r.Old.Faulted, r.Old.Troubled, middle(r.Old.Middle()))
	}
	return t.Flush()
}

func middle(ns int64) string {
	if ns == 0 {
		return "-"
	}
	return time.Duration(ns).Round(time.Millisecond).String()
}
