/// What travels beside a message: the building blocks of Enterprise Integration Patterns as types, for
/// channels and routes.
package messaging

/// A message that could not be worked on, with the reason. A channel of dead letters holds json; this is what stands
/// in it.
type DeadLetter {
  reason: string
  /// Where it was found, such as shop.orders_in.
  path:    string?
  message: json
}

/// A request and where its answer belongs.
type Request {
  /// The same in the answer.
  correlation: string
  reply_to:    string?
  body:        json
}

/// One part of a message that was split.
type Part {
  /// The message that it is a part of.
  of:     string
  number: int where number >= 1
  count:  int where count >= 1
  body:   json
}

/// A ticket for what was put aside because it is large.
type Claim {
  id: string
  /// Where it is kept.
  store:  string
  bytes:  int where bytes >= 0
  sha256: string?
}

/// Where a message still has to go, the next station first.
type Slip {
  stations: [string]
  done:     [string]
}

process _Example(s: Slip) -> int { return len(s.stations) + len(s.done) }

test "a slip" {
  when _Example({ stations: ["check", "ship"], done: [] })
  then returns 2
}
