package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cob-lang/cob/examples/orders"
	"github.com/cob-lang/cob/examples/orders/services"
	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

const customers = 8

// traffic are the people around a node: customers who send orders, a carrier and
// a manager. Who gets no answer asks again, under the same key; who got one
// never asks again. So what was acknowledged and lost stays lost, and is found.
type traffic struct {
	t     testing.TB
	world *world
	node  atomic.Pointer[node]
	acked atomic.Int64
	work  context.Context
	leave context.CancelFunc
	team  sync.WaitGroup
	told  history
}

// hire lets nobody work yet.
func hire(w *world, n *node) *traffic {
	p := &traffic{t: w.t, world: w}
	p.work, p.leave = context.WithCancel(context.Background())
	p.node.Store(n)
	w.t.Cleanup(p.dismiss)
	return p
}

// dismiss ends all work.
func (p *traffic) dismiss() {
	p.leave()
	p.team.Wait()
}

// delivery lets the carrier and the manager work.
func (p *traffic) delivery() {
	p.team.Go(p.carry)
	p.team.Go(p.manage)
}

var errLeft = errors.New("dismissed")

// insist asks until there is an answer that says yes or no.
func (p *traffic) insist(method, path string, body any, key string) (answer, error) {
	for p.work.Err() == nil {
		a, err := p.node.Load().ask(method, path, body, "Idempotency-Key", key)
		if err == nil && a.status < 500 {
			return a, nil
		}
		if err == nil && a.status != 503 {
			return a, fmt.Errorf("%s %s: %d %s", method, path, a.status, a.text)
		}
		time.Sleep(5 * time.Millisecond)
	}
	return answer{}, errLeft
}

// must insists on a yes.
func (p *traffic) must(method, path string, body any, key string) bool {
	a, err := p.insist(method, path, body, key)
	if errors.Is(err, errLeft) {
		return false
	}
	if err != nil || a.status >= 300 {
		p.t.Errorf("%s %s: %d %s %v", method, path, a.status, a.text, err)
		return false
	}
	return true
}

// buy lets customers send all messages: every other one to the channel, the rest
// as starts of their own.
func (p *traffic) buy(messages []services.Message) {
	queue := make(chan services.Message)
	p.team.Go(func() {
		defer close(queue)
		for _, m := range messages {
			select {
			case queue <- m:
			case <-p.work.Done():
				return
			}
		}
	})
	var number atomic.Int64
	for range customers {
		p.team.Go(func() {
			for m := range queue {
				p.send(m, number.Add(1)%2 == 0)
			}
		})
	}
}

const intake = "/v1/channels/orders.intake/messages"

func (p *traffic) send(m services.Message, direct bool) {
	want := services.Expect(m).Outcome
	path, body := intake, string(m.Payload())
	if direct && want != services.Filtered { // it is the route that filters
		path, body = "/v1/processes/orders.Fulfil/instances", `{"order":`+body+`}`
	}
	call := begin()
	a, err := p.insist("POST", path, body, m.Message)
	if errors.Is(err, errLeft) {
		return
	}
	if id, s, ok := heard(a); ok && path != intake {
		p.told.add(call, asked{id, true}, s)
	}
	if err != nil || (a.status == 400) != (want == services.Malformed) || a.status > 400 {
		p.t.Errorf("%s, which is %s: %d %s %v", m.Message, want, a.status, a.text, err)
	}
	p.acked.Add(1)
}

// carry ships what is charged.
func (p *traffic) carry() {
	shipped := map[string]bool{}
	for ; p.work.Err() == nil; time.Sleep(10 * time.Millisecond) {
		for _, s := range p.world.payments() {
			for _, e := range s.Ledger() {
				if e.Kind != "charge" || shipped[e.Order] {
					continue
				}
				event := map[string]string{"order": e.Order, "carrier": services.Carrier(e.Order)}
				shipped[e.Order] = p.must("POST", "/v1/events/orders.Shipped", event, "ship-"+e.Order)
			}
		}
	}
}

// manage decides every task.
func (p *traffic) manage() {
	for ; p.work.Err() == nil; time.Sleep(10 * time.Millisecond) {
		a, err := p.insist("GET", "/v1/tasks?role=manager", nil, "")
		if err != nil {
			continue
		}
		var list struct {
			Tasks []struct {
				ID   string
				Data struct{ Order services.Order }
			}
		}
		if err := json.Unmarshal([]byte(a.text), &list); err != nil {
			p.t.Errorf("tasks: %v in %s", err, a.text)
			return
		}
		for _, task := range list.Tasks {
			approved, note := services.Approves(task.Data.Order.Customer.ID)
			form := map[string]any{"by": "manager", "groups": []string{"managers"}, "form": map[string]any{"approved": approved, "note": note}}
			a, err := p.insist("POST", "/v1/tasks/"+task.ID+"/complete", form, "")
			// 404: it was completed, and the answer was lost.
			if err != nil && !errors.Is(err, errLeft) || a.status >= 300 && a.status != 404 {
				p.t.Errorf("completing %s: %d %s %v", task.ID, a.status, a.text, err)
			}
		}
	}
}

// messages are the first lines of the example's orders.
func messages(t *testing.T, most int) []services.Message {
	t.Helper()
	text, err := orders.Files.ReadFile("orders.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	all, err := services.ReadMessages(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return all[:min(most, len(all))]
}

// instances are all instances of Fulfil, by order, read page by page.
func (n *node) instances() map[string]observe.Instance {
	n.t.Helper()
	all := map[string]observe.Instance{}
	for cursor := ""; ; {
		var page admin.Page
		n.call("GET", "/v1/instances?process=orders.Fulfil&limit=1000&cursor="+url.QueryEscape(cursor), nil, &page)
		for _, i := range page.Instances {
			if _, twice := all[i.Key]; twice {
				n.t.Errorf("the order %s has two instances", i.Key)
			}
			all[i.Key] = i
		}
		if cursor = page.Cursor; cursor == "" {
			return all
		}
	}
}

// audit compares instances and ledgers with what every message should have come
// to.
func (p *traffic) audit(sent []services.Message) {
	p.t.Helper()
	tally, err := services.TallyOf(sent)
	if err != nil {
		p.t.Fatal(err)
	}
	instances, net := p.node.Load().instances(), p.world.net()
	held, standing := 0, 0
	for id, want := range tally.ByOrder {
		i, ok := instances[id]
		charges := 0
		if want.Outcome == services.Shipped {
			charges = 1
		}
		switch {
		case !ok:
			p.t.Errorf("order %s was acknowledged and is lost", id)
		case !ended(i, want):
			p.t.Errorf("order %s should be %s and is %s %+v %s", id, want.Outcome, i.State, i.Fault, i.Detail)
		case net[id] != charges:
			p.t.Errorf("order %s is %s and charged %d times", id, want.Outcome, net[id])
		}
		if want.Held {
			held++
			standing += charges
		}
	}
	if len(instances) != len(tally.ByOrder) {
		p.t.Errorf("%d instances of %d orders", len(instances), len(tally.ByOrder))
	}
	holds, releases := 0, 0
	for _, e := range p.world.warehouse.Ledger() {
		if e.Kind == "hold" {
			holds++
		} else {
			releases++
		}
	}
	if holds != held || holds-releases != standing {
		p.t.Errorf("%d holds and %d releases; want %d and %d", holds, releases, held, held-standing)
	}
	if p.world.virginia.Calls("") != 0 {
		p.t.Error("virginia is not legal and was asked")
	}
}

func ended(i observe.Instance, want services.Expected) bool {
	if want.Outcome != services.Shipped {
		return i.State == record.Faulted && i.Fault != nil && i.Fault.Type == "orders."+want.Fault
	}
	var receipt struct{ Order, Carrier string }
	err := json.Unmarshal(i.Result, &receipt)
	return i.State == record.Completed && err == nil && receipt.Order == want.Order.ID && receipt.Carrier == want.Carrier
}

// finish waits until every order has ended and nothing is owed.
func (p *traffic) finish(sent []services.Message) {
	p.t.Helper()
	tally, err := services.TallyOf(sent)
	if err != nil {
		p.t.Fatal(err)
	}
	eventually(p.t, "all is sent", func() bool { return p.acked.Load() == int64(len(sent)) })
	n := p.node.Load()
	var left []observe.Instance
	defer func() {
		for _, i := range left {
			p.t.Logf("has not ended: %+v", n.instance(i.ID))
		}
	}()
	eventually(p.t, "every order has ended", func() bool {
		left = left[:0]
		over := 0
		for _, i := range n.instances() {
			if i.Ended != nil {
				over++
			} else {
				left = append(left, i)
			}
		}
		return over >= len(tally.ByOrder)
	})
	left = nil
	n.settled()
}
