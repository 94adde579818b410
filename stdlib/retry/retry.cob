/// How often and how long calls are attempted.
package retry

/// For what a person waits for: three attempts within some seconds.
failover patient {
  prefer: listed
  tries:  3, 2s each, backoff 100ms..1s
}
