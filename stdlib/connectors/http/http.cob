/// Services over HTTP/1.1 and HTTP/2, with JSON as their bodies.
package http

/// How the pages of a list are asked for, one after the other.
enum Pages { link, cursor, number, offset }

/// What the sender of a webhook signs with his key, and where the signature stands.
enum Scheme { hub, standard }

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
    /// How a list that comes in pages is read to its end, so that the operation gives the items of all pages: by the address that the
    /// header Link of an answer says (rel="next"), by a cursor in the answer, by the number of the page from 1 on, or by the number of items
    /// that are there already. The last two end with a page without items.
    pages: Pages?
    /// The field of the answer that holds the items of a page; without it the answer is the list.
    items: string?
    /// The field of the answer that holds the cursor of the next page; without it, or null there, the page is the last.
    next: string?
    /// The parameter of the query that says which page is wanted; without it `cursor`, `page` or `offset`.
    page: string?
    /// How many pages are read at most, 100 where nothing is said; more of them are a failure of the call.
    max_pages: int? where max_pages in 1..10000
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
    /// The key with which the sender signs. What has no signature of it is answered with 401 and goes no further.
    signature: secret?
    /// What is signed, and where the signature stands. hub, which it is without this: HMAC-SHA256 of the body, in hexadecimal behind sha256=,
    /// in X-Hub-Signature-256. standard, of Standard Webhooks 1: HMAC-SHA256 of ID, time and body, in webhook-signature.
    scheme: Scheme?
    /// How old a message may be whose time is signed, 5m where nothing is said: an older one is somebody who repeats it.
    tolerance: duration? where tolerance in 1s..1d
  }

  /// The status of the answer.
  error status: int where status in 400..599
}
