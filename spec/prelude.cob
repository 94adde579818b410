package shop

label personal

type Line     { sku: string, qty: int where qty > 0, price: money }
type Customer { id: string, name: string @personal, email: string @personal }
type Order    { id: string, customer: Customer, lines: [Line], total: money, note: string?, status: Status }
type Receipt  { order: string, charge: string }
type Decision { approved: bool, note: string }
type Charge   { id: string, amount: money }

enum Status { open, closed }

fault Declined { reason: string }
fault Late     { order: string }
event Shipped  { order: string, carrier: string }

cloud paris   { jurisdiction: "FR" }
cloud finland { jurisdiction: "FI" }

endpoint stock: http {
  operation price(sku: string) -> { amount: money } { get "/prices/${sku}" }
  operation hold(lines: [Line]) -> { id: string } { post "/holds" { body: lines } }
  operation release(id: string) { delete "/holds/${id}", idempotent: true }
  on paris { url: env.STOCK_URL }
}

endpoint payments: http {
  operation charge(order: string, amount: money) -> Charge raises Declined {
    post "/charges" { body: { order: order, amount: amount } }
    error 402: Declined { reason: response.reason }
  }
  operation refund(id: string) { delete "/charges/${id}", idempotent: true }
  on paris                     { url: env.PAY_PARIS }
  on finland                   { url: env.PAY_FINLAND }
}

role manager { groups: ["managers"] }

channel orders: queue of Order { dead_letter: rejected }
channel rejected: queue of json

process Archive(order: string) { key: order }
