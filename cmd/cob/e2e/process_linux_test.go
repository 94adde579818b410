package e2e

import "syscall"

// bound ends a node with the test that started it, even where that is killed.
func bound() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
