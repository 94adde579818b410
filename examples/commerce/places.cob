package commerce

// Where things run.

cloud paris     { jurisdiction: "FR", failure_domain: "fr-1", provider: "alpha" }
cloud finland   { jurisdiction: "FI", failure_domain: "fi-1", provider: "beta" }
cloud virginia  { jurisdiction: "US", failure_domain: "us-1", provider: "alpha" }
cloud warehouse { jurisdiction: "FR", failure_domain: "lyon", provider: "own" }

// Who does the work.

/// The records of the customers: a service of somebody else.
endpoint crm: crm_api {
  on paris   { url: env.CRM_PARIS,   availability: 99.9%, latency: 99% within 200ms }
  on finland { url: env.CRM_FINLAND, availability: 99.9%, latency: 99% within 250ms }
}

/// What a basket costs today; the pricing department keeps it in a cloud of its own.
endpoint pricing: pricing_api {
  on virginia { url: env.PRICING_URL, availability: 99.95%, latency: 99% within 300ms }
}

/// The racks of the warehouse, behind a controller in the building.
endpoint racks: http {
  operation hold(order: string, lines: [Line]) -> Hold raises OutOfStock {
    post "/holds" { body: { order, lines } }
    error 409: OutOfStock { sku: response.sku }
  }
  operation release(hold: string) { delete "/holds/${hold}", idempotent: true }
  operation pick(hold: string) { put "/holds/${hold}/picked", idempotent: true }
  operation restock(sku: string, qty: int, rma: string) {
    post "/stock" { body: { sku, qty, rma } }
    idempotency_key: "${rma}/${sku}"
  }
  operation unstock(sku: string, rma: string) { delete "/stock/${rma}/${sku}", idempotent: true }
  on warehouse { url: env.RACKS_URL, availability: 99.5%, latency: 99% within 500ms }
}

/// The cards, at a payment service that we do not run.
endpoint payments: http {
  operation charge(order: string, amount: money, token: string) -> Charge raises Declined {
    post "/charges" { body: { order, amount, token } }
    idempotency_key: order
    timeout: 5s
    error 402: Declined { reason: response.reason }
  }
  operation refund(charge: string, amount: money, reason: string) -> { id: string } {
    post "/charges/${charge}/refunds" { body: { amount, reason } }
    idempotency_key: "${charge}/${reason}"
  }
  operation void(charge: string) { delete "/charges/${charge}", idempotent: true }
  operation settled(day: string) -> [Charge] { get "/settlements/${day}" }

  on paris {
    url:          env.PAY_PARIS
    auth:         oauth2 { token_url: env.PAY_TOKENS, client: "shop", secret: secret.pay, scopes: ["charges", "refunds"] }
    limit:        200/s, burst 50
    cost:         0.020 EUR per call
    availability: 99.9%
    latency:      99% within 400ms
  }
  on finland {
    url:          env.PAY_FINLAND
    auth:         bearer { token: secret.pay_finland }
    limit:        50/s, 16 at once
    cost:         0.030 EUR per call
    availability: 99.95%
    latency:      99% within 500ms
  }
  on virginia { url: env.PAY_VIRGINIA, cost: 0.010 EUR per call, availability: 99.99%, latency: 99% within 300ms }
}

/// Books parcels. What happens to them comes as messages of carrier_api.
endpoint carrier: http {
  operation book(order: string, to: Address) -> Parcel {
    post "/parcels" { body: { order, to } }
    idempotency_key: order
  }
  operation recall(parcel: string) { delete "/parcels/${parcel}", idempotent: true }
  on finland { url: env.CARRIER_URL, availability: 99.5%, latency: 99% within 1s }
}

/// The ledger of the company: twenty years old, and SOAP.
endpoint ledger: ledger_api {
  on paris { url: env.LEDGER_URL, availability: 99%, latency: 99% within 3s }
}

endpoint letters: http {
  operation send(to: string, subject: string, text: string) {
    post "/messages" { body: { to, subject, text } }
    idempotency_key: "${to}/${subject}"
  }
  on paris   { url: env.MAIL_PARIS }
  on finland { url: env.MAIL_FINLAND }
}

/// Keeps what was reported.
endpoint archive: http {
  operation put(report: json) { post "/reports", body: report }
  on paris { url: env.ARCHIVE_URL }
}

// How the work moves when a cloud fails, and what is promised.

failover continuity {
  prefer:    cheapest
  tries:     4, 5s each, backoff 200ms..5s
  unhealthy: 3 failures in 10s
  probe:     every 5s
  failback:  after 5m
}

sla delivery {
  completion:   95% within 21d
  availability: 99.5% over 30d
  cost:         at most 0.25 EUR

  // One late order is told by its process; this is about all of them.
  on breach { send alerts(Alert { what: "${objective} of ${process} is ${observed}, and ${promised} was promised" }) }
}

/// Prices may come from anywhere; people stay in the Union.
policy union {
  deny call when "personal" in data.labels && !(cloud.jurisdiction in ["FR", "FI", "DE"])
    because "personal data stays in the Union"
}

role sales      { groups: ["sales"] }
role director   { groups: ["sales-directors"] }
role inspection { groups: ["warehouse"] }
role accounting { groups: ["accounting"] }
