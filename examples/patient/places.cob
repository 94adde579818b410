package patient

cloud clinic { jurisdiction: "FR", failure_domain: "clinic", certified: true }
cloud paris  { jurisdiction: "FR", failure_domain: "fr-1",   certified: true }
cloud dublin { jurisdiction: "IE", failure_domain: "ie-1",   certified: false }

endpoint wearables: wearable {
  on clinic { url: env.MQTT_URL }
}

endpoint records: http {
  operation patient(id: string) -> Patient raises Unknown {
    get "/patients/${id}"
    error 404: Unknown { patient: id }
  }
  on clinic { url: env.RECORDS_URL,       availability: 99.9%,  latency: 99% within 100ms }
  on paris  { url: env.RECORDS_PARIS_URL, availability: 99.95%, latency: 99% within 200ms }
}

/// Short messages, for people who are not at a screen. Two gateways of two operators.
endpoint phones: http {
  operation send(to: string, text: string) {
    post "/messages" { body: { to, text } }
    idempotency_key: "${to}/${text}"
    timeout: 3s
  }
  on paris  { url: env.SMS_PARIS,  cost: 0.05 EUR per call, availability: 99.9%, latency: 99% within 500ms }
  on dublin { url: env.SMS_DUBLIN, cost: 0.03 EUR per call, availability: 99.5%, latency: 99% within 900ms }
}

endpoint dispatch: http {
  operation send(alarm: string, to: Place, severe: bool) -> Ride {
    post "/rides" { body: { alarm, to, severe } }
    idempotency_key: alarm
    timeout: 3s
  }
  operation recall(id: string) { delete "/rides/${id}",       idempotent: true }
  on clinic                    { url: env.DISPATCH_URL,       availability: 99.9%, latency: 99% within 300ms }
  on paris                     { url: env.DISPATCH_PARIS_URL, availability: 99.9%, latency: 99% within 500ms }
}

endpoint beds: http {
  operation reserve(patient: string) -> Bed raises NoBed {
    post "/reservations" { body: { patient } }
    error 409: NoBed { hospital: "own" }
  }
  operation release(id: string) { delete "/reservations/${id}", idempotent: true }
  on clinic { url: env.BEDS_URL }
}

/// The hospital across the river takes patients for whom we have no bed.
endpoint riverside: http {
  operation admit(alarm: string, history: string @health) -> { id: string, hospital: string } raises NoBed {
    post "/admissions" { body: { alarm, history } }
    idempotency_key: alarm
    error 409: NoBed { hospital: "riverside" }
  }
  operation discharge(id: string) { delete "/admissions/${id}", idempotent: true }
  on paris { url: env.RIVERSIDE_URL }
}

/// The insurance is in another cloud, and learns which service is wanted and not why.
endpoint insurance: insurance_api {
  on dublin { url: env.INSURANCE_URL, availability: 99.5%, latency: 99% within 2s }
}

failover quick {
  prefer:    fastest
  tries:     5, 2s each, backoff 50ms..500ms
  unhealthy: 2 failures in 5s
  probe:     every 1s
  failback:  after 2m
}

/// Somebody is with the patient within half an hour.
sla rescue {
  completion:   99% within 30m
  availability: 99.9% over 30d
}

policy confidential {
  deny call when "health" in data.labels && !cloud.certified
    because "health data stays in certified places"
}

role doctor { groups: ["doctors"] }
role nurse  { groups: ["nurses"] }

endpoint archive: http {
  operation put(report: json) { post "/reports", body: report }
  on clinic { url: env.ARCHIVE_URL }
}
