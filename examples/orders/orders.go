// Package orders holds the files of the order process, for the demo and for
// tests: they run the very text that an architect reads.
package orders

import "embed"

// Files are the sources, the contracts and the orders of the demo.
//
//go:embed orders.cob contracts orders.jsonl
var Files embed.FS
