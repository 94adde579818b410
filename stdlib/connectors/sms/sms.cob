/// Short messages over SMPP 3.4.
package sms

/// How an address is written: its type of number.
enum Number { unknown, international, national, alphanumeric, short_code }

/// How the text is coded. automatic takes the shortest that has all its characters.
enum Coding { automatic, gsm7, latin1, ucs2 }

/// How the session may be used.
enum Bind { transceiver, transmitter, receiver }

/// Short messages through the centre (SMSC) of an operator or an aggregator, over SMPP 3.4. An answer says that the
/// centre took the message; whether it reached the phone is told later, by a delivery receipt.
connector sms {
  binding {
    /// The centre: smpp://host:2775, or smpps://host:3550 with TLS.
    url: string
    /// The name of this client at the centre.
    system_id: string where len(system_id) in 1..15
    /// Its password.
    password: secret?
    /// What the centre calls this kind of client.
    system_type: string? where len(system_type) <= 12
    /// How the session may be used.
    bind: Bind @default(transceiver)
    /// How often a link without traffic is asked whether it still lives.
    enquire_link: duration where enquire_link in 5s..10m @default(30s)
    /// How many requests may wait for their answer at once.
    window: int where window in 1..1000 @default(10)
    /// How long to wait before a broken session is bound again: it doubles up to this.
    reconnect: duration where reconnect in 100ms..1h @default(1m)
    /// Certificates in PEM of the authorities that may have signed the centre's; without it those of the system.
    ca: string?
  }

  /// Sends one message, in several parts where it is long.
  verb send(
    /// The number of the phone, such as "${patient.phone}".
    to: string
  ) -> { id: string } {
    /// What it says.
    text: string where len(text) in 1..1530
    /// Who is shown as the sender; the centre may replace it.
    from: string
    /// How the sender is written.
    from_number: Number @default(alphanumeric)
    /// How the number is written.
    to_number: Number @default(international)
    /// How the text is coded.
    coding: Coding @default(automatic)
    /// For how long the centre tries.
    valid_for: duration where valid_for in 1m..7d @default(2d)
    /// Whether the centre tells what became of it: a receive with receipts gets that.
    receipt: bool @default(false)
    /// Whether it is shown at once and not kept.
    flash: bool @default(false)
  }

  receive {
    /// The number or the short code to which messages come; without it all of this session.
    to: string?
    /// Whether delivery receipts come in, too.
    receipts: bool @default(false)
    /// How long the parts of a long message are waited for.
    parts_within: duration where parts_within in 1s..1h @default(5m)
  }

  /// The command status of the answer, such as 11 for an invalid number or 88 for too many messages at once.
  error status: int where status in 1..1279
}
