package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/runtime/agent"
	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/outpost"
)

// agentOptions are the flags of cob agent.
type agentOptions struct {
	cloud, nats, name, secrets string
	atOnce                     int
}

func agentCommand() *cobra.Command {
	o := agentOptions{atOnce: agent.DefaultAtOnce}
	c := &cobra.Command{
		Use:   "agent --cloud NAME --nats URL",
		Short: "Carry calls out near the endpoints of a cloud",
		Long: `Carries out the calls of all nodes that go to endpoints in a cloud, and probes these,
from a machine that is near them. It owns nothing: start as many per cloud as the calls
need, and stop them at any time. --nats is a server of the nodes, or a leaf node of
theirs in the cloud.

Settings (env.NAME) of the cloud's endpoints come from the agent's environment, secrets
(secret.name) from COB_SECRET_NAME or a file of --secrets: the nodes need not have them.
Plans come from the nodes.`,
		Example: `  cob agent --cloud paris --nats nats://127.0.0.1:4222
  cob agent --cloud paris --nats nats://leaf.paris.example:4222 --secrets /etc/cob/secrets --at-once 1000`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case o.cloud == "" || o.nats == "":
				return errors.New("--cloud and --nats are required")
			case o.atOnce < 1 || o.atOnce > agent.MaxAtOnce:
				return fmt.Errorf("--at-once %d: want 1 to %d", o.atOnce, agent.MaxAtOnce)
			}
			return o.serve(c)
		},
	}
	c.Flags().StringVar(&o.cloud, "cloud", "", "the cloud whose endpoints are near")
	c.Flags().StringVar(&o.nats, "nats", "", "address of a NATS server of the nodes, or of a leaf node of theirs; several with commas")
	c.Flags().StringVar(&o.name, "name", "", "name of the agent, for people (default HOST/PID)")
	c.Flags().StringVar(&o.secrets, "secrets", "", "directory with one file per secret")
	c.Flags().IntVar(&o.atOnce, "at-once", o.atOnce, fmt.Sprintf("calls that it carries out at once, 1 to %d; more of them wait at the nodes", agent.MaxAtOnce))
	return c
}

func (o agentOptions) serve(c *cobra.Command) (err error) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	say := c.ErrOrStderr()
	bus, err := jetstream.Dial(jetstream.Options{URL: o.nats})
	if err != nil {
		return failure(exitUnreachable, "%v", err)
	}
	defer bus.Close()
	calls, err := httpconnector.New(httpconnector.Options{MaxConcurrent: o.atOnce})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, calls.Close()) }()
	if o.name == "" {
		o.name = processName()
	}
	a, err := outpost.Open(outpost.Options{
		Cloud: o.cloud, Name: o.name, Bus: bus, AtOnce: o.atOnce, Connectors: connector.NewRegistry(calls), Settings: settings(o.secrets), Version: version(),
		Log:  slog.New(slog.NewTextHandler(say, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Told: func(text string) { fmt.Fprintf(say, "agent: %s\n", text) },
	})
	if err != nil {
		return failure(exitUnreachable, "%v", err)
	}
	fmt.Fprintf(say, "cob agent %s at %s, waits for the nodes\n", o.name, bus.Server())
	return o.wait(c, a, signals)
}

// wait lets the agent work until somebody wants it to end.
func (o agentOptions) wait(c *cobra.Command, a *outpost.Outpost, signals <-chan os.Signal) (err error) {
	select {
	case s := <-signals:
		fmt.Fprintf(c.ErrOrStderr(), "%s: finishing what is under way\n", s)
		if s == os.Interrupt {
			err = &exit{exitInterrupted, nil}
		}
	case refused := <-a.Refused():
		err = failure(exitUnreachable, "the nodes do not take this agent: %v", refused)
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if late := a.Close(ctx); late != nil && err == nil {
		return failure(exitUnreachable, "%v", late)
	}
	return err
}
