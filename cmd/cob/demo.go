package main

import (
	"fmt"
	"io"
	"log/slog"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/cmd/cob/demo"
	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/examples/orders"
	"github.com/cob-lang/cob/examples/orders/services"
)

func demoCommand() *cobra.Command {
	format := "text"
	c := &cobra.Command{
		Use:   "demo",
		Short: "The whole story on one machine: 1,000 orders over two clouds, one of which dies",
		Long: `Starts the services of examples/orders on loopback, runs the process on an embedded
node, publishes its 1,000 orders, kills the payments of paris half-way, brings
them back, and checks the services' ledgers against the instances. Exit code 0
only when they agree.`,
		Example: "  cob demo",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("--format %s: want text or json", format)
			}
			return tell(c, format)
		},
	}
	c.Flags().StringVar(&format, "format", format, "how to print the report: text or json")
	return c
}

func tell(c *cobra.Command, format string) error {
	ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	r, err := compiler.Compile(orders.Files, compiler.Options{Prefix: "examples/orders/"})
	if err != nil {
		return failure(exitUnreachable, "compiling the example: %v", err)
	}
	if r.Failed() {
		return bad(fmt.Errorf("the example has errors: %v", r.Diagnostics[0].Message))
	}
	file, err := orders.Files.Open("orders.jsonl")
	if err != nil {
		return failure(exitUnreachable, "opening the orders: %v", err)
	}
	defer file.Close()
	messages, err := services.ReadMessages(file)
	if err != nil {
		return failure(exitUnreachable, "reading the orders: %v", err)
	}
	report, err := demo.Run(ctx, demo.Options{
		Plan: r.Encoded, Messages: messages, Progress: c.ErrOrStderr(), Log: quiet(c.ErrOrStderr()),
	})
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

// quiet is a log that shows errors only.
func quiet(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelError}))
}
