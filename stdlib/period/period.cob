/// Spans of time, whose end does not lie before their beginning.
package period

/// From a moment to another one, which does not belong to it.
type Period = { from: timestamp, to: timestamp } where value.from <= value.to

/// From a moment on, perhaps without an end.
type Validity = { from: timestamp, until: timestamp? } where value.until == null || value.from <= value.until

/// What two periods have in common, null where that is no time at all.
process Overlap(a: Period, b: Period) -> Period? {
  let from = max(a.from, b.from)
  let to = min(a.to, b.to)
  if from >= to { return null }
  return { from: from, to: to }
}

/// Whether something is valid at a moment: from its beginning on, and at its end no more.
process ValidAt(what: Validity, moment: timestamp) -> bool {
  return what.from <= moment && (what.until == null || moment < what.until)
}

channel _periods: queue of Period { dead_letter: _refused, invalid: _refused }
channel _validities: queue of Validity { dead_letter: _refused, invalid: _refused }
channel _refused: queue of json

test "a period that ends before it begins" {
  when send _periods({ from: 2026-01-01T00:00:00Z, to: 2026-02-01T00:00:00Z })
  when send _periods({ from: 2026-01-01T00:00:00Z, to: 2026-01-01T00:00:00Z })
  then never sent _refused
  when send _periods({ from: 2026-02-01T00:00:00Z, to: 2026-01-01T00:00:00Z })
  then sent _refused once
}

test "a validity without an end, and one that ends before it begins" {
  when send _validities({ from: 2026-01-01T00:00:00Z })
  when send _validities({ from: 2026-01-01T00:00:00Z, until: 2026-02-01T00:00:00Z })
  then never sent _refused
  when send _validities({ from: 2026-01-01T00:00:00Z, until: 2025-12-31T00:00:00Z })
  then sent _refused once
}

test "what January and a week have in common" {
  when Overlap({ from: 2026-01-01T00:00:00Z, to: 2026-02-01T00:00:00Z }, { from: 2026-01-29T00:00:00Z, to: 2026-02-05T00:00:00Z })
  then returns { from: 2026-01-29T00:00:00Z, to: 2026-02-01T00:00:00Z }
}

test "periods that meet have nothing in common" {
  when Overlap({ from: 2026-01-01T00:00:00Z, to: 2026-02-01T00:00:00Z }, { from: 2026-02-01T00:00:00Z, to: 2026-02-05T00:00:00Z })
  then returns null
}

test "valid at its beginning and not at its end" {
  when ValidAt({ from: 2026-01-01T00:00:00Z, until: 2026-02-01T00:00:00Z }, 2026-01-01T00:00:00Z)
  then returns true
  when ValidAt({ from: 2026-01-01T00:00:00Z, until: 2026-02-01T00:00:00Z }, 2026-02-01T00:00:00Z)
  then returns false
  when ValidAt({ from: 2026-01-01T00:00:00Z }, 2099-01-01T00:00:00Z)
  then returns true
}
