// Package outpost is a running agent: connectors in a cloud, near the endpoints there,
// that carry out what nodes ask for over NATS.
//
// An Outpost tells all nodes every agent.Beat that it is there, and how busy it is.
// Settings and secrets of its endpoints come from its own environment, so the nodes
// need not have them. It keeps nothing: a plan that a call belongs to and that it has
// not seen yet comes from the node that asks, and what it forgets comes again.
//
// A call has its time from when it was sent. One that comes when that is over, or
// might be, is not begun; neither is one above the number that the agent takes at
// once. Both are told, so the node can go elsewhere. What was begun always gets an
// answer when its time is over; where that does not arrive, because the agent or a
// link is gone, the node knows that the outcome is unknown.
//
// The rules and messages are in runtime/agent. Deliberately absent: shards, journals,
// which cloud is asked (runtime/placement), what is healthy (runtime/health), limits of
// bindings (runtime/traffic): those are the nodes'.
package outpost
