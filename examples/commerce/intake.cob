package commerce

// Orders come by three ways: from the shop over HTTP, from partners over AMQP, and by mail. All end in one queue.

type Alert  { what: string, order: string? }
type Letter { id: string, from: string @personal, subject: string, text: string @personal, attachment: Order }

endpoint shop: http {
  receive orders: Order { path: "/orders" }
  on paris { url: env.SHOP_LISTEN }
}

/// Partners send their orders over AMQP; the contract says where and how.
endpoint partners: partners_api {
  on finland { url: env.AMQP_URL }
}

/// A gateway hands over the letters of a mailbox, with the attachment already read.
endpoint mailbox: http {
  receive letters: Letter { path: "/letters" }
  on paris { url: env.MAIL_LISTEN }
}

/// What the carrier tells about its parcels.
endpoint scans: carrier_api {
  on finland { url: env.CARRIER_BROKER }
}

channel intake: queue of Order { dead_letter: refused }
channel refused: queue of json
channel alerts: topic of Alert
channel audit_trail: queue of Order

route from_shop {
  from shop.orders as order
  to intake
}

route from_partners {
  from partners.orders as order
  throttle 50/s
  send intake({
    id: "partner-${order.id}", source: Source.partner, email: order.email, ship_to: order.ship_to,
    lines: order.lines, payment: { transfer: { iban: order.iban } },
  })
}

/// The attachment of a letter is an order, or the letter is refused with the reason.
route from_mail {
  from mailbox.letters as letter
  filter starts_with(upper(letter.subject), "ORDER")
  dedupe by letter.id within 7d
  send intake(letter.attachment)
}

route orders_in {
  from intake as order
  tap audit_trail
  start Fulfil(order)
}

route parcels {
  from scans.tracking as scan
  dedupe by scan.id within 1d
  publish ParcelScanned { parcel: scan.parcel, stage: scan.stage, at: scan.at }
}
