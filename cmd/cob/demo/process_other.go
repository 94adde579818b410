//go:build !linux

package demo

import "syscall"

// bound has no way here to end a node with a demo that is killed.
func bound() *syscall.SysProcAttr { return nil }
