package e2e

import (
	"net"
	"sync"
	"testing"
	"time"
)

// A link is a network between somebody and one server, which a test can break. What
// is sent into a way that is shut is held back, as TCP does it, and arrives when the
// way is open again: the sender cannot know.
type link struct {
	to string // host and port
	at net.Listener

	mu     sync.Mutex
	change chan struct{} // closed with every change of the state
	state  weather
	conns  map[net.Conn]struct{}
}

// weather is the state of a link.
type weather struct {
	down      bool // nobody gets through, and who was through is cut off
	out, back bool // nothing goes towards the server, or comes from there
	delay     time.Duration
}

// newLink is an open link to a server.
func newLink(t testing.TB, to string) *link {
	t.Helper()
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &link{to: to, at: at, change: make(chan struct{}), conns: map[net.Conn]struct{}{}}
	go l.accept()
	t.Cleanup(func() {
		at.Close()
		l.set(weather{down: true})
	})
	return l
}

// url is where the link begins.
func (l *link) url() string { return "nats://" + l.at.Addr().String() }

func (l *link) set(w weather) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = w
	close(l.change)
	l.change = make(chan struct{})
	if w.down {
		for c := range l.conns {
			c.Close()
		}
	}
}

func (l *link) accept() {
	for {
		from, err := l.at.Accept()
		if err != nil {
			return // the test is over
		}
		go l.join(from)
	}
}

func (l *link) join(from net.Conn) {
	defer from.Close()
	if !l.keep(from) {
		return
	}
	defer l.forget(from)
	to, err := net.Dial("tcp", l.to)
	if err != nil {
		return
	}
	defer to.Close()
	if !l.keep(to) {
		return
	}
	defer l.forget(to)
	var ways sync.WaitGroup
	ways.Go(func() { l.pass(from, to, func(w weather) bool { return w.out }) })
	ways.Go(func() { l.pass(to, from, func(w weather) bool { return w.back }) })
	ways.Wait()
}

// keep says whether a connection may begin now.
func (l *link) keep(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state.down {
		return false
	}
	l.conns[c] = struct{}{}
	return true
}

func (l *link) forget(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

// pass carries one way until an end is gone, and takes the other way with it.
func (l *link) pass(from, to net.Conn, shut func(weather) bool) {
	defer from.Close()
	defer to.Close()
	piece := make([]byte, 64<<10)
	for {
		n, err := from.Read(piece)
		if n > 0 && (!l.open(shut) || !written(to, piece[:n])) || err != nil {
			return
		}
	}
}

func written(to net.Conn, piece []byte) bool {
	_, err := to.Write(piece)
	return err == nil
}

// open waits until a way is open, and says whether it ever will be for what waits.
func (l *link) open(shut func(weather) bool) bool {
	for {
		l.mu.Lock()
		state, change := l.state, l.change
		l.mu.Unlock()
		switch {
		case state.down:
			return false
		case !shut(state):
			time.Sleep(state.delay)
			return true
		}
		<-change
	}
}
