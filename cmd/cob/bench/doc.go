// Package bench runs the workloads of spec/benchmarks.md: the same load on a
// node, on bare parts of it, and on a peer, one after the other in one run, so
// that a figure is a ratio and not a boast.
package bench
