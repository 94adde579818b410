package services

import (
	"fmt"
	"strings"

	"github.com/cob-lang/cob/lang/types"
)

// Money is an exact amount in one currency, as it travels.
type Money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// Euros is an amount of money in cents.
func Euros(cents int64) Money {
	return Money{fmt.Sprintf("%d.%02d", cents/100, cents%100), "EUR"}
}

// Exactly is m as an exact amount. Errors: no number, no currency.
func (m Money) Exactly() (types.Amount, error) { return types.ParseAmount(m.Amount + " " + m.Currency) }

// Same says whether m and o are the same amount of the same currency.
func (m Money) Same(o Money) bool {
	a, errA := m.Exactly()
	b, errB := o.Exactly()
	return errA == nil && errB == nil && types.Equal(a, b)
}

// Line is one line of an order.
type Line struct {
	SKU   string `json:"sku"`
	Qty   int64  `json:"qty"`
	Price Money  `json:"price"`
}

// Customer is who orders and pays.
type Customer struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Order is the payload of a message to the channel intake.
type Order struct {
	ID       string   `json:"id"`
	Customer Customer `json:"customer"`
	Lines    []Line   `json:"lines"`
	Total    Money    `json:"total"`
}

// What the catalogue sells: Products articles at 1.00 to 99.99 EUR, and
// SoldOut articles of which the warehouse has none.
const (
	Products = 200
	SoldOut  = 9
)

// PriceOf is what the catalogue asks for an article; ok is false where it does
// not know it.
func PriceOf(sku string) (price Money, ok bool) {
	var n int64
	if _, err := fmt.Sscanf(sku, "p-%03d", &n); err == nil && sku == fmt.Sprintf("p-%03d", n) && n >= 1 && n <= Products {
		return Euros(100 + n*4937%9900), true
	}
	if _, err := fmt.Sscanf(sku, "gone-%02d", &n); err == nil && sku == fmt.Sprintf("gone-%02d", n) && n >= 1 && n <= SoldOut {
		return Euros(500 + n*100), true
	}
	return Money{}, false
}

func soldOut(sku string) bool { return strings.HasPrefix(sku, "gone-") }

func broke(customer string) bool { return strings.HasPrefix(customer, "broke-") }

// Approves says what the manager says about a customer's order, and why not.
func Approves(customer string) (approved bool, note string) {
	if strings.HasPrefix(customer, "doubtful-") {
		return false, "this customer has not paid before"
	}
	return true, "fine"
}

// NoFunds is the reason with which a card is declined.
const NoFunds = "no funds"

// Carrier is who ships an order.
func Carrier(order string) string {
	carriers := []string{"north", "south", "rail"}
	sum := 0
	for _, c := range []byte(order) {
		sum += int(c)
	}
	return carriers[sum%len(carriers)]
}
