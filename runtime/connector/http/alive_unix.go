//go:build unix

package httpconnector

import "syscall"

// alive says whether a connection on which nothing is due can still be used: the other
// side has neither closed it nor said anything. It asks the system, without waiting.
func alive(raw syscall.RawConn) bool {
	silent := false
	err := raw.Control(func(fd uintptr) {
		var one [1]byte
		n, err := syscall.Read(int(fd), one[:])
		silent = n < 0 && (err == syscall.EAGAIN || err == syscall.EINTR)
	})
	return err == nil && silent
}
