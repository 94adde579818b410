package main

import (
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/cmd/cob/bench"
)

func benchCommand() *cobra.Command {
	o := bench.Options{Clients: []int{1, 16, 128}, For: 4 * time.Second, Rounds: 1}
	c := &cobra.Command{
		Use:   "bench [w1|five|routes|recovery|reload]...",
		Short: "The workloads of spec/benchmarks.md",
		Long: `Runs workloads and prints their figures: w1, the five-step process with four real
HTTP calls; five, five transitions without one; routes, a channel whose route starts
an instance from each message; recovery, a kill -9 with parked instances; reload, a
package that is saved again and again while its instances run. In turns with them
run: a bare client that does the calls of w1, a bare program that is asked to, bare
JetStream, and a peer when --peer names where it takes w1. With --rate, five takes so
many requests a second, each timed from when it falls due; without, as many as its
clients get done, and then half of that.`,
		Example: `  cob bench five --rate 10000 --for 10s
  cob bench w1 --rounds 3 --peer http://127.0.0.1:8080/Order/Run --service 127.0.0.1:18080`,
		ValidArgs: []string{"w1", "five", "routes", "recovery", "reload"},
		Args:      cobra.OnlyValidArgs,
	}
	c.Flags().IntSliceVar(&o.Clients, "clients", o.Clients, "how many ask at once")
	c.Flags().DurationVar(&o.For, "for", o.For, "length of each load")
	c.Flags().IntVar(&o.Rounds, "rounds", o.Rounds, "how often each load runs")
	c.Flags().StringVar(&o.Peer, "peer", "", "where a peer takes W1 by HTTP POST")
	c.Flags().StringVar(&o.Service, "service", "", "where W1's outside service listens, for peers that need to know (default: a free port)")
	c.Flags().Float64Var(&o.Rate, "rate", 0, "requests of five that fall due a second (default: as many as can be done)")
	c.Flags().IntVar(&o.Parked, "parked", o.Parked, fmt.Sprintf("instances of recovery (default %d) and of reload (default %d)", bench.ParkedRecovery, bench.ParkedReload))
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			args = c.ValidArgs
		}
		if err := o.Validate(); err != nil {
			return failure(exitUsage, "%v", err)
		}
		return runBench(c, args, o)
	}
	c.AddCommand(benchPartCommand())
	return c
}

// benchPartCommand is what benchmarks start as processes of their own.
func benchPartCommand() *cobra.Command {
	var listen string
	c := &cobra.Command{Use: "part", Hidden: true, Args: cobra.ExactArgs(1), Short: "A part of a benchmark, until it is interrupted"}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "where it listens")
	c.RunE = func(c *cobra.Command, args []string) error {
		defer tuneCollector().stop()
		ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt)
		defer stop()
		if err := bench.Serve(ctx, args[0], listen); err != nil {
			return failure(exitUnreachable, "%v", err)
		}
		return nil
	}
	return c
}

func runBench(c *cobra.Command, workloads []string, o bench.Options) error {
	binary, err := os.Executable()
	if err != nil {
		return failure(exitUnreachable, "finding this program: %v", err)
	}
	o.Binary, o.Out = binary, c.OutOrStdout()
	defer tuneCollector().stop() // as in a node: some of them are in this process
	for _, w := range workloads {
		switch w {
		case "w1":
			_, err = bench.W1(c.Context(), o)
		case "five":
			_, err = bench.Five(c.Context(), o)
		case "routes":
			_, err = bench.Routes(c.Context(), o)
		case "recovery":
			_, err = bench.Recovery(c.Context(), o)
		case "reload":
			_, err = bench.Reload(c.Context(), o)
		}
		if err != nil {
			return failure(exitUnreachable, "%s: %v", w, err)
		}
		fmt.Fprintln(o.Out)
	}
	return nil
}
