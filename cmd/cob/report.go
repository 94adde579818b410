package main

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

var recordFormats = []string{"json", "html", "pdf"}

func reportCommand() *cobra.Command {
	var format, name, file string
	var takeOver bool
	var term uint64
	cmd := &cobra.Command{
		Use:   "report ID",
		Short: "The record of an instance: data, path, clouds, cost, sla",
		Long: `Prints what an instance has done from end to end: its variables, the steps it
took with their times, the clouds that were asked, what they cost, how it stands
to its sla. What is labelled is replaced by the names of its labels.

With --failover it is what the latest take-over of a cloud meant (or that of --term):
per instance, what may have happened twice, what only the other cloud had, and what
became of it.

With --name it is the report that a report statement of that name made, as it
was then.`,
		Example: `  cob report f3k9x0q2m5v7a1bc
  cob report --failover --server http://paris:8180
  cob report f3k9x0q2m5v7a1bc --format html -o order.html
  cob report f3k9x0q2m5v7a1bc --name receipt --format pdf -o receipt.pdf`,
		Args: cobra.MaximumNArgs(1),
	}
	server := serverFlag(cmd)
	cmd.Flags().StringVar(&format, "format", "json", strings.Join(recordFormats, ", "))
	cmd.Flags().StringVar(&name, "name", "", "the latest report of a statement with this `NAME`")
	cmd.Flags().StringVarP(&file, "output", "o", "", "write to `FILE` and not to the standard output")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(recordFormats, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().BoolVar(&takeOver, "failover", false, "what a take-over of this cloud from the other one meant")
	cmd.Flags().Uint64Var(&term, "term", 0, "with --failover: the number of the take-over, 0 for the latest")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if takeOver != (len(args) == 0) {
			return failure(exitUsage, "want the ID of an instance, or --failover")
		}
		if takeOver {
			return printFailover(cmd.Context(), cmd.OutOrStdout(), newClient(*server), term, cmd.Flags().Changed("format"))
		}
		if !slices.Contains(recordFormats, format) {
			return fmt.Errorf("--format %s: want one of %s", format, strings.Join(recordFormats, ", "))
		}
		q := url.Values{"format": {format}, "name": {name}}
		text, err := newClient(*server).ask(cmd.Context(), "GET", "/v1/instances/"+url.PathEscape(args[0])+"/report?"+q.Encode(), nil, nil)
		if err != nil {
			return err
		}
		if file != "" {
			if err := os.WriteFile(file, text, 0o644); err != nil {
				return bad(err)
			}
			return nil
		}
		_, err = cmd.OutOrStdout().Write(text)
		return err
	}
	return cmd
}
