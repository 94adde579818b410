package orders

use openapi "contracts/catalog.yaml" as catalog_api   // typed operations from somebody else's contract

label personal

type Line     { sku: string, qty: int where qty > 0, price: money }
type Customer { id: string, name: string @personal, email: string @personal }
type Order {
  id:       string
  customer: Customer
  lines:    [Line] where len(lines) in 1..20
  total:    money
}
type Charge   { id: string, amount: money }
type Decision { approved: bool, note: string }
type Receipt  { order: string, charge: string, carrier: string }

fault Declined   { reason: string }
fault OutOfStock { sku: string }
fault Late       { order: string }
event Shipped    { order: string, carrier: string }

cloud paris    { jurisdiction: "FR", failure_domain: "fr-1" }
cloud finland  { jurisdiction: "FI", failure_domain: "fi-1" }
cloud virginia { jurisdiction: "US", failure_domain: "us-1" }

endpoint catalog: catalog_api {
  on paris   { url: env.CATALOG_PARIS,   availability: 99.95%, latency: 99% within 80ms }
  on finland { url: env.CATALOG_FINLAND, availability: 99.95%, latency: 99% within 90ms }
}

endpoint warehouse: http {
  operation hold(lines: [Line]) -> { id: string } raises OutOfStock {
    post "/holds" { body: lines }
    error 409: OutOfStock { sku: response.sku }
  }
  operation release(id: string) { delete "/holds/${id}", idempotent: true }
  on paris { url: env.WAREHOUSE_URL, availability: 99.95%, latency: 99% within 150ms }
}

endpoint payments: http {
  operation charge(order: string, amount: money, payer: Customer) -> Charge raises Declined {
    post "/charges" { body: { order: order, amount: amount, payer: payer } }
    idempotency_key: order
    timeout: 2s
    error 402: Declined { reason: response.reason }
  }
  operation refund(id: string) { delete "/charges/${id}", idempotent: true }

  on paris    { url: env.PAY_PARIS,    cost: 0.002 EUR per call, availability: 99.5%,  latency: 99% within 120ms }
  on finland  { url: env.PAY_FINLAND,  cost: 0.010 EUR per call, availability: 99.95%, latency: 99% within 300ms }
  on virginia { url: env.PAY_VIRGINIA, cost: 0.001 EUR per call, availability: 99.99%, latency: 99% within 400ms }
}

failover continuity {                // the composed proof: 99.949% available, at most 0.03 EUR, 9 days and some seconds
  prefer:    cheapest                // cheapest | fastest | most_available | listed
  tries:     3, 2s each, backoff 100ms..1s
  unhealthy: 3 failures in 10s
  probe:     every 5s
  failback:  after 1m
}

sla gold {
  completion:   99% within 10d
  availability: 99.9% over 30d
  cost:         at most 0.05 EUR
}

policy europe {                      // virginia is cheapest, and never legal for a charge: the compiler says so
  deny call when "personal" in data.labels && !(cloud.jurisdiction in ["FR", "FI", "DE"])
    because "personal data stays in the Union"
}

role manager { groups: ["managers"] }

process Fulfil(order: Order) -> Receipt raises Declined, OutOfStock, Late {
  key: order.id                      // the same key twice is the same instance
  sla: gold
  failover: continuity
  policy: europe

  for line in order.lines {
    let product = call catalog.getProduct(line.sku)
    if product.price != line.price { fail Declined { reason: "price of ${line.sku} has changed" } }
  }

  let held = call warehouse.hold(order.lines) {
    compensate { call warehouse.release(held.id) }
  }

  if order.total > 1000 EUR {
    let decision: Decision = task approve(order) {
      role: manager
      due:  2d
      else { fail Declined { reason: "nobody decided in time" } }
    }
    if !decision.approved { fail Declined { reason: decision.note } }
  }

  let charge = call payments.charge(order.id, order.total, order.customer) {
    compensate { call payments.refund(charge.id) }
  }

  select {
    on Shipped as s where s.order == order.id {
      return Receipt { order: order.id, charge: charge.id, carrier: s.carrier }
    }
    after 7d { fail Late { order: order.id } }        // unwinds: refund, then release
  }
}

channel intake: queue of Order { dead_letter: rejected }
channel rejected: queue of json

route orders_in {
  from intake as order
  filter order.total > 0 EUR
  start Fulfil(order)
}

sample small: Order { id: "o-1", customer: { id: "c-1", name: "Ada", email: "ada@example.org" },
  lines: [{ sku: "p-1", qty: 1, price: 20.00 EUR }], total: 20.00 EUR }

test "a declined card releases the stock and charges nobody" {
  given catalog.getProduct returns { sku: "p-1", price: 20.00 EUR }
  given warehouse.hold returns { id: "h1" }
  given payments.charge raises Declined { reason: "no funds" }
  when  Fulfil(small)
  then  fails Declined
  then  called warehouse.release("h1") once
  then  never called payments.refund
}
