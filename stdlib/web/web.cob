/// What services on the web agree on: how they say what went wrong, how they give long lists page by page, and
/// how they name things.
package web

/// A URL that a browser could open.
type Url = string where matches(value, "^https?://[^/?# ]+[^ ]*$")

/// What bytes are, such as "application/json" or "text/plain; charset=utf-8".
type MediaType = string where matches(value, "^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+( *; *[A-Za-z0-9!#$&^_.+-]+=([A-Za-z0-9!#$&^_.+-]+|\"[^\"]*\"))*$")

/// The status of an answer.
type Status = int where value in 100..599

/// A problem in the form of RFC 9457, application/problem+json. All of it may be absent; what a service adds of its own is in extensions
/// of its own type.
type Problem {
  /// What kind of problem it is, a URI reference. Where it is absent it is about:blank, and the status says it all.
  type_: string? @json("type")
  /// What people call problems of this kind, always the same.
  title:  string?
  status: Status?
  /// What is wrong this time.
  detail: string?
  /// This one problem, a URI reference.
  instance: string?
}

/// A part of a long list, and where the next part begins.
type Page {
  items: [json]
  /// What to ask for the next part with; null on the last one.
  next: string? where len(next) > 0
  /// How many there are in all, where that is known.
  total: int? where total >= 0
}

/// A link to something else and what that is to this, of RFC 8288.
type Link {
  href: string where len(href) > 0
  /// "next", "self", or any other relation.
  rel:   string where len(rel) > 0
  type_: MediaType? @json("type")
  title: string?
}

/// A service said that it will not do it, and why.
fault Failed {
  kind:   string
  status: int
  detail: string
}

/// Fails with what a problem says, filled up as RFC 9457 wants it: who raises it has one fault for all problems.
process Raise(problem: Problem, status: Status) raises Failed {
  fail Failed { kind: problem.type_ ?? "about:blank", status: problem.status ?? status, detail: problem.detail ?? problem.title ?? "" }
}

channel _urls: queue of Url { dead_letter: _refused, invalid: _refused }
channel _problems: queue of Problem { dead_letter: _refused, invalid: _refused }
channel _pages: queue of Page { dead_letter: _refused, invalid: _refused }
channel _links: queue of Link { dead_letter: _refused, invalid: _refused }
channel _refused: queue of json

test "urls" {
  when send _urls("https://example.com")
  when send _urls("http://127.0.0.1:8080/a?b=c#d")
  then never sent _refused
  when send _urls("ftp://example.com")
  then sent _refused once
  when send _urls("https://")
  then sent _refused 2 times
  when send _urls("https://example.com/a b")
  then sent _refused 3 times
}

test "problems" {
  when send _problems({ })
  when send _problems({ type_: "https://example.com/out-of-credit", title: "You do not have enough credit.", status: 403, detail: "Your balance is 30, and it costs 50.", instance: "/account/12345/msgs/abc" })
  then never sent _refused
  when send _problems({ status: 600 })
  then sent _refused once
}

test "pages" {
  when send _pages({ items: [{ id: 1 }], next: "2", total: 3 })
  then never sent _refused
  when send _pages({ items: [{ id: 1 }], next: "" })
  then sent _refused once
  when send _pages({ items: [{ id: 1 }], total: -1 })
  then sent _refused 2 times
}

test "links" {
  when send _links({ href: "/orders?page=2", rel: "next", type_: "text/plain; charset=utf-8" })
  then never sent _refused
  when send _links({ href: "/orders?page=2", rel: "" })
  then sent _refused once
  when send _links({ href: "/orders?page=2", rel: "next", type_: "text" })
  then sent _refused 2 times
  when send _links({ href: "", rel: "next" })
  then sent _refused 3 times
}

test "a problem of no kind" {
  when Raise({ title: "gone" }, 410)
  then fails Failed { kind: "about:blank", status: 410, detail: "gone" }
}

test "a problem says its own status" {
  when Raise({ type_: "https://example.com/out-of-credit", status: 403, title: "no credit", detail: "30 of 50" }, 400)
  then fails Failed { kind: "https://example.com/out-of-credit", status: 403, detail: "30 of 50" }
}
