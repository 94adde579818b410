package services

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// What the file of orders consists of. The rest are good orders, of which one in
// ten asks the manager.
const (
	lineCount      = 1000
	malformedCount = 30
	repeatedCount  = 30 // lines that say an earlier message again
	sameOrderCount = 10 // messages of their own with an earlier order
	priceCount     = 25
	stockCount     = 25
	declinedCount  = 30
	refusedCount   = 10
	zeroCount      = 10
)

// sequence is a small generator of numbers that is the same everywhere.
type sequence uint64

func (s *sequence) below(n int) int {
	*s = *s*6364136223846793005 + 1442695040888963407
	return int(uint64(*s) >> 33 % uint64(n))
}

// kind is what a line of the file is to become.
type kind int

const (
	good kind = iota
	malformed
	repeated
	sameOrder
	price
	stock
	declined
	refused
	zero
)

// kinds deals the kinds over the lines. The first lines are good, so that there
// is something to repeat.
func kinds(s *sequence) []kind {
	const firstGood = 20
	all := make([]kind, lineCount)
	for _, deal := range []struct {
		kind  kind
		count int
	}{
		{malformed, malformedCount}, {repeated, repeatedCount}, {sameOrder, sameOrderCount}, {price, priceCount},
		{stock, stockCount}, {declined, declinedCount}, {refused, refusedCount}, {zero, zeroCount},
	} {
		for left := deal.count; left > 0; {
			if i := firstGood + s.below(lineCount-firstGood); all[i] == good {
				all[i] = deal.kind
				left--
			}
		}
	}
	return all
}

// Orders is the file of orders: always the same bytes.
func Orders() ([]byte, error) {
	s := sequence(20261121)
	var file bytes.Buffer
	var messages []Message
	var startable []Message // with an order that starts
	broken := 0
	for i, k := range kinds(&s) {
		id := fmt.Sprintf("m-%04d", i+1)
		var m Message
		var err error
		switch k {
		case repeated:
			m = messages[s.below(len(messages))]
		case sameOrder:
			m = Message{Message: id, Order: startable[s.below(len(startable))].Order}
		case malformed:
			m, err = spoil(id, broken, newOrder(&s, i+1, good))
			broken++
		default:
			m, err = message(id, newOrder(&s, i+1, k))
		}
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
		if k != malformed && k != zero && k != repeated {
			startable = append(startable, m)
		}
		line, err := json.Marshal(m)
		if err != nil {
			return nil, fmt.Errorf("message %s: %w", id, err)
		}
		file.Write(append(line, '\n'))
	}
	return file.Bytes(), nil
}

func message(id string, o Order) (Message, error) {
	text, err := json.Marshal(o)
	return Message{Message: id, Order: text}, err
}

var (
	firstNames = []string{"Ada", "Björn", "Chiara", "Dušan", "Émile", "Fatima", "Grażyna", "Hugo", "Ilse", "João"}
	lastNames  = []string{"Lovelace", "Åkesson", "Rossi", "Novák", "Dubois", "Haddad", "Kowalska", "Meyer", "Jansen", "Silva"}
)

// newOrder makes an order that ends as k says.
func newOrder(s *sequence, n int, k kind) Order {
	customer := Customer{ID: fmt.Sprintf("c-%03d", s.below(400)+1)}
	switch k {
	case declined:
		customer.ID = fmt.Sprintf("broke-%02d", s.below(20)+1)
	case refused:
		customer.ID = fmt.Sprintf("doubtful-%02d", s.below(5)+1)
	}
	customer.Name = firstNames[s.below(len(firstNames))] + " " + lastNames[s.below(len(lastNames))]
	customer.Email = customer.ID + "@example.org"
	o := Order{ID: fmt.Sprintf("o-%04d", n), Customer: customer}
	// One good order in ten is large, and so is one that the manager refuses.
	large := k == refused || k == good && s.below(10) == 0
	var total int64
	count := 1 + s.below(5)
	for i := 0; i < count || large && total <= 1000_00; i++ {
		sku := fmt.Sprintf("p-%03d", s.below(Products)+1)
		if k == stock && i == 0 {
			sku = fmt.Sprintf("gone-%02d", s.below(SoldOut)+1)
		}
		each := cents(sku)
		qty := int64(1 + s.below(3))
		if large {
			qty += 4
		}
		if !large && total+qty*each > 1000_00 {
			qty = 1
		}
		if !large && i > 0 && total+each > 1000_00 {
			break
		}
		o.Lines = append(o.Lines, Line{sku, qty, Euros(each)})
		total += qty * each
	}
	o.Total = Euros(total)
	switch k {
	case price:
		last := &o.Lines[len(o.Lines)-1]
		last.Price = Euros(cents(last.SKU) - 50)
		o.Total = Euros(total - last.Qty*50)
	case zero:
		o.Total = Euros(0)
	}
	return o
}

// cents is the price of an article that the catalogue knows.
func cents(sku string) int64 {
	p, _ := PriceOf(sku)
	var euros, rest int64
	if _, err := fmt.Sscanf(p.Amount, "%d.%d", &euros, &rest); err != nil { // Euros has written it
		panic(err)
	}
	return euros*100 + rest
}

// spoil makes a message of o that fits no Order, in one of ten ways.
func spoil(id string, way int, o Order) (Message, error) {
	switch way % 10 {
	case 1:
		o.Lines[0].Qty = 0
	case 2:
		o.Total.Currency = "euro"
	case 3:
		for len(o.Lines) < 21 {
			o.Lines = append(o.Lines, o.Lines[0])
		}
	case 4:
		o.Lines = []Line{}
	case 5:
		o.Lines[0].Price.Amount = "twenty"
	}
	m, err := message(id, o)
	if err != nil {
		return m, err
	}
	text := string(m.Order)
	switch way % 10 {
	case 0:
		text = strings.Replace(text, fmt.Sprintf(`"email":%q`, o.Customer.Email), `"phone":"+33 1 00 00 00 00"`, 1)
	case 6:
		text = strings.Replace(text, fmt.Sprintf(`"qty":%d`, o.Lines[0].Qty), `"qty":"one"`, 1)
	case 7:
		text = `["an order?"]`
	case 8:
		return Message{Message: id, Raw: text[:len(text)/2]}, nil
	case 9:
		return Message{Message: id, Raw: "<order id='" + o.ID + "'/>"}, nil
	}
	m.Order = json.RawMessage(text)
	return m, nil
}
