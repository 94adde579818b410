// Package httpconnector is the connector http: operations as HTTP/1.1
// exchanges, written and read on the caller's own goroutine.
//
// What becomes of an attempt:
//
//	no address, no connection, no TLS, no byte written    Refused
//	no free place here (MaxConcurrent, MaxQueued)         Refused, says nothing of health
//	408, 425, 429, 503                                    Refused, with Retry-After where given
//	a status the operation declares as an error           Raised; Rejected where its body does not
//	                                                      give the fault's fields
//	2xx with a body that fits the result                  Succeeded
//	2xx with any other body                               Unknown
//	404 or 410 to an idempotent DELETE without result     Succeeded: it is already gone
//	other 3xx and 4xx                                     Rejected
//	other 5xx                                             Unknown
//	no answer, half an answer, no HTTP, over a limit      Unknown
//	arguments that make no request                        Rejected, says nothing of health
//
// Why a 2xx that cannot be read is Unknown and not Rejected: the target says
// that it has done the work. Rejected would mean that there is nothing to undo;
// Unknown makes the engine ask again under the same key, go elsewhere, and keep
// the debt until somebody knows. Either way the step ends in a typed fault when
// its tries are used up, and nothing is forgotten. Why a declared error with an
// unreadable body is Rejected: its status alone says that nothing was done.
//
// Why no net/http: its client sends a request a second time, unseen, when a
// kept connection turns out to be dead and the request carries an
// Idempotency-Key; it does not tell whether any byte left; and it wakes two
// other goroutines for every exchange, which costs more than the exchange
// itself on loopback (BenchmarkGet holds the two side by side). Here a request
// goes out again by itself only on a fresh connection, only once, and only where
// not one byte had left or the operation is idempotent. Whether a kept
// connection is still open is asked before it is used.
//
// A redirect is followed for GET and HEAD only, and only to the same address:
// the address of a binding is what policies have judged.
//
// The idempotency key goes out as Idempotency-Key on everything but GET and
// HEAD. A key that a header cannot hold goes out as its SHA-256. COB-Instance
// names the instance, for the target's logs.
//
// Results are read as JSON whatever Content-Type says; where that fails, the
// Detail names the type. Unknown fields of an answer are dropped.
//
// Deliberately absent: HTTP/2, proxies, cookies, compression, and any
// authentication but what a binding's URL carries (user:password@host).
package httpconnector
