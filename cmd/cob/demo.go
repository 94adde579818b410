package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/cmd/cob/demo"
	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/examples/orders"
	"github.com/cob-lang/cob/examples/orders/services"
)

// How many orders the demo sends where it is not told.
const (
	allOrders = 1000
	fewOrders = 400 // with two clouds: each start waits for both
)

func demoCommand() *cobra.Command {
	format := "text"
	clouds, most := false, 0
	c := &cobra.Command{
		Use:   "demo",
		Short: "The whole story on one machine: 1,000 orders over two clouds, one of which dies",
		Long: `Starts the services of examples/orders on loopback, runs the process on an embedded
node, publishes its 1,000 orders, kills the payments of paris half-way, brings
them back, and checks the services' ledgers against the instances. Exit code 0
only when they agree.

With --clouds it is the bus itself that dies: two clouds run the process, each in a
process of its own, and a witness stands by. The one that owns is killed (SIGKILL)
with orders under way; the other one takes over and goes on; the loser comes back,
brings what only it had, and becomes the mirror. Then the ledgers are checked.`,
		Example: "  cob demo\n  cob demo --clouds",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			if most == 0 {
				most = allOrders
				if clouds {
					most = fewOrders
				}
			}
			if most < demo.Fewest || most > allOrders {
				return failure(exitUsage, "--orders %d: want %d to %d", most, demo.Fewest, allOrders)
			}
			return tell(c, format, clouds, most)
		},
	}
	c.Flags().StringVar(&format, "format", format, "how to print the report: text or json")
	c.Flags().BoolVar(&clouds, "clouds", false, "two clouds run the process, and the one that owns is killed")
	c.Flags().IntVar(&most, "orders", 0, "how many messages are sent, 100 to 1000 (default 1000, with --clouds 400)")
	return c
}

// story is the report of either demo.
type story interface {
	Write(io.Writer) error
	Agree() bool
}

func tell(c *cobra.Command, format string, clouds bool, most int) error {
	ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	messages, err := demoMessages(most)
	if err != nil {
		return failure(exitUnreachable, "reading the orders: %v", err)
	}
	o := demo.Options{Messages: messages, Progress: c.ErrOrStderr(), Log: quiet(c.ErrOrStderr())}
	var report story
	if clouds {
		report, err = tellOfClouds(ctx, o)
	} else {
		report, err = tellOfOne(ctx, o)
	}
	if err != nil {
		if ctx.Err() != nil {
			return &exit{exitInterrupted, nil}
		}
		return failure(exitBad, "%v", err)
	}
	if format == "json" {
		err = printJSON(c.OutOrStdout(), report)
	} else {
		err = report.Write(c.OutOrStdout())
	}
	if err == nil && !report.Agree() {
		return bad(nil)
	}
	return err
}

func demoMessages(most int) ([]services.Message, error) {
	file, err := orders.Files.Open("orders.jsonl")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	all, err := services.ReadMessages(file)
	if err != nil {
		return nil, err
	}
	return all[:min(most, len(all))], nil
}

func tellOfOne(ctx context.Context, o demo.Options) (story, error) {
	r, err := compiler.Compile(orders.Files, compiler.Options{Prefix: "examples/orders/"})
	if err != nil {
		return nil, fmt.Errorf("compiling the example: %w", err)
	}
	if r.Failed() {
		return nil, fmt.Errorf("the example has errors: %v", r.Diagnostics[0].Message)
	}
	o.Plan = r.Encoded
	return demo.Run(ctx, o)
}

func tellOfClouds(ctx context.Context, o demo.Options) (story, error) {
	cob, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("looking for cob itself: %w", err)
	}
	return demo.RunClouds(ctx, demo.CloudsOptions{Options: o, Command: cob})
}

// quiet is a log that shows errors only.
func quiet(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelError}))
}
