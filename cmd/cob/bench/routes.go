package bench

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/cob-lang/cob/runtime/node"
)

// waiting is a channel that nobody reads, and flowing the same with a route that starts an
// instance from each message.
const waiting = `package flow

type Order { id: string, n: int }

channel intake: queue of Order

process Take(order: Order) -> int {
  key: order.id
  return order.n + 1
}
`

const flowing = waiting + `
route orders_in {
  from intake as order
  start Take(order)
}
`

// Routes is a channel, a route that reads it and a process that is started from each
// message, first with all messages waiting, which shows how fast the reader is, then
// with publishers beside it.
func Routes(ctx context.Context, o Options) ([]Result, error) {
	quiet, err := compileSource("flow", waiting)
	if err != nil {
		return nil, err
	}
	plan, err := compileSource("flow", flowing)
	if err != nil {
		return nil, err
	}
	var all []Result
	for round := 1; round <= o.Rounds; round++ {
		some, err := routes(ctx, o, quiet, plan)
		for _, r := range some {
			all = append(all, o.emit(round, r))
		}
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// publishers are as many clients as put messages into the channel.
const publishers = 128

func routes(ctx context.Context, o Options, quiet, plan []byte) (all []Result, err error) {
	dir, remove, err := folder()
	if err != nil {
		return nil, err
	}
	defer remove()
	n, err := openNode(ctx, filepath.Join(dir, "store"), quiet)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closed := n.Close(ctx); err == nil {
			err = closed
		}
	}()
	publish := func(ctx context.Context, i int64) error {
		id := fmt.Sprint("m-", i)
		_, err := n.PublishMessage(ctx, "flow.intake", id, fmt.Appendf(nil, `{"id":%q,"n":%d}`, id, i))
		return err
	}
	load := Load{Clients: publishers, For: o.For}
	before := cost{CPU: cpuTime()}
	published := Drive(ctx, "published, nobody reads", load, publish)
	all = append(all, cost{CPU: cpuTime() - before.CPU}.of(published))

	before, began := costOf(n), time.Now()
	if _, err := n.Activate(ctx, plan); err != nil {
		return all, err
	}
	drained, err := taken(ctx, n, began, published.N)
	if err != nil {
		return all, err
	}
	drained.What = "channel, route, process: backlog"
	all = append(all, costOf(n).minus(before).of(drained))

	before, began = costOf(n), time.Now()
	more := Drive(ctx, "published, the route reads", load, publish)
	both, err := taken(ctx, n, began, published.N+more.N)
	if err != nil {
		return all, err
	}
	both.What, both.Clients, both.N = "channel, route, process: live", publishers, more.N
	both.Rate = float64(more.N) / both.Elapsed.Seconds()
	return append(all, more, costOf(n).minus(before).of(both)), nil
}

// taken waits until so many instances have ended.
func taken(ctx context.Context, n *node.Node, began time.Time, want int64) (Result, error) {
	for ctx.Err() == nil {
		var ended int64
		for _, f := range n.Figures() {
			if f.Process == "flow.Take" { // a route's messages are counted, too
				ended += int64(f.Outcomes["completed"])
			}
		}
		if ended >= want {
			r := Result{N: ended, Elapsed: time.Since(began)}
			r.Rate = float64(ended) / r.Elapsed.Seconds()
			return r, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return Result{}, fmt.Errorf("not all messages became instances: %w", ctx.Err())
}
