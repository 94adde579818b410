// Package e2e holds the tests that run the cob command as its users do: as a
// process of its own, over its HTTP API and its command line, with the services
// of examples/orders as the world around it.
//
// The tests kill nodes with SIGKILL, fill disks, break files while they are
// watched and send what does not fit, and then read the services' ledgers: what
// was acknowledged must have happened, once. Nothing here reaches into a node
// but through what its users have.
//
// Deliberately absent: what a room can be asked alone (its own tests), and time
// that must pass, such as due dates (runtime/sim).
package e2e
