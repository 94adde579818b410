/// What processes promise. An sla of your own says more exactly what your users need; these are
/// to begin with.
package sla

/// A machine waits for the end.
sla instant {
  completion:   99.9% within 1s
  availability: 99.95% over 30d
}

/// A person waits for the end.
sla interactive {
  completion:   99% within 5s
  availability: 99.9% over 30d
}

/// Done within the hour, without people.
sla prompt {
  completion:   99% within 1h
  availability: 99.9% over 30d
}

/// Asked for in the evening, done in the morning.
sla overnight {
  completion:   99% within 12h
  availability: 99.5% over 30d
}

/// People take part; done within ten days.
sla casework {
  completion:   95% within 10d
  availability: 99.5% over 30d
}

/// An authority has to answer; done within thirty days.
sla statutory {
  completion:   99% within 30d
  availability: 99% over 30d
}

/// The loss of a cloud takes nothing with it, and work goes on elsewhere within a minute. A process under it is kept in two clouds, and
/// each of its steps waits for both.
sla lossless {
  completion:   99% within 1h
  availability: 99.95% over 30d
  rpo:          0s
  rto:          1m
}

/// The loss of a cloud takes the latest ten seconds with it at most, and work goes on elsewhere within five minutes. A process
/// under it is kept in two clouds, and waits for one.
sla recoverable {
  completion:   99% within 1h
  availability: 99.9% over 30d
  rpo:          10s
  rto:          5m
}

process _Answer() {
  sla: instant
  wait 1s
}

process _Page() {
  sla: interactive
  wait 5s
}

process _Example() {
  sla: prompt
  wait 1h
}

process _Night() {
  sla: overnight
  wait 12h
}

process _Case() -> bool {
  sla: casework
  wait 10d
  return true
}

process _Authority() {
  sla: statutory
  wait 30d
}

test "what promises to end ends" {
  when _Case()
  then returns true
}
