/// How often a call is attempted, and how long to wait between two attempts, for an endpoint
/// that can be had in one place. Where there are several places, see std/failover.
package retry

/// A person waits: three attempts within some seconds.
failover interactive {
  tries:     3, 2s each, backoff 100ms..1s
  unhealthy: 5 failures in 30s
}

/// Nobody waits: up to twenty attempts, at last ten minutes apart.
failover patient {
  tries:     20, 30s each, backoff 1s..10m
  unhealthy: 10 failures in 1m
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

process _Example(id: string) {
  failover: interactive
  call _service.put(id)
  call _service.put(id) { failover: patient }
  call _service.put(id) { failover: once }
}

test "a process names one of these and its calls another" {
  when _Example("a")
  then called _service.put("a") 3 times
}
