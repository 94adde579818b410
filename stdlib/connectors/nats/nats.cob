/// Subjects and streams of NATS.
package nats

/// What a subscription begins with.
enum Start { all, new, last, last_per_subject }

/// Subjects and streams of NATS. What is published to a stream of JetStream is acknowledged when it is stored, and the key that
/// is the same for every attempt is its Nats-Msg-Id, so that a second one is dropped.
connector nats {
  binding {
    /// The servers: nats://host:4222, tls://host:4222 or ws://host, with commas.
    url: string
    /// The credentials file of a user, as text.
    credentials: secret?
    /// The seed of an nkey.
    nkey: secret?
    /// The domain of JetStream, where there are several.
    domain: string?
    /// What the connection is called at the server.
    name: string @default("cob")
    /// How often each side shows that it lives.
    ping: duration where ping in 1s..10m @default(1m)
    /// How long to wait before the connection is tried again.
    reconnect: duration where reconnect in 100ms..1h @default(2s)
    /// Certificates in PEM of the authorities that may have signed the server's; without it those of the system.
    ca: string?
  }

  /// Publishes to a stream and waits until it is stored.
  verb publish(
    /// The subject: "orders.${order.id}.shipped".
    subject: string
  ) -> { stream: string, sequence: int } {
    /// What is sent: JSON, or the bytes as they are where it is bytes.
    payload: json
    /// Headers beside the usual ones.
    headers: map<string>?
    /// The stream that it has to be; without it whichever takes the subject.
    stream: string?
    /// The sequence that the last message of the subject has to have.
    expected_sequence: int? where expected_sequence >= 0
  }

  /// Publishes without a stream: at most once.
  verb tell(
    /// The subject.
    subject: string
  ) {
    /// What is sent: JSON, or the bytes as they are where it is bytes.
    payload: json
    /// Headers of the message.
    headers: map<string>?
  }

  /// Asks, and waits for the answer of one who listens.
  verb request(
    /// The subject.
    subject: string
  ) -> json {
    /// What is sent: JSON, or the bytes as they are where it is bytes.
    payload: json
    /// Headers of the message.
    headers: map<string>?
  }

  receive {
    /// The subject, with * for one part and > for all that follow: "orders.*.shipped".
    subject: string where matches(subject, "^[^ ]+$")
    /// The stream; without it the subject is subscribed to and what comes meanwhile is lost.
    stream: string?
    /// Names the consumer of the stream, which then knows how far it is.
    durable: string? where matches(durable, "^[A-Za-z0-9_-]+$")
    /// Those who name the same group share the messages of a subject without a stream.
    group: string?
    /// What a new consumer begins with.
    start: Start @default(new)
    /// After this time without an answer a message comes again.
    ack_wait: duration where ack_wait in 1s..1d @default(30s)
    /// How many messages may be unanswered.
    in_flight: int where in_flight in 1..100000 @default(1000)
    /// How often a message comes at most.
    max_deliveries: int where max_deliveries in 1..10000 @default(10)
  }

  /// The code with which JetStream refuses, such as 10071 for another last sequence.
  error code: int where code in 400..20000
}
