/// Objects in buckets: the object store of NATS JetStream, and S3.
package object

/// How the address of a bucket is built.
enum Addressing { virtual_host, path }

/// How the store encrypts what it keeps.
enum Encryption { none, store_key, customer_key }

/// Objects in buckets. An object is replaced as a whole; who reads sees the old one or the new one.
connector object {
  binding {
    /// The store: nats://host:4222 for the object store of JetStream, s3://region or https://host for S3. The credentials of S3 are
    /// those of auth: basic.
    url: string
    /// The bucket.
    bucket: string where matches(bucket, "^[a-zA-Z0-9][a-zA-Z0-9._-]{1,62}$")
    /// How the address of a bucket is built. S3 only.
    addressing: Addressing @default(virtual_host)
    /// How the store encrypts what it keeps. S3 only.
    encryption: Encryption @default(none)
    /// The name of the key, for encryption: customer_key.
    key_id: string?
    /// From which size on an object is sent in parts, and how large these are.
    part_size: int where part_size in 5MiB..1GiB @default(16MiB)
    /// Certificates in PEM of the authorities that may have signed the store's; without it those of the system.
    ca: string?
  }

  /// Keeps an object.
  verb put(
    /// Its name: "reports/${order.id}.pdf".
    name: string
  ) -> { etag: string } idempotent {
    /// What is kept: JSON, or the bytes as they are where it is bytes.
    content: json
    /// Such as application/pdf.
    content_type: string @default("application/json")
    /// Facts about it.
    metadata: map<string>?
    /// How long it is kept; without it for ever.
    expires: duration? where expires in 1m..36500d
    /// The tag that the one there has to have; "" when there must be none.
    if_match: string?
  }

  /// Reads an object.
  verb get(
    /// Its name.
    name: string
  ) -> json idempotent {
    /// The largest object that is read.
    max_size: int where max_size in 1B..1GiB @default(16MiB)
  }

  /// Deletes an object. That there is none is no failure.
  verb delete(
    /// Its name.
    name: string
  ) idempotent

  /// Lists objects by the beginning of their names.
  verb list(
    /// What the names begin with.
    prefix: string
  ) -> [{ name: string, size: int, etag: string, changed: timestamp }] idempotent {
    /// How many at most.
    limit_to: int where limit_to in 1..10000 @default(1000)
  }

  /// Makes an address that whoever has it may read the object under, for a while.
  verb link(
    /// Its name.
    name: string
  ) -> string idempotent {
    /// How long it holds.
    valid_for: duration where valid_for in 1m..7d @default(1h)
  }

  receive {
    /// What the names begin with of objects whose arrival is a message.
    prefix: string
    /// How often a store is looked at that does not tell by itself.
    every: duration where every in 1s..1d @default(1m)
  }

  /// The status of the answer: 404 no such object, 412 it has another tag.
  error status: int where status in 400..599
}
