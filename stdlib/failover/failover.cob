/// How calls move on when a cloud fails, for endpoints that can be had in several places.
package failover

/// The work goes on whatever a cloud does, at the lowest price: the cheapest healthy cloud, the next one
/// after two seconds, and back after a minute of health.
failover continuity {
  prefer:    cheapest
  tries:     3, 2s each, backoff 100ms..1s
  unhealthy: 3 failures in 10s
  probe:     every 1s
  failback:  after 1m
}

/// The answer matters more than the price: the fastest healthy cloud, and soon another one.
failover swift {
  prefer:    fastest
  tries:     4, 500ms each, backoff 50ms..200ms
  unhealthy: 2 failures in 5s
  probe:     every 2s
  failback:  after 30s
}

/// Doing it matters more than anything: the cloud that fails least, and up to ten attempts.
failover dependable {
  prefer:    most_available
  tries:     10, 10s each, backoff 200ms..30s
  unhealthy: 3 failures in 30s
  probe:     every 1s
  failback:  after 5m
}

/// The first cloud in the author's order, and the others only while it is down.
failover primary {
  prefer:    listed
  tries:     3, 5s each, backoff 200ms..2s
  unhealthy: 5 failures in 30s
  probe:     every 1s
  failback:  after 10m
}

/// All clouds share the calls, by the weight of each.
failover spread {
  prefer:    weighted
  tries:     3, 5s each, backoff 100ms..1s
  unhealthy: 3 failures in 10s
  probe:     every 1s
  failback:  after 1m
}

/// All calls for one key go to one cloud, for as long as it is there: what a service remembers is where it is asked for.
failover steady {
  prefer:    sticky
  tries:     3, 5s each, backoff 100ms..1s
  unhealthy: 3 failures in 10s
  probe:     every 1s
  failback:  after 1m
}

/// A cloud that fails or is slow gets no calls at all until it has been well for a while: it can recover, and nobody
/// waits for it.
failover guarded {
  prefer:    cheapest
  tries:     4, 5s each, backoff 100ms..1s
  unhealthy: 3 failures in 10s
  probe:     every 1s
  failback:  after 30s
  breaker:   50% of 20 calls in 10s, slow 80% over 2s, 3 trials
}

/// The slowest answers count: what is idempotent is asked a second time elsewhere where it takes longer than 95% of its calls do, for one
/// call in ten at most.
failover hedged {
  prefer:    fastest
  tries:     3, 2s each, backoff 50ms..500ms
  unhealthy: 3 failures in 10s
  probe:     every 2s
  failback:  after 30s
  hedge:     after p95, at most 10%
}

cloud _here  { jurisdiction: "FR" }
cloud _there { jurisdiction: "FI" }

endpoint _service: http {
  operation put(id: string) { put "/${id}", idempotent: true }
  on _here { url: env.EXAMPLE_HERE, cost: 0.002 EUR per call, availability: 99.9%, latency: 99% within 50ms, weight: 1 }
  on _there { url: env.EXAMPLE_THERE, cost: 0.001 EUR per call, availability: 99.5%, latency: 99% within 90ms, weight: 0 }
}

process _Continuity(id: string) {
  failover: continuity
  call _service.put(id)
}

process _Swift(id: string) { call _service.put(id) { failover: swift } }

process _Dependable(id: string) { call _service.put(id) { failover: dependable } }

process _Primary(id: string) { call _service.put(id) { failover: primary } }

process _Spread(id: string) { call _service.put(id) { failover: spread } }

process _Steady(id: string) {
  key: id
  call _service.put(id) { failover: steady }
  call _service.put("${id}-again") { failover: steady }
}

process _Guarded(id: string) { call _service.put(id) { failover: guarded } }

process _Hedged(id: string) { call _service.put(id) { failover: hedged } }

test "continuity takes the cheapest" {
  when _Continuity("a")
  then called _service.put("a") once on _there
  then cost at most 0.001 EUR
}

test "continuity goes on elsewhere" {
  given _there is down
  when _Continuity("a")
  then called _service.put("a") once on _here
  then within 5s
}

test "swift takes the fastest, and soon another one" {
  given _service.put("slow") never answers on _here
  when _Swift("a")
  then called _service.put("a") once on _here
  when _Swift("slow")
  then called _service.put("slow") once on _there
  then within 1s
}

test "dependable takes what fails least, and tries ten times" {
  when _Dependable("a")
  then called _service.put("a") once on _here
  given _service.put("lost") never answers
  when _Dependable("lost")
  then fails std.Unavailable
  then called _service.put("lost") 10 times
}

test "primary takes the first one, and another one only while that is down" {
  when _Primary("a")
  then called _service.put("a") once on _here
  given _here is down
  when _Primary("b")
  then called _service.put("b") once on _there
}

test "spread asks by weight" {
  when _Spread("a")
  when _Spread("b")
  when _Spread("c")
  then called _service.put 3 times on _here
}

test "steady stays" {
  when _Steady("a")
  then called _service.put 2 times on _here
}

test "guarded takes the cheapest, and goes on elsewhere" {
  given _there is down
  when _Guarded("a")
  then called _service.put("a") once on _here
  then within 5s
}

test "hedged takes the fastest, and another one where that is down" {
  when _Hedged("a")
  then called _service.put("a") once on _here
  given _here is down
  when _Hedged("b")
  then called _service.put("b") once on _there
}
