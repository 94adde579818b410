package shop

type Item   { sku: string, qty: int where qty > 0 }
type Answer { yes: bool, note: string }
type Paid   { id: string }

fault Declined { reason: string }
fault Late     { order: string }
event Shipped  { order: string, by: string }

cloud paris   { jurisdiction: "FR" }
cloud finland { jurisdiction: "FI" }

role clerk { groups: ["clerks"] }

endpoint stock: http {
  operation price(sku: string) -> int { get "/prices/${sku}" }
  operation hold(sku: string) -> Paid { post "/holds/${sku}" }
  operation release(id: string) { delete "/holds/${id}", idempotent: true }
  on paris { url: env.STOCK, cost: 0.01 EUR per call }
}

endpoint bank: http {
  operation pay(order: string) -> Paid raises Declined {
    post "/payments/${order}"
    error 402: Declined { reason: response.reason }
    timeout: 2s
  }
  operation refund(id: string) { delete "/payments/${id}", idempotent: true }
  on paris   { url: env.BANK_PARIS, cost: 0.02 EUR per call }
  on finland { url: env.BANK_FINLAND, cost: 0.05 EUR per call }
}

channel items: queue of Item { dead_letter: odd }
channel odd: queue of json

process Price(sku: string) -> int {
  let price = call stock.price(sku)
  return price
}

process Sell(sku: string, ask: bool) -> string raises Declined, Late {
  let held = call stock.hold(sku) {
    compensate { call stock.release(held.id) }
  }
  if ask {
    let answer: Answer = task agree(sku) {
      role: clerk
      due:  1d
      else { fail Late { order: sku } }
    }
    if !answer.yes { fail Declined { reason: answer.note } }
  }
  let paid = call bank.pay(sku) {
    compensate { call bank.refund(paid.id) }
  }
  select {
    on Shipped as s where s.order == sku { return paid.id }
    after 7d { fail Late { order: sku } }
  }
}

process Divide(n: int) -> int {
  let part = 10 / n
  return part
}

route sold {
  from items as item
  start Sell(item.sku, item.qty > 9)
}
