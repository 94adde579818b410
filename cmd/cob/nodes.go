package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/node"
)

func nodesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "nodes",
		Short: "List the nodes of the store and the shards that each owns",
		Long: `Lists the nodes that share the store, with the shards that each owns, and the shards
that nobody owns now. Any node of the store may be asked.`,
		Example: `  cob nodes
  cob nodes --format json | jq '.nodes[].shards'`,
		Args: cobra.NoArgs,
	}
	server, format := serverFlag(cmd), formatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkFormat(*format); err != nil {
			return err
		}
		var list admin.NodeList
		if err := newClient(*server).do(cmd.Context(), "GET", "/v1/nodes", nil, nil, &list); err != nil {
			return err
		}
		if *format == "json" {
			return printJSON(cmd.OutOrStdout(), list)
		}
		return printNodes(cmd.OutOrStdout(), list, time.Now())
	}
	return cmd
}

func printNodes(w io.Writer, list admin.NodeList, now time.Time) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NODE\tCLOUD\tSTATE\tUP\tWAITING\tSHARDS")
	for _, n := range list.Nodes {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\n", n.Name, dash(n.Cloud), n.State, age(now.Sub(n.Since)), n.Waiting, shardList(n.Shards))
	}
	if len(list.Free) > 0 {
		var free []node.ShardStatus
		for _, number := range list.Free {
			free = append(free, node.ShardStatus{Shard: number})
		}
		fmt.Fprintf(t, "nobody\t-\t-\t-\t-\t%s\n", shardList(free))
	}
	return t.Flush()
}

// shardList writes the numbers of shards, those in a row as a range.
func shardList(shards []node.ShardStatus) string {
	if len(shards) == 0 {
		return "-"
	}
	var numbers []int
	for _, s := range shards {
		numbers = append(numbers, s.Shard)
	}
	slices.Sort(numbers)
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		part := strconv.Itoa(numbers[i])
		if j > i {
			part += "-" + strconv.Itoa(numbers[j])
		}
		parts = append(parts, part)
		i = j + 1
	}
	return strings.Join(parts, " ")
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
