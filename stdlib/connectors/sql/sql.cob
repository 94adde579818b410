/// Relational databases.
package sql

/// How much of what others do at the same time is seen.
enum Isolation { read_committed, repeatable_read, serializable }

/// When TLS is used: never, where the server has it, always, always with its name checked.
enum Security { off, prefer, require, verify }

/// Relational databases: PostgreSQL, MySQL and SQL Server. What stands in ${ } of a statement is bound as a parameter: it never
/// becomes part of the statement. An operation is one transaction.
connector sql {
  binding {
    /// The database: postgres://host:5432/name, mysql://host:3306/name or sqlserver://host:1433/name. User and password are
    /// those of auth: basic.
    url: string
    /// When TLS is used.
    security: Security @default(verify)
    /// How many connections are held.
    connections: int where connections in 1..1000 @default(10)
    /// How long one may be unused.
    idle: duration where idle in 1s..1d @default(5m)
    /// After this time a connection is made anew.
    lifetime: duration where lifetime in 1m..30d @default(1h)
    /// What the connection is called at the server.
    application: string @default("cob")
    /// Certificates in PEM of the authorities that may have signed the server's; without it those of the system.
    ca: string?
  }
  operation {
    /// How much of what others do at the same time is seen.
    isolation: Isolation @default(read_committed)
    /// How long the database may work on one statement; without it as long as the attempt.
    statement_timeout: duration? where statement_timeout in 1ms..1h
  }

  /// Reads rows: a list of records, named as the columns.
  verb query(
    /// The statement: "select id, total from orders where customer = ${customer}".
    statement: string
  ) -> [json] idempotent {
    /// How many rows at most; one more is a failure.
    max_rows: int where max_rows in 1..1000000 @default(1000)
  }

  /// Reads one row: a record, named as the columns; null where there is none. A second one is a failure.
  verb one(
    /// The statement.
    statement: string
  ) -> json idempotent

  /// Changes rows, and gives how many.
  verb exec(
    /// The statement: "update stock set held = held + ${n} where sku = ${sku}".
    statement: string
  ) -> int

  /// Calls a stored procedure, and gives its results.
  verb procedure(
    /// Its name.
    name: string
  ) -> json {
    /// Its arguments, in their order.
    arguments: [json]?
  }

  receive {
    /// The table whose new rows are messages: an outbox. Rows are taken in the order of the key, each at least once.
    table: string where matches(table, "^[A-Za-z_][A-Za-z0-9_.]*$")
    /// The column that orders the rows.
    order_by: string @default("id")
    /// A condition on the rows, in SQL.
    filter: string?
    /// The column that is set when a row has been taken; without it the row is deleted.
    done_column: string?
    /// How often it is looked at. PostgreSQL tells by itself where notify is given.
    every: duration where every in 100ms..1d @default(1s)
    /// The channel of LISTEN that tells of new rows. PostgreSQL only.
    notify: string?
    /// How many rows are taken at once.
    batch: int where batch in 1..10000 @default(100)
  }

  /// The SQLSTATE: "23505" for a key that is there already, "40001" for a transaction that has to be tried again.
  error state: string where matches(state, "^[0-9A-Z]{5}$")
}
