/// Topics of an MQTT broker, 3.1.1 and 5.
package mqtt

/// The version of the protocol. v5 has user properties, expiry, shared subscriptions and reasons.
enum Version { v5, v311 }

/// When a published message becomes the broker's last will for a topic.
enum Retained { send, send_if_new, ignore }

/// Topics of an MQTT broker. What is published with qos 1 is there at least once; the key that is the same for every
/// attempt goes along as the user property idempotency-key (v5), so that a receiver can leave out the second one.
connector mqtt {
  binding {
    /// The broker: mqtt://host:1883, mqtts://host:8883, ws://host/path or wss://host/path. Several brokers of one
    /// cluster stand behind each other, with commas.
    url: string
    /// Which version of the protocol.
    version: Version @default(v5)
    /// Names the session at the broker, which keeps it while nobody is connected. Without it the node makes one of its
    /// own name and that of the endpoint. Two nodes never have the same: a - and a number follow.
    client_id: string? where len(client_id) <= 200
    /// Whether the session is begun anew with every connection: what came meanwhile is then lost.
    clean_start: bool @default(false)
    /// How long the broker keeps the session behind the end of a connection. Version 5 only.
    session_expiry: duration where session_expiry in 0s..365d @default(1d)
    /// How long nothing may be heard of each other.
    keep_alive: duration where keep_alive in 1s..18h @default(30s)
    /// How long to wait before the connection is tried again: it doubles up to this.
    reconnect: duration where reconnect in 100ms..1h @default(30s)
    /// How many messages with qos 1 or 2 may be on the way at once.
    in_flight: int where in_flight in 1..65535 @default(100)
    /// The largest message that is sent or taken.
    max_message: int where max_message in 1KiB..256MiB @default(1MiB)
    /// Certificates in PEM of the authorities that may have signed the broker's; without it those of the system.
    ca: string?
    /// The name that the broker's certificate has to have, where that is not the host of the url.
    server_name: string?
    /// What the broker publishes when the connection of this client breaks.
    will: { topic: string, payload: string, qos: int, retain: bool }?
  }

  /// Publishes one message.
  verb publish(
    /// Where to, without + and #, such as "ward/${bed}/set".
    topic: string
  ) {
    /// What is sent: JSON, or the bytes as they are where it is bytes, or the text where it is a string.
    payload: json
    /// 0 at most once, 1 at least once, 2 exactly once as far as the broker.
    qos: int where qos in 0..2 @default(1)
    /// Whether the broker keeps it for those who subscribe later.
    retain: bool @default(false)
    /// After this time the broker drops it. Version 5 only.
    expiry: duration? where expiry in 1s..365d
    /// Such as application/json. Version 5 only.
    content_type: string?
    /// Where an answer belongs. Version 5 only.
    response_topic: string?
    /// Further properties, by name. Version 5 only.
    user_properties: map<string>?
  }

  receive {
    /// What is subscribed to, with + for one level and # for all that follow, such as "ward/+/hr".
    topic: string where len(topic) in 1..65535
    /// 0 at most once, 1 at least once, 2 exactly once as far as the broker.
    qos: int where qos in 0..2 @default(1)
    /// Subscribers of the same group share the messages: each gets some of them. Version 5, and 3.1.1 where the broker has
    /// $share.
    group: string? where matches(group, "^[^/+#]+$")
    /// What to do with messages that the broker had kept before.
    retained: Retained @default(send)
    /// Whether what this client published itself comes back. Version 5 only.
    own: bool @default(true)
  }

  /// The reason code with which the broker refuses, of version 5: 135 not authorized, 151 quota exceeded.
  error reason: int where reason in 128..255
}
