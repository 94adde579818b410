package orders

// The failure stories of orders.cob. `cob test examples/orders --explore 200` tells each of them again in worlds that crash.

sample large: Order { id: "o-2", customer: { id: "c-1", name: "Ada", email: "ada@example.org" },
  lines: [{ sku: "p-1", qty: 60, price: 20.00 EUR }], total: 1_200.00 EUR }

test "what is shipped is a receipt" {
  given catalog.getProduct returns { sku: "p-1", price: 20.00 EUR }
  given warehouse.hold returns { id: "h1" }
  given payments.charge returns { id: "ch-1", amount: 20.00 EUR }
  when  Fulfil(small)
  when  advance 3d
  then  waits at select
  when  publish Shipped { order: "o-1", carrier: "swift" }
  then  returns Receipt { order: "o-1", charge: "ch-1", carrier: "swift" }
  then  order catalog.getProduct, warehouse.hold, payments.charge
  then  never undone
  then  within 3d
  then  cost at most 0.05 EUR
}

test "what is not shipped in a week is paid back, and then the goods are free" {
  given catalog.getProduct returns { sku: "p-1", price: 20.00 EUR }
  given warehouse.hold returns { id: "h1" }
  given payments.charge returns { id: "ch-1", amount: 20.00 EUR }
  when  Fulfil(small)
  then  fails Late { order: "o-1" }
  then  undone charge, held
  then  called payments.refund("ch-1") once
  then  order payments.refund, warehouse.release
  then  within 7d
}

test "a price that has changed takes nothing" {
  given catalog.getProduct returns { sku: "p-1", price: 21.00 EUR }
  when  Fulfil(small)
  then  fails Declined { reason: "price of p-1 has changed" }
  then  never called warehouse.hold
}

test "nothing in stock charges nobody" {
  given catalog.getProduct returns { sku: "p-1", price: 20.00 EUR }
  given warehouse.hold raises OutOfStock { sku: "p-1" }
  when  Fulfil(small)
  then  fails OutOfStock { sku: "p-1" }
  then  never called payments.charge
  then  never undone
}

test "Paris is down: the charge goes to Finland, and is paid back there" {
  given catalog.getProduct returns { sku: "p-1", price: 20.00 EUR }
  given warehouse.hold returns { id: "h1" }
  given payments is down on paris
  given payments.charge returns { id: "ch-f", amount: 20.00 EUR }
  when  Fulfil(small)
  then  fails Late { order: "o-1" }
  then  called payments.charge once on finland
  then  called payments.refund("ch-f") once on finland
  then  never called payments.charge on virginia
}

test "the answer of Paris is lost: Finland charges, and what Paris did is paid back" {
  given catalog.getProduct returns { sku: "p-1", price: 20.00 EUR }
  given warehouse.hold returns { id: "h1" }
  given payments.charge never answers on paris once
  given payments.charge returns { id: "ch-p", amount: 20.00 EUR } on paris
  given payments.charge returns { id: "ch-f", amount: 20.00 EUR } on finland
  when  Fulfil(small)
  when  publish Shipped { order: "o-1", carrier: "swift" }
  then  returns Receipt { order: "o-1", charge: "ch-f", carrier: "swift" }
  then  called payments.refund("ch-p") once on paris
  then  never called payments.refund("ch-f")
}

test "no place charges: the stock is free again" {
  given catalog.getProduct returns { sku: "p-1", price: 20.00 EUR }
  given warehouse.hold returns { id: "h1" }
  given payments is down
  when  Fulfil(small)
  then  fails std.Unavailable { operation: "charge" }
  then  undone held
}

test "a large order asks a manager" {
  given catalog.getProduct returns { sku: "p-1", price: 20.00 EUR }
  given warehouse.hold returns { id: "h1" }
  given payments.charge returns { id: "ch-2", amount: 1_200.00 EUR }
  when  Fulfil(large)
  then  task approve is open
  then  never called payments.charge
  when  complete task approve { approved: true, note: "" } by "eve"
  when  publish Shipped { order: "o-2", carrier: "swift" }
  then  returns Receipt { order: "o-2", charge: "ch-2", carrier: "swift" }
}

test "a manager who says no frees the stock" {
  given catalog.getProduct returns { sku: "p-1", price: 20.00 EUR }
  given warehouse.hold returns { id: "h1" }
  when  Fulfil(large)
  when  complete task approve { approved: false, note: "too large" }
  then  fails Declined { reason: "too large" }
  then  undone held
}

test "a manager who says nothing for two days is a no" {
  given catalog.getProduct returns { sku: "p-1", price: 20.00 EUR }
  given warehouse.hold returns { id: "h1" }
  when  Fulfil(large)
  then  fails Declined { reason: "nobody decided in time" }
  then  task approve was open
  then  within 2d
}

test "who cancels gets the money back" {
  given catalog.getProduct returns { sku: "p-1", price: 20.00 EUR }
  given warehouse.hold returns { id: "h1" }
  given payments.charge returns { id: "ch-1", amount: 20.00 EUR }
  when  Fulfil(small)
  when  cancel Fulfil
  then  cancelled
  then  undone charge, held
}

test "a crash right behind the charge charges nobody twice" {
  given catalog.getProduct returns { sku: "p-1", price: 20.00 EUR }
  given warehouse.hold returns { id: "h1" } takes 1s
  given payments.charge returns { id: "ch-1", amount: 20.00 EUR } takes 1s
  when  crash before held
  when  crash at charge
  when  Fulfil(small)
  when  advance 2s
  when  crash
  when  publish Shipped { order: "o-1", carrier: "swift" }
  then  returns Receipt { order: "o-1", charge: "ch-1", carrier: "swift" }
  then  called warehouse.hold once
  then  called payments.charge once
}

test "an order comes through the channel, and comes once" {
  given catalog.getProduct returns { sku: "p-1", price: 20.00 EUR }
  given warehouse.hold returns { id: "h1" }
  given payments.charge returns { id: "ch-1", amount: 20.00 EUR }
  when  send intake(small)
  when  send intake(small)
  then  started Fulfil(small) once
  then  called payments.charge once
}
