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

/// The first cloud in the author's order, and the others only while it is down.
failover primary {
  prefer:    listed
  tries:     3, 5s each, backoff 200ms..2s
  unhealthy: 5 failures in 30s
  probe:     every 1s
  failback:  after 10m
}

cloud _here  { jurisdiction: "FR" }
cloud _there { jurisdiction: "FI" }

endpoint _service: http {
  operation put(id: string) { put "/${id}", idempotent: true }
  on _here { url: env.EXAMPLE_HERE, cost: 0.002 EUR per call }
  on _there { url: env.EXAMPLE_THERE, cost: 0.001 EUR per call }
}

process _Example(id: string) {
  failover: continuity
  call _service.put(id)
  call _service.put(id) { failover: swift }
  call _service.put(id) { failover: primary }
}

test "a process names one of these and its calls another" {
  when _Example("a")
  then called _service.put("a") 3 times
}
