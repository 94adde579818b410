package commerce

/// From the wish of a customer to the delivered parcel. Whatever goes wrong on the way, what was done is undone.
process Fulfil(order: Order) -> Receipt raises Declined, OutOfStock, Rejected, Unpaid, Cancelled, Lost {
  key:      order.id
  sla:      delivery
  failover: continuity
  policy:   union
  deadline: 60d
  search:   { source: order.source, country: order.ship_to.country }
  retain:   90d, on fault 730d
  on breach { send alerts(Alert { what: "the order takes longer than promised", order: order.id }) }

  let customer = call Recognize(order.email, order.ship_to.name)
  let offer = call pricing.Quote({ customer: customer.id, tier: string(customer.tier), items: order.lines }) {
    compensate { }                   // asking for a price binds nobody
  }
  if offer.currency != "EUR" { fail Rejected { reason: "we do not sell in ${offer.currency}" } }
  let total = decimal(offer.total) * 1 EUR

  let parcel = Parcel { id: "", carrier: "" }
  let invoice = ""

  // The order is worked on until its parcel is booked. Meanwhile its customer may cancel it; what was done is then undone.
  parallel {
    branch work {
      let hold = call racks.hold(order.id, order.lines) {
        compensate { call racks.release(hold.id) }
      }
      progress "the goods are reserved"

      if total > 5000 EUR { call Approve(order, total) }

      let paid = call Collect(order, total) {
        compensate { call payments.refund(paid.charge, paid.amount, "order ${order.id} was not carried out") }
      }
      progress "the money is there"

      let posted = call ledger.postInvoice(order.id, customer.id, decimal(offer.total), offer.currency) {
        catch ledger_api.PeriodClosed as closed { fail Rejected { reason: "the books of ${closed.period} are closed" } }
        compensate { call ledger.cancelInvoice(posted.number, "not carried out") { idempotency_key: posted.number } }
      }
      invoice = posted.number

      let booked = call carrier.book(order.id, order.ship_to) {
        compensate { call carrier.recall(booked.id) }
      }
      call racks.pick(hold.id)
      parcel = booked
    }
    branch customer {
      select {
        on Cancellation as c where c.order == order.id { fail Cancelled { order: order.id, by: c.by } }
      }
    }
  } join any cancel

  audit "order ${order.id} left the house, invoice ${invoice}"
  call letters.send(order.email, "Your order ${order.id}", "It is on its way.") { compensate { } }
  call Track(order.id, parcel.id)

  report receipt { format: pdf, include: [data, path, cost], title: "Order ${order.id}", to: archive.put }
  return Receipt { order: order.id, invoice, parcel: parcel.id, total }
}

/// The record of a customer: the one there is, or a new one.
process Recognize(email: string @personal, name: string @personal) -> crm_api.Customer {
  failover: continuity
  policy:   union

  let known = call crm.findCustomers(email)
  if len(known) > 0 { return known[0] }
  let created = call crm.createCustomer({ name, email }) {
    compensate { call crm.forgetCustomer(created.id) { idempotency_key: created.id } }
  }
  return created
}

/// Large orders need the word of the sales department, and of its director when nobody there finds the time.
process Approve(order: Order, total: money) raises Rejected {
  let decision: Decision = task approve({ order: order.id, total, lines: order.lines }) {
    role:     sales
    due:      3d
    remind:   every 12h
    escalate: to director after 1d
    else { fail Rejected { reason: "nobody decided within three days" } }
  }
  audit "order ${order.id} over ${total}: ${decision.approved ? "approved" : "refused"}"
  if !decision.approved { fail Rejected { reason: decision.note ?? "no reason given" } }
}

type Paid { charge: string, amount: money }

/// Takes the money: from a card at once, or by a transfer that has two weeks to arrive.
process Collect(order: Order, total: money) -> Paid raises Declined, Unpaid {
  failover: continuity
  policy:   union

  match order.payment {
    card as c => {
      let charge = call payments.charge(order.id, total, c.token) {
        compensate { call payments.void(charge.id) }
      }
      return Paid { charge: charge.id, amount: charge.amount }
    }
    transfer => {
      let outstanding = total
      scope arrival {
        within 14d else { fail Unpaid { order: order.id } }
        while outstanding > 0 EUR {
          select {
            on TransferReceived as t where t.order == order.id { outstanding = outstanding - t.amount }
          }
        }
      }
      return Paid { charge: "transfer/${order.id}", amount: total }
    }
  }
}

/// Follows a parcel until it is delivered. A parcel that is not seen for ten days is lost.
process Track(order: string, parcel: string) raises Lost {
  machine journey {
    limit: 200
    state moving {
      on ParcelScanned as s where s.parcel == parcel {
        match s.stage {
          carrier_api.Stage.delivered => goto delivered
          carrier_api.Stage.refused   => goto lost
          carrier_api.Stage.lost      => goto lost
          else                        => goto moving
        }
      }
      after 10d goto lost
    }
    state delivered { audit "parcel ${parcel} of order ${order} was delivered" }
    state lost { fail Lost { order, parcel } }
  }
}
