// Package steps holds the source of the benchmark of five transitions.
package steps

import _ "embed"

// Source is steps.cob.
//
//go:embed steps.cob
var Source string
