package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/examples/steps"
	"github.com/cob-lang/cob/examples/w1"
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
	Parked  int // instances of Recovery
	Out     io.Writer
}

// emit tells a result as it comes.
func (o Options) emit(round int, r Result) Result {
	r.Round = round
	fmt.Fprintln(o.Out, r)
	return r
}

// W1 is start, call A, branch, calls B and C at once, join, call D, complete:
// four HTTP calls on loopback, every transition durable, fsync before each
// acknowledgement.
func W1(ctx context.Context, o Options) ([]Result, error) {
	outside, err := startService(cmpOr(o.Service, "127.0.0.1:0"))
	if err != nil {
		return nil, err
	}
	defer outside.close()
	dir, remove, err := folder()
	if err != nil {
		return nil, err
	}
	defer remove()
	source, err := unpack(dir, "w1", w1.Source)
	if err != nil {
		return nil, err
	}
	listen, err := freeAddress()
	if err != nil {
		return nil, err
	}
	var all []Result
	for round := 1; round <= o.Rounds; round++ {
		for _, clients := range o.Clients {
			c := &child{binary: o.Binary, dir: source, store: filepath.Join(dir, fmt.Sprint("store", round, "-", clients)), listen: listen, env: []string{"W1_URL=" + outside.URL}}
			some, err := w1Turn(ctx, o, outside, c, Load{Clients: clients, For: o.For})
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

// w1Turn puts the bare client, cob and the peer under a load, one after the other. The
// bare client takes its turn before and after, so that what else the machine does
// falls on both sides.
func w1Turn(ctx context.Context, o Options, outside *service, c *child, load Load) ([]Result, error) {
	bare := func() Result {
		return Drive(ctx, "bare HTTP, the four calls of W1", Load{Clients: load.Clients, For: load.For / 2}, func(ctx context.Context, n int64) error {
			return fourCalls(ctx, outside.URL, n)
		})
	}
	all := []Result{bare()}
	if err := c.start(ctx); err != nil {
		return all, err
	}
	before := cost{CPU: used(c.cmd.Process.Pid), Bytes: onDisk(c.store)}
	r := Drive(ctx, "cob, W1", load, func(ctx context.Context, n int64) error {
		return post(ctx, c.base()+"/v1/processes/w1.W1/instances?wait=30s", "", order("input", n, ""))
	})
	took := cost{CPU: c.stop(false), Bytes: onDisk(c.store)}
	all = append(all, took.minus(before).of(r), bare())
	if o.Peer != "" {
		all = append(all, Drive(ctx, "peer, W1", load, func(ctx context.Context, n int64) error {
			return post(ctx, o.Peer, fmt.Sprint("b-", n), order("", n, outside.URL))
		}))
	}
	fmt.Fprintf(o.Out, "W1 at %d clients does %.0f %% of what the bare client does with the same four calls\n", load.Clients, 100*r.Rate/((all[0].Rate+all[2].Rate)/2))
	return all, nil
}

// fourCalls does what W1 does, without durability: A, then B and C at once, then D.
func fourCalls(ctx context.Context, base string, n int64) error {
	call := func(step string) error {
		_, err := get(ctx, fmt.Sprintf("%s/call/%s?id=b-%d", base, step, n))
		return err
	}
	if err := call("A"); err != nil {
		return err
	}
	other := make(chan error, 1)
	go func() { other <- call("C") }()
	if err := errors.Join(call("B"), <-other); err != nil {
		return err
	}
	return call("D")
}

// order is the input of W1; within, if set, is the name of the parameter.
func order(within string, n int64, base string) []byte {
	fields := map[string]any{"id": fmt.Sprint("b-", n), "amount": n % 2 * 200}
	if base != "" {
		fields["base"] = base
	}
	if within != "" {
		fields = map[string]any{within: fields}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err) // numbers and strings always encode
	}
	return text
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
	before := costOf(n)
	closed := Drive(ctx, "five transitions", load, one)
	middle := costOf(n)
	half := load
	half.Rate, half.Clients = closed.Rate/2, max(load.Clients, openClients)
	open := Drive(ctx, "five transitions, half that rate", half, one)
	all := []Result{bare, middle.minus(before).of(closed), costOf(n).minus(middle).of(open)}
	return all, n.Close(ctx)
}

// openClients are enough for requests of an open loop to leave when they fall due.
const openClients = 512

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

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
