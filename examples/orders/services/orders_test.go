package services

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/types"
)

var update = flag.Bool("update", false, "write orders.jsonl anew")

const ordersFile = "../orders.jsonl"

func readOrders(t *testing.T) []Message {
	t.Helper()
	file, err := os.Open(ordersFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	messages, err := ReadMessages(file)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

func TestOrdersFileIsTheGeneratedOne(t *testing.T) {
	want, err := Orders()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(ordersFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(ordersFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("orders.jsonl is not what Orders gives: run go test ./examples/orders/services -update")
	}
}

func TestOrdersHoldWhatTheDemoNeeds(t *testing.T) {
	tally, err := TallyOf(readOrders(t))
	if err != nil {
		t.Fatal(err)
	}
	if tally.Messages != lineCount || tally.Repeated != repeatedCount || tally.SameOrder != sameOrderCount {
		t.Errorf("%d lines, %d repeated, %d with an order of before", tally.Messages, tally.Repeated, tally.SameOrder)
	}
	want := map[Outcome]int{
		Malformed: malformedCount, Filtered: zeroCount, PriceChanged: priceCount, OutOfStock: stockCount,
		Declined: declinedCount, Refused: refusedCount,
		Shipped: lineCount - repeatedCount - sameOrderCount - malformedCount - zeroCount - priceCount - stockCount - declinedCount - refusedCount,
	}
	for outcome, n := range want {
		if tally.Outcomes[outcome] != n {
			t.Errorf("%d orders are %s; want %d", tally.Outcomes[outcome], outcome, n)
		}
	}
	if tally.Managed < 70 || tally.Managed > 130 {
		t.Errorf("%d orders ask the manager; want about 100", tally.Managed)
	}
}

func TestOrdersAddUp(t *testing.T) {
	for _, m := range readOrders(t) {
		e := Expect(m)
		if e.Outcome == Malformed || e.Outcome == Filtered {
			continue
		}
		var sum int64
		for _, line := range e.Order.Lines {
			price, ok := PriceOf(line.SKU)
			if !ok {
				t.Errorf("%s: no article %s", m.Message, line.SKU)
			}
			each := cents(line.SKU)
			if !price.Same(line.Price) {
				if e.Outcome != PriceChanged {
					t.Errorf("%s: another price, and %s", m.Message, e.Outcome)
				}
				each -= 50
			}
			sum += line.Qty * each
		}
		if !e.Order.Total.Same(Euros(sum)) || len(e.Order.Lines) > 20 {
			t.Errorf("%s: the total is %s, the lines give %s", m.Message, e.Order.Total.Amount, Euros(sum).Amount)
		}
	}
}

func TestExpect(t *testing.T) {
	order := func(customer, sku, price, total string) Message {
		return Message{Message: "m", Order: []byte(`{"id":"o-1","customer":{"id":"` + customer + `","name":"n","email":"e"},"lines":[{"sku":"` + sku +
			`","qty":1,"price":{"amount":"` + price + `","currency":"EUR"}}],"total":{"amount":"` + total + `","currency":"EUR"}}`)}
	}
	p, _ := PriceOf("p-001")
	gone, _ := PriceOf("gone-01")
	for _, c := range []struct {
		name    string
		m       Message
		outcome Outcome
		reason  string
		manager bool
		held    bool
	}{
		{"a good order", order("c-1", "p-001", p.Amount, p.Amount), Shipped, "", false, true},
		{"at the limit of what needs no manager", order("c-1", "p-001", p.Amount, "1000.00"), Shipped, "", false, true},
		{"above it", order("c-1", "p-001", p.Amount, "1000.01"), Shipped, "", true, true},
		{"above it, and doubtful", order("doubtful-1", "p-001", p.Amount, "1000.01"), Refused, "this customer has not paid before", true, true},
		{"doubtful, but small", order("doubtful-1", "p-001", p.Amount, "10"), Shipped, "", false, true},
		{"no funds", order("broke-1", "p-001", p.Amount, "10"), Declined, "no funds", false, true},
		{"sold out comes before no funds", order("broke-1", "gone-01", gone.Amount, "10"), OutOfStock, "gone-01", false, false},
		{"a price that has changed comes before all", order("broke-1", "gone-01", "1.00", "10"), PriceChanged, "price of gone-01 has changed", false, false},
		{"the same price in other digits", order("c-1", "p-001", strings.TrimRight(p.Amount, "0")+"00", "10"), Shipped, "", false, true},
		{"for nothing", order("c-1", "p-001", "1.00", "0"), Filtered, "", false, false},
		{"no JSON", Message{Message: "m", Raw: "{"}, Malformed, "", false, false},
	} {
		e := Expect(c.m)
		if e.Outcome != c.outcome || e.Reason != c.reason || e.Manager != c.manager || e.Held != c.held || (e.Carrier != "") != (c.outcome == Shipped) {
			t.Errorf("%s: got %+v", c.name, e)
		}
	}
}

func TestReadMessagesNamesTheLine(t *testing.T) {
	_, err := ReadMessages(strings.NewReader(`{"message":"m-1","raw":"x"}` + "\n" + `{"raw":"y"}`))
	if err == nil || !strings.Contains(err.Error(), "message 2") {
		t.Errorf("got %v", err)
	}
}

// What Expect says about the form of an order is what the types of orders.cob
// say.
func TestExpectAgreesWithTheTypes(t *testing.T) {
	str := types.Of(types.String)
	universe := types.NewUniverse([]types.Definition{
		{Name: "orders.Line", Kind: types.RecordDefinition, Fields: []types.Field{{Name: "sku", Type: str}, {Name: "qty", Type: types.Of(types.Int)}, {Name: "price", Type: types.Of(types.Money)}}},
		{Name: "orders.Customer", Kind: types.RecordDefinition, Fields: []types.Field{{Name: "id", Type: str}, {Name: "name", Type: str}, {Name: "email", Type: str}}},
		{Name: "orders.Order", Kind: types.RecordDefinition, Fields: []types.Field{
			{Name: "id", Type: str}, {Name: "customer", Type: types.Ref("orders.Customer")},
			{Name: "lines", Type: types.ListOf(types.Ref("orders.Line"))}, {Name: "total", Type: types.Of(types.Money)},
		}},
	})
	fits := func(payload []byte) bool {
		v, err := universe.DecodeJSON(payload, types.Ref("orders.Order"), types.Strict)
		if err != nil {
			return false
		}
		lines := v.(map[string]types.Value)["lines"].([]types.Value)
		for _, line := range lines {
			if line.(map[string]types.Value)["qty"].(int64) <= 0 {
				return false
			}
		}
		return len(lines) >= 1 && len(lines) <= 20
	}
	for _, m := range readOrders(t) {
		if e := Expect(m); fits(m.Payload()) != (e.Outcome != Malformed) {
			t.Errorf("%s is %s (%s), and the types disagree", m.Message, e.Outcome, e.Why)
		}
	}
}
