// Package httpconnector is the connector http: operations as exchanges of HTTP, over
// connections that are kept.
//
// An exchange goes one of two ways. A target without TLS and proxy is spoken to
// directly (depot, line): the caller's own goroutine takes a kept connection, writes
// the request in one piece and reads the answer with net/http's ReadResponse. All
// others go by net/http's Transport, one for the whole Connector, which has HTTP/2,
// proxies and names in other scripts. The Transport hands each exchange to two
// goroutines and back, which costs more than the exchange itself (28 of 50 microseconds
// of the processor); but a target behind TLS may choose HTTP/2, and a client of our own
// for that would be another Transport. Both ways write the same bytes and judge alike:
// TestRequestsAreTheSameBothWays, TestOutcomes.
//
// What becomes of an attempt:
//
//	no address, no connection, no TLS, nothing written    Refused
//	408, 425, 429                                         Refused
//	503 with Retry-After, or to an idempotent operation   Refused
//	a status the operation declares as an error           Raised; Rejected where its body does not
//	                                                      give the fault's fields
//	2xx with a body that fits the result                  Succeeded
//	2xx with any other body                               Unknown
//	404 or 410 to an idempotent DELETE without result     Succeeded: it is already gone
//	other 3xx and 4xx                                     Rejected
//	other 5xx, 502 and 504 with Retry-After too           Unknown
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
// At most MaxConcurrent calls of one binding at one address run at once. What
// comes then waits in its order, without a bound in time or number: a service
// that is healthy but slow holds back those who ask and makes no faults of them.
// A call's time begins when it has a place, and TookNs leaves out the wait. How
// many wait is bounded by who asks (the engine's instances); each costs its
// goroutine (BenchmarkWaiting). Every binding and address has places of its own,
// so that one that hangs holds back nobody who asks another. Only the caller's
// context and Close end a wait: Refused, says nothing of health.
//
// Why a bare 503 is Unknown to what is not idempotent: a gateway says it too
// when it lost the answer of a service that has done the work. Retry-After tells
// an overload. A 502 or 504 says by itself that the gateway asked somebody, which
// Retry-After does not take back. How long Retry-After asks for is not read: when
// to try again is for the failover's backoff.
//
// Both ways there is gzip where the target likes to (MaxResponseBytes bounds what
// is unpacked), and up to MaxConcurrent kept connections per address. With the
// Transport come HTTP/2 over TLS where the target offers it and proxies from the
// environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY; never for loopback).
//
// Directly, what left is known: every connection counts its bytes, and a request
// whose whole head was taken may have arrived. One that was not goes out on the next
// connection, whatever it asks for; one that was and got not a byte of an answer on a
// kept connection goes out again if it is idempotent. Nothing else is sent twice.
//
// The Transport does not say by itself whether a request left, and it sends some a
// second time, unseen:
//
//   - over a kept connection to which not one byte could be written. That is
//     right for every operation and stays.
//   - over a kept connection that died before an answer, if the request looks as
//     if it could be repeated: by its method, by an Idempotency-Key in the usual
//     spelling, by an X-Idempotency-Key. Whether it may be repeated is for the
//     author to say and not for the looks: so idempotent operations carry the
//     key in that spelling, and the others as idempotency-key, which net/http
//     does not see and which is the same header for every target.
//   - over HTTP/2 where the target reset the request as refused or as an error
//     of protocol. The latter does not say that nothing was done.
//
// So such an exchange listens (net/http/httptrace). Before every connection is used
// it looks whether the request may have left on one before; if so, and the
// operation is not idempotent, it ends the exchange before the request is
// written again (gotConn). The same knowledge tells Refused from Unknown: an
// attempt that got no connection, or whose head was never written, or on whose
// connection of HTTP/1.1 no byte went out (every connection counts them), is
// Refused; all others without an answer are Unknown. After a repetition that
// fails, what counts is whether any of the connections took the request.
//
// A kept connection that the target closes is not used again: the Transport hears of
// it in the background; directly, the system is asked before each use, and once a second
// for all that are kept (elsewhere than on Unix it is not). A request that is faster
// than the target's word finds the connection dead after writing: nobody can know then
// whether it arrived, and Unknown is the honest answer for what is not idempotent. A target that says Connection: close, and one that
// keeps connections longer than IdleFor, spares its callers that race.
//
// net/http's errors quote the answer; complaints (answer.go) puts them into
// words that do not.
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
// A probe goes out on a connection of its own.
//
// Deliberately absent: HTTP/2 without TLS, HTTP/3, cookies, compression of
// requests, and any authentication but what a binding's URL carries
// (user:password@host).
package httpconnector
