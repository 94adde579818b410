/// What travels with a message: the building blocks of Enterprise Integration Patterns as types, for channels and
/// routes. Below each stands, as a test, how the words of a route use it.
package messaging

import "std/tracing"

/// What is known of a message beside what it says.
type Header {
  /// The same however often the message is sent: what to dedupe by.
  id: string where len(id) > 0
  at: timestamp
  /// What kind of message it is, and which version of that, such as "order/2": the format indicator.
  format: string where matches(format, "^[^/]+/[1-9][0-9]*$")
  /// The same in all messages about one thing.
  correlation: string?
  /// The message that led to this one.
  cause: string?
  /// Where an answer belongs: the name of a channel.
  reply_to: string?
  /// From when on nobody needs it any more.
  expires: timestamp?
  trace:   tracing.Context?
}

/// A message in its envelope.
type Envelope {
  header: Header
  body:   json
}

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
  correlation: string where len(correlation) > 0
  reply_to:    string?
  body:        json
}

/// The answer to a request: what was asked for, or why there is none.
union Outcome { answer: json, problem: string }

/// An answer and what it answers.
type Reply {
  correlation: string where len(correlation) > 0
  /// Who answers, where several were asked.
  by:      string?
  outcome: Outcome
}

/// One part of a message that was split, from the first one, number 1, to the last one, number count.
type Part = {
  /// The message that it is a part of.
  of:     string where len(of) > 0,
  number: int where number >= 1,
  count:  int,
  body:   json
} where value.number <= value.count

/// A message with its place among those of a stream, from 1 on without a gap.
type Numbered {
  stream: string where len(stream) > 0
  number: int where number >= 1
  body:   json
}

/// A ticket for what was put aside because it is large.
type Claim {
  id: string where len(id) > 0
  /// Where it is kept.
  store: string
  bytes: int where bytes >= 0
  /// What hash() gives for the content, so that whoever fetches it knows that it is that.
  sha256: string? where matches(sha256, "^[0-9a-f]{64}$")
}

/// Where a message still has to go, the next station first, and where it has been.
type Slip {
  stations: [string]
  done:     [string]
}

/// What many were asked, and how many answers are enough.
type Survey = {
  correlation: string where len(correlation) > 0,
  asked:       [string],
  quorum:      int where quorum >= 1
} where value.quorum <= len(value.asked)

/// A message in parts of at most so many items each, which a route can split and another one put together again.
process Parts(of: string where len(of) > 0, items: [json] where len(items) > 0, size: int where size >= 1) -> [Part] {
  let count = (len(items) + size - 1) / size
  return range(1, count).map(n => { of: of, number: n, count: count, body: items.skip((n - 1) * size).take(size) })
}

/// The items of all parts in their order, in whatever order they came, where there is each of them once; null where one is
/// missing.
process Whole(parts: [Part] where len(parts) > 0) -> [json]? {
  let numbers = parts.map(.number).sort()
  if numbers != range(1, parts[0].count) || any(parts, p => p.of != parts[0].of) { return null }
  return parts.sort_by(.number).map(p => p.body.filter(item => true)).flatten()
}

/// How a survey stands with these replies: the answers in the order in which they came, one for each who was asked, when enough are
/// there; null while they are not.
process Gathered(survey: Survey, replies: [Reply]) -> [Reply]? {
  let valid = replies.filter(r => r.correlation == survey.correlation && r.outcome.answer != null && (r.by ?? "") in survey.asked)
  let first = valid.group_by(r => r.by ?? "").values().map(g => g[0])
  if len(first) < survey.quorum { return null }
  return valid.filter(r => r in first).distinct()
}

channel _envelopes: queue of Envelope { dead_letter: _refused, invalid: _refused, dedupe_by: message.header.id within 1h }
channel _bodies: queue of json
channel _parts: queue of Part { dead_letter: _refused, invalid: _refused }
channel _wholes: queue of json
channel _numbered: queue of Numbered { dead_letter: _refused, invalid: _refused }
channel _ordered: queue of json
channel _slips: queue of Slip { dead_letter: _refused, invalid: _refused }
channel _check: queue of Slip
channel _ship: queue of Slip
channel _requests: queue of Request { dead_letter: _refused, invalid: _refused }
channel _replies: queue of Reply { dead_letter: _refused, invalid: _refused }
channel _surveys: queue of Survey { dead_letter: _refused, invalid: _refused }
channel _letters: queue of DeadLetter { dead_letter: _refused, invalid: _refused }
channel _claims: queue of Claim { dead_letter: _refused, invalid: _refused }
channel _refused: queue of json

route _open {
  from _envelopes as message
  filter message.header.expires == null || now < message.header.expires
  unwrap message.body as body
  to _bodies
}

route _assemble {
  from _parts as part
  aggregate by part.of as group until len(group) == group[0].count within 10m emit group.sort_by(.number).map(.body) as whole
  to _wholes
}

route _order {
  from _numbered as message
  resequence by message.number per message.stream within 10s
  unwrap message.body as body
  to _ordered
}

route _itinerary {
  from _slips as message
  wrap { stations: message.stations, done: message.done + take(message.stations, 1) } as stamped
  slip stamped.stations to _check, _ship
}

route _answer {
  from _requests as request
  send _replies({ correlation: request.correlation, by: "here", outcome: { answer: request.body } })
}

test "a message comes once, in time, and without its envelope" {
  when send _envelopes({ header: { id: "1", at: 2026-01-01T00:00:00Z, format: "order/1" }, body: { n: 1 } })
  when send _envelopes({ header: { id: "1", at: 2026-01-01T00:00:00Z, format: "order/1" }, body: { n: 1 } })
  when send _envelopes({ header: { id: "2", at: 2025-01-01T00:00:00Z, format: "order/1", expires: 2025-06-01T00:00:00Z }, body: { n: 2 } })
  then sent _bodies({ n: 1 }) once
  then sent _bodies once
  when send _envelopes({ header: { id: "3", at: 2026-01-01T00:00:00Z, format: "order" }, body: { n: 3 } })
  then sent _refused once
}

test "parts come together in their order" {
  when send _parts({ of: "m", number: 2, count: 2, body: "b" })
  when send _parts({ of: "m", number: 1, count: 2, body: "a" })
  then sent _wholes(["a", "b"]) once
  when send _parts({ of: "m", number: 3, count: 2, body: "c" })
  then sent _refused once
  when send _parts({ of: "m", number: 0, count: 2, body: "c" })
  then sent _refused 2 times
  when send _parts({ of: "", number: 1, count: 2, body: "c" })
  then sent _refused 3 times
}

test "a stream is put in order" {
  when send _numbered({ stream: "s", number: 2, body: "b" })
  when send _numbered({ stream: "s", number: 1, body: "a" })
  then sent _ordered("b") once
  then sent _ordered("a") once
  when send _numbered({ stream: "t", number: 0, body: "z" })
  then sent _refused once
  when send _numbered({ stream: "", number: 1, body: "z" })
  then sent _refused 2 times
}

test "a slip leads on" {
  when send _slips({ stations: ["_check", "_ship"], done: [] })
  then sent _check({ stations: ["_ship"], done: ["_check"] }) once
  when send _slips({ stations: ["_ship"], done: ["_check"] })
  then sent _ship({ stations: [], done: ["_check", "_ship"] }) once
  then never sent _refused
}

test "an answer belongs to its request" {
  when send _requests({ correlation: "q-1", body: 7 })
  then sent _replies({ correlation: "q-1", by: "here", outcome: { answer: 7 } }) once
  when send _requests({ correlation: "", body: 7 })
  then sent _refused once
}

test "letters and claims" {
  when send _letters({ reason: "no such order", message: { id: "1" } })
  when send _claims({ id: "c", store: "big", bytes: 3, sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" })
  then never sent _refused
  when send _claims({ id: "c", store: "big", bytes: -1 })
  then sent _refused once
  when send _claims({ id: "", store: "big", bytes: 3 })
  then sent _refused 2 times
  when send _claims({ id: "c", store: "big", bytes: 3, sha256: "ba78" })
  then sent _refused 3 times
}

test "surveys" {
  when send _surveys({ correlation: "q", asked: ["a", "b"], quorum: 2 })
  then never sent _refused
  when send _surveys({ correlation: "q", asked: ["a", "b"], quorum: 3 })
  then sent _refused once
  when send _surveys({ correlation: "q", asked: ["a", "b"], quorum: 0 })
  then sent _refused 2 times
}

test "five items in parts of two" {
  when Parts("m", [1, 2, 3, 4, 5], 2)
  then returns [{ of: "m", number: 1, count: 3, body: [1, 2] }, { of: "m", number: 2, count: 3, body: [3, 4] }, { of: "m", number: 3, count: 3, body: [5] }]
}

test "parts in any order are the whole" {
  when Whole([{ of: "m", number: 2, count: 2, body: [3] }, { of: "m", number: 1, count: 2, body: [1, 2] }])
  then returns [1, 2, 3]
}

test "a part is missing, comes twice, or is of something else" {
  when Whole([{ of: "m", number: 2, count: 2, body: [3] }])
  then returns null
  when Whole([{ of: "m", number: 1, count: 2, body: [1] }, { of: "m", number: 1, count: 2, body: [1] }])
  then returns null
  when Whole([{ of: "m", number: 1, count: 2, body: [1] }, { of: "n", number: 2, count: 2, body: [2] }])
  then returns null
}

test "two of three are enough" {
  when Gathered({ correlation: "q", asked: ["a", "b", "c"], quorum: 2 }, [
    { correlation: "q", by: "b", outcome: { answer: 2 } },
    { correlation: "q", by: "b", outcome: { answer: 3 } },
    { correlation: "q", by: "a", outcome: { answer: 1 } }
  ])
  then returns [{ correlation: "q", by: "b", outcome: { answer: 2 } }, { correlation: "q", by: "a", outcome: { answer: 1 } }]
}

test "a problem, a stranger and another question are no answers" {
  when Gathered({ correlation: "q", asked: ["a", "b", "c"], quorum: 2 }, [
    { correlation: "q", by: "a", outcome: { answer: 1 } },
    { correlation: "q", by: "b", outcome: { problem: "closed" } },
    { correlation: "q", by: "x", outcome: { answer: 1 } },
    { correlation: "p", by: "c", outcome: { answer: 1 } }
  ])
  then returns null
}
