//go:build unix

package httpconnector

import "syscall"

// alive says whether an idle connection can carry another request: the target
// has not closed it, and has said nothing that nobody asked for. Over TLS
// unasked bytes may be session tickets, which do no harm.
func (c *conn) alive() bool {
	if c.in.Buffered() > 0 {
		return false
	}
	if c.raw == nil {
		return true
	}
	ok := true
	err := c.raw.Control(func(fd uintptr) {
		var one [1]byte
		n, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		switch {
		case err == syscall.EAGAIN || err == syscall.EWOULDBLOCK || err == syscall.EINTR:
		case err != nil || n == 0 || !c.secure:
			ok = false
		}
	})
	return ok && err == nil
}
