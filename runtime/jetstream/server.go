package jetstream

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A Server is an open store: an embedded NATS server on a directory, or a connection to an external one. It is safe for concurrent use.
type Server struct {
	options  Options
	dir      *directory     // nil for an external server
	embedded *server.Server // nil for an external server
	nc       *nats.Conn
	js       jetstream.JetStream
	link     *link // to the mirror in another cloud, nil for none

	mu       sync.Mutex
	journals []*Journal
	channels map[string]*marker // by stream: several handles on a channel share its mark
}

// Open opens the store. Errors: those of Options.Validate, *StoreDirError, *StoreInUseError, *StoreVersionError, *ExternalServerError;
// journal.ErrUnavailable where servers that will do have not agreed on a leader yet.
func Open(ctx context.Context, o Options) (*Server, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	s := &Server{options: o, channels: map[string]*marker{}}
	var err error
	if o.URL != "" {
		err = s.connect(ctx)
	} else {
		err = s.embed()
	}
	if err == nil && o.Mirror != nil {
		s.link, err = newLink(*o.Mirror, o.Log)
	}
	if err != nil {
		s.shutdown()
		return nil, err
	}
	return s, nil
}

// embed starts a server that listens nowhere and connects to it inside the process.
func (s *Server) embed() error {
	dir, err := openDirectory(s.options.StoreDir, s.options.Reserve)
	if err != nil {
		return err
	}
	s.dir = dir
	if err := dir.room(0, 50); err != nil {
		return &StoreDirError{Dir: dir.path, Reason: "the disk is full: free disk space", Err: err}
	}
	s.embedded, err = server.NewServer(&server.Options{
		ServerName: "cob", DontListen: true, NoSigs: true, NoLog: true, NoSystemAccount: true,
		JetStream: true, StoreDir: dir.path, SyncAlways: !s.options.LazySync,
		JetStreamMaxStore: s.options.MaxStore, JetStreamMaxMemory: 64 << 20,
		MaxPayload: int32(s.options.MaxPayload), DisableJetStreamBanner: true,
	})
	if err != nil {
		return &StoreDirError{Dir: dir.path, Reason: "the store cannot be set up", Err: err}
	}
	s.embedded.SetLogger(serverLog{s.options.Log}, false, false)
	s.embedded.Start()
	if !s.embedded.ReadyForConnections(s.options.Timeout) || !s.embedded.JetStreamEnabled() {
		return &StoreDirError{Dir: dir.path, Reason: "the store did not start: see the log, and check that this user may write everywhere below it"}
	}
	s.nc, err = nats.Connect("", nats.InProcessServer(s.embedded), nats.MaxReconnects(-1), nats.ReconnectBufSize(-1))
	if err != nil {
		return fmt.Errorf("connecting to the embedded store: %w", err)
	}
	s.js, err = jetstream.New(s.nc)
	return err
}

// reconnectPause is between two tries to reach the servers of a cluster again.
const reconnectPause = 250 * time.Millisecond

// refuse says why an external server cannot be used.
func (s *Server) refuse(format string, args ...any) error {
	return &ExternalServerError{URL: WithoutPasswords(s.options.URL), Reason: fmt.Sprintf(format, args...)}
}

// reach connects to an external server and checks that messages of COB go over it.
func (s *Server) reach() error {
	nc, err := s.options.TLS.connect(s.options.URL, nats.Timeout(s.options.Timeout), nats.MaxReconnects(-1), nats.ReconnectBufSize(-1), nats.ReconnectWait(reconnectPause))
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked):
		return s.refuse("it refuses the credentials (%v): write them into the address, nats://USER:PASSWORD@HOST or nats://TOKEN@HOST", err)
	case err != nil:
		return s.refuse("%v", err)
	}
	s.nc = nc
	if v := nc.ConnectedServerVersion(); !atLeast(v, 2, 11) {
		return s.refuse("its version is %s, COB needs 2.11 or newer", v)
	}
	if got := nc.MaxPayload(); got < int64(s.options.MaxPayload) {
		return s.refuse("its max_payload is %d bytes, %d are needed: raise it there or lower MaxPayload here", got, s.options.MaxPayload)
	}
	return nil
}

// connect reaches an external server and checks that it can do what COB needs.
func (s *Server) connect(ctx context.Context) error {
	if err := s.reach(); err != nil {
		return err
	}
	if s.options.Replicas == 0 {
		if s.options.Replicas = 1; s.nc.ConnectedClusterName() != "" {
			s.options.Replicas = 3
		}
	}
	var err error
	if s.js, err = jetstream.New(s.nc); err != nil {
		return s.refuse("%v", err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	_, err = s.js.AccountInfo(ctx)
	var refused *jetstream.APIError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &refused) && refused.ErrorCode == codeNoLeader:
		return unavailable("asking "+WithoutPasswords(s.options.URL)+" for JetStream", err)
	case err != nil:
		return s.refuse("JetStream is not available there: %v", err)
	}
	return nil
}

// WithoutPasswords is a list of addresses as it may be shown: with neither passwords nor tokens.
func WithoutPasswords(list string) string {
	var shown []string
	for _, text := range strings.Split(list, ",") {
		u, err := url.Parse(strings.TrimSpace(text))
		switch {
		case err != nil:
			text = "(an address that cannot be read)"
		case u.User != nil:
			if _, secret := u.User.Password(); !secret {
				u.User = url.User("xxxxx") // a token
			}
			text = u.Redacted()
		}
		shown = append(shown, text)
	}
	return strings.Join(shown, ",")
}

// atLeast compares a version such as 2.11.4-beta with major.minor.
func atLeast(version string, major, minor int) bool {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) < 2 {
		return false
	}
	a, errA := strconv.Atoi(parts[0])
	b, errB := strconv.Atoi(parts[1])
	if errA != nil || errB != nil {
		return false
	}
	return a > major || (a == major && b >= minor)
}

// Close closes the journals, which leaves exact marks, stops the server with everything on disk, and lets the directory go.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	journals := s.journals
	channels := s.channels
	s.journals, s.channels = nil, nil
	s.mu.Unlock()
	for _, m := range channels {
		m.close()
	}
	var errs []error
	for _, j := range journals {
		errs = append(errs, j.Close(ctx))
	}
	errs = append(errs, s.shutdown())
	return errors.Join(errs...)
}

func (s *Server) shutdown() error {
	if s.link != nil {
		s.link.close()
	}
	if s.nc != nil {
		s.nc.Close()
	}
	if s.embedded != nil {
		s.embedded.Shutdown()
		s.embedded.WaitForShutdown()
	}
	if s.dir != nil {
		return s.dir.close()
	}
	return nil
}

func (s *Server) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.options.Timeout)
}

// ensure opens a stream, or makes it. made says that it is new.
func (s *Server) ensure(ctx context.Context, cfg jetstream.StreamConfig) (st jetstream.Stream, made bool, err error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	cfg.Storage, cfg.Replicas, cfg.AllowDirect = jetstream.FileStorage, s.options.Replicas, true
	st, err = s.js.Stream(ctx, cfg.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		st, err = s.js.CreateStream(ctx, cfg)
		return st, true, err
	}
	if err != nil {
		return nil, false, err
	}
	if old := st.CachedInfo().Config; old.MaxBytes != cfg.MaxBytes || old.MaxMsgs != cfg.MaxMsgs || old.MaxMsgSize != cfg.MaxMsgSize || old.Duplicates != cfg.Duplicates {
		cfg.FirstSeq = old.FirstSeq // it is of the making
		st, err = s.js.UpdateStream(ctx, cfg)
	}
	return st, false, err
}

// streamPlace says for people where a stream lies.
func (s *Server) streamPlace(name string) string {
	if s.dir != nil {
		return filepath.Join(s.dir.path, "jetstream", "$G", "streams", name)
	}
	return "the stream " + name
}

// exists says whether a stream is there.
func (s *Server) exists(ctx context.Context, name string) (bool, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	_, err := s.js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return false, nil
	}
	return err == nil, err
}
