// Package demo tells the whole story on one machine: an order process over two
// clouds, one of which dies half-way, and ledgers that agree in the end.
//
// The outside world is real: catalogues, a warehouse and three payment services
// listen on loopback and keep ledgers in files; a carrier and a manager are
// clients of the node's HTTP API; orders are published to the channel intake.
// Nothing here reaches into the node except through that API, and the verdict
// comes from comparing the services' ledgers with what each order should have
// come to.
//
// RunClouds tells a second story with the same world: two clouds, each a process of
// its own, of which the one that owns is killed and comes back.
package demo
