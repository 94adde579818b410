// Package health knows which endpoints can be reached in which clouds.
//
// In go the signs of real traffic and of probes; out comes a View, a picture
// that the engine reads without a lock and that never changes, and reasons in
// plain words for people (Entries).
//
// The rule is what the author wrote into failover, to the letter: after N
// failures within a window (a Failing sign each; a refused card is none) a
// binding is unhealthy. Successes in between do not count against the failures.
// From then on it is probed every P; real calls may still go there, when every
// other candidate fails, and count as well. Once every sign of a time D was
// good, and at least one came, it is healthy again.
//
// A breaker (BreakerRules) makes a binding unhealthy for reasons of its own, the
// share of its latest calls that failed or were slow, and closes it off meanwhile:
// who wants to call asks Admit first. After the time D of good signs so many calls
// are let through as trials, and only when all of them succeed is it healthy again.
//
// Where there is a choice between places, those that are well are probed too,
// whenever real calls have said nothing for P: what goes away while nobody calls
// is known before somebody does. Two probes in a row have to fail.
//
// Where the calls of an endpoint use several failovers, the most careful number of
// each wins: the fewest failures, the longest window, the shortest time between
// probes, the longest wait before the way back.
//
// Of the latest real calls it keeps the times and how many failed (Measured), from
// which orders follow and the time after which a second call is worth it.
//
// Tracker is pure: times are passed in, so a test owns the clock. Table makes it
// safe for many goroutines, and Prober is the thin shell that sends probes.
//
// Deliberately absent: what follows from health (runtime/placement orders by it),
// and any protocol (a connector's Probe knows how to ask).
package health
