//go:build !linux

package e2e

import "syscall"

// bound has no way here to end a node with a test that is killed.
func bound() *syscall.SysProcAttr { return nil }
