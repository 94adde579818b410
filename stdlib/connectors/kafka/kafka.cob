/// Topics of Apache Kafka.
package kafka

/// How this client shows who it is; user and password are those of auth: basic.
enum Mechanism { none, plain, scram_sha_256, scram_sha_512 }

/// Who has to have a record before it counts as written.
enum Acks { none, leader, all }

/// How batches are made smaller.
enum Compression { none, gzip, snappy, lz4, zstd }

/// Where a group begins that has read nothing yet.
enum Start { earliest, latest }

/// Which records are seen: all, or only those of transactions that are done.
enum Isolation { read_uncommitted, read_committed }

/// Topics of Apache Kafka. With acks: all and idempotent writing a record is in the log once for each attempt that the broker
/// confirms; the key that is the same for every attempt goes along as the header idempotency-key. A position is stored when
/// the route or process has the record: at least once.
connector kafka {
  binding {
    /// Where a client begins: "b1:9092,b2:9092".
    brokers: string
    /// Whether connections are encrypted.
    tls: bool @default(true)
    /// How this client shows who it is.
    sasl: Mechanism @default(none)
    /// What this client is called in the logs and quotas of the brokers.
    client_id: string @default("cob")
    /// The rack, or zone, of the client: it then reads from the nearest replica.
    rack: string?
    /// Where schemas are registered: http:// or https://.
    schema_registry: string?
    /// How often what is known of topics and leaders is asked anew.
    metadata_every: duration where metadata_every in 1s..1h @default(5m)
    /// Certificates in PEM of the authorities that may have signed those of the brokers; without it those of the system.
    ca: string?
  }

  /// Writes one record.
  verb produce(
    /// The topic.
    topic: string
  ) -> { partition: int, offset: int } {
    /// Records of one key are in one partition, in order.
    key: string?
    /// What is written: JSON, or the bytes as they are where it is bytes; null marks the key as deleted.
    value: json
    /// Headers of the record.
    headers: map<string>?
    /// The partition, where the key does not choose it.
    partition: int? where partition >= 0
    /// Who has to have it.
    acks: Acks @default(all)
    /// How batches are made smaller.
    compression: Compression @default(none)
    /// How long to wait for more records of a batch.
    linger: duration where linger in 0s..1m @default(0s)
  }

  receive {
    /// The topic; a name that begins with ^ is a pattern.
    topic: string
    /// Who reads: the nodes that name the same group share the partitions.
    group: string
    /// Where a group begins that has read nothing yet.
    start: Start @default(earliest)
    /// Which records are seen.
    isolation: Isolation @default(read_committed)
    /// How much is fetched at once.
    fetch: int where fetch in 1KiB..256MiB @default(1MiB)
    /// After this time without a sign of life the partitions go to others.
    session_timeout: duration where session_timeout in 6s..30m @default(45s)
    /// How many partitions are worked on side by side.
    parallel: int where parallel in 1..1000 @default(8)
  }

  /// The code of the broker's answer: 10 for a record that is too large, 29 for a topic that may not be written.
  error code: int where code in 1..200
}
