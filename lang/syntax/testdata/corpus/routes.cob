package wards

union Payment { card: Card, transfer: Iban }
enum Status { open, closed }

endpoint ward: mqtt {
  receive readings: Reading { topic: "ward/+/hr", qos: 1 }
  on paris { url: env.MQTT }
}

route vitals {
  from ward.readings as reading
  filter reading.heart_rate > 0
  dedupe by reading.id within 10m
  resequence by reading.number per reading.patient within 10s
  throttle 100/s by reading.ward
  delay 5m
  sample 5%
  enrich patient: Patient = call hospital.patient(reading.patient)
  tap copies
  tap copies(reading)
  detour when reading.suspicious {
    send quarantine(reading)
  }
  claim reading.trace as ticket
  wrap Envelope { body: reading, trace: ticket } as envelope
  unwrap envelope.body as plain
  slip plain.stations to press, paint, pack
  match {
    reading.heart_rate > 140 => start Emergency(reading, patient)
    else                     => send archive(reading)
  }
  reply Receipt { id: reading.id }
}

route lines {
  from orders as order
  split order.lines as line
  aggregate by line.order as parts until len(parts) == 3 within 10m emit Whole { parts: parts } as whole
  to wholes
}

pattern deterioration over readings, alarms by patient within 5m {
  time:     at
  lateness: 30s
  every high  = Reading where heart_rate > 120 times 3
  then  low   = Reading where spo2 < 90 within 1m
  next  still = Reading times 1..3
  then  not Reading for 2m
  and   not = Alarm where patient == high[0].patient
  or    Alarm where severe
  without Reading where heart_rate < 100 for 5m
  emit Deterioration { patient: patient, from: high[0].at, to: low.at }
}
pattern joined over orders by id, payments by [order, tenant] {
  time: placed of orders, paid of payments
  every o = Order, and p = Payment within 1h
  emit { o: o, p: p } to pairs when p.amount < o.total
}

window ward_load over readings by ward where heart_rate > 0 every 1m of 5m { emit Load { ward: ward, mean: avg(heart_rate), n: count() } }
window visits over readings by patient gap 10m { lateness: 1m, emit Visit { n: count() } }
window tens over readings every 10 { emit Ten { n: count() } }

schedule nightly { every: day at 02:30 in "Europe/Paris", overlap: skip, missed: run last, dst_gap: shift, start Reconcile() }
schedule hourly {
  every: 1h
  send pings({ at: now })
}

/// Temperatures of machines on a field bus.
connector fieldbus {
  endpoint { line: int where line in 1..8 }
  binding {
    /// The gateway.
    url:      string
    password: secret?
    every:    duration where every in 10ms..1h @default(1s)
  }
  operation { urgent: bool @default(false) }
  verb read(register: string) -> decimal idempotent
  verb write(register: string) { value: decimal, mode: Mode @default(soft) }
  verb reset { hard: bool }
  receive { register: string }
  error code: int where code in 1..255
}

endpoint machines: fieldbus {
  line: 3
  operation read(n: int) -> decimal { read "t/${n}" { urgent: true } }
  operation write(n: int, to: decimal) { timeout: 2s, write "t/${n}" { value: to }, error 7: Broken { at: n } }
  operation reset() { reset { hard: true } }
  on paris { url: env.GATEWAY, password: secret.gateway }
}

tenant acme {
  limit: 500/s
  store: 10GiB
  price: { message: 0.0001 EUR, mebibyte: 0.01 EUR, instance: 0.001 EUR }
}

partner hospital {
  trust:   "https://hospital.example.org/keys"
  imports: [Admit]
  exports: [Fulfil, intake]
}

migrate Fulfil from "3f2a" { charge -> authorize, "stock.hold#2" -> hold, total = order.total }

rollout Fulfil {
  new:     10% by order.customer.id
  promote: after 1h when fault_rate < 1%
  else:    roll back
}

test "it comes through" {
  given hospital.patient takes 3s
  given hospital.patient is down on paris after 2 calls
  given partition between paris, finland
  when  Fulfil(small)
  when  advance 2d
  when  crash at "hold"
  when  reload with "next"
  when  complete task approve with { approved: true }
  then  returns { id: "1" }
  then  within 5m
  then  cost at most 0.05 EUR
  then  called hospital.patient before stock.hold
}
