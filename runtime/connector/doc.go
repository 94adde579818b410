// Package connector is the port between the runtime and outside systems.
//
// In goes a Request: which operation of which endpoint at which cloud, with
// which arguments, under which idempotency key, within which time. Out comes a
// Reply: how the attempt ended, and what that says about the target's health.
// A Sink never decides what to do about a Reply; retrying, failing over and
// undoing belong to the engine. So a Sink must tell the five outcomes apart
// exactly, above all Refused (it certainly was not done) from Unknown (it may
// have been done).
//
// A Connector is one protocol ("http"). It binds a plan: settings are looked
// up, addresses checked, requests prepared, so that what is missing is told
// when a node starts and not when the first order arrives. Connectors are named
// in cmd/cob, explicitly; a Registry holds them and a Set is what they made of
// one plan.
//
// Do is synchronous: the caller's goroutine waits for the answer. A waiting
// goroutine costs its stack and nothing else, and a caller reads from top to
// bottom.
//
// Deliberately absent: any protocol, retries, health (runtime/health), and what
// comes in from outside.
package connector
