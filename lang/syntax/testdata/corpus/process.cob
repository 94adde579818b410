package orders

event Shipped { order: string }
event Paid    { order: string }

sla gold {
  completion: 99% within 10d
  on breach { audit "gold was missed" }
}

/// Everything that a process can say.
process Fulfil(order: Order) -> Receipt raises Declined, Late {
  key:      order.id
  sla:      gold
  deadline: 10d
  search:   { customer: order.customer.id, total: order.total }
  retain:   90d, on fault 730d

  on cancel { progress "somebody has cancelled ${order.id}" }

  progress "begun"
  let payment = start payments.charge(order.id, order.total)
  let child = start Pack(order)

  hold: scope reserve {
    let held = call stock.hold(order.lines) {
      compensate { call stock.release(held.id) }
    }
    milestone reserved
    within 1h else { fail Late { order: order.id } }
    on cancel { audit "the reservation was withdrawn" }
    catch OutOfStock as o { fail Declined { reason: o.sku } }
    compensate { call stock.release("all") }
  }

  critical account {
    let charge = await payment
    audit "charged ${charge.id}"
  }

  try {
    call mail.send("a@example.org", "thanks")
  } catch Unreachable as u {
    progress "no mail: ${u.reason}"
  } catch {
    progress "no mail at all"
  } finally {
    progress "mail is over"
  }

  let done = [""]
  for line in order.lines parallel 10 {
    let p = call stock.pick(line.sku)
    done = done + [p.id]
  } join 3 cancel
  for line in order.lines parallel {
    call stock.label(line.sku)
  } join when len(done) > 4 keep

  interleave {
    branch wrap { task wrap(order) { role: clerk } }
    branch seal after wrap { task seal(order) { role: clerk } }
    branch note after wrap, seal when order.total > 10 EUR { wait 1m }
  }

  parallel {
    branch ship {
      during reserved {
        task ship(order) { role: clerk, remind: every 4h }
      } else {
        end Receipt { order: order.id }
      }
    }
    branch doubt when order.total > 100 EUR {
      wait 5m
      cancel ship
      cancel process
    }
  } join any keep

  race {
    branch fast { call fast.quote(order) }
    branch slow { call slow.quote(order) }
  }

  machine dialog {
    limit: 100

    /// Where it begins.
    state asked {
      send questions(order)
      on Paid as p where p.order == order.id goto paid
      on Shipped transient as s { audit "early: ${s.order}" }
      after 2d {
        progress "asked again"
        goto asked
      }
      after 20d goto late
    }
    state paid { progress "paid" }
    state late { fail Late { order: order.id } }
  }

  select {
    on child as packed { progress packed.note }
    on intake as more where more.id == order.id { spawn Fulfil(more) }
    on phone.answered as a { audit a.text }
    after 7d { fail Late { order: order.id } }
    else { progress "nothing is there" }
  }

  publish Shipped { order: order.id }
  report summary { format: pdf, include: data, path, cost, to: archive.put }
  if order.total == 0 EUR { continue with Fulfil(order) }
  stop: end
}
