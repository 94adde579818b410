//go:build !linux

package jetstream

import "testing"

// mountSmall cannot mount here.
func mountSmall(*testing.T, string, int) bool { return false }
