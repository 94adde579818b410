/// Services over HTTP/1.1 and HTTP/2, with JSON as their bodies.
package http

/// REST and other services over HTTP. What is sent and what comes back is JSON. A key that is the same for every
/// attempt goes out as Idempotency-Key.
connector http {
  binding {
    /// Where the service is: http:// or https://, with a path if it has one, without a query. A user and a password in
    /// it are sent as basic authentication.
    url: string
  }

  operation {
    /// What is sent, as JSON.
    body: json?
    /// The query of the URL, a record; what is null is left out.
    query: map<json>?
    /// Headers beside the usual ones, a record; what is null is left out.
    headers: map<json>?
  }

  /// Reads.
  verb get(
    /// The path behind the url, with what is in ${ } escaped.
    path: string
  ) -> json idempotent
  /// Asks whether there is something to read.
  verb head(
    /// The path behind the url, with what is in ${ } escaped.
    path: string
  ) -> json idempotent
  /// Asks what is possible.
  verb options(
    /// The path behind the url, with what is in ${ } escaped.
    path: string
  ) -> json
  /// Adds, or does.
  verb post(
    /// The path behind the url, with what is in ${ } escaped.
    path: string
  ) -> json
  /// Replaces.
  verb put(
    /// The path behind the url, with what is in ${ } escaped.
    path: string
  ) -> json
  /// Changes a part.
  verb patch(
    /// The path behind the url, with what is in ${ } escaped.
    path: string
  ) -> json
  /// Takes away; that there is nothing is no failure where it is idempotent.
  verb delete(
    /// The path behind the url, with what is in ${ } escaped.
    path: string
  ) -> json

  receive {
    /// The path that the node serves, such as "/orders".
    path: string where matches(path, "^/")
  }

  /// The status of the answer.
  error status: int where status in 400..599
}
