package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/failover"
)

func cloudsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "clouds",
		Short: "Show which of two clouds owns the shards, and how far the other one's copy is",
		Long: `Shows how two clouds that mirror each other stand, as the one that is asked sees it:
which of them owns, in which term, and how many commits the mirror lacks.`,
		Example: `  cob clouds
  cob clouds --server http://paris:8180 --format json | jq .alone`,
		Args: cobra.NoArgs,
	}
	server, format := serverFlag(cmd), formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkFormat(*format); err != nil {
			return err
		}
		var list admin.CloudList
		if err := newClient(*server).do(cmd.Context(), "GET", "/v1/clouds", nil, nil, &list); err != nil {
			return err
		}
		if *format == "json" {
			return printJSON(cmd.OutOrStdout(), list)
		}
		return printClouds(cmd.OutOrStdout(), list)
	}
	return cmd
}

func printClouds(w io.Writer, list admin.CloudList) error {
	switch {
	case list.Place == failover.Owner.String():
		fmt.Fprintf(w, "%s owns the shards, in term %d\n", list.Cloud, list.Term)
	case list.Owner == "":
		fmt.Fprintf(w, "%s has not heard of an owner yet\n", list.Cloud)
	default:
		fmt.Fprintf(w, "%s is the %s; %s owns the shards, in term %d\n", list.Cloud, list.Place, list.Owner, list.Term)
	}
	if list.Alone {
		fmt.Fprintln(w, "it goes on alone: the other cloud does not hold everything and must not take over")
	}
	if list.Waits != "" {
		fmt.Fprintf(w, "it has waited %s for %s\n", (time.Duration(list.WaitsMs) * time.Millisecond).Round(100*time.Millisecond), list.Waits)
	}
	switch {
	case list.Witness == "":
		fmt.Fprintln(w, "no witness: a person decides who takes over")
	case list.WitnessAway:
		fmt.Fprintf(w, "the witness %s does not answer\n", list.Witness)
	default:
		fmt.Fprintf(w, "the witness is %s\n", list.Witness)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(list.Mirrors) > 0 {
		fmt.Fprintln(t, "SHARD\tMIRRORED\tBEHIND\tLAG\tWHY")
		for _, m := range list.Mirrors {
			fmt.Fprintf(t, "%d\t%d\t%d\t%s\t%s\n", m.Shard, m.Last, m.Behind, time.Duration(m.LagMs)*time.Millisecond, dash(m.Error))
		}
	}
	if len(list.Channels) > 0 {
		fmt.Fprintln(t, "CHANNEL\tMIRRORED\tBEHIND\tLAG\tWHY")
		for _, c := range list.Channels {
			fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\n", c.Channel, c.Last, c.Behind, time.Duration(c.LagMs)*time.Millisecond, dash(c.Error))
		}
	}
	if list.Held != nil {
		fmt.Fprintf(t, "JOURNAL\tHELD\t(the owner was heard %s ago)\n", time.Duration(list.SilentMs)*time.Millisecond)
		for _, name := range slices.Sorted(maps.Keys(list.Held)) {
			fmt.Fprintf(t, "%s\t%d\t\n", name, list.Held[name])
		}
	}
	return t.Flush()
}

func failoverCommand() *cobra.Command {
	var to, by, reason string
	var lost, alone bool
	cmd := &cobra.Command{
		Use:   "failover CLOUD",
		Short: "Let the other cloud take over from CLOUD",
		Long: `Asks the mirror of CLOUD to take over. An owner that can be reached hands over first:
nothing is missing and nothing leaves twice. One that cannot be reached is taken over
from with --lost, which says that a person made certain that it has stopped or that
nobody reaches it; cob report --failover then says what may be missing and what may
have happened twice.

With --alone CLOUD is the owner, whose mirror is away: it goes on without it.

--server is the cloud that is to own.`,
		Example: `  cob failover london --to paris --server http://paris:8180
  cob failover london --lost --reason "fire in the data centre" --server http://paris:8180
  cob failover london --alone --server http://london:8180`,
		Args: cobra.ExactArgs(1),
	}
	server, format := serverFlag(cmd), formatFlag(cmd)
	cmd.Flags().StringVar(&to, "to", "", "the cloud that is to own; it has to be the one of --server")
	cmd.Flags().BoolVar(&lost, "lost", false, "CLOUD has stopped for certain, or nobody reaches it")
	cmd.Flags().BoolVar(&alone, "alone", false, "CLOUD goes on without its mirror")
	cmd.Flags().StringVar(&by, "by", os.Getenv("USER"), "who does it; a token says it itself")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the audit trail")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkFormat(*format); err != nil {
			return err
		}
		c := newClient(*server)
		var list admin.CloudList
		if err := c.do(cmd.Context(), "GET", "/v1/clouds", nil, nil, &list); err != nil {
			return err
		}
		call, err := failoverCall(list, args[0], to, lost, alone)
		if err != nil {
			return err
		}
		q := admin.TakeOverRequest{Lost: lost, By: by, Reason: reason}
		if server.known() {
			q.By = ""
		}
		text, err := json.Marshal(q)
		if err != nil {
			return err
		}
		if err := c.do(cmd.Context(), "POST", call, nil, text, &list); err != nil {
			return err
		}
		if *format == "json" {
			return printJSON(cmd.OutOrStdout(), list)
		}
		return printClouds(cmd.OutOrStdout(), list)
	}
	return cmd
}

// failoverCall is what is asked of the cloud at the other end, or why nothing is.
func failoverCall(list admin.CloudList, from, to string, lost, alone bool) (string, error) {
	switch {
	case alone && (lost || to != ""):
		return "", failure(exitUsage, "--alone stands alone: the cloud keeps what it owns")
	case alone && list.Cloud != from:
		return "", failure(exitUsage, "this is %s; --server has to be %s", list.Cloud, from)
	case alone:
		return "/v1/clouds/alone", nil
	case to != "" && to != list.Cloud:
		return "", failure(exitUsage, "this is %s; --server has to be %s", list.Cloud, to)
	case from == list.Cloud:
		return "", failure(exitUsage, "this is %s itself; --server has to be the cloud that takes over", from)
	case list.Owner != "" && list.Owner != from:
		return "", failure(exitUsage, "%s does not own the shards, %s does", from, list.Owner)
	}
	return "/v1/clouds/takeover", nil
}

// printFailover prints what a take-over meant.
func printFailover(ctx context.Context, w io.Writer, c *client, term uint64, asJSON bool) error {
	var r failover.Report
	if err := c.do(ctx, "GET", fmt.Sprint("/v1/clouds/report?term=", term), nil, nil, &r); err != nil {
		return err
	}
	if asJSON {
		return printJSON(w, r)
	}
	fmt.Fprintf(w, "term %d: %s took over from %s, %s\n  %s\n  %s\n", r.Term, r.To, dash(r.From), r.At.Format(time.RFC3339), r.Why, r.Bound)
	if r.Back == nil {
		fmt.Fprintf(w, "%s is not back yet\n", dash(r.From))
	} else {
		fmt.Fprintf(w, "%s was back at %s; its store is kept in %s\n", r.From, r.Back.Format(time.RFC3339), r.Kept)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\nMAY HAVE HAPPENED TWICE (%d)\tKEY\tWHAT\n", len(r.Twice))
	for _, x := range r.Twice {
		fmt.Fprintf(t, "%s\t%s\t%s\n", x.Instance, x.Key, x.What)
	}
	fmt.Fprintf(t, "\nONLY %s HAD (%d)\tEVENTS\tVERDICT\n", dash(r.From), len(r.Merged))
	for _, x := range r.Merged {
		fmt.Fprintf(t, "%s\t%d\t%s %s\n", x.Instance, x.Events, x.Verdict, x.Detail)
	}
	return t.Flush()
}
