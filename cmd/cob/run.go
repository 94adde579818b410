package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/watch"
	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/node"
)

// runOptions are the flags of cob run.
type runOptions struct {
	dir, listen, store, copy, nats, cloud, secrets string
	shards                                         int
	watch                                          bool
	identity                                       admin.Identity
	known                                          watch.Fingerprint
}

// closeTime is how long a node may take to finish what is under way.
const closeTime = 30 * time.Second

func runCommand() *cobra.Command {
	o := runOptions{listen: "127.0.0.1:8180", store: ".cob"}
	c := &cobra.Command{
		Use:   "run [DIR]",
		Short: "A node that runs a package durably",
		Long: `Compiles the package of DIR and runs it on an embedded JetStream store. What was
started goes on after a crash or a restart. Settings (env.NAME) come from the
environment, secrets (secret.name) from COB_SECRET_NAME or a file of --secrets.`,
		Example: `  cob run examples/orders
  cob run --watch --listen 127.0.0.1:9000 .`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.dir = "."
			if len(args) == 1 {
				o.dir = args[0]
			}
			return serve(c, o)
		},
	}
	c.Flags().StringVar(&o.listen, "listen", o.listen, "address of the HTTP API")
	c.Flags().StringVar(&o.store, "store", o.store, "directory of the embedded store")
	c.Flags().StringVar(&o.copy, "copy", "", "directory of a second copy of the journals and plans, best on another disk or machine")
	c.Flags().StringVar(&o.nats, "nats", "", "address of a NATS server with JetStream to use instead of the embedded one")
	c.Flags().StringVar(&o.cloud, "cloud", "", "the cloud this node runs in, for people to read")
	c.Flags().StringVar(&o.secrets, "secrets", "", "directory with one file per secret")
	c.Flags().StringVar(&o.identity.User, "user-header", "", "header in which a proxy says who asks; without it callers say themselves who they are")
	c.Flags().StringVar(&o.identity.Groups, "groups-header", "", "header in which the proxy says the groups of who asks, separated by commas")
	c.Flags().IntVar(&o.shards, "shards", 0, fmt.Sprintf("shards of a new store (default %d); an existing one keeps its number", node.DefaultShards))
	c.Flags().BoolVar(&o.watch, "watch", false, "compile and activate the package whenever it changes")
	return c
}

func serve(c *cobra.Command, o runOptions) error {
	if o.identity.User == "" && o.identity.Groups != "" {
		return failure(exitUsage, "--groups-header stands with --user-header: without a person there are no groups")
	}
	o.known = watch.FingerprintOf(o.dir) // before the compile, so that no later save is missed
	r, err := sound(c, o.dir)
	if err != nil {
		return err
	}
	// The signals are caught before the store is opened, so that an early one
	// closes it as well.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)

	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return failure(exitUnreachable, "cannot listen on %s: %v\n  another node may run there; choose another address with --listen", o.listen, err)
	}
	calls, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	n, err := node.Open(c.Context(), nodeOptions(c.ErrOrStderr(), o, connector.NewRegistry(calls)))
	if err != nil {
		return errors.Join(storeError(err), listener.Close())
	}
	err = runNode(c, o, n, r, listener, signals)
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return errors.Join(err, n.Close(ctx))
}

func nodeOptions(stderr io.Writer, o runOptions, connectors *connector.Registry) node.Options {
	store := jetstream.Options{StoreDir: o.store, CopyDir: o.copy}
	if o.nats != "" {
		store = jetstream.Options{URL: o.nats, CopyDir: o.copy}
	}
	host, err := os.Hostname()
	if err != nil {
		host = "cob"
	}
	return node.Options{
		Store: store, Shards: o.shards, Cloud: o.cloud, Owner: fmt.Sprintf("%s/%d", host, os.Getpid()),
		Connectors: connectors,
		Settings:   settings(o.secrets),
		Log:        slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
}

// settings reads the environment, and secrets from COB_SECRET_NAME or a file of
// the directory.
func settings(dir string) connector.Settings {
	return func(name string, secret bool) (string, bool) {
		if !secret {
			return os.LookupEnv(name)
		}
		if v, ok := os.LookupEnv("COB_SECRET_" + strings.ToUpper(name)); ok {
			return v, true
		}
		if dir == "" {
			return "", false
		}
		text, err := os.ReadFile(filepath.Join(dir, filepath.Base(name)))
		return strings.TrimRight(string(text), "\r\n"), err == nil
	}
}

// storeError gives the errors of opening a node their exit code.
func storeError(err error) error {
	var missing *connector.SettingsError
	if errors.As(err, &missing) {
		return failure(exitUsage, "%v", err)
	}
	var held *jetstream.StoreInUseError
	if errors.As(err, &held) {
		return failure(exitUnreachable, "%v with --store", err)
	}
	return failure(exitUnreachable, "%v", err)
}

func runNode(c *cobra.Command, o runOptions, n *node.Node, r *compiler.Result, listener net.Listener, signals <-chan os.Signal) error {
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	deployed, err := n.Activate(ctx, r.Encoded)
	if err != nil {
		return errors.Join(storeError(err), listener.Close())
	}
	api := &http.Server{Handler: admin.New(n, o.identity), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- api.Serve(limitConnections(listener, maxConnections)) }()
	defer api.Close()
	go tuneCollector(ctx)
	say := c.ErrOrStderr()
	fmt.Fprintf(say, "cob runs %s (plan %.12s) on http://%s\n", deployed.Package, deployed.Digest, listener.Addr())
	if o.watch {
		place, options, err := located(o.dir)
		if err != nil {
			return bad(err)
		}
		err = watch.Watch(ctx, watch.Options{Dir: o.dir, Root: place.Root, Imports: r.Dirs, Known: o.known, Compiler: options}, func(change watch.Change) { reload(ctx, say, n, change) })
		if err != nil {
			return failure(exitUnreachable, "%v", err)
		}
		fmt.Fprintf(say, "watching %s\n", o.dir)
	}
	select {
	case s := <-signals:
		fmt.Fprintf(say, "%s: finishing what is under way\n", s)
		if s == os.Interrupt {
			return &exit{exitInterrupted, nil}
		}
		return nil
	case err := <-n.Failed():
		return failure(exitUnreachable, "the node cannot go on: %v\n  start it again: what was acknowledged is safe", err)
	case err := <-failed:
		return failure(exitUnreachable, "the API stopped: %v", err)
	}
}

// reload activates a good change; a bad one changes nothing and is told.
func reload(ctx context.Context, say io.Writer, n *node.Node, change watch.Change) {
	switch {
	case change.Err != nil:
		fmt.Fprintf(say, "the change cannot be read, and nothing changes: %v\n", change.Err)
	case change.Result.Failed():
		_ = show(say, change.Result.Diagnostics) // stderr; nobody else could be told
		fmt.Fprintln(say, "the change has errors, and nothing changes")
	default:
		d, err := n.Activate(ctx, change.Result.Encoded)
		switch {
		case err != nil:
			fmt.Fprintf(say, "the change cannot run here, and nothing changes: %v\n", err)
		case d.Unchanged:
			fmt.Fprintf(say, "the plan is the same (%.12s)\n", d.Digest)
		default:
			fmt.Fprintf(say, "new instances run plan %.12s; running ones finish on theirs\n", d.Digest)
		}
	}
}
