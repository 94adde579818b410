//go:build unix

package httpconnector

import (
	"net"
	"syscall"
)

// pulse asks the system whether a connection on which nothing is due can still be used:
// whether the other side has neither closed it nor said anything. It waits for nothing.
type pulse struct {
	raw    syscall.RawConn // nil for what is no connection of the system
	look   func(fd uintptr)
	said   [1]byte
	silent bool
}

func pulseOf(c net.Conn) *pulse {
	p := &pulse{}
	if under, ok := c.(syscall.Conn); ok {
		p.raw, _ = under.SyscallConn() // without it nobody asks
	}
	p.look = func(fd uintptr) {
		n, err := syscall.Read(int(fd), p.said[:])
		p.silent = n < 0 && (err == syscall.EAGAIN || err == syscall.EINTR)
	}
	return p
}

func (p *pulse) alive() bool {
	if p.raw == nil {
		return true
	}
	p.silent = false
	return p.raw.Control(p.look) == nil && p.silent
}
