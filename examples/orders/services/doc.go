// Package services is the world around examples/orders: a catalogue, a
// warehouse and payment services as real HTTP servers on loopback, and the
// orders that customers send.
//
// Every service answers by rule, so that the outcome of every order is known
// before it runs (Expect):
//
//	sku "p-001" to "p-200"       sold at PriceOf(sku), always in stock
//	sku "gone-01" to "gone-09"   sold, but out of stock: OutOfStock
//	any other sku                unknown to the catalogue: 404
//	customer id "broke-..."      the card is declined: Declined "no funds"
//	customer id "doubtful-..."   the manager says no: Declined
//	a line at another price      Declined "price of ... has changed"
//	total above 1000 EUR         asks the manager
//	total 0                      filtered out by the route
//
// The warehouse and each payment service write what they do into a ledger of
// their own: a file of JSON lines, synced before the answer leaves and read
// again at the start. So a service can be killed (Kill: the listener and all
// connections are cut, work may be done but unanswered) and brought back
// (Restart, on the same port), and an auditor can read afterwards what really
// happened (Ledger).
//
//	catalogue   GET    /products/{sku}   200 {sku, name, price}, 404
//	warehouse   POST   /holds            201 {id} for [{sku, qty, price}], 409 {sku}
//	            DELETE /holds/{id}       204, also the second time; 404
//	payments    POST   /charges          201 {id, amount} for {order, amount, payer}, 402 {reason}
//	            DELETE /charges/{id}     204, also the second time; 404
//
// The two POSTs want an Idempotency-Key: the same key is the same hold or
// charge; the same key with other contents is 422.
//
// orders.jsonl, beside this package, holds one message per line, in the order
// in which they are sent to the channel intake:
//
//	{"message":"m-0001","order":{...}}
//	{"message":"m-0002","raw":"..."}
//
// The payload is order, or the text raw where it is no JSON. The same message
// twice is sent twice on purpose. The test of this package writes the file anew
// with -update; it is the same on every machine.
package services
