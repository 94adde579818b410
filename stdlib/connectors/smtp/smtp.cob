/// Mail over SMTP, out and in.
package smtp

/// When TLS begins: never, with STARTTLS where the server has it, with STARTTLS or not at all, or with the connection.
enum Security { off, opportunistic, starttls, tls }

/// Mail. Going out, an operation succeeds when the server has taken the mail for all who are to get it; the key that is the
/// same for every attempt makes its Message-ID, so that a second one can be told. Coming in, the node is itself a server.
connector smtp {
  binding {
    /// The server: smtp://host:587, or smtps://host:465.
    url: string
    /// When TLS begins.
    security: Security @default(starttls)
    /// What this client calls itself in EHLO; without it the name of the machine.
    helo: string?
    /// Who mails come from where an operation does not say: "Orders <orders@example.org>".
    from: string?
    /// How many connections are held to the server.
    connections: int where connections in 1..100 @default(2)
    /// How many mails go over one connection before it is made anew.
    per_connection: int where per_connection in 1..10000 @default(100)
    /// Certificates in PEM of the authorities that may have signed the server's; without it those of the system.
    ca: string?
  }

  /// Sends one mail.
  verb send {
    /// Who gets it.
    to: [string]
    /// Who gets a copy.
    cc: [string]?
    /// Who gets a copy that the others do not see.
    bcc: [string]?
    /// Who it comes from; without it the from of the binding.
    from: string?
    /// Where answers go.
    reply_to: string?
    /// One line.
    subject: string where len(subject) <= 998
    /// The text of the mail.
    text: string
    /// The same as HTML, for those who can show it.
    html: string?
    /// Files that go with it.
    attachments: [{ name: string, content_type: string, content: bytes }]?
    /// Further headers.
    headers: map<string>?
    /// The Message-ID of the mail that this one answers.
    in_reply_to: string?
  }

  receive {
    /// For which addresses the node takes mail: "orders@example.org" or "*@orders.example.org".
    address: string
    /// Where it listens: host:port.
    listen: string @default(":2525")
    /// The largest mail that is taken.
    max_size: int where max_size in 1KiB..256MiB @default(25MiB)
    /// Which networks may deliver: "10.0.0.0/8". Without it all.
    from_networks: [string]?
    /// Whether a mail is refused that comes without TLS.
    require_tls: bool @default(false)
  }

  /// The status of the server's answer: 550 for an address that there is not, 552 for a mail that is too large.
  error status: int where status in 400..599
}
