package commerce

type ReturnRequest { rma: string, order: string, charge: string, parcel: string, lines: [Line] where len(lines) > 0, price: money }
type Refunded      { rma: string, amount: money }

/// Goods come back: somebody looks at them, what is as new goes back to the racks, and the money goes to the customer.
/// When the money cannot be given back, the goods go out of the racks again.
process Return(request: ReturnRequest) -> Refunded raises NotReturnable {
  key:      request.rma
  failover: continuity
  policy:   union
  deadline: 45d

  select {
    on ReturnArrived as r where r.rma == request.rma { progress "the parcel is back" }
    after 30d { fail NotReturnable { order: request.order, reason: "nothing arrived within 30 days" } }
  }

  let findings: [Finding] = task inspect(request) {
    role:   inspection
    due:    5d
    remind: every 1d
    else { fail NotReturnable { order: request.order, reason: "nobody has looked at it" } }
  }
  let good = filter (findings, f => f.resaleable)
  if len(good) == 0 { fail NotReturnable { order: request.order, reason: join(map(findings, f => f.note ?? f.sku), ", ") } }

  for finding in good parallel 4 {
    call racks.restock(finding.sku, finding.qty, request.rma) {
      compensate { call racks.unstock(finding.sku, request.rma) }
    }
  }
  let refund = call payments.refund(request.charge, request.price, "return ${request.rma}")
  audit "return ${request.rma}: ${request.price} went back as ${refund.id}"
  return Refunded { rma: request.rma, amount: request.price }
}
