/// Events as other systems send them: the envelope of CloudEvents 1.0 in JSON.
package cloudevents

/// One event with its context.
type Envelope {
  /// Unique for its source.
  id: string where len(id) > 0
  /// Where it happened, a URI reference.
  source: string where len(source) > 0
  /// The version of CloudEvents: "1.0".
  specversion: string where specversion == "1.0"
  /// What happened, such as com.example.order.shipped.
  type_: string @json("type")
  /// The media type of data.
  datacontenttype: string?
  /// The schema that data follows, a URI.
  dataschema: string?
  /// What it is about, within the source.
  subject: string?
  /// When it happened.
  time: timestamp?
  data: json?
}

process _Example(e: Envelope) -> string { return e.type_ }

test "an event without data" {
  when _Example({ id: "1", source: "/shop", specversion: "1.0", type_: "com.example.shipped" })
  then returns "com.example.shipped"
}
