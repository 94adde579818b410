package node_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/node"
)

const routed = `package p

type Line  { order: string, n: int }
type Order { id: string, lines: [Line] }

channel lost: queue of json
channel orders: queue of Order { dead_letter: lost }
channel lines: queue of Line { dead_letter: lost }
channel sums: queue of { order: string, n: int }
channel ordered: queue of Line

route split_up {
  from orders as order
  split order.lines as line
  dedupe by line.order + "/${line.n}" within 1h
  throttle 1000/s
  to lines
}

route sum_up {
  from lines as line
  aggregate by line.order as all until len(all) == 5 within 1h emit { order: all[0].order, n: sum(all.map(x => x.n)) } as total
  to sums
}

route sequence {
  from lines as line
  resequence by line.n per line.order within 1h
  to ordered
}

event Placed { line: Line }

route hear {
  from Placed as placed
  send lines(placed.line)
}
`

// TestRoutesGoOnAfterARestart splits, drops what comes twice, gathers and puts in
// order, on several shards, with a restart before the last message of each group.
func TestRoutesGoOnAfterARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	n := openNode(t, dir, 3)
	if _, err := n.Activate(t.Context(), compiled(t, routed)); err != nil {
		t.Fatal(err)
	}
	const orders = 10
	for o := range orders {
		var lines []string
		for _, i := range []int{3, 4, 2, 4, 3} {
			lines = append(lines, fmt.Sprintf(`{"order":"o%d","n":%d}`, o, i))
		}
		send(t, n, "p.orders", fmt.Sprint("m-", o), fmt.Sprintf(`{"id":"o%d","lines":[%s,%s,%s,%s,%s]}`, o, lines[0], lines[1], lines[2], lines[3], lines[4]))
	}
	eventually(t, "the lines that are not the same", func() bool { return messages(t, n, "p.lines") == 3*orders })
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	n = openNode(t, dir, 3)
	defer func() { _ = n.Close(context.Background()) }()
	for o := range orders {
		if _, err := n.PublishEvent(t.Context(), "p.Placed", fmt.Sprint("e-", o), fmt.Appendf(nil, `{"line":{"order":"o%d","n":1}}`, o)); err != nil {
			t.Fatal(err)
		}
		send(t, n, "p.lines", fmt.Sprint("l-", o), fmt.Sprintf(`{"order":"o%d","n":5}`, o))
	}
	eventually(t, "a sum of each order", func() bool { return messages(t, n, "p.sums") == orders })
	eventually(t, "all lines in order", func() bool { return messages(t, n, "p.ordered") == 5*orders })
	sums, err := n.Peek(t.Context(), "p.sums", orders, node.Person{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range sums {
		var sum struct{ N int }
		if err := json.Unmarshal(m.Data, &sum); err != nil || sum.N != 15 {
			t.Errorf("%s: %v", m.Data, err)
		}
	}
	lines, err := n.Peek(t.Context(), "p.ordered", 5*orders, node.Person{})
	if err != nil {
		t.Fatal(err)
	}
	next := map[string]int{}
	for _, m := range lines {
		var line struct {
			Order string
			N     int
		}
		if err := json.Unmarshal(m.Data, &line); err != nil {
			t.Fatal(err)
		}
		if next[line.Order]++; line.N != next[line.Order] {
			t.Errorf("%s is the %d. of its order", m.Data, next[line.Order])
		}
	}
	if lost := messages(t, n, "p.lost"); lost != 0 {
		t.Errorf("%d dead letters", lost)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 3000 {
		if holds() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

func messages(t *testing.T, n *node.Node, channel string) int {
	t.Helper()
	list, err := n.Peek(t.Context(), channel, 1000, node.Person{})
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}
