/// How often a call is attempted, and how long to wait between two attempts, for an endpoint
/// that can be had in one place. Where there are several places, see std/failover.
package retry

/// A person waits: three attempts within some seconds.
failover interactive {
  tries:     3, 2s each, backoff 100ms..1s
  unhealthy: 5 failures in 30s
}

/// The answer is cheap and wanted now: up to ten short attempts, close together.
failover eager {
  tries:     10, 500ms each, backoff 10ms..200ms
  unhealthy: 10 failures in 30s
}

/// Nobody waits: up to twenty attempts, at last ten minutes apart.
failover patient {
  tries:     20, 30s each, backoff 1s..10m
  unhealthy: 10 failures in 1m
}

/// The service is weak: four attempts, far apart, and none while half of its latest calls fail or it takes very long.
failover gentle {
  tries:     4, 1m each, backoff 5s..2m
  unhealthy: 3 failures in 1m
  failback:  after 1m
  breaker:   50% of 10 calls in 1m, slow 50% over 20s, 2 trials
}

/// One attempt. What is not known to be done is settled and never repeated on its own.
failover once {
  tries: 1, 30s each
}

endpoint _service: http {
  operation put(id: string) { put "/${id}", idempotent: true }
  on _place { url: env.EXAMPLE }
}

cloud _place { jurisdiction: "FR" }

process _Interactive(id: string) {
  failover: interactive
  call _service.put(id)
}

process _Eager(id: string) { call _service.put(id) { failover: eager } }

process _Patient(id: string) { call _service.put(id) { failover: patient } }

process _Gentle(id: string) { call _service.put(id) { failover: gentle } }

process _Once(id: string) { call _service.put(id) { failover: once } }

test "interactive: three attempts, and a person is not kept waiting" {
  given _service.put never answers
  when _Interactive("a")
  then fails std.Unavailable
  then called _service.put 3 times
  then within 8s
}

test "eager: the tenth attempt is the last one" {
  given _service.put never answers
  when _Eager("a")
  then fails std.Unavailable
  then called _service.put 10 times
  then within 8s
}

test "patient: a service that is away for an hour is waited for" {
  given _service is down for 1h
  when _Patient("a")
  when advance 59m
  then waits
  when advance 30m
  then called _service.put once
  then within 90m
}

test "patient: the twentieth attempt is the last one" {
  given _service.put never answers
  when _Patient("a")
  then fails std.Unavailable
  then called _service.put 20 times
}

test "gentle: four attempts" {
  given _service.put never answers
  when _Gentle("a")
  then fails std.Unavailable
  then called _service.put 4 times
}

test "gentle: the second attempt comes after seconds" {
  given _service.put fails once
  when _Gentle("a")
  when advance 1s
  then never called _service.put
  when advance 10s
  then called _service.put once
}

test "once: one attempt" {
  given _service.put never answers
  when _Once("a")
  then fails std.Unavailable
  then called _service.put once
}
