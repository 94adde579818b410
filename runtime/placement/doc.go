// Package placement says where a step goes: out of the clouds where an endpoint
// can legally be had, which is asked first, and why.
//
// In go the promises of the bindings (price, latency, availability), the
// author's preference and a picture of health; out comes an order with a reason
// in plain words. What is better by the preference comes first, ties stay in the
// author's order, and a candidate that is known to be unhealthy goes behind all
// others. It is never dropped: when everything fails, an unhealthy cloud may
// still be the one that answers. Behind it go those whose breaker is open; one that
// takes trials goes where the preference puts it.
//
// What was measured goes before what was promised. Where the preference draws
// (weighted, sticky), the lot is made of the call or of the key of its instance, and
// of nothing else: there is no randomness, and every node draws the same.
//
// Deliberately absent: whether a candidate is legal (lang/policy decided that
// before), how health is found out (runtime/health), and every clock.
package placement
