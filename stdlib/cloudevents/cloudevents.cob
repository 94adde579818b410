/// Events as other systems send them: the envelope of CloudEvents 1.0 in JSON, with the extensions that the
/// project documents.
package cloudevents

import "std/tracing"

/// One event with its context. What it says stands in data, or, where it is no JSON, in data_base64.
type Envelope = {
  /// Unique for its source.
  id: string where len(id) > 0,
  /// Where it happened, a URI reference.
  source: string where len(source) > 0,
  /// The version of CloudEvents: "1.0".
  specversion: string where specversion == "1.0",
  /// What happened, such as com.example.order.shipped.
  type_: string where len(type_) > 0 @json("type"),
  /// The media type of data.
  datacontenttype: string? where matches(datacontenttype, "^[^/ ]+/[^/ ]+"),
  /// The schema that data follows, a URI.
  dataschema: string? where len(dataschema) > 0,
  /// What it is about, within the source.
  subject: string? where len(subject) > 0,
  /// When it happened.
  time: timestamp?,
  data: json?,
  data_base64: bytes?,
  /// Where data lies that is too large to be sent along, a URI reference.
  dataref: string? where len(dataref) > 0,
  /// What keeps the order of events that belong together: those with the same key go the same way.
  partitionkey: string? where len(partitionkey) > 0,
  /// How many alike were there for each that was sent.
  sampledrate: int? where sampledrate > 0,
  /// Its place among the events of its source, in an order of texts.
  sequence: string? where len(sequence) > 0,
  /// The trace that it belongs to, of W3C.
  traceparent: tracing.Traceparent?,
  tracestate: tracing.Tracestate?,
  /// From when on nobody needs it any more.
  expirytime: timestamp?,
  /// When it was written down.
  recordedtime: timestamp?
} where value.data == null || value.data_base64 == null

/// Several events in one message: application/cloudevents-batch+json.
type Batch = [Envelope]

channel _events: queue of Envelope { dead_letter: _refused, invalid: _refused }
channel _batches: queue of Batch { dead_letter: _refused, invalid: _refused }
channel _types: queue of string
channel _refused: queue of json

route _one {
  from _events as e
  send _types(e.type_)
}

test "an event without data" {
  when send _events({ id: "1", source: "/shop", specversion: "1.0", type_: "com.example.shipped" })
  then sent _types("com.example.shipped") once
  then never sent _refused
}

test "all of it" {
  when send _events({
    id: "1", source: "/shop", specversion: "1.0", type_: "com.example.shipped", datacontenttype: "application/json", dataschema: "https://example.com/s", subject: "o-1",
    time: 2026-11-22T10:00:00Z, data: { order: "o-1" }, partitionkey: "o-1", sampledrate: 1, sequence: "0001",
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", tracestate: "a=1", expirytime: 2026-12-22T10:00:00Z, recordedtime: 2026-11-22T10:00:01Z
  })
  then never sent _refused
}

test "another version, and an event of nothing" {
  when send _events({ id: "1", source: "/shop", specversion: "0.3", type_: "com.example.shipped" })
  then sent _refused once
  when send _events({ id: "", source: "/shop", specversion: "1.0", type_: "com.example.shipped" })
  then sent _refused 2 times
  when send _events({ id: "1", source: "/shop", specversion: "1.0", type_: "" })
  then sent _refused 3 times
  then never sent _types
}

test "data twice, and a trace that is none" {
  when send _events({ id: "1", source: "/shop", specversion: "1.0", type_: "t", data: 1, data_base64: bytes("1") })
  then sent _refused once
  when send _events({ id: "1", source: "/shop", specversion: "1.0", type_: "t", traceparent: "4bf92f" })
  then sent _refused 2 times
}

test "what is there and says nothing" {
  when send _events({ id: "1", source: "/shop", specversion: "1.0", type_: "t", dataref: "https://example.com/d" })
  then never sent _refused
  when send _events({ id: "1", source: "/shop", specversion: "1.0", type_: "t", datacontenttype: "json" })
  then sent _refused once
  when send _events({ id: "1", source: "/shop", specversion: "1.0", type_: "t", dataschema: "" })
  then sent _refused 2 times
  when send _events({ id: "1", source: "/shop", specversion: "1.0", type_: "t", subject: "" })
  then sent _refused 3 times
  when send _events({ id: "1", source: "/shop", specversion: "1.0", type_: "t", dataref: "" })
  then sent _refused 4 times
  when send _events({ id: "1", source: "/shop", specversion: "1.0", type_: "t", partitionkey: "" })
  then sent _refused 5 times
  when send _events({ id: "1", source: "/shop", specversion: "1.0", type_: "t", sampledrate: 0 })
  then sent _refused 6 times
  when send _events({ id: "1", source: "/shop", specversion: "1.0", type_: "t", sequence: "" })
  then sent _refused 7 times
}

test "one bad event spoils the batch" {
  when send _batches([{ id: "1", source: "/shop", specversion: "1.0", type_: "t" }])
  then never sent _refused
  when send _batches([{ id: "1", source: "/shop", specversion: "1.0", type_: "t" }, { id: "1", source: "", specversion: "1.0", type_: "t" }])
  then sent _refused once
}
