/// Spans of time. A record cannot say that its end comes after its beginning: check that where a
/// period enters.
package period

/// From a moment to another one, which does not belong to it.
type Period {
  from: timestamp
  to:   timestamp
}

/// From a moment on, perhaps without an end.
type Validity {
  from:  timestamp
  until: timestamp?
}

/// The end of a period lies before its beginning.
fault Reversed {
  from: timestamp
  to:   timestamp
}

process _Example(p: Period) -> bool raises Reversed {
  if p.to < p.from { fail Reversed { from: p.from, to: p.to } }
  return true
}

test "a period that ends before it begins" {
  when _Example({ from: 2026-02-01T00:00:00Z, to: 2026-01-01T00:00:00Z })
  then fails Reversed
}
