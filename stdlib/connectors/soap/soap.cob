/// Services in SOAP 1.1 and 1.2, from their WSDL.
package soap

/// How a password is shown: as it is (only over https), or as a digest with a nonce and the time.
enum Password { text, digest }

/// What signs a message in WS-Security.
enum Signature { off, body, body_and_timestamp }

/// Services in SOAP. Their operations are those of a WSDL: use wsdl "file" as name, and endpoint x: name. Version, style,
/// SOAPAction and namespaces are the WSDL's. Faults that it declares are raised; any other is a technical failure.
connector soap {
  endpoint {
    /// Elements that stand in the header of every message, by {namespace}name.
    headers: map<json>?
    /// Whether wsa:MessageID, wsa:To and wsa:Action (WS-Addressing 1.0) stand in it. The message ID is made of the key
    /// that is the same for every attempt.
    addressing: bool @default(false)
    /// Whether large binary fields travel as attachments beside the envelope (MTOM/XOP).
    mtom: bool @default(false)
    /// From which size on.
    mtom_from: int where mtom_from in 0B..1GiB @default(16KiB)
  }
  binding {
    /// Where the service is: http:// or https://. It replaces the address in the WSDL.
    url: string where matches(url, "^https?://")
    /// The user and the password of auth: basic go into a WS-Security UsernameToken, and not into HTTP.
    username_token: Password?
    /// What is signed in WS-Security, with the key of auth: mtls.
    sign: Signature @default(off)
    /// How long a message is valid that says when it was made.
    timestamp_for: duration where timestamp_for in 10s..1h @default(5m)
    /// Certificates in PEM of the authorities that may have signed the service's; without it those of the system.
    ca: string?
    /// The largest answer that is taken.
    max_response: int where max_response in 1KiB..1GiB @default(4MiB)
  }
}
