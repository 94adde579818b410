package main

import (
	"context"
	"crypto/tls"
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
	"github.com/cob-lang/cob/runtime/lease"
	"github.com/cob-lang/cob/runtime/node"
)

// runOptions are the flags of cob run.
type runOptions struct {
	dir, listen, store, copy, nats, cloud, secrets string
	shards, replicas                               int
	agents                                         []string
	lease                                          time.Duration
	watch                                          bool
	tokens, audit, tlsCert, tlsKey                 string
	identity                                       admin.Identity
	pair                                           pairOptions
	known                                          watch.Fingerprint
	trail                                          *auditTrail
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
environment, secrets (secret.name) from COB_SECRET_NAME or a file of --secrets.

Without --tokens (see cob token) and --user-header the API believes what callers say
about who they are, so it listens on this machine alone.`,
		Example: `  cob run examples/orders
  cob run --tokens tokens --copy /mnt/other-disk/orders --audit audit.jsonl examples/orders
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
	c.Flags().StringVar(&o.nats, "nats", "", "address of a NATS server with JetStream to use instead of the embedded one; several of one cluster with commas")
	c.Flags().IntVar(&o.replicas, "replicas", 0, "copies that the servers of --nats keep: 1, 3 or 5 (default 3 on a cluster, else 1)")
	c.Flags().DurationVar(&o.lease, "lease", lease.DefaultTTL, fmt.Sprintf("with --nats or --mirror: how long a node or an owning cloud may be silent before others take its shards, %v to %v", lease.MinTTL, lease.MaxTTL))
	c.Flags().StringVar(&o.cloud, "cloud", "", "the cloud this node runs in, for people to read")
	c.Flags().StringSliceVar(&o.agents, "agents", nil, "with --nats: clouds that only agents reach, also before one of them was there; their settings need not be here")
	c.Flags().StringVar(&o.secrets, "secrets", "", "directory with one file per secret")
	c.Flags().StringVar(&o.tokens, "tokens", "", "file that says whose each token is and what it allows, as cob token writes it")
	c.Flags().StringVar(&o.audit, "audit", "", "file to append to who changed what, when and why, one JSON object per line")
	c.Flags().StringVar(&o.tlsCert, "tls-cert", "", "file with the certificate of the API, for HTTPS")
	c.Flags().StringVar(&o.tlsKey, "tls-key", "", "file with the key of --tls-cert")
	c.Flags().StringVar(&o.identity.User, "user-header", "", "header in which a proxy says who asks; without it callers say themselves who they are")
	c.Flags().StringVar(&o.identity.Groups, "groups-header", "", "header in which the proxy says the groups of who asks, separated by commas")
	c.Flags().IntVar(&o.shards, "shards", 0, fmt.Sprintf("shards of a new store (default %d, with --nats %d); an existing one keeps its number", node.DefaultShards, node.ClusterShards))
	o.pair.flags(c)
	c.Flags().BoolVar(&o.watch, "watch", false, "compile and activate the package whenever it changes")
	return c
}

// checkIdentity refuses flags that contradict each other.
func (o *runOptions) checkIdentity() error {
	switch {
	case o.identity.User == "" && o.identity.Groups != "":
		return failure(exitUsage, "--groups-header stands with --user-header: without a person there are no groups")
	case o.tokens != "" && o.identity.User != "":
		return failure(exitUsage, "--tokens and --user-header both say who asks: give one of them")
	case len(o.agents) > 0 && o.nats == "":
		return failure(exitUsage, "--agents stands with --nats: agents reach a node through its servers, and the embedded store listens to nobody")
	case (o.tlsCert == "") != (o.tlsKey == ""):
		return failure(exitUsage, "--tls-cert and --tls-key stand together")
	case o.tlsCert != "":
		if _, err := tls.LoadX509KeyPair(o.tlsCert, o.tlsKey); err != nil {
			return failure(exitUsage, "the certificate cannot be used: %v", err)
		}
	}
	return nil
}

// checkOpen refuses to listen to other machines where callers say themselves who they
// are.
func (o *runOptions) checkOpen(address net.Addr) error {
	tcp, ok := address.(*net.TCPAddr)
	if o.tokens != "" || o.identity.User != "" || ok && tcp.IP.IsLoopback() {
		return nil
	}
	return failure(exitUsage, `other machines reach %s, and the node would believe whatever they say about who they are
  give --tokens FILE (cob token makes one), or --user-header NAME where a proxy says who asks; or listen on 127.0.0.1`, address)
}

func serve(c *cobra.Command, o runOptions) (err error) {
	if err := o.checkIdentity(); err != nil {
		return err
	}
	if err := o.checkPair(); err != nil {
		return err
	}
	if o.tokens != "" {
		tokens, err := openTokens(o.tokens, c.ErrOrStderr())
		if err != nil {
			return err
		}
		o.identity.Tokens = tokens.table
	}
	if o.audit != "" {
		trail, err := openTrail(o.audit)
		if err != nil {
			return err
		}
		o.identity.Trail, o.trail = trail, trail
		defer func() { err = errors.Join(err, trail.Close()) }()
	}
	if o.dir, err = onePackage(o.dir); err != nil {
		return err
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
	if err := o.checkOpen(listener.Addr()); err != nil {
		return errors.Join(err, listener.Close())
	}
	calls, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	tuned := tuneCollector()
	defer tuned.stop()
	if o.pair.mirror != "" {
		return servePair(c, o, r, listener, connector.NewRegistry(calls), signals)
	}
	n, err := node.Open(c.Context(), nodeOptions(c.ErrOrStderr(), o, connector.NewRegistry(calls)))
	if err != nil {
		return errors.Join(storeError(err), listener.Close())
	}
	go tuned.opened()
	err = runNode(c, o, n, r, listener, signals)
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return errors.Join(err, n.Close(ctx))
}

func nodeOptions(stderr io.Writer, o runOptions, connectors *connector.Registry) node.Options {
	store := jetstream.Options{StoreDir: o.store, CopyDir: o.copy}
	if o.nats != "" {
		store = jetstream.Options{URL: o.nats, CopyDir: o.copy, Replicas: o.replicas}
	}
	options := node.Options{
		Store: store, Shards: o.shards, Cloud: o.cloud, Agents: o.agents, Lease: o.lease, Owner: processName(),
		Connectors: connectors,
		Settings:   settings(o.secrets),
		Log:        logTo(stderr),
	}
	if o.trail != nil { // a nil pointer in it would be somebody
		options.Trail = o.trail
	}
	return options
}

func logTo(stderr io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// processName names this process for people, who look at several machines.
func processName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "cob"
	}
	return fmt.Sprintf("%s/%d", host, os.Getpid())
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
	deployed, err := n.BeginWith(ctx, r.Encoded)
	if err != nil {
		return errors.Join(storeError(err), listener.Close())
	}
	api := &http.Server{Handler: admin.New(n, o.identity), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeaders}
	failed := make(chan error, 1)
	scheme := "http"
	if o.tlsCert != "" {
		scheme = "https"
	}
	go func() { failed <- o.listenOn(api, limitConnections(listener, maxConnections)) }()
	defer api.Close()
	say := c.ErrOrStderr()
	fmt.Fprintf(say, "cob runs %s (plan %.12s) on %s://%s\n", deployed.Package, deployed.Digest, scheme, listener.Addr())
	tellRolledBack(say, deployed)
	o.tellOpen(say)
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

// maxHeaders bounds the headers of a request in bytes.
const maxHeaders = 32 << 10

// listenOn serves the API until the listener is closed.
func (o *runOptions) listenOn(api *http.Server, l net.Listener) error {
	if o.tlsCert != "" {
		return api.ServeTLS(l, o.tlsCert, o.tlsKey)
	}
	return api.Serve(l)
}

// tellRolledBack says where the package that a node began with is not the active plan.
func tellRolledBack(say io.Writer, d node.Deployed) {
	if d.RolledBack != "" {
		fmt.Fprintf(say, "plan %.12s of %s was rolled back and stays so: new instances run plan %.12s; cob deploy rolls it out once more\n", d.RolledBack, d.Package, d.Digest)
	}
}

// tellOpen says what an operator had better know before others use the node.
func (o *runOptions) tellOpen(say io.Writer) {
	if o.tokens == "" && o.identity.User == "" {
		fmt.Fprintln(say, "callers on this machine are believed about who they are; --tokens FILE asks them (cob token makes one)")
	}
	if o.copy == "" && o.nats == "" {
		fmt.Fprintln(say, "there is one copy of the journals; --copy DIR on another disk keeps a second one that heals the first")
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
		_, changes, unread := n.Changes(change.Result.Encoded)
		d, err := n.Activate(ctx, change.Result.Encoded)
		if err = errors.Join(unread, err); err == nil && !d.Unchanged {
			printChanges(say, changes)
		}
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
