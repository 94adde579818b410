/// Queues and topics of an AMQP 1.0 broker.
package amqp

/// How this client shows who it is. plain takes the user and the password of auth: basic, external the certificate of
/// auth: mtls.
enum Mechanism { anonymous, plain, external }

/// Whether the broker settles a message before it is sent (it may be lost) or when it has it.
enum Settle { unsettled, settled }

/// What the broker keeps of a subscription when the connection ends.
enum Durability { none, configuration, unsettled_state }

/// Queues and topics over AMQP 1.0: ActiveMQ Artemis, Qpid, Azure Service Bus, RabbitMQ 4. An operation succeeds when the
/// broker accepts the message; the key that is the same for every attempt is its message-id.
connector amqp {
  binding {
    /// The broker: amqp://host:5672, or amqps://host:5671 with TLS. Several brokers of one cluster with commas.
    url: string
    /// How this client shows who it is.
    sasl: Mechanism @default(anonymous)
    /// Names the connection at the broker; without it the node makes a name.
    container_id: string? where len(container_id) <= 255
    /// The host name that is sent in open, where that is not the one of the url: brokers with several tenants choose by it.
    virtual_host: string?
    /// After this time without a frame the connection counts as broken.
    idle_timeout: duration where idle_timeout in 1s..1h @default(1m)
    /// The largest frame that is taken.
    max_frame: int where max_frame in 512B..16MiB @default(64KiB)
    /// How long to wait before the connection is tried again: it doubles up to this.
    reconnect: duration where reconnect in 100ms..1h @default(30s)
    /// Certificates in PEM of the authorities that may have signed the broker's; without it those of the system.
    ca: string?
  }

  /// Sends one message.
  verb send(
    /// Where to: the address of a queue or a topic.
    address: string
  ) {
    /// What is sent: JSON, or the bytes as they are where it is bytes, or a value of AMQP where it is a string.
    body: json
    /// The subject, or label, by which receivers tell messages apart.
    subject: string?
    /// Properties that selectors read.
    properties: map<json>?
    /// Of the body.
    content_type: string @default("application/json")
    /// Ties an answer to its request.
    correlation_id: string?
    /// Where an answer belongs.
    reply_to: string?
    /// Messages of one group go to one receiver, in order.
    group_id: string?
    /// Higher ones come first.
    priority: int where priority in 0..9 @default(4)
    /// After this time the broker drops it.
    ttl: duration? where ttl in 1ms..3650d
    /// Whether the broker keeps it across a restart.
    durable: bool @default(true)
    /// When it counts as delivered.
    settle: Settle @default(unsettled)
  }

  receive {
    /// Where from: the address of a queue or a topic.
    address: string
    /// A condition on the properties, in the words of JMS: "region = 'EU'".
    selector: string?
    /// How many messages the broker may send ahead.
    credit: int where credit in 1..10000 @default(100)
    /// Names the subscription at a topic, so that it goes on after a break.
    subscription: string?
    /// What the broker keeps of it.
    durability: Durability @default(none)
    /// Whether messages stay where they are and are only looked at.
    browse: bool @default(false)
    /// How often a message may come back before it goes to where the broker puts the undeliverable.
    max_deliveries: int where max_deliveries in 1..1000 @default(10)
  }

  /// The condition with which the broker rejects, such as "amqp:not-found" or "amqp:resource-limit-exceeded".
  error condition: string where len(condition) in 1..255
}
