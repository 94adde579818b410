package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/cob-lang/cob/examples/orders/services"
	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/node"
)

// lookEvery is how often the carrier and the manager look for work.
const lookEvery = 25 * time.Millisecond

// api is a client of a node, or of one of two clouds.
type api struct {
	base atomic.Pointer[string]
	http *http.Client
}

// at says whom is asked from now on.
func (a *api) at(base string) { a.base.Store(&base) }

// call asks and reads the JSON answer. Where the API refuses, the problem is the
// error.
func (a *api) call(ctx context.Context, method, path, id string, body, out any) error {
	text, raw := body.([]byte)
	if !raw && body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, *a.base.Load()+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	if id != "" {
		request.Header.Set("Idempotency-Key", id)
	}
	response, err := a.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 400 {
		var p admin.Problem
		if json.Unmarshal(answer, &p) != nil || p.Status == 0 {
			return fmt.Errorf("%s %s: %s", method, path, response.Status)
		}
		return &p
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// every does work again and again until ctx ends. What fails is tried again: the
// people of the demo do not go home because of one lost connection.
func every(ctx context.Context, pause time.Duration, work func() error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		_ = work()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// carrier ships every order that some payment service has charged, and tells the
// node, once per order. While rest is set it ships nothing.
func carrier(ctx context.Context, a *api, payments []*services.Payments, rest *atomic.Bool) {
	shipped := map[string]bool{}
	seen := make([]int, len(payments))
	every(ctx, lookEvery, func() error {
		if rest.Load() {
			return nil
		}
		for i, p := range payments {
			entries := p.Ledger()
			for ; seen[i] < len(entries); seen[i]++ {
				e := entries[seen[i]]
				if e.Kind != "charge" || shipped[e.Order] {
					continue
				}
				event := map[string]string{"order": e.Order, "carrier": services.Carrier(e.Order)}
				if err := a.call(ctx, "POST", "/v1/events/orders.Shipped", "ship-"+e.Order, event, nil); err != nil {
					return err
				}
				shipped[e.Order] = true
			}
		}
		return nil
	})
}

// manager decides every task that waits for a manager.
func manager(ctx context.Context, a *api) {
	every(ctx, lookEvery, func() error {
		var list struct{ Tasks []node.Task }
		if err := a.call(ctx, "GET", "/v1/tasks?role=manager", "", nil, &list); err != nil {
			return err
		}
		for _, t := range list.Tasks {
			if err := decide(ctx, a, t); err != nil {
				return err
			}
		}
		return nil
	})
}

func decide(ctx context.Context, a *api, t node.Task) error {
	var order services.Order
	if err := json.Unmarshal(t.Data["order"], &order); err != nil {
		return err
	}
	approved, note := services.Approves(order.Customer.ID)
	form, err := json.Marshal(map[string]any{"approved": approved, "note": note})
	if err != nil {
		return err
	}
	return a.call(ctx, "POST", "/v1/tasks/"+t.ID+"/complete", "", admin.TaskAct{By: "manager", Groups: []string{"managers"}, Form: form}, nil)
}
