// Package w1 holds the source of benchmark workload W1.
package w1

import _ "embed"

// Source is w1.cob.
//
//go:embed w1.cob
var Source string
