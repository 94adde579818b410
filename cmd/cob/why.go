package main

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/observe"
)

func whyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "why ID",
		Short: "Say in one sentence what an instance waits for",
		Long: `Says in one sentence what an instance waits for, since when, and who or what can let
it go on. Where it waits at several places, each has its sentence.`,
		Example: "  cob why f3k9x0q2m5v7a1bc",
		Args:    cobra.ExactArgs(1),
	}
	server := serverFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var d observe.Details
		if err := newClient(*server).do(cmd.Context(), "GET", "/v1/instances/"+url.PathEscape(args[0]), nil, nil, &d); err != nil {
			return err
		}
		for _, sentence := range reasons(d, time.Now()) {
			fmt.Fprintln(cmd.OutOrStdout(), sentence)
		}
		return nil
	}
	return cmd
}

// reasons says why an instance stands where it does.
func reasons(d observe.Details, now time.Time) []string {
	switch {
	case d.Ended != nil:
		text := fmt.Sprintf("It waits for nothing: it is %s since %s", d.State, d.Ended.Format(time.RFC3339))
		if d.Fault != nil {
			text += ", with the fault " + d.Fault.Type
		}
		return append([]string{text + "."}, openDoubts(d)...)
	case d.Blocked != "":
		return []string{"It waits for an operator, because of " + strings.TrimSuffix(d.Blocked, ".") + "; cob retry lets it go on, cob cancel and cob terminate end it."}
	}
	var out []string
	for _, w := range d.Waits {
		text := "It"
		if d.Compensating {
			text = "It undoes what it did, and"
		}
		text += fmt.Sprintf(" waits at %s (%s) since %s (%s) ", w.Step, w.At, w.Since.Format(time.RFC3339), age(now.Sub(w.Since)))
		out = append(out, text+released(w)+".")
	}
	if len(out) == 0 {
		out = append(out, "It waits for nothing: it is running.")
	}
	return append(out, openDoubts(d)...)
}

// released says what a wait is for and who can end it.
func released(w observe.Wait) string {
	switch {
	case w.Incident != "":
		text := "for an operator, because " + strings.TrimSuffix(w.Incident, ".")
		if w.Last != "" && !strings.Contains(w.Incident, w.Last) {
			text += " (the last attempt: " + w.Last + ")"
		}
		return text + "; cob show names what retry, skip, resume, cancel and terminate would do"
	case w.Role != "":
		text := "for a person: anybody who is " + w.Role + " can do the task " + w.Task
		if w.Claimed != "" {
			text = "for " + w.Claimed + ", who has claimed the task " + w.Task + " of " + w.Role
		}
		return text + until(w, "; its time is over at ")
	case len(w.Events) > 0:
		return "for " + strings.Join(w.Events, " or ") + ": whoever publishes it lets it go on" + until(w, "; it goes on without at ")
	case w.Cloud != "":
		return fmt.Sprintf("for the answer of %s at %s, attempt %d", w.Endpoint, w.Cloud, w.Attempt)
	case w.Endpoint != "":
		text := "to ask " + w.Endpoint + " again" + until(w, ", at ")
		if w.Last != "" {
			text += "; the last attempt: " + w.Last
		}
		return text
	case w.Kind == "wait":
		return "for the time" + until(w, ": it goes on at ")
	}
	return "for its " + w.Kind + until(w, ", until ")
}

func until(w observe.Wait, words string) string {
	if w.Due == nil {
		return ""
	}
	return words + w.Due.Format(time.RFC3339)
}

func openDoubts(d observe.Details) []string {
	var out []string
	for _, s := range d.Settlements {
		if s.Open {
			out = append(out, fmt.Sprintf("It is not known yet whether %s was done at %s; cob asks again under the same key.", s.Endpoint, s.Cloud))
		}
	}
	return out
}
