/// What processes promise. An sla of your own says more exactly what your users need; these are
/// to begin with.
package sla

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

/// People take part; done within ten days.
sla casework {
  completion:   95% within 10d
  availability: 99.5% over 30d
}

process _Example() {
  sla: prompt
  wait 5m
}

process _Case() -> bool {
  sla: casework
  wait 1d
  return true
}

process _Page() {
  sla: interactive
  wait 1s
}

test "what promises to end ends" {
  when _Case()
  then returns true
}
