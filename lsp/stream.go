package lsp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"go.lsp.dev/jsonrpc2"
)

// Limits of what a client may send.
const (
	// MaxMessageBytes bounds one message. A longer one ends the session.
	MaxMessageBytes = 64 << 20
	// MaxHeaderBytes bounds one line of a message's header.
	MaxHeaderBytes = 4 << 10
	// MaxQueued is how many messages wait before reading pauses.
	MaxQueued = 4096
)

// badMessage is a message whose frame is good and whose content is not. The
// session goes on.
type badMessage struct{ err error }

func (e *badMessage) Error() string { return e.err.Error() }

// stream frames messages with the headers of the protocol.
type stream struct {
	in  *bufio.Reader
	mu  sync.Mutex // of out
	out io.Writer
}

// read returns the next message. Errors: *badMessage; io.EOF at the end; any other
// error ends the session.
func (s *stream) read() (jsonrpc2.Message, error) {
	length := -1
	for {
		line, err := s.line()
		if err != nil {
			if errors.Is(err, io.EOF) && line == "" && length < 0 {
				return nil, io.EOF
			}
			return nil, fmt.Errorf("reading the header of a message: %w", err)
		}
		if line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("reading the header of a message: %q is no header", line)
		}
		if strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil || length < 0 {
				return nil, fmt.Errorf("reading the header of a message: %q is no length", value)
			}
		}
	}
	if length < 0 {
		return nil, errors.New("reading the header of a message: it has no Content-Length")
	}
	if length > MaxMessageBytes {
		return nil, fmt.Errorf("a message has %d bytes, more than %d", length, MaxMessageBytes)
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(s.in, body); err != nil {
		return nil, fmt.Errorf("reading a message: %w", err)
	}
	m, err := jsonrpc2.DecodeMessage(body)
	if err != nil {
		return nil, &badMessage{err}
	}
	return m, nil
}

// line reads a line of a header without its ending.
func (s *stream) line() (string, error) {
	var b strings.Builder
	for b.Len() <= MaxHeaderBytes {
		c, err := s.in.ReadByte()
		if err != nil {
			return b.String(), err
		}
		if c == '\n' {
			return strings.TrimSuffix(b.String(), "\r"), nil
		}
		b.WriteByte(c)
	}
	return "", fmt.Errorf("a line has more than %d bytes", MaxHeaderBytes)
}

func (s *stream) write(m jsonrpc2.Message) error {
	body, err := jsonrpc2.EncodeMessage(m)
	if err != nil {
		return fmt.Errorf("writing a message: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	frame := append([]byte("Content-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"), body...)
	if _, err := s.out.Write(frame); err != nil {
		return fmt.Errorf("writing a message: %w", err)
	}
	return nil
}
