package benefit

// `certified` says that a place may host health data by the law of the country.

cloud state     { jurisdiction: "FR", failure_domain: "fr-gov-1", certified: true }
cloud state_two { jurisdiction: "FR", failure_domain: "fr-gov-2", certified: true }
cloud saas      { jurisdiction: "IE", failure_domain: "ie-1",     certified: false }

/// The ministry's register of what the law offers.
endpoint register: register_api {
  on state     { url: env.REGISTER_URL,     availability: 99.5%, latency: 99% within 500ms }
  on state_two { url: env.REGISTER_TWO_URL, availability: 99.5%, latency: 99% within 700ms }
}

/// Diagnostic centres take orders; what they found comes weeks later as a signed document, which the archive hands over.
endpoint diagnostics: http {
  operation order(claim: string, study: string, patient: string) -> { id: string } {
    post "/orders" { body: { claim, study, patient } }
    idempotency_key: "${claim}/${study}"
  }
  operation withdraw(id: string) { delete "/orders/${id}", idempotent: true }
  receive results: centre.Evidence { path: "/results" }
  on state { url: env.DIAGNOSTICS_URL }
}

/// Appointments with the examining physicians.
endpoint calendar: http {
  operation book(claim: string, after: timestamp) -> Appointment {
    post "/appointments" { body: { claim, after } }
  }
  operation cancel(id: string) { delete "/appointments/${id}", idempotent: true }
  on state                     { url: env.CALENDAR_URL }
  on state_two                 { url: env.CALENDAR_TWO_URL }
}

/// Experts sit elsewhere; what they are asked holds findings, so it may not leave the certified places.
endpoint experts: http {
  operation ask(claim: string, evidence: [Evidence]) -> { id: string } {
    post "/questions" { body: { claim, evidence } }
    idempotency_key: claim
  }
  operation withdraw(id: string) { delete "/questions/${id}", idempotent: true }
  on state                       { url: env.EXPERTS_URL }
  on saas                        { url: env.EXPERTS_SAAS_URL }
}

/// Pays on behalf of the state.
endpoint treasury: treasury_api {
  on state {
    url:          env.TREASURY_URL
    auth:         mtls { certificate: secret.treasury_certificate, key: secret.treasury_key, authority: env.STATE_CA }
    limit:        20/m
    availability: 99.5%
    latency:      99% within 5s
  }
}

endpoint letters: http {
  operation send(to: string, subject: string, text: string) {
    post "/letters" { body: { to, subject, text } }
    idempotency_key: "${to}/${subject}"
  }
  on state { url: env.LETTERS_URL }
  on saas  { url: env.LETTERS_SAAS_URL }
}

/// Keeps what was reported.
endpoint archive: http {
  operation put(report: json) { post "/reports", body: report }
  on state { url: env.ARCHIVE_URL }
}

failover careful {
  prefer:   listed
  tries:    6, 10s each, backoff 1s..1m
  failback: after 10m
}

/// The law gives us a year, and wants nine of ten decided within half of that.
sla statutory {
  completion: 90% within 180d
}

policy confidential {
  deny call when "health" in data.labels && !cloud.certified
    because "health data stays in places that are certified for it"
  deny view when "health" in data.labels && !("physicians" in user.groups)
    because "findings are between the applicant and the physicians"
  deny complete when user.id in instance.people
    because "nobody decides twice about the same claim"
}

role physician { groups: ["physicians"] }
role senior    { groups: ["senior-physicians"] }
role auditor   { groups: ["auditors"] }
role official  { groups: ["officials"] }
role head      { groups: ["heads-of-office"] }

type Overdue { note: string }
channel overdue: topic of Overdue
channel unreadable: queue of json
