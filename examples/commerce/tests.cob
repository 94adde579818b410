package commerce

sample by_card: Order {
  id: "o-1", source: Source.shop, email: "ada@example.org",
  ship_to: { name: "Ada", street: "1 rue Lepic", city: "Paris", country: "FR" },
  lines: [{ sku: "p-1", qty: 2 }], payment: { card: { token: "tok-1" } },
}
sample by_transfer: Order {
  id: "o-2", source: Source.partner, email: "grace@example.org",
  ship_to: { name: "Grace", street: "2 rue Lepic", city: "Paris", country: "FR" },
  lines: [{ sku: "p-1", qty: 2 }], payment: { transfer: { iban: "FR7630006000011234567890189" } },
}
sample quote: pricing_api.Offer {
  id: "q-1", currency: "EUR", total: "39.80", items: [{ sku: "p-1", qty: 2, unit: "19.90" }],
}
sample worn: ReturnRequest {
  rma: "r-1", order: "o-1", charge: "ch-1", parcel: "pa-1", lines: [{ sku: "p-1", qty: 1 }], price: 19.90 EUR,
}

test "a declined card gives the goods back, and nothing is sent" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns quote
  given racks.hold returns { id: "h-1" }
  given payments.charge raises Declined { reason: "no funds" }
  when  Fulfil(by_card)
  then  fails Declined { reason: "no funds" }
  then  called racks.release("h-1") once
  then  never called crm.createCustomer
  then  never called carrier.book
}

test "what is not there is not paid for" {
  given crm.findCustomers returns []
  given crm.createCustomer returns { id: "c-2", tier: crm_api.Tier.standard }
  given pricing.Quote returns quote
  given racks.hold raises OutOfStock { sku: "p-1" }
  when  Fulfil(by_card)
  then  fails OutOfStock { sku: "p-1" }
  then  never called payments.charge
}

test "a transfer that does not arrive within two weeks ends the order" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns quote
  given racks.hold returns { id: "h-1" }
  when  Fulfil(by_transfer)
  then  fails Unpaid { order: "o-2" }
  then  called racks.release("h-1") once
}

test "closed books send nothing, and the money goes back" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns quote
  given racks.hold returns { id: "h-1" }
  given payments.charge returns { id: "ch-1", amount: 39.80 EUR }
  given ledger.postInvoice raises ledger_api.PeriodClosed { period: "2026-10" }
  given payments.refund returns { id: "rf-1" }
  when  Fulfil(by_card)
  then  fails Rejected { reason: "the books of 2026-10 are closed" }
  then  called payments.refund once
  then  never called carrier.book
}

test "a parcel that nobody sees for ten days is lost, and everything is undone" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns quote
  given racks.hold returns { id: "h-1" }
  given payments.charge returns { id: "ch-1", amount: 39.80 EUR }
  given ledger.postInvoice returns { number: "i-1" }
  given ledger.cancelInvoice returns { number: "i-1c" }
  given carrier.book returns { id: "pa-1", carrier: "swift" }
  given payments.refund returns { id: "rf-1" }
  when  Fulfil(by_card)
  then  fails Lost { order: "o-1", parcel: "pa-1" }
  then  called ledger.cancelInvoice("i-1", "not carried out") once
  then  called carrier.recall("pa-1") once
  then  undone letters.send, booked, posted, paid, hold, offer
  then  called payments.refund once
  then  called racks.release("h-1") once
}

test "a return that does not arrive pays nothing back" {
  when Return(worn)
  then fails NotReturnable { order: "o-1", reason: "nothing arrived within 30 days" }
  then never called payments.refund
}

test "books that agree need nobody" {
  given payments.settled returns [{ id: "ch-1", amount: 39.80 EUR }]
  given books.earned returns [{ id: "ch-1", amount: 39.80 EUR }]
  when  Reconcile("2026-11-21")
  then  called archive.put once
}

test "who cancels while the money is awaited gets the goods back on the shelf" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns quote
  given racks.hold returns { id: "h-1" }
  when  Fulfil(by_transfer)
  when  advance 3d
  then  waits
  when  publish Cancellation { order: "o-2", by: "Grace" }
  then  fails Cancelled { order: "o-2", by: "Grace" }
  then  called racks.release("h-1") once
  then  never called ledger.postInvoice
}

test "a transfer in two parts is a payment, and a delivered parcel ends the order" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns quote
  given racks.hold returns { id: "h-1" }
  given ledger.postInvoice returns { number: "i-1" }
  given carrier.book returns { id: "pa-1", carrier: "swift" }
  when  Fulfil(by_transfer)
  when  advance 3d
  when  publish TransferReceived { order: "o-2", amount: 20.00 EUR }
  then  never called ledger.postInvoice
  when  advance 3d
  when  publish TransferReceived { order: "o-2", amount: 19.80 EUR }
  when  crash
  when  publish ParcelScanned { parcel: "pa-1", stage: carrier_api.Stage.delivered, at: 2026-01-07T08:00:00Z }
  then  returns Receipt { order: "o-2", invoice: "i-1", parcel: "pa-1", total: 39.80 EUR }
  then  order racks.hold, ledger.postInvoice, carrier.book, racks.pick, letters.send
  then  never called racks.release
  then  within 7d
}

test "when no carrier can be reached everything is undone in reverse" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns quote
  given racks.hold returns { id: "h-1" }
  given payments.charge returns { id: "ch-1", amount: 39.80 EUR }
  given ledger.postInvoice returns { number: "i-1" }
  given ledger.cancelInvoice returns { number: "i-1c" }
  given payments.refund returns { id: "rf-1" }
  given carrier is down
  when  Fulfil(by_card)
  then  fails std.Unavailable { operation: "book" }
  then  undone posted, paid, hold, offer
  then  order ledger.cancelInvoice, payments.refund, racks.release
}

test "a parcel that its carrier says is lost ends the order at once" {
  when Track("o-1", "pa-1")
  when publish ParcelScanned { parcel: "pa-1", stage: carrier_api.Stage.lost, at: 2026-01-07T08:00:00Z }
  then fails Lost { order: "o-1", parcel: "pa-1" }
  then within 1s
}

test "a large order that sales refuses" {
  when Approve(by_card, 6_000.00 EUR)
  then task approve is open
  when complete task approve { approved: false, note: "too large" } by "eve"
  then fails Rejected { reason: "too large" }
  then audit "order o-1 over 6000.00 EUR: refused"
}

test "cards are taken in Finland while Paris is away" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns quote
  given racks.hold returns { id: "h-1" }
  given paris is down for 20s
  given payments.charge returns { id: "ch-1", amount: 39.80 EUR }
  given payments.refund returns { id: "rf-1" }
  when  Fulfil(by_card)
  then  fails std.Unavailable { operation: "postInvoice" }
  then  called payments.charge once on finland
  then  called crm.findCustomers once on finland
  then  undone paid, hold, offer
}

test "the node dies while the invoice is posted, and it is posted once" {
  given crm.findCustomers returns []
  given crm.createCustomer returns { id: "c-9", tier: crm_api.Tier.standard }
  given pricing.Quote returns quote
  given racks.hold returns { id: "h-1" }
  given payments.charge returns { id: "ch-1", amount: 39.80 EUR }
  given ledger.postInvoice returns { number: "i-1" } takes 2s
  given carrier.book returns { id: "pa-1", carrier: "swift" }
  when  crash at posted
  when  Fulfil(by_card)
  when  advance 1m
  then  waits at Fulfil.Track
  then  called letters.send once
  when  crash
  when  publish ParcelScanned { parcel: "pa-1", stage: carrier_api.Stage.delivered, at: 2026-01-07T08:00:00Z }
  then  returns Receipt { order: "o-1", invoice: "i-1", parcel: "pa-1", total: 39.80 EUR }
  then  called ledger.postInvoice once
  then  called payments.charge once
  then  report receipt includes { title: "Order o-1", key: "o-1", data: { invoice: "i-1", order: { email: "(personal)" } } }
  then  called archive.put once
}

test "a cancellation that comes after the parcel was booked changes nothing" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns quote
  given racks.hold returns { id: "h-1" }
  given payments.charge returns { id: "ch-1", amount: 39.80 EUR }
  given ledger.postInvoice returns { number: "i-1" }
  given carrier.book returns { id: "pa-1", carrier: "swift" }
  when  Fulfil(by_card)
  when  advance 1h
  when  publish Cancellation { order: "o-1", by: "Ada" }
  then  waits at Fulfil.Track
  when  publish ParcelScanned { parcel: "pa-1", stage: carrier_api.Stage.delivered, at: 2026-01-07T08:00:00Z }
  then  returns Receipt { order: "o-1", invoice: "i-1", parcel: "pa-1", total: 39.80 EUR }
  then  never undone
}

test "a large order that nobody looks at is refused after three days" {
  when Approve(by_card, 6_000.00 EUR)
  when advance 2d
  then task approve is open
  when advance 2d
  then fails Rejected { reason: "nobody decided within three days" }
  then within 3d
}

test "when the money cannot go back, the goods that were put back go out again" {
  given payments.refund rejects "the charge is too old"
  when  Return(worn)
  when  publish ReturnArrived { rma: "r-1" }
  when  complete task inspect [Finding { sku: "p-1", qty: 1, resaleable: true, note: null }] by "max"
  then  fails std.Rejected { reason: "the charge is too old" }
  then  called racks.restock("p-1", 1, "r-1") once
  then  called racks.unstock("p-1", "r-1") once
}

test "the archive is away for an hour, and the report is kept until it is back" {
  given payments.settled returns []
  given books.earned returns []
  given archive is down for 30m
  when  Reconcile("2026-11-21")
  when  advance 10m
  then  waits at reconciliation
  when  advance 30m
  then  called archive.put once
  then  report reconciliation includes { key: "2026-11-21" }
}

test "an offer in dollars is none" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns { id: "q-2", currency: "USD", total: "39.80", items: [] }
  when  Fulfil(by_card)
  then  fails Rejected { reason: "we do not sell in USD" }
  then  never called racks.hold
}

test "an order over five thousand is paid for when sales has agreed" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns { id: "q-3", currency: "EUR", total: "5000.01", items: [] }
  given racks.hold returns { id: "h-1" }
  given payments.charge raises Declined { reason: "no funds" }
  when  Fulfil(by_card)
  then  task approve is open
  then  never called payments.charge
  when  complete task approve { approved: true, note: null } by "eve"
  then  fails Declined { reason: "no funds" }
  then  called payments.charge once
}

test "an order of five thousand needs nobody" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns { id: "q-3", currency: "EUR", total: "5000.00", items: [] }
  given racks.hold returns { id: "h-1" }
  given payments.charge raises Declined { reason: "no funds" }
  when  Fulfil(by_card)
  then  fails Declined { reason: "no funds" }
  then  never ran Approve.decision
}

test "who cancels while the card is charged gets the money back" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns quote
  given racks.hold returns { id: "h-1" }
  given payments.charge returns { id: "ch-1", amount: 39.80 EUR } takes 1s
  when  Fulfil(by_card)
  when  advance 500ms
  when  publish Cancellation { order: "o-1", by: "Ada" }
  then  fails Cancelled { order: "o-1", by: "Ada" }
  then  called payments.void("ch-1") once
  then  called racks.release("h-1") once
}

test "a parcel that is refused at the door is lost, one on its way is not" {
  when Track("o-1", "pa-1")
  when publish ParcelScanned { parcel: "pa-1", stage: carrier_api.Stage.in_transit, at: 2026-01-07T08:00:00Z }
  when advance 9d
  when publish ParcelScanned { parcel: "pa-1", stage: carrier_api.Stage.in_transit, at: 2026-01-07T08:00:00Z }
  when advance 9d
  then waits
  when publish ParcelScanned { parcel: "pa-1", stage: carrier_api.Stage.refused, at: 2026-01-07T08:00:00Z }
  when advance 1s
  then fails Lost { order: "o-1", parcel: "pa-1" }
}

test "goods that nobody can sell pay nothing back" {
  when Return(worn)
  when publish ReturnArrived { rma: "r-1" }
  when complete task inspect [Finding { sku: "p-1", qty: 1, resaleable: false, note: "torn" }, Finding { sku: "p-2", qty: 1, resaleable: false, note: null }]
  then fails NotReturnable { order: "o-1", reason: "torn, p-2" }
  then never called racks.restock
  then never called payments.refund
}

test "goods go back to the racks four at a time, and the money when all are there" {
  given racks.restock("p-1", 1, "r-1") takes 500ms
  given racks.restock takes 1s
  given payments.refund returns { id: "rf-1" }
  when  Return(worn)
  when  publish ReturnArrived { rma: "r-1" }
  when complete task inspect [
    Finding { sku: "p-1", qty: 1, resaleable: true, note: null }, Finding { sku: "p-2", qty: 1, resaleable: true, note: null },
    Finding { sku: "p-3", qty: 1, resaleable: true, note: null }, Finding { sku: "p-4", qty: 1, resaleable: true, note: null },
    Finding { sku: "p-5", qty: 1, resaleable: true, note: null }, Finding { sku: "p-6", qty: 1, resaleable: false, note: "torn" },
  ] by "max"
  when advance 400ms
  then called racks.restock 4 times
  when advance 900ms
  then called racks.restock 5 times
  then never called payments.refund
  when advance 300ms
  then called payments.refund once
  then returns Refunded { rma: "r-1", amount: 19.90 EUR }
  then never undone
}

test "books that do not agree are looked at, whatever does not agree" {
  given payments.settled("2026-11-20") returns [{ id: "ch-1", amount: 39.80 EUR }] takes 5s
  given books.earned("2026-11-20") returns [{ id: "ch-1", amount: 3.98 EUR }] takes 5s
  given payments.settled("2026-11-21") returns [{ id: "ch-1", amount: 39.80 EUR }]
  given books.earned("2026-11-21") returns [{ id: "ch-2", amount: 39.80 EUR }]
  given payments.settled("2026-11-22") returns []
  given books.earned("2026-11-22") returns [{ id: "ch-2", amount: 39.80 EUR }]
  when  Reconcile("2026-11-20")
  when  advance 6s
  then  ran Reconcile.decision once
  when  Reconcile("2026-11-21")
  then  ran Reconcile.decision 2 times
  when  Reconcile("2026-11-22")
  then  ran Reconcile.decision 3 times
  when  complete task reconcile { approved: true, note: "typed wrong" } by "ann"
  then  audit "reconciliation of 2026-11-20: typed wrong"
}

test "books that do not agree and that nobody looks at are told" {
  given payments.settled returns [{ id: "ch-1", amount: 39.80 EUR }]
  given books.earned returns []
  when  Reconcile("2026-11-21")
  then  sent alerts(Alert { what: "the books of 2026-11-21 do not agree and nobody looks", order: null }) once
  then  never called archive.put
}

test "an order that comes twice is carried out once, and both copies are kept" {
  given crm.findCustomers returns [{ id: "c-1", tier: crm_api.Tier.gold }]
  given pricing.Quote returns quote
  given racks.hold raises OutOfStock { sku: "p-1" }
  when  send intake(by_card)
  when  send intake(by_card)
  then  started Fulfil(by_card) once
  then  sent audit_trail(by_card) 2 times
}

test "goods at which nobody looks are not taken back" {
  when Return(worn)
  when publish ReturnArrived { rma: "r-1" }
  then fails NotReturnable { order: "o-1", reason: "nobody has looked at it" }
  then within 5d
}
