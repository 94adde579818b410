package main

import (
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/observe"
)

func psCommand() *cobra.Command {
	var process, state, key, where, format string
	var limit int
	cmd := &cobra.Command{
		Use:   "ps",
		Short: "List instances, newest first",
		Example: `  cob ps --state waiting
  cob ps --process orders.Fulfil --key o-17
  cob ps --where 'state == "incident" && started < 2026-11-21T10:00:00Z'
  cob ps --format json | jq .`,
		Args: cobra.NoArgs,
	}
	server := serverFlag(cmd)
	cmd.Flags().StringVar(&process, "process", "", "only instances of this process")
	cmd.Flags().StringVar(&state, "state", "", "only instances in this state: running waiting completed faulted cancelled incident")
	cmd.Flags().StringVar(&key, "key", "", "only the instances of this key")
	cmd.Flags().StringVar(&where, "where", "", "only instances that this condition holds for, over id process key state plan fault started ended and search fields")
	cmd.Flags().IntVar(&limit, "limit", admin.DefaultList, "at most so many")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if format != "text" && format != "json" {
			return fmt.Errorf("--format %s: want text or json", format)
		}
		q := url.Values{"process": {process}, "state": {state}, "key": {key}, "limit": {strconv.Itoa(limit)}}
		if where != "" {
			q.Set("where", where)
		}
		var page admin.Page
		if err := newClient(*server).do(cmd.Context(), "GET", "/v1/instances?"+q.Encode(), nil, nil, &page); err != nil {
			return err
		}
		if format == "json" {
			return printJSON(cmd.OutOrStdout(), page)
		}
		return printInstances(cmd.OutOrStdout(), page.Instances, time.Now())
	}
	return cmd
}

func printInstances(w io.Writer, list []observe.Instance, now time.Time) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tPROCESS\tKEY\tSTATE\tAGE\tOUTCOME")
	for _, i := range list {
		outcome := i.Detail
		if i.Fault != nil {
			outcome = i.Fault.Type
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", i.ID, i.Process, i.Key, i.State, age(now.Sub(i.Started)), outcome)
	}
	return t.Flush()
}

// age is a time in the two largest units that matter.
func age(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	switch {
	case d < time.Minute:
		return d.String()
	case d < time.Hour:
		return fmt.Sprintf("%dm%ds", d/time.Minute, d%time.Minute/time.Second)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh%dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%dd%dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
}

func showCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "show ID",
		Short:   "Show one instance: what it waits for, what it did, its history",
		Example: "  cob show f3k9x0q2m5v7a1bc",
		Args:    cobra.ExactArgs(1),
	}
	server := serverFlag(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if format != "text" && format != "json" {
			return fmt.Errorf("--format %s: want text or json", format)
		}
		c := newClient(*server)
		var shown struct {
			observe.Details
			History []observe.Entry `json:"history"`
		}
		path := "/v1/instances/" + url.PathEscape(args[0])
		if err := c.do(cmd.Context(), "GET", path, nil, nil, &shown.Details); err != nil {
			return err
		}
		if err := c.do(cmd.Context(), "GET", path+"/history", nil, nil, &shown); err != nil {
			return err
		}
		if format == "json" {
			return printJSON(cmd.OutOrStdout(), shown)
		}
		showInstance(cmd.OutOrStdout(), shown.Details)
		return showHistory(cmd.OutOrStdout(), shown.History)
	}
	return cmd
}

func showInstance(w io.Writer, d observe.Details) {
	fmt.Fprintf(w, "%s  %s", d.Process, d.State)
	if d.Compensating {
		fmt.Fprint(w, ", undoing what it did")
	}
	fmt.Fprintf(w, "\n  id       %s\n  key      %s\n  plan     %.12s\n  started  %s\n", d.ID, d.Key, d.Plan, d.Started.Format(time.RFC3339))
	if d.Ended != nil {
		fmt.Fprintf(w, "  ended    %s, after %s\n", d.Ended.Format(time.RFC3339), d.Ended.Sub(d.Started).Round(time.Millisecond))
	}
	if d.Fault != nil {
		fmt.Fprintf(w, "  fault    %s %s\n", d.Fault.Type, d.Fault.Fields)
	}
	if len(d.Result) > 0 {
		fmt.Fprintf(w, "  result   %s\n", d.Result)
	}
	if d.Detail != "" {
		fmt.Fprintf(w, "  detail   %s\n", d.Detail)
	}
	for _, wait := range d.Waits {
		fmt.Fprintf(w, "  waits    %s\n", waiting(wait))
	}
	showOutlook(w, d)
	for _, s := range d.Settlements {
		state := "settled: " + string(s.Outcome)
		if s.Open {
			state = "open"
		}
		fmt.Fprintf(w, "  unknown  %s at %s since %s, %s\n", s.Endpoint, s.Cloud, s.Since.Format(time.RFC3339), state)
	}
}

// showOutlook shows what an operator can do about an incident.
func showOutlook(w io.Writer, d observe.Details) {
	if d.Blocked != "" {
		fmt.Fprintf(w, "  blocked  %s\n", d.Blocked)
	}
	if d.Outlook == nil {
		return
	}
	for _, wait := range d.Waits {
		if wait.Last != "" {
			fmt.Fprintf(w, "  error    at %s: %s\n", wait.Step, wait.Last)
		}
	}
	fmt.Fprintf(w, "  on retry      %s\n", d.Outlook.Retry)
	for _, s := range d.Outlook.Skip {
		fmt.Fprintf(w, "  on skip       %s\n", skipOutlook(*d.Outlook, fmt.Sprintf("%s@%d", s.Step, s.Activation)))
	}
	fmt.Fprintf(w, "  on resume     %s\n  on cancel     %s\n  on terminate  %s\n", d.Outlook.Resume, d.Outlook.Cancel, d.Outlook.Terminate)
}

// waiting says in one sentence what an instance waits for.
func waiting(w observe.Wait) string {
	var b strings.Builder
	fmt.Fprintf(&b, "at %s (%s) for ", w.Step, w.At)
	switch {
	case w.Incident != "":
		fmt.Fprintf(&b, "a person: %s", w.Incident)
	case w.Role != "":
		fmt.Fprintf(&b, "%s to do a task", w.Role)
		if w.Claimed != "" {
			fmt.Fprintf(&b, ", claimed by %s", w.Claimed)
		}
	case len(w.Events) > 0:
		b.WriteString(strings.Join(w.Events, " or "))
	case w.Endpoint != "":
		fmt.Fprintf(&b, "%s", w.Endpoint)
		if w.Cloud != "" {
			fmt.Fprintf(&b, " at %s, attempt %d", w.Cloud, w.Attempt)
		}
	default:
		b.WriteString(w.Kind)
	}
	if w.Due != nil {
		fmt.Fprintf(&b, ", until %s", w.Due.Format(time.RFC3339))
	}
	return b.String()
}

func showHistory(w io.Writer, history []observe.Entry) error {
	fmt.Fprintln(w, "\nhistory")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, e := range history {
		at := ""
		if e.At != nil {
			at = e.At.Format("15:04:05.000")
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\n", at, e.What, e.Step, e.Cloud, e.Source, e.Detail)
	}
	return t.Flush()
}
