package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/observe"
)

func cancelCommand() *cobra.Command {
	var reason, by string
	cmd := &cobra.Command{
		Use:     "cancel ID...",
		Short:   "Stop instances and undo what they did",
		Example: `  cob cancel f3k9x0q2m5v7a1bc --reason "ordered by mistake"`,
		Args:    cobra.MinimumNArgs(1),
	}
	server := serverFlag(cmd)
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the history")
	byFlag(cmd, &by)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return actOn(cmd, *server, args, "cancel", admin.Act{By: by, Reason: reason})
	}
	return cmd
}

func retryCommand() *cobra.Command {
	var by string
	cmd := &cobra.Command{
		Use:     "retry ID...",
		Short:   "Let instances with an incident try again",
		Example: "  cob retry f3k9x0q2m5v7a1bc",
		Args:    cobra.MinimumNArgs(1),
	}
	server := serverFlag(cmd)
	byFlag(cmd, &by)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return actOn(cmd, *server, args, "retry", admin.Act{By: by})
	}
	return cmd
}

func byFlag(cmd *cobra.Command, by *string) {
	cmd.Flags().StringVar(by, "by", os.Getenv("USER"), "who does it, for the history")
}

func actOn(cmd *cobra.Command, server string, ids []string, verb string, act admin.Act) error {
	body, err := json.Marshal(act)
	if err != nil {
		return err
	}
	c := newClient(server)
	for _, id := range ids {
		var d observe.Details
		if err := c.do(cmd.Context(), "POST", "/v1/instances/"+url.PathEscape(id)+"/"+verb, nil, body, &d); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", id, d.State)
	}
	return nil
}
