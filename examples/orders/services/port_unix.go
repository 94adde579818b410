//go:build unix

package services

import (
	"net/netip"
	"syscall"
)

// heldPort keeps the port of a dead service: connections to it are refused, and
// no outgoing connection of somebody else is given it meanwhile.
type heldPort struct{ fd int }

// holdPort holds the port of an IPv4 address, or gives nil where it cannot.
func holdPort(address string) *heldPort {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().Is4() {
		return nil
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil
	}
	syscall.CloseOnExec(fd)
	h := &heldPort{fd}
	if syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1) != nil ||
		syscall.Bind(fd, &syscall.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}) != nil {
		h.release()
		return nil
	}
	return h
}

func (h *heldPort) release() {
	if h != nil {
		_ = syscall.Close(h.fd) // nothing was written to it
	}
}
