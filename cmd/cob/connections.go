package main

import (
	"net"
	"sync"
)

// maxConnections bounds the open connections of the API. More wait until one is
// closed.
const maxConnections = 4096

// limitedListener accepts no more connections than it has places.
type limitedListener struct {
	net.Listener
	places chan struct{}
	closed chan struct{}
	close  sync.Once
}

func limitConnections(l net.Listener, most int) net.Listener {
	return &limitedListener{Listener: l, places: make(chan struct{}, most), closed: make(chan struct{})}
}

// Accept waits for a place and then for a connection.
func (l *limitedListener) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	return &placedConn{Conn: c, leave: func() { <-l.places }}, nil
}

// Close ends a waiting Accept, too.
func (l *limitedListener) Close() error {
	l.close.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// placedConn gives its place back once.
type placedConn struct {
	net.Conn
	once  sync.Once
	leave func()
}

func (c *placedConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.leave)
	return err
}
