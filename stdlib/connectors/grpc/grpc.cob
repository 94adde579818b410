/// Services in gRPC, from their proto files.
package grpc

/// How messages are made smaller on the way.
enum Compression { off, gzip }

/// How an address with several backends is used.
enum Balancing { pick_first, round_robin }

/// The status of an answer that is none.
enum Status {
  CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, RESOURCE_EXHAUSTED
  FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS, UNAUTHENTICATED
}

/// Services in gRPC. Their operations are those of a proto file: use proto "file" as name, and endpoint x: name. The
/// bound of a call travels as its deadline, the key that is the same for every attempt as the metadata idempotency-key.
connector grpc {
  endpoint {
    /// Metadata of every call, in lower case.
    metadata: map<string>?
  }
  binding {
    /// The service: grpc://host:port in plain text, grpcs://host:port with TLS, dns:///host:port for all addresses of a
    /// name.
    url: string
    /// How messages are made smaller.
    compression: Compression @default(off)
    /// How an address with several backends is used.
    balancing: Balancing @default(pick_first)
    /// Certificates in PEM of the authorities that may have signed the service's; without it those of the system.
    ca: string?
    /// The name that the service's certificate has to have, where that is not the host of the url.
    server_name: string?
    /// The largest answer that is taken.
    max_receive: int where max_receive in 1KiB..1GiB @default(4MiB)
    /// The largest request that is sent.
    max_send: int where max_send in 1KiB..1GiB @default(4MiB)
    /// How often an idle connection is asked whether it still lives. Services refuse less than 5 minutes unless they
    /// were told otherwise.
    keep_alive: duration where keep_alive in 10s..1d @default(5m)
  }

  /// The status with which the service refuses.
  error status: Status
}
