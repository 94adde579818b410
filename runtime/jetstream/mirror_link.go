package jetstream

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/cob-lang/cob/runtime/journal"
)

// Named limits of a mirror.
const (
	mirrorAsk   = 3 * time.Second        // longest wait for one answer of a mirror
	mirrorRetry = 250 * time.Millisecond // between two tries while a mirror takes nothing
	mirrorBeat  = time.Second            // between two questions whether the mirror still is one
	mirrorBatch = 4 << 20                // bytes of commits, or of a snapshot, in one message; one commit may be more
)

// ErrTakenOver says that the other cloud has taken over: what this one writes from now on is nowhere else, so it stops.
var ErrTakenOver = errors.New("the other cloud has taken over")

// MirrorOptions say where the second copy in another cloud is.
type MirrorOptions struct {
	URL   string // of the mirror there, such as nats://TOKEN@10.1.0.7:4333
	TLS   *TLS
	Cloud string // that this store is in
	Term  uint64 // the number of the take-over by which this cloud owns the shards, from 1
}

func (o *MirrorOptions) validate(store Options) error {
	switch {
	case o == nil:
		return nil
	case store.StoreDir == "":
		return errors.New("jetstream options: Mirror needs StoreDir; the servers of an external store have mirrors of their own")
	case o.URL == "" || o.Cloud == "" || o.Term == 0:
		return errors.New("jetstream options: Mirror needs URL, Cloud and Term")
	}
	return nil
}

// A question to a mirror is its header as a line of JSON, and a body.
type mirrorQuestion struct {
	Op       string `json:"op"`
	Cloud    string `json:"cloud"` // who asks
	Term     uint64 `json:"term"`
	Name     string `json:"name,omitempty"` // of the journal or plan
	Anchor   bool   `json:"anchor,omitempty"`
	Manifest []byte `json:"manifest,omitempty"`
	Offset   uint64 `json:"offset,omitempty"` // of the body in the snapshot
}

// What a mirror can be asked.
const (
	opBeat     = "beat"
	opAt       = "at"
	opCommits  = "commits"
	opSnapshot = "snapshot"
	opPlan     = "plan"
	opMessages = "messages"
)

type mirrorAnswer struct {
	Head     journal.Head `json:"head"`
	Manifest []byte       `json:"manifest,omitempty"`
	Role     *Role        `json:"role,omitempty"` // set where the question is refused because another cloud owns the shards
	Error    string       `json:"error,omitempty"`
	Body     []byte       `json:"body,omitempty"`
}

// A link is the way to the mirror.
type link struct {
	options MirrorOptions
	nc      *nats.Conn
	stop    context.CancelFunc
	done    chan struct{}
	work    sync.WaitGroup
	wake    chan struct{} // holds a token when there may be messages to bring

	mu    sync.Mutex
	plans map[string][]byte // that the mirror lacks
	posts map[string]*post  // to the copies of channels
	heard time.Time         // the last question that was answered left then
	role  Role              // of whoever has taken over, Term 0 for nobody
	taken chan struct{}     // closed when somebody has
}

func newLink(o MirrorOptions, log *slog.Logger) (*link, error) {
	nc, err := dialMirror(o)
	if err != nil {
		return nil, &ExternalServerError{URL: WithoutPasswords(o.URL), Reason: err.Error()}
	}
	ctx, stop := context.WithCancel(context.Background())
	l := &link{options: o, nc: nc, stop: stop, done: make(chan struct{}), wake: make(chan struct{}, 1), plans: map[string][]byte{}, posts: map[string]*post{}, taken: make(chan struct{})}
	go l.beat(ctx, log)
	l.work.Go(func() { l.deliver(ctx) })
	return l, nil
}

// dialMirror goes on trying in the background: a mirror may be away.
func dialMirror(o MirrorOptions) (*nats.Conn, error) {
	return o.TLS.connect(o.URL, nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(mirrorRetry), nats.ReconnectJitter(0, 0),
		nats.ReconnectBufSize(-1), nats.Timeout(mirrorAsk), nats.PingInterval(mirrorBeat), nats.MaxPingsOutstanding(2), nats.IgnoreAuthErrorAbort())
}

// beat finds out that the other cloud has taken over also while nothing is written.
func (l *link) beat(ctx context.Context, log *slog.Logger) {
	defer close(l.done)
	away := false
	for ctx.Err() == nil {
		_, err := l.ask(ctx, mirrorQuestion{Op: opBeat}, nil)
		if ctx.Err() != nil {
			return
		}
		if gone := err != nil; gone != away {
			if away = gone; gone {
				log.Warn("the mirror in the other cloud does not answer", "mirror", WithoutPasswords(l.options.URL), "error", err)
			} else {
				log.Warn("the mirror in the other cloud answers", "mirror", WithoutPasswords(l.options.URL))
			}
		}
		pauseFor(ctx, mirrorBeat)
	}
}

func pauseFor(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (l *link) close() {
	l.stop()
	<-l.done
	l.work.Wait()
	l.nc.Close()
}

// ask asks the mirror, in the term of this cloud. Errors: ErrTakenOver, journal.ErrUnavailable.
func (l *link) ask(ctx context.Context, q mirrorQuestion, body []byte) (mirrorAnswer, error) {
	q.Cloud, q.Term = l.options.Cloud, l.options.Term
	ctx, cancel := context.WithTimeout(ctx, mirrorAsk)
	defer cancel()
	sent := time.Now()
	a, err := askMirror(ctx, l.nc, q, body)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && a.Role == nil && sent.After(l.heard) {
		l.heard = sent
	}
	if err == nil && a.Role != nil {
		if l.role.Term == 0 {
			l.role = *a.Role
			close(l.taken)
		}
		return a, fmt.Errorf("%w: %s in term %d", ErrTakenOver, a.Role.Owner, a.Role.Term)
	}
	return a, err
}

// askMirror asks once. Errors: journal.ErrUnavailable, also where the mirror says why it did not do it.
func askMirror(ctx context.Context, nc *nats.Conn, q mirrorQuestion, body []byte) (a mirrorAnswer, err error) {
	if !nc.IsConnected() {
		return a, unavailable("asking the mirror", errors.New("it cannot be reached"))
	}
	head, err := json.Marshal(q)
	if err != nil {
		return a, err
	}
	m, err := nc.RequestWithContext(ctx, mirrorSubject, append(append(head, '\n'), body...))
	if err != nil {
		return a, unavailable("asking the mirror", err)
	}
	if err := json.Unmarshal(m.Data, &a); err != nil {
		return a, unavailable("asking the mirror", err)
	}
	if a.Error != "" {
		return a, unavailable("the mirror refused", errors.New(a.Error))
	}
	return a, nil
}

// plan notes that the mirror has to have a plan before it gets more commits.
func (l *link) plan(name string, content []byte) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.plans[name] = content
}

// sendPlans brings the plans that the mirror lacks.
func (l *link) sendPlans(ctx context.Context) error {
	for {
		l.mu.Lock()
		var name string
		var content []byte
		for name, content = range l.plans {
			break
		}
		l.mu.Unlock()
		if name == "" {
			return nil
		}
		if _, err := l.ask(ctx, mirrorQuestion{Op: opPlan, Name: name}, content); err != nil {
			return err
		}
		l.mu.Lock()
		if bytes.Equal(l.plans[name], content) {
			delete(l.plans, name)
		}
		l.mu.Unlock()
	}
}

// A distant is the second copy of one journal in a mirror.
type distant struct {
	link   *link
	name   string
	known  bool // whether head and snap are
	head   journal.Head
	snap   manifest
	anchor bool   // the next commits begin with that of the snapshot
	batch  []byte // commits that are not sent yet
	ctx    context.Context
}

func (d *distant) place() string { return WithoutPasswords(d.link.options.URL) }

func (d *distant) at(ctx context.Context) (journal.Head, manifest, error) {
	d.ctx = ctx
	err := d.link.sendPlans(ctx)
	if err == nil { // a commit may speak of a message, so the messages go first
		err = d.link.sendMessages(ctx)
	}
	if err != nil {
		return d.head, d.snap, err
	}
	if d.known {
		return d.head, d.snap, nil
	}
	a, err := d.link.ask(ctx, mirrorQuestion{Op: opAt, Name: d.name}, nil)
	if err != nil {
		return d.head, d.snap, err
	}
	d.batch, d.anchor = nil, false
	return d.head, d.snap, d.learn(a)
}

// learn takes what the mirror says that it holds.
func (d *distant) learn(a mirrorAnswer) error {
	d.head, d.snap, d.known = a.Head, manifest{}, true
	if len(a.Manifest) == 0 {
		return nil
	}
	var err error
	d.snap, err = decodeManifest(a.Manifest)
	return err
}

func (d *distant) tell(ctx context.Context, q mirrorQuestion, body []byte) error {
	q.Name, d.known = d.name, false
	a, err := d.link.ask(ctx, q, body)
	if err != nil {
		return err
	}
	return d.learn(a)
}

func (d *distant) keep(ctx context.Context, man manifest, blob []byte) error {
	for at := 0; at == 0 || at < len(blob); at += mirrorBatch {
		part := blob[at:min(at+mirrorBatch, len(blob))]
		if err := d.tell(ctx, mirrorQuestion{Op: opSnapshot, Manifest: man.encode(), Offset: uint64(at)}, part); err != nil {
			return err
		}
	}
	return nil
}

func (d *distant) shrink() error { return nil } // the mirror does it by itself

func (d *distant) begin(uint64) error {
	d.batch, d.anchor = nil, true
	return nil
}

func (d *distant) add(_ journal.Commit, frame []byte, _ journal.Head) error {
	if len(d.batch) > 0 && len(d.batch)+len(frame) > mirrorBatch {
		if err := d.sync(d.ctx); err != nil {
			return err
		}
	}
	d.batch = append(binary.BigEndian.AppendUint32(d.batch, uint32(len(frame))), frame...)
	return nil
}

func (d *distant) sync(ctx context.Context) error {
	if len(d.batch) == 0 {
		return nil
	}
	batch, anchor := d.batch, d.anchor
	d.batch, d.anchor = nil, false
	return d.tell(ctx, mirrorQuestion{Op: opCommits, Anchor: anchor}, batch)
}

func (d *distant) close() error { return nil }

// Mirrored waits until the mirror holds a commit durably. Errors: journal.ErrUnavailable where it does not within the context,
// journal.ErrFenced where the other cloud has taken over.
func (j *Journal) Mirrored(ctx context.Context, number uint64) error {
	j.mu.Lock()
	c := j.mirror
	j.mu.Unlock()
	if c == nil {
		return journal.ErrNotOwner
	}
	switch err := c.await(ctx, number); {
	case err == nil:
		return nil
	case errors.Is(err, ErrTakenOver):
		return fmt.Errorf("%w: %w", journal.ErrFenced, err)
	case errors.Is(err, journal.ErrNotOwner):
		return err
	default:
		return fmt.Errorf("%w: the mirror does not hold commit %d: %v", journal.ErrUnavailable, number, err)
	}
}

// Mirror says how the copy in the other cloud stands.
func (j *Journal) Mirror() CopyStatus {
	j.mu.Lock()
	c := j.mirror
	j.mu.Unlock()
	if c == nil {
		return CopyStatus{}
	}
	return c.status()
}

// TakenOver is closed when the mirror says that its cloud has taken over, and By then says who it was. Without a mirror it never is.
func (s *Server) TakenOver() <-chan struct{} {
	if s.link == nil {
		return nil
	}
	return s.link.taken
}

// By is the role of the cloud that has taken over.
func (s *Server) By() Role {
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	return s.link.role
}

// Heard is when the last question left that the mirror answered as one, the zero time for none.
func (s *Server) Heard() time.Time {
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	return s.link.heard
}
