package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/node"
)

func endpointsCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "endpoints [ENDPOINT..]",
		Short: "Show in which order clouds are asked now, and why",
		Long: `Shows every endpoint that a node knows: how it stands in each cloud, and for each of
its operations in which order the clouds are asked now, with the reason for every
place: the preference, what was measured, an open breaker, the policy.`,
		Example: `  cob endpoints
  cob endpoints orders.payments
  cob endpoints --format json | jq '.endpoints[].orders'`,
	}
	server := serverFlag(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.RunE = func(cmd *cobra.Command, names []string) error {
		if format != "text" && format != "json" {
			return fmt.Errorf("--format %s: want text or json", format)
		}
		var all struct {
			Endpoints []node.EndpointStatus `json:"endpoints"`
		}
		if err := newClient(*server).do(cmd.Context(), "GET", "/v1/endpoints", nil, nil, &all); err != nil {
			return err
		}
		for _, n := range names {
			if !slices.ContainsFunc(all.Endpoints, func(e node.EndpointStatus) bool { return e.Endpoint == n }) {
				return failure(exitBad, "the node knows no endpoint %s", n)
			}
		}
		if len(names) > 0 {
			all.Endpoints = slices.DeleteFunc(all.Endpoints, func(e node.EndpointStatus) bool { return !slices.Contains(names, e.Endpoint) })
		}
		if format == "json" {
			return printJSON(cmd.OutOrStdout(), all)
		}
		return printEndpoints(cmd.OutOrStdout(), all.Endpoints, time.Now())
	}
	return cmd
}

func printEndpoints(w io.Writer, list []node.EndpointStatus, now time.Time) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, e := range list {
		if i > 0 {
			fmt.Fprintln(t)
		}
		fmt.Fprintln(t, e.Endpoint)
		for _, c := range e.Clouds {
			fmt.Fprintf(t, "  %s\t%s\t%s\n", c.Cloud, stands(c, now), c.Reason)
		}
		for _, o := range e.Orders {
			fmt.Fprintf(t, "  %s, asked by %s\n", o.Operation, strings.Join(o.Callers, ", "))
			for at, p := range o.Order {
				fmt.Fprintf(t, "    %d. %s\t%s\n", at+1, p.Cloud, p.Why)
			}
			for _, p := range o.Never {
				fmt.Fprintf(t, "    never %s\t%s\n", p.Cloud, p.Why)
			}
		}
	}
	return t.Flush()
}

// stands says how a binding stands, and what its calls took.
func stands(c node.CloudStatus, now time.Time) string {
	text := c.Health
	if c.Breaker != "" {
		text = "breaker " + c.Breaker
	}
	if c.Since != nil {
		text += " for " + age(now.Sub(*c.Since))
	}
	if c.Good+c.Bad > 0 {
		text += fmt.Sprintf(", %d good and %d bad calls", c.Good, c.Bad)
	}
	if c.P95Ns > 0 {
		text += ", 95% within " + time.Duration(c.P95Ns).Round(100*time.Microsecond).String()
	}
	return text
}
