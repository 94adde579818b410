package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"sort"

	"github.com/cob-lang/cob/examples/orders/services"
	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

const process = "orders.Fulfil"

// instances are all instances of the process, by key.
func (s *story) instances(ctx context.Context) (map[string]observe.Instance, error) {
	all := map[string]observe.Instance{}
	cursor := ""
	for {
		var page admin.Page
		q := url.Values{"process": {process}, "limit": {"1000"}, "cursor": {cursor}}
		if err := s.api.call(ctx, "GET", "/v1/instances?"+q.Encode(), "", nil, &page); err != nil {
			return nil, fmt.Errorf("listing the instances: %w", err)
		}
		for _, i := range page.Instances {
			all[i.Key] = i
		}
		if cursor = page.Cursor; cursor == "" {
			return all, nil
		}
	}
}

func (s *story) ended(ctx context.Context) (int, error) {
	all, err := s.instances(ctx)
	n := 0
	for _, i := range all {
		if i.Ended != nil {
			n++
		}
	}
	return n, err
}

// books are what the payment ledgers say of one order: the charges that stand.
type books struct{ charges []services.Entry }

// readBooks reads the ledgers of all services.
func (s *story) readBooks() map[string]*books {
	all := map[string]*books{}
	of := func(order string) *books {
		if all[order] == nil {
			all[order] = &books{}
		}
		return all[order]
	}
	for _, p := range s.payments() {
		standing := map[string]services.Entry{}
		var ids []string
		for _, e := range p.Ledger() {
			switch e.Kind {
			case "charge":
				standing[e.ID] = e
				ids = append(ids, e.ID)
				of(e.Order)
			case "refund":
				delete(standing, e.ID)
			}
		}
		for _, id := range ids {
			if e, ok := standing[id]; ok {
				of(e.Order).charges = append(of(e.Order).charges, e)
			}
		}
	}
	return all
}

// stock is what the warehouse's ledger says in all: it knows holds, not orders.
func (s *story) stock() (held, released int) {
	for _, e := range s.warehouse.Ledger() {
		switch e.Kind {
		case "hold":
			held++
		case "release":
			released++
		}
	}
	return held, released
}

// audit compares the ledgers with what every order should have come to. Each
// finding is one disagreement.
func (s *story) audit(ctx context.Context) (findings []string, err error) {
	instances, err := s.instances(ctx)
	if err != nil {
		return nil, err
	}
	ledgers := s.readBooks()
	disagree := func(format string, args ...any) { findings = append(findings, fmt.Sprintf(format, args...)) }
	wantHeld, wantStanding := 0, 0
	for id, want := range s.tally.ByOrder {
		b := ledgers[id]
		if b == nil {
			b = &books{}
		}
		if want.Held {
			wantHeld++
		}
		if want.Outcome == services.Shipped {
			wantStanding++
		}
		i, ok := instances[id]
		if !ok {
			disagree("order %s was accepted and has no instance", id)
			continue
		}
		if problem := compare(i, want); problem != "" {
			disagree("order %s: %s", id, problem)
		}
		if problem := money(b, want); problem != "" {
			disagree("order %s: %s", id, problem)
		}
	}
	for key := range instances {
		if _, ok := s.tally.ByOrder[key]; !ok {
			disagree("there is an instance for %s, which is no order of the file", key)
		}
	}
	for order := range ledgers {
		if _, ok := s.tally.ByOrder[order]; !ok {
			disagree("a payment service knows the order %s, which should never have been charged", order)
		}
	}
	if held, released := s.stock(); held != wantHeld || held-released != wantStanding {
		disagree("the warehouse held stock %d times and released it %d times; it should be %d and %d", held, released, wantHeld, wantHeld-wantStanding)
	}
	if calls := s.virginia.Calls(""); calls != 0 {
		disagree("virginia was asked %d times although it is never legal", calls)
	}
	if want := s.malformed(); int(s.refused.Load()) != want {
		disagree("%d messages were refused as malformed; the file has %d", s.refused.Load(), want)
	}
	sort.Strings(findings)
	return findings, nil
}

// malformed counts the malformed lines, repeated ones included.
func (s *story) malformed() int {
	n := 0
	for _, m := range s.options.Messages {
		if services.Expect(m).Outcome == services.Malformed {
			n++
		}
	}
	return n
}

// compare says how an instance differs from what it should have come to.
func compare(i observe.Instance, want services.Expected) string {
	if want.Outcome == services.Shipped {
		if i.State != record.Completed {
			return fmt.Sprintf("is %s (%s) and should have completed", i.State, outcomeOf(i))
		}
		var receipt struct{ Order, Carrier string }
		if err := json.Unmarshal(i.Result, &receipt); err != nil || receipt.Order != want.Order.ID || receipt.Carrier != want.Carrier {
			return fmt.Sprintf("its receipt is %s and should name the carrier %s", i.Result, want.Carrier)
		}
		return ""
	}
	if i.State != record.Faulted || i.Fault == nil || i.Fault.Type != "orders."+want.Fault {
		return fmt.Sprintf("is %s (%s) and should have failed with %s", i.State, outcomeOf(i), want.Fault)
	}
	return ""
}

func outcomeOf(i observe.Instance) string {
	if i.Fault != nil {
		return i.Fault.Type
	}
	return i.Detail
}

// money says how an order's charges differ from one (shipped) or none.
func money(b *books, want services.Expected) string {
	switch {
	case want.Outcome != services.Shipped && len(b.charges) > 0:
		return fmt.Sprintf("ended as %s and is still charged %d times", want.Outcome, len(b.charges))
	case want.Outcome != services.Shipped:
		return ""
	case len(b.charges) != 1:
		return fmt.Sprintf("was shipped and is charged %d times", len(b.charges))
	case !b.charges[0].Amount.Same(want.Order.Total):
		return fmt.Sprintf("was charged %s %s and costs %s", b.charges[0].Amount.Amount, b.charges[0].Amount.Currency, want.Order.Total.Amount)
	}
	return ""
}
