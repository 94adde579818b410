package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/node"
	"github.com/cob-lang/cob/runtime/twin"
)

// pairOptions are the flags of cob run for two clouds.
type pairOptions struct {
	mirror, listen, dir, witness, name string
	standby                            bool
	way                                secureWay
}

func (o *pairOptions) flags(c *cobra.Command) {
	c.Flags().StringVar(&o.mirror, "mirror", "", "address of the other cloud's mirror, nats://HOST:PORT; the journals are copied there, and it may take over. Where COB_MIRROR_TOKEN is set both clouds show it")
	c.Flags().StringVar(&o.listen, "mirror-listen", "127.0.0.1:8181", "with --mirror: address at which this cloud receives the other one's journals")
	c.Flags().StringVar(&o.dir, "mirror-dir", "", "with --mirror: directory for them (default the one of --store with -mirror behind it)")
	c.Flags().StringVar(&o.witness, "witness", "", "with --mirror: address of a NATS server with JetStream in a third place (cob witness is one); without it a person decides who takes over")
	c.Flags().StringVar(&o.name, "pair", "main", "with --witness: what the two clouds are called there")
	o.way.flags(c, "mirror-", "with --mirror: ")
	c.Flags().BoolVar(&o.standby, "standby", false, "with --mirror: begin as the mirror of the other cloud")
}

// check refuses flags that contradict each other.
func (o *runOptions) checkPair() error {
	p := &o.pair
	switch {
	case p.mirror == "" && (p.witness != "" || p.standby || p.dir != ""):
		return failure(exitUsage, "--witness, --standby and --mirror-dir stand with --mirror")
	case p.mirror == "":
		return nil
	case o.nats != "":
		return failure(exitUsage, "--mirror is for an embedded store; the servers of --nats keep copies themselves")
	case o.copy != "":
		return failure(exitUsage, "--mirror keeps a second copy already: give --copy or --mirror")
	case o.watch:
		return failure(exitUsage, "--watch is for one cloud; send a plan with cob deploy")
	case o.cloud == "":
		return failure(exitUsage, "--mirror needs --cloud: which of the two clouds this is")
	}
	if err := twin.ValidLease(o.lease); err != nil {
		return failure(exitUsage, "--lease: %v", err)
	}
	if p.dir == "" {
		p.dir = filepath.Clean(o.store) + "-mirror"
	}
	if err := p.way.check("--mirror-listen", p.listen, os.Getenv(mirrorToken), "COB_MIRROR_TOKEN in both clouds"); err != nil {
		return err
	}
	if err := p.way.checkTo("--mirror", p.mirror); err != nil {
		return err
	}
	return p.way.checkTo("--witness", p.witness)
}

// mirrorToken is the setting with what both clouds show each other.
const mirrorToken = "COB_MIRROR_TOKEN"

// runsPair is a running cloud of two.
type runsPair struct {
	command    *cobra.Command
	options    runOptions
	plan       *compiler.Result
	connectors *connector.Registry
	twin       *twin.Twin
	door       *admin.Door
}

// servePair runs one of two clouds until a signal comes.
func servePair(c *cobra.Command, o runOptions, r *compiler.Result, listener net.Listener, connectors *connector.Registry, signals <-chan os.Signal) (err error) {
	t, err := twin.Open(twin.Options{
		Cloud: o.cloud, Dir: o.pair.dir, Listen: o.pair.listen, Token: os.Getenv(mirrorToken), Other: withToken(o.pair.mirror), Witness: o.pair.witness,
		TLS: o.pair.way.tls(), Pair: o.pair.name, Lease: o.lease, Standby: o.pair.standby, Log: logTo(c.ErrOrStderr()),
	})
	if err != nil {
		return errors.Join(failure(exitUnreachable, "%v", err), listener.Close())
	}
	p := &runsPair{command: c, options: o, plan: r, connectors: connectors, twin: t, door: admin.NewDoor(t, o.identity)}
	defer func() { err = errors.Join(err, t.Close(context.Background())) }()
	api := &http.Server{Handler: p.door, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeaders}
	ended := make(chan error, 2)
	go func() { ended <- o.listenOn(api, limitConnections(listener, maxConnections)) }()
	defer api.Close()
	say := c.ErrOrStderr()
	scheme := "http"
	if o.tlsCert != "" {
		scheme = "https"
	}
	fmt.Fprintf(say, "cob runs the cloud %s of two on %s://%s\nits mirror listens on %s\n", o.cloud, scheme, listener.Addr(), o.pair.listen)
	ctx, stop := context.WithCancel(c.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := p.run(ctx); ctx.Err() == nil {
			ended <- err
		}
	}()
	defer func() { stop(); <-done }()
	select {
	case s := <-signals:
		fmt.Fprintf(say, "%s: finishing what is under way\n", s)
		if s == os.Interrupt {
			return &exit{exitInterrupted, nil}
		}
		return nil
	case err := <-ended:
		return failure(exitUnreachable, "the node cannot go on: %v\n  start it again: what was acknowledged is safe", err)
	}
}

// withToken is the address with the token of both clouds.
func withToken(address string) string {
	token := os.Getenv(mirrorToken)
	if token == "" {
		return address
	}
	const scheme = "nats://"
	if len(address) > len(scheme) && address[:len(scheme)] == scheme {
		return scheme + token + "@" + address[len(scheme):]
	}
	return address
}

// run is what this cloud is, one after the other.
func (p *runsPair) run(ctx context.Context) error {
	for {
		place, rejoin, err := p.twin.Decide(ctx)
		if err != nil {
			return err
		}
		if place == failover.Owner {
			if err := p.own(ctx); err != nil {
				return err
			}
			continue
		}
		if rejoin {
			fmt.Fprintf(p.command.ErrOrStderr(), "%s was an owner; the other cloud has taken over, and gets what only this one has\n", p.options.cloud)
			if err := p.twin.Rejoin(ctx, p.options.store, p.surplus); err != nil {
				return err
			}
		}
		fmt.Fprintf(p.command.ErrOrStderr(), "%s is the mirror\n", p.options.cloud)
		if err := p.twin.Follow(ctx); err != nil {
			return err
		}
	}
}

// surplus reads what the store here has beyond some commits.
func (p *runsPair) surplus(ctx context.Context, bases map[string]uint64) ([][]byte, error) {
	return node.Surplus(ctx, nodeOptions(p.command.ErrOrStderr(), p.options, p.connectors), bases)
}

// own runs a node until this cloud owns no more.
func (p *runsPair) own(ctx context.Context) error {
	tenure, err := p.twin.Own(ctx)
	if err != nil { // the witness knows better, or cannot be reached: it is asked again
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
			return nil
		}
	}
	defer tenure.Close()
	o := nodeOptions(p.command.ErrOrStderr(), p.options, p.connectors)
	o.Store.CopyDir, o.Pair = p.twin.Dir(), tenure
	o.Store.Mirror = &jetstream.MirrorOptions{URL: withToken(p.options.pair.mirror), TLS: p.options.pair.way.tls(), Cloud: p.options.cloud, Term: tenure.Term()}
	n, err := node.Open(ctx, o)
	if err != nil {
		return p.unlessTakenOver(err)
	}
	defer func() {
		p.door.Shut()
		limited, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		if err := n.Close(limited); err != nil {
			fmt.Fprintf(p.command.ErrOrStderr(), "closing the node: %v\n", err)
		}
	}()
	if err := tenure.Serve(n); err != nil {
		return err
	}
	p.door.Open(n)
	deployed, err := n.BeginWith(ctx, p.plan.Encoded)
	if err != nil {
		return p.unlessTakenOver(err)
	}
	tellRolledBack(p.command.ErrOrStderr(), deployed)
	fmt.Fprintf(p.command.ErrOrStderr(), "%s owns the shards, in term %d\n", p.options.cloud, tenure.Term())
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-n.Failed():
		return p.unlessTakenOver(err)
	}
}

// unlessTakenOver is an error that is one: that the other cloud owns is none.
func (p *runsPair) unlessTakenOver(err error) error {
	if errors.Is(err, node.ErrTakenOver) {
		fmt.Fprintf(p.command.ErrOrStderr(), "%s owns no more: %v\n", p.options.cloud, err)
		return nil
	}
	return err
}

func witnessCommand() *cobra.Command {
	var listen, store string
	var way secureWay
	c := &cobra.Command{
		Use:   "witness",
		Short: "A small server in a third place, where two clouds write down which of them owns",
		Long: `Two clouds that mirror each other (cob run --mirror) write here which of them owns the
shards, so that one of them can take over when the other is gone and never both own.
It holds two short notes. Any NATS server with JetStream does as well. Without a
witness a person decides (cob failover). Where COB_WITNESS_TOKEN is set, the clouds
show it: --witness nats://TOKEN@HOST:PORT.`,
		Example: `  cob witness --listen 10.3.0.5:8182 --store /var/lib/cob-witness --cert witness.pem --key witness.key --ca clouds.pem`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			signals := make(chan os.Signal, 1)
			signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
			defer signal.Stop(signals)
			token := os.Getenv("COB_WITNESS_TOKEN")
			if err := way.check("--listen", listen, token, "COB_WITNESS_TOKEN"); err != nil {
				return err
			}
			w, err := jetstream.OpenWitness(store, listen, token, way.tls())
			if err != nil {
				return failure(exitUnreachable, "%v", err)
			}
			fmt.Fprintf(c.ErrOrStderr(), "the witness listens on %s\n", w.Address())
			<-signals
			return w.Close()
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8182", "address for the two clouds")
	way.flags(c, "", "")
	c.Flags().StringVar(&store, "store", ".cob-witness", "directory of what it holds")
	return c
}
