package services

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/cob-lang/cob/lang/types"
)

// Message is one line of orders.jsonl.
type Message struct {
	Message string          `json:"message"`
	Order   json.RawMessage `json:"order,omitempty"`
	Raw     string          `json:"raw,omitempty"`
}

// Payload is the text that is published.
func (m Message) Payload() []byte {
	if m.Order != nil {
		return m.Order
	}
	return []byte(m.Raw)
}

// ReadMessages reads a file in the form of orders.jsonl. Errors: a line that is
// no message, with its number.
func ReadMessages(from io.Reader) ([]Message, error) {
	d := json.NewDecoder(from)
	var all []Message
	for {
		var m Message
		err := d.Decode(&m)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil || m.Message == "" {
			return nil, fmt.Errorf("message %d: no JSON object with the fields message and order or raw: %w", len(all)+1, err)
		}
		all = append(all, m)
	}
}

// Outcome is how an order ends.
type Outcome string

// The outcomes.
const (
	Malformed    Outcome = "malformed"     // fits no Order: refused or dead-lettered, nothing starts
	Filtered     Outcome = "filtered"      // the route drops it, nothing starts
	PriceChanged Outcome = "price_changed" // Declined, before anything was held
	OutOfStock   Outcome = "out_of_stock"  // OutOfStock
	Refused      Outcome = "refused"       // Declined by the manager; the hold is released
	Declined     Outcome = "declined"      // Declined by the bank; the hold is released
	Shipped      Outcome = "shipped"       // a Receipt; charged once
)

// Expected is how a message must end.
type Expected struct {
	Outcome Outcome
	Order   Order // not of Malformed
	// Fault is the name of the fault, with its one field; "" of Shipped and of
	// what never starts.
	Fault  string
	Reason string // of Declined, or the sku of OutOfStock
	// Manager says that the manager is asked.
	Manager bool
	// Held says that stock is held at least for a while; all but Shipped release it.
	Held    bool
	Carrier string // of Shipped
	Why     string // of Malformed
}

// Expect says how a message must end, by the rules in the package comment. It
// looks at this message alone: a message or an order that came before ends as
// it did then.
func Expect(m Message) Expected {
	o, err := readOrder(m.Payload())
	if err != nil {
		return Expected{Outcome: Malformed, Why: err.Error()}
	}
	e := Expected{Order: o}
	total, _ := o.Total.Exactly() // readOrder has read it before
	if total.Value.Sign() <= 0 {
		e.Outcome = Filtered
		return e
	}
	for _, line := range o.Lines {
		if price, _ := PriceOf(line.SKU); !price.Same(line.Price) {
			e.Outcome, e.Fault, e.Reason = PriceChanged, "Declined", "price of "+line.SKU+" has changed"
			return e
		}
	}
	for _, line := range o.Lines {
		if soldOut(line.SKU) {
			e.Outcome, e.Fault, e.Reason = OutOfStock, "OutOfStock", line.SKU
			return e
		}
	}
	e.Held = true
	e.Manager = total.Value.Cmp(types.ExactInt(1000)) > 0
	if e.Manager {
		if ok, note := Approves(o.Customer.ID); !ok {
			e.Outcome, e.Fault, e.Reason = Refused, "Declined", note
			return e
		}
	}
	if broke(o.Customer.ID) {
		e.Outcome, e.Fault, e.Reason = Declined, "Declined", NoFunds
		return e
	}
	e.Outcome, e.Carrier = Shipped, Carrier(o.ID)
	return e
}

// readOrder reads an order as strictly as the type Order of orders.cob does.
// Unknown articles and other currencies than EUR are not in its rules.
func readOrder(text []byte) (Order, error) {
	var shape struct {
		ID       *string `json:"id"`
		Customer *struct {
			ID, Name, Email *string
		} `json:"customer"`
		Lines []struct {
			SKU   *string `json:"sku"`
			Qty   *int64  `json:"qty"`
			Price *Money  `json:"price"`
		} `json:"lines"`
		Total *Money `json:"total"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&shape); err != nil {
		return Order{}, err
	}
	c := shape.Customer
	if shape.ID == nil || c == nil || c.ID == nil || c.Name == nil || c.Email == nil || shape.Total == nil {
		return Order{}, errors.New("a field is missing")
	}
	if n := len(shape.Lines); n < 1 || n > 20 {
		return Order{}, fmt.Errorf("%d lines", n)
	}
	for i, line := range shape.Lines {
		switch {
		case line.SKU == nil || line.Qty == nil || line.Price == nil:
			return Order{}, fmt.Errorf("a field of line %d is missing", i+1)
		case *line.Qty <= 0:
			return Order{}, fmt.Errorf("line %d has no quantity", i+1)
		}
		if _, err := line.Price.Exactly(); err != nil {
			return Order{}, err
		}
	}
	if _, err := shape.Total.Exactly(); err != nil {
		return Order{}, err
	}
	var o Order
	return o, json.Unmarshal(text, &o)
}

// Tally is what a whole file must come to.
type Tally struct {
	Messages   int             // lines
	Repeated   int             // lines whose message came before
	SameOrder  int             // other messages with an order that came before
	Outcomes   map[Outcome]int // of what is left: one per message that is malformed or filtered, one per order that starts
	ByOrder    map[string]Expected
	Managed    int // orders that ask the manager
	ChargedFor Money
}

// TallyOf adds up a file.
func TallyOf(messages []Message) (Tally, error) {
	t := Tally{Messages: len(messages), Outcomes: map[Outcome]int{}, ByOrder: map[string]Expected{}}
	seen := map[string]bool{}
	sum := types.Amount{Currency: "EUR"}
	for _, m := range messages {
		if seen[m.Message] {
			t.Repeated++
			continue
		}
		seen[m.Message] = true
		e := Expect(m)
		if e.Outcome != Malformed && e.Outcome != Filtered {
			if _, ok := t.ByOrder[e.Order.ID]; ok {
				t.SameOrder++
				continue
			}
			t.ByOrder[e.Order.ID] = e
		}
		t.Outcomes[e.Outcome]++
		if e.Manager {
			t.Managed++
		}
		if e.Outcome == Shipped {
			total, err := e.Order.Total.Exactly()
			if err != nil {
				return t, err
			}
			if sum, err = sum.Add(total); err != nil {
				return t, err
			}
		}
	}
	t.ChargedFor = Money{sum.Value.String(), sum.Currency}
	return t, nil
}
