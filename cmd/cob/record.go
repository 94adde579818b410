package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/replay"
)

func recordCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "record ID..",
		Short: "Write down the story of instances, for cob test --replay",
		Long: `Writes what instances were started with, what they asked for and were answered, what
reached them and when, and how they ended, as JSON. What has a label and may not be
seen by who asks is left out.`,
		Example: `  cob record f3k9x0q2m5v7a1bc -o late.json
  cob test --replay late.json`,
		Args: cobra.MinimumNArgs(1),
	}
	server := serverFlag(cmd)
	who := personFlags(cmd, server)
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to `FILE` instead of standard output")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var list []replay.Recording
		for _, id := range args {
			var r replay.Recording
			if err := newClient(*server).do(cmd.Context(), "GET", "/v1/instances/"+url.PathEscape(id)+"/recording", who.headers(), nil, &r); err != nil {
				return err
			}
			list = append(list, r)
		}
		var v any = list
		if len(list) == 1 {
			v = list[0]
		}
		if out == "" {
			return printJSON(cmd.OutOrStdout(), v)
		}
		text, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(out, append(text, '\n'), 0o600); err != nil {
			return failure(exitUsage, "%v", err)
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d recorded\n", out, len(list))
		return nil
	}
	return cmd
}
