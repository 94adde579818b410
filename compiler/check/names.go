package check

import "slices"

// TypeNames are the names of the types that every package has, sorted.
func TypeNames() []string { return slices.Clone(builtinNames) }
