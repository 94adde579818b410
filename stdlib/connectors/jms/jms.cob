/// Destinations of a JMS broker, over STOMP 1.2.
package jms

/// Who says that a message is done: each one by itself, or all up to it.
enum Acknowledge { individual, client, automatic }

/// Queues and topics of a broker for Java Message Service, over STOMP 1.2, which ActiveMQ, Artemis, RabbitMQ and IBM MQ (with a
/// bridge) speak: JMS itself has no protocol. An operation succeeds with the receipt of the broker.
connector jms {
  binding {
    /// The broker: stomp://host:61613, or stomps://host:61614 with TLS. Several brokers of one cluster with commas.
    url: string
    /// The virtual host; without it the host of the url.
    host: string?
    /// Names the client, which durable subscriptions need.
    client_id: string?
    /// How often each side shows that it lives.
    heartbeat: duration where heartbeat in 1s..1h @default(10s)
    /// How long to wait before the connection is tried again: it doubles up to this.
    reconnect: duration where reconnect in 100ms..1h @default(30s)
    /// The largest frame that is taken.
    max_frame: int where max_frame in 1KiB..256MiB @default(4MiB)
    /// Certificates in PEM of the authorities that may have signed the broker's; without it those of the system.
    ca: string?
  }

  /// Sends one message and waits for the receipt.
  verb send(
    /// Where to, as the broker writes it: "/queue/orders" or "/topic/prices".
    destination: string
  ) {
    /// What is sent: a text message of JSON, or a bytes message where it is bytes.
    body: json
    /// JMSType.
    type: string?
    /// JMSCorrelationID.
    correlation_id: string?
    /// JMSReplyTo.
    reply_to: string?
    /// JMSXGroupID: messages of one group go to one receiver, in order.
    group: string?
    /// JMSPriority.
    priority: int where priority in 0..9 @default(4)
    /// JMSExpiration, from now.
    expires: duration? where expires in 1ms..3650d
    /// JMSDeliveryMode: whether it is there after a restart of the broker.
    persistent: bool @default(true)
    /// Properties that selectors read.
    properties: map<json>?
  }

  receive {
    /// Where from, as the broker writes it: "/queue/orders" or "/topic/prices".
    destination: string
    /// A condition on headers and properties: "JMSPriority > 4 AND region = 'EU'".
    selector: string?
    /// Who says that a message is done.
    acknowledge: Acknowledge @default(individual)
    /// How many messages may come ahead.
    prefetch: int where prefetch in 1..10000 @default(100)
    /// Names a durable subscription to a topic; it needs a client_id.
    subscription: string?
  }
}
