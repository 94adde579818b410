package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/examples/steps"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/node"
)

// Options describe a run.
type Options struct {
	Binary  string // of cob, for nodes in processes of their own
	Clients []int
	For     time.Duration // of each load
	Rounds  int
	// Peer is where another system takes W1: it is posted {"id","amount","base"}
	// with an Idempotency-Key and answers when the instance is done. "" is nobody.
	Peer string
	// Service is where the outside service of W1 listens; "" picks a port.
	Service string
	Parked  int // instances of Recovery and Reload; 0 is ParkedRecovery and ParkedReload
	// Rate, if set, is how many instances of Five a second fall due; 0 is as many as
	// the clients get done, and then half of that.
	Rate float64
	Out  io.Writer
}

// How many instances wait, where Options do not say it.
const (
	ParkedRecovery = 100_000
	ParkedReload   = 10_000
)

// Validate says what is outside its bounds.
func (o Options) Validate() error {
	if o.Rate < 0 || o.Rate > MaxRate {
		return fmt.Errorf("the rate is %v requests a second: want more than 0 and at most %d", o.Rate, MaxRate)
	}
	return nil
}

// emit tells a result as it comes.
func (o Options) emit(round int, r Result) Result {
	r.Round = round
	fmt.Fprintln(o.Out, r)
	return r
}

// Five is five durable transitions without an outside call, through the engine
// and the journal with fsync, beside single messages put into a JetStream stream
// by as many clients.
func Five(ctx context.Context, o Options) ([]Result, error) {
	plan, err := compileSource("steps", steps.Source)
	if err != nil {
		return nil, err
	}
	var all []Result
	for round := 1; round <= o.Rounds; round++ {
		for _, clients := range o.Clients {
			some, err := five(ctx, o, plan, Load{Clients: clients, For: o.For})
			for _, r := range some {
				all = append(all, o.emit(round, r))
			}
			if err != nil {
				return all, err
			}
		}
	}
	return all, nil
}

func five(ctx context.Context, o Options, plan []byte, load Load) ([]Result, error) {
	dir, remove, err := folder()
	if err != nil {
		return nil, err
	}
	defer remove()
	bare, err := barePublish(ctx, filepath.Join(dir, "bare"), load)
	if err != nil {
		return nil, err
	}
	n, err := openNode(ctx, filepath.Join(dir, "store"), plan)
	if err != nil {
		return []Result{bare}, err
	}
	one := func(ctx context.Context, i int64) error {
		_, err := n.Start(ctx, node.StartRequest{Process: "steps.Five", Input: fmt.Appendf(nil, `{"input":{"id":"i-%d","n":%d}}`, i, i)})
		return err
	}
	all := []Result{bare}
	measured := func(what string, l Load) float64 {
		before := costOf(n)
		r := Drive(ctx, what, l, one)
		all = append(all, costOf(n).minus(before).of(r))
		return r.Rate
	}
	if o.Rate > 0 {
		measured(fmt.Sprintf("five transitions, %.0f/s fall due", o.Rate), load.at(o.Rate))
	} else {
		closed := measured("five transitions", load)
		measured("five transitions, half that rate", load.at(closed/2))
	}
	return all, n.Close(ctx)
}

// costOf is what a node in this process has taken so far.
func costOf(n *node.Node) cost {
	c := cost{CPU: cpuTime()}
	for _, j := range n.Journals() {
		c.Commits += j.Last
		c.Bytes += int64(j.Bytes)
	}
	return c
}

// barePublish puts 256 bytes at a time into a stream, each an fsync.
func barePublish(ctx context.Context, dir string, load Load) (Result, error) {
	server, err := jetstream.Open(ctx, jetstream.Options{StoreDir: dir})
	if err != nil {
		return Result{}, err
	}
	channel, err := server.Channel(ctx, "bench", "bare", jetstream.ChannelOptions{})
	if err != nil {
		return Result{}, err
	}
	message := make([]byte, 256)
	before := cpuTime()
	r := Drive(ctx, "bare JetStream publish, 256 B", load, func(ctx context.Context, i int64) error {
		_, _, err := channel.Publish(ctx, fmt.Sprint(i), nil, message)
		return err
	})
	r = cost{CPU: cpuTime() - before}.of(r)
	r.Fsyncs = 1
	return r, server.Close(ctx)
}

func openNode(ctx context.Context, dir string, plan []byte) (*node.Node, error) {
	limits := engine.DefaultLimits()
	n, err := node.Open(ctx, node.Options{
		Store: jetstream.Options{StoreDir: dir}, Connectors: connector.NewRegistry(), Limits: limits,
		Settings: func(string, bool) (string, bool) { return "", false },
	})
	if err != nil {
		return nil, err
	}
	_, err = n.Activate(ctx, plan)
	return n, err
}

func compileSource(name, source string) ([]byte, error) {
	dir, remove, err := folder()
	if err != nil {
		return nil, err
	}
	defer remove()
	place, err := unpack(dir, name, source)
	if err != nil {
		return nil, err
	}
	r, err := compiler.Compile(os.DirFS(place), compiler.Options{})
	if err != nil {
		return nil, err
	}
	if r.Failed() {
		return nil, fmt.Errorf("the package %s has errors: %s", name, r.Diagnostics[0].Message)
	}
	return r.Encoded, nil
}
