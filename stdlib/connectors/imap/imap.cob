/// Mailboxes over IMAP 4rev1 and 4rev2.
package imap

/// When TLS begins: never, with STARTTLS, or with the connection.
enum Security { off, starttls, tls }

/// What becomes of a mail that was taken in.
enum Afterwards { mark_seen, move, delete }

/// Mailboxes that are read. A mail comes in at least once: what becomes of it afterwards happens when the route or process
/// has it; its Message-ID tells a second one.
connector imap {
  binding {
    /// The server: imap://host:143, or imaps://host:993.
    url: string
    /// When TLS begins.
    security: Security @default(tls)
    /// Certificates in PEM of the authorities that may have signed the server's; without it those of the system.
    ca: string?
  }

  receive {
    /// The mailbox: "INBOX", "INBOX/orders".
    mailbox: string where len(mailbox) >= 1
    /// Which mails, in the words of SEARCH: "UNSEEN FROM \"partner.example\"".
    search: string @default("UNSEEN")
    /// What becomes of a mail that was taken in.
    afterwards: Afterwards @default(mark_seen)
    /// The mailbox that it is moved to.
    move_to: string?
    /// Where a mail is moved to that does not fit its type.
    reject_to: string?
    /// Whether the server tells of new mail (IDLE); else it is asked.
    idle: bool @default(true)
    /// How often it is asked.
    every: duration where every in 5s..1d @default(1m)
    /// The largest mail that is taken.
    max_size: int where max_size in 1KiB..256MiB @default(25MiB)
  }

  /// Puts a mail into a mailbox, such as a draft.
  verb append(
    /// The mailbox.
    mailbox: string
  ) {
    /// The mail as RFC 5322 has it.
    message: bytes
    /// Flags that it begins with: "\\Draft".
    flags: [string]?
  }

  /// Moves a mail.
  verb move(
    /// The mailbox that it is in.
    mailbox: string
  ) idempotent {
    /// The unique identifier of the mail in the mailbox.
    uid: int where uid >= 1
    /// Where it goes.
    to: string
  }

  /// The response code of the server, such as "TRYCREATE" or "OVERQUOTA".
  error code: string where matches(code, "^[A-Z]+$")
}
