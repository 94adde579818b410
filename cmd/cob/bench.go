package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/cmd/cob/bench"
)

func benchCommand() *cobra.Command {
	o := bench.Options{Clients: []int{1, 16, 128}, For: 4 * time.Second, Rounds: 1, Parked: 100_000}
	c := &cobra.Command{
		Use:   "bench [w1|five|recovery]...",
		Short: "The workloads of spec/benchmarks.md",
		Long: `Runs workloads and prints their figures: w1, the five-step process with four real
HTTP calls; five, five transitions without one; recovery, a kill -9 with parked
instances. A bare client that does the same calls and bare JetStream run in turns
with them, and so does a peer when --peer names where it takes W1. five also runs
at half of the rate that it reached, timed from when each request falls due.`,
		Example: `  cob bench five
  cob bench w1 --rounds 3 --peer http://127.0.0.1:8080/Order/Run --service 127.0.0.1:18080`,
		ValidArgs: []string{"w1", "five", "recovery"},
		Args:      cobra.OnlyValidArgs,
	}
	c.Flags().IntSliceVar(&o.Clients, "clients", o.Clients, "how many ask at once")
	c.Flags().DurationVar(&o.For, "for", o.For, "length of each load")
	c.Flags().IntVar(&o.Rounds, "rounds", o.Rounds, "how often each load runs")
	c.Flags().StringVar(&o.Peer, "peer", "", "where a peer takes W1 by HTTP POST")
	c.Flags().StringVar(&o.Service, "service", "", "where W1's outside service listens, for peers that need to know (default: a free port)")
	c.Flags().IntVar(&o.Parked, "parked", o.Parked, "instances of recovery")
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			args = c.ValidArgs
		}
		return runBench(c, args, o)
	}
	return c
}

func runBench(c *cobra.Command, workloads []string, o bench.Options) error {
	binary, err := os.Executable()
	if err != nil {
		return failure(exitUnreachable, "finding this program: %v", err)
	}
	o.Binary, o.Out = binary, c.OutOrStdout()
	for _, w := range workloads {
		switch w {
		case "w1":
			_, err = bench.W1(c.Context(), o)
		case "five":
			_, err = bench.Five(c.Context(), o)
		case "recovery":
			_, err = bench.Recovery(c.Context(), o)
		}
		if err != nil {
			return failure(exitUnreachable, "%s: %v", w, err)
		}
		fmt.Fprintln(o.Out)
	}
	return nil
}
