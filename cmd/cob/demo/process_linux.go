package demo

import "syscall"

// bound ends a node with the demo that started it, even where that is killed.
func bound() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
