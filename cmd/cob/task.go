package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/node"
)

func taskCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "task", Short: "List, claim and complete human tasks"}
	cmd.AddCommand(taskListCommand(), taskClaimCommand(), taskCompleteCommand())
	return cmd
}

func taskListCommand() *cobra.Command {
	var role, format string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List open tasks, oldest first",
		Example: "  cob task list --role manager",
		Args:    cobra.NoArgs,
	}
	server := serverFlag(cmd)
	cmd.Flags().StringVar(&role, "role", "", "only tasks of this role")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if format != "text" && format != "json" {
			return fmt.Errorf("--format %s: want text or json", format)
		}
		var list struct {
			Tasks []node.Task `json:"tasks"`
		}
		if err := newClient(*server).do(cmd.Context(), "GET", "/v1/tasks?role="+url.QueryEscape(role), nil, nil, &list); err != nil {
			return err
		}
		if format == "json" {
			return printJSON(cmd.OutOrStdout(), list.Tasks)
		}
		t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "ID\tTASK\tROLE\tPROCESS\tKEY\tAGE\tDUE\tCLAIMED BY\tFORM")
		for _, task := range list.Tasks {
			due := ""
			if task.Due != nil {
				due = "in " + age(time.Until(*task.Due))
			}
			fields := make([]string, len(task.Form))
			for i, f := range task.Form {
				fields[i] = f.Name + ": " + f.Type
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t{ %s }\n", task.ID, task.Name, task.Role, task.Process, task.Key,
				age(time.Since(task.Since)), due, task.ClaimedBy, strings.Join(fields, ", "))
		}
		return t.Flush()
	}
	return cmd
}

func taskClaimCommand() *cobra.Command {
	var by string
	cmd := &cobra.Command{
		Use:     "claim ID",
		Short:   "Reserve a task for one person",
		Example: "  cob task claim f3k9x0q2m5v7a1bc.7 --by ada",
		Args:    cobra.ExactArgs(1),
	}
	server := serverFlag(cmd)
	byFlag(cmd, &by)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return actOnTask(cmd, *server, args[0], "claim", admin.TaskAct{By: by})
	}
	return cmd
}

func taskCompleteCommand() *cobra.Command {
	var by, input, form string
	cmd := &cobra.Command{
		Use:     "complete ID",
		Short:   "Answer a task",
		Example: `  cob task complete f3k9x0q2m5v7a1bc.7 --by ada --form '{"approved": true, "note": "fine"}'`,
		Args:    cobra.ExactArgs(1),
	}
	server := serverFlag(cmd)
	byFlag(cmd, &by)
	cmd.Flags().StringVar(&form, "form", "", "the answer as a JSON object")
	cmd.Flags().StringVar(&input, "input", "", "file with the answer, - for standard input")
	cmd.MarkFlagsMutuallyExclusive("form", "input")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		text := []byte(form)
		if form == "" {
			var err error
			if text, err = readInput(cmd, input); err != nil {
				return err
			}
		}
		if !json.Valid(text) {
			return failure(exitUsage, `the form is no JSON; want an object such as {"approved": true}`)
		}
		return actOnTask(cmd, *server, args[0], "complete", admin.TaskAct{By: by, Form: text})
	}
	return cmd
}

func actOnTask(cmd *cobra.Command, server, id, verb string, act admin.TaskAct) error {
	if act.By == "" {
		return failure(exitUsage, "say who you are with --by NAME")
	}
	body, err := json.Marshal(act)
	if err != nil {
		return err
	}
	if err := newClient(server).do(cmd.Context(), "POST", "/v1/tasks/"+url.PathEscape(id)+"/"+verb, nil, body, nil); err != nil {
		return err
	}
	done := map[string]string{"claim": "claimed", "complete": "completed"}[verb]
	fmt.Fprintf(cmd.OutOrStdout(), "%s  %s by %s\n", id, done, act.By)
	return nil
}
