package lsp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// Options of Serve.
type Options struct {
	// Settle is how long typing must rest before diagnostics are told; 0 to 10 s,
	// default 40 ms.
	Settle time.Duration
	// Log takes what only somebody who mends the server wants to know; nil is
	// nowhere.
	Log *slog.Logger
	// Version of cob, as the client is told.
	Version string
}

// defaultSettle is less than what a person takes for a delay, and more than the
// time between two keys of somebody who types fast and means one word.
const defaultSettle = 40 * time.Millisecond

// Validate says which field is outside its bounds.
func (o Options) Validate() error {
	if o.Settle < 0 || o.Settle > 10*time.Second {
		return fmt.Errorf("options of the language server: Settle is %s: want 0s to 10s", o.Settle)
	}
	return nil
}

// ErrNoShutdown says that the client went away without a word.
var ErrNoShutdown = errors.New("the client ended the session without shutdown")

// Serve speaks the protocol until the client says exit, the input ends or ctx
// does. Errors: the options; a stream that is no protocol; ErrNoShutdown.
func Serve(ctx context.Context, in io.Reader, out io.Writer, o Options) error {
	if err := o.Validate(); err != nil {
		return err
	}
	if o.Settle == 0 {
		o.Settle = defaultSettle
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &server{
		stream: &stream{in: bufio.NewReader(in), out: out}, log: o.Log, settle: o.Settle,
		queue: make(chan *job, MaxQueued), waiting: map[jsonrpc2.ID]*job{}, session: newSession(o.Version),
	}
	ended := make(chan error, 1)
	done := make(chan struct{})
	defer close(done)
	go func() { ended <- s.read(done) }()
	return s.work(ctx, ended)
}

// job is one message of the client that waits for its turn.
type job struct {
	id     jsonrpc2.ID // invalid for a notification
	method string
	params []byte
}

// server is one session: a reader, a worker, and the requests between them.
type server struct {
	*stream
	log     *slog.Logger
	settle  time.Duration
	queue   chan *job
	session *session // of the worker alone

	mu      sync.Mutex
	waiting map[jsonrpc2.ID]*job // requests that nobody has begun with
}

// read puts messages into the queue until the input ends.
func (s *server) read(done <-chan struct{}) error {
	for {
		m, err := s.stream.read()
		var bad *badMessage
		switch {
		case errors.As(err, &bad):
			s.reply(jsonrpc2.ID{}, nil, jsonrpc2.NewError(jsonrpc2.ParseError, bad.Error()))
			continue
		case err != nil:
			return err
		}
		var j *job
		switch m := m.(type) {
		case *jsonrpc2.Call:
			j = &job{id: m.ID(), method: m.Method(), params: m.Params()}
			s.mu.Lock()
			s.waiting[j.id] = j
			s.mu.Unlock()
		case *jsonrpc2.Notification:
			if m.Method() == protocol.MethodCancelRequest {
				s.cancel(m.Params())
				continue
			}
			j = &job{method: m.Method(), params: m.Params()}
		default:
			continue // the answer to something the server asked and does not wait for
		}
		select {
		case s.queue <- j:
		case <-done:
			return nil
		}
	}
}

// begin takes a request out of those that can be cancelled; false when it has
// been.
func (s *server) begin(j *job) bool {
	if !j.id.IsValid() {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting[j.id] != j {
		return false
	}
	delete(s.waiting, j.id)
	return true
}

// cancel answers a request that still waits. One that has begun is answered in a
// moment anyway.
func (s *server) cancel(params []byte) {
	var p protocol.CancelParams
	if protocol.Unmarshal(params, &p) != nil {
		return
	}
	var id jsonrpc2.ID
	switch x := p.ID.(type) {
	case protocol.Integer:
		id = jsonrpc2.NewNumberID(int64(x))
	case protocol.String:
		id = jsonrpc2.NewStringID(string(x))
	}
	s.mu.Lock()
	_, waits := s.waiting[id]
	delete(s.waiting, id)
	s.mu.Unlock()
	if waits {
		s.reply(id, nil, protocol.ErrRequestCancelled)
	}
}

// work does what the queue holds, one after the other, and tells diagnostics when
// it has been quiet for a while.
func (s *server) work(ctx context.Context, ended <-chan error) error {
	quiet := time.NewTimer(time.Hour)
	quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case j := <-s.queue:
			if s.begin(j) {
				s.do(j)
			}
		case <-quiet.C:
			s.tell()
			continue
		case err := <-ended:
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return s.finish(err)
		}
		if s.session.phase == exited {
			return s.finish(nil)
		}
		if len(s.session.changed) > 0 {
			quiet.Reset(s.settle)
		}
	}
}

// finish does what was asked before the input ended.
func (s *server) finish(err error) error {
	for s.session.phase != exited {
		select {
		case j := <-s.queue:
			if s.begin(j) {
				s.do(j)
			}
			continue
		default:
		}
		break
	}
	if err == nil && s.session.phase != exited || s.session.early {
		return ErrNoShutdown
	}
	return err
}

// do answers one message. A panic below is a bug of ours: it is told, and the
// session goes on.
func (s *server) do(j *job) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("a bug in the language server", "method", j.method, "panic", r, "stack", string(debug.Stack()))
			s.session.forget()
			s.reply(j.id, nil, jsonrpc2.Errorf(jsonrpc2.InternalError, "a bug of cob in %s: %v", j.method, r))
		}
	}()
	result, err := s.session.handle(j)
	for _, m := range s.session.outbox {
		s.send(m)
	}
	s.session.outbox = nil
	if j.id.IsValid() {
		s.reply(j.id, result, err)
	} else if err != nil {
		s.log.Warn("a notification was refused", "method", j.method, "error", err)
	}
}

func (s *server) tell() {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("a bug in the language server", "panic", r, "stack", string(debug.Stack()))
			s.session.forget()
		}
	}()
	for _, p := range s.session.diagnostics() {
		s.send(message{method: protocol.MethodTextDocumentPublishDiagnostics, params: p})
	}
}

// message is what the server sends unasked.
type message struct {
	id     jsonrpc2.ID // valid when the client has to answer
	method string
	params any
}

func (s *server) send(m message) {
	body, err := protocol.Marshal(m.params)
	if err != nil {
		s.log.Error("a message could not be written", "method", m.method, "error", err)
		return
	}
	var out jsonrpc2.Message = jsonrpc2.NewNotification(m.method, body)
	if m.id.IsValid() {
		out = jsonrpc2.NewCall(m.id, m.method, body)
	}
	if err := s.write(out); err != nil {
		s.log.Warn("the client does not listen", "error", err)
	}
}

func (s *server) reply(id jsonrpc2.ID, result any, failed error) {
	body := []byte("null")
	if failed == nil && result != nil {
		var err error
		if body, err = protocol.Marshal(result); err != nil {
			failed = jsonrpc2.Errorf(jsonrpc2.InternalError, "writing the answer: %v", err)
		}
	}
	if failed != nil {
		body = nil
	}
	if err := s.write(jsonrpc2.NewResponse(id, body, failed)); err != nil {
		s.log.Warn("the client does not listen", "error", err)
	}
}
