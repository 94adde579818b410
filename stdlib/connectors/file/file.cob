/// Folders, here and over SFTP.
package file

/// What becomes of a file that was taken in.
enum Afterwards { move, delete, keep }

/// When a file counts as complete: at once, when it has not grown for a while, or when another one says so.
enum Ready { at_once, quiet, marker }

/// How a file is written where there is one already.
enum Existing { fail, replace, append, number }

/// How what is in a file becomes messages.
enum Content { whole, lines, csv, json_lines }

/// Folders that are watched and written, on a disk of the node or over SFTP. A file is written under another name and renamed,
/// so that nobody sees half of it; links that lead out of the folder are not followed.
connector file {
  binding {
    /// The root of all paths: file:///var/exchange, or sftp://host:22/exchange.
    url: string
    /// The private key of this client, in the form of OpenSSH; the user is that of the url.
    key: secret?
    /// The password, where there is no key.
    password: secret?
    /// The fingerprint of the server, "SHA256:...", which has to be the one expected.
    host_key: string?
    /// How many connections are held to the server.
    connections: int where connections in 1..50 @default(2)
  }

  /// Writes a file.
  verb write(
    /// The path under the root: "out/${order.id}.json".
    path: string
  ) -> { bytes: int } {
    /// What is in it: JSON, or the bytes as they are where it is bytes, or the text where it is a string.
    content: json
    /// How it is written where there is one already.
    existing: Existing @default(replace)
    /// The permissions, such as "0640".
    mode: string where matches(mode, "^0[0-7]{3}$") @default("0640")
    /// A second, empty file that is written behind it, for those who wait for one.
    marker: string?
  }

  /// Reads a file.
  verb read(
    /// The path under the root.
    path: string
  ) -> json idempotent {
    /// The largest file that is read.
    max_size: int where max_size in 1B..1GiB @default(16MiB)
  }

  /// Lists a folder: names, sizes, times.
  verb list(
    /// The folder under the root.
    folder: string
  ) -> [{ name: string, size: int, changed: timestamp }] idempotent {
    /// Which files: "*.csv".
    pattern: string @default("*")
  }

  /// Moves a file.
  verb move(
    /// The path under the root.
    path: string
  ) {
    /// Where to.
    to: string
  }

  /// Deletes a file. That there is none is no failure.
  verb delete(
    /// The path under the root.
    path: string
  ) idempotent

  receive {
    /// The folder under the root.
    folder: string
    /// Which files: "*.csv", "orders-*.json".
    pattern: string @default("*")
    /// Whether folders in it are watched, too.
    recursive: bool @default(false)
    /// How often it is looked at.
    every: duration where every in 100ms..1d @default(5s)
    /// When a file counts as complete.
    ready: Ready @default(quiet)
    /// How long it may not have grown.
    quiet_for: duration where quiet_for in 0s..1h @default(2s)
    /// The ending of the file that says that another one is complete: "orders.csv.done" for ".done".
    marker: string @default(".done")
    /// How what is in it becomes messages.
    content: Content @default(whole)
    /// What becomes of it afterwards.
    afterwards: Afterwards @default(move)
    /// The folder that it is moved to.
    move_to: string @default("done")
    /// The folder that a file is moved to that does not fit its type.
    reject_to: string @default("rejected")
    /// The largest file that is taken.
    max_size: int where max_size in 1B..1GiB @default(16MiB)
  }

  /// What the file system says.
  error kind: Kind
}

/// What the file system says.
enum Kind { not_found, exists, not_permitted, no_space }
