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
