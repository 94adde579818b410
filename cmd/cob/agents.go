package main

import (
	"fmt"
	"io"
	"net/url"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/admin"
)

func agentsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "agents",
		Short: "List the agents, and the clouds that only agents reach",
		Long: `Lists the agents that a node knows, with what each is doing, and the clouds that only
agents reach. A cloud stays one of these when its agents are gone, so that nobody calls
its endpoints from elsewhere; cob agents dismiss ends that.`,
		Example: `  cob agents
  cob agents --format json | jq '.agents[].endpoints'
  cob agents dismiss paris`,
		Args: cobra.NoArgs,
	}
	server, format := serverFlag(cmd), formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkFormat(*format); err != nil {
			return err
		}
		var list admin.AgentList
		if err := newClient(*server).do(cmd.Context(), "GET", "/v1/agents", nil, nil, &list); err != nil {
			return err
		}
		if *format == "json" {
			return printJSON(cmd.OutOrStdout(), list)
		}
		return printAgents(cmd.OutOrStdout(), list, time.Now())
	}
	cmd.AddCommand(dismissCommand())
	return cmd
}

func dismissCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dismiss CLOUD",
		Short: "Let the nodes call the endpoints of a cloud themselves again",
		Long: `Says that a cloud is not reached by agents alone any more, once its agents are stopped.
The nodes then call its endpoints themselves. A node that was started without the
settings of these has to be started again with them.`,
		Example: `  cob agents dismiss paris`,
		Args:    cobra.ExactArgs(1),
	}
	server := serverFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return newClient(*server).do(cmd.Context(), "POST", "/v1/agents/"+url.PathEscape(args[0])+"/dismiss", nil, nil, nil)
	}
	return cmd
}

func printAgents(w io.Writer, list admin.AgentList, now time.Time) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CLOUD\tAGENT\tSTATE\tUP\tHEARD\tBUSY\tDONE\tENDPOINTS")
	there := map[string]bool{}
	for _, a := range list.Agents {
		there[a.Cloud] = true
		endpoints := "-"
		if len(a.Endpoints) > 0 {
			failing := 0
			for _, e := range a.Endpoints {
				if e.Last == "failing" {
					failing++
				}
			}
			if endpoints = fmt.Sprintf("%d", len(a.Endpoints)); failing > 0 {
				endpoints += fmt.Sprintf(", %d failing", failing)
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s ago\t%d of %d\t%d\t%s\n", a.Cloud, a.Name, a.State, age(now.Sub(a.Since)), age(now.Sub(a.Heard)), a.Running, a.AtOnce, a.Done, endpoints)
	}
	for _, c := range list.Clouds {
		if !there[c.Cloud] {
			fmt.Fprintf(t, "%s\tnobody\t-\t-\t-\t-\t-\t-\n", c.Cloud)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, a := range list.Agents {
		for _, p := range a.Plans {
			if p.Problem != "" {
				fmt.Fprintf(w, "%s cannot run plan %.12s: %s\n", a.Name, p.Digest, p.Problem)
			}
		}
	}
	return nil
}
