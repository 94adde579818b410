package jetstream

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/cob-lang/cob/runtime/journal"
)

const (
	mirrorSubject = "cob.mirror"
	roleName      = "ROLE"
	maxSnapshot   = 1 << 32 // bytes of one that a mirror takes
)

// A Role says which of two clouds owns the shards.
type Role struct {
	Term  uint64                  `json:"term"`            // rises with every take-over; 0 where nothing was decided yet
	Owner string                  `json:"owner"`           // the cloud
	Alone bool                    `json:"alone"`           // the other cloud does not hold everything, so it must not take over
	Bases map[string]journal.Head `json:"bases,omitempty"` // what the owner took over, by journal and by channel (the number alone): whatever else the other one wrote is not in it
	At    time.Time               `json:"at,omitempty"`    // of the take-over
}

// MirrorHouse says where a mirror is.
type MirrorHouse struct {
	Dir    string // what it holds; made when it is not there
	Listen string // address for the other cloud, such as :4333
	Token  string // that the other cloud has to give; "" for none, on this machine alone or with TLS
	TLS    *TLS
	Cloud  string // that it is in
	Log    *slog.Logger
}

// A Mirror receives the journals and plans of the store in the other cloud, verifies each commit as it comes, and has it on the disk before
// it says so. It listens while its own cloud owns the shards too, and then refuses the other one. It is safe for concurrent use.
//
// Dir is laid out as Options.CopyDir: a store that is opened with it begins with what the mirror holds.
type Mirror struct {
	house  MirrorHouse
	server *server.Server
	nc     *nats.Conn
	work   sync.WaitGroup

	mu      sync.Mutex
	role    Role
	shelves map[string]*shelf
	letters map[string]*channelShelf
	blobs   map[string][]byte // snapshots that have come in part
	heard   time.Time
	closed  bool
	hushed  bool
	handle  func(op string, body []byte) ([]byte, error)
}

// OpenMirror opens the directory and listens. Errors: *StoreDirError, ones of listening.
func OpenMirror(h MirrorHouse) (*Mirror, error) {
	if h.Log == nil {
		h.Log = slog.New(slog.DiscardHandler)
	}
	m := &Mirror{house: h, shelves: map[string]*shelf{}, letters: map[string]*channelShelf{}, blobs: map[string][]byte{}}
	if err := os.MkdirAll(h.Dir, 0o750); err != nil {
		return nil, &StoreDirError{Dir: h.Dir, Reason: "cannot be made or written: give this user the right to write there, or choose another directory", Err: err}
	}
	text, err := os.ReadFile(m.rolePath())
	if err == nil {
		err = json.Unmarshal(text, &m.role)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &StoreDirError{Dir: h.Dir, Reason: "its file ROLE cannot be read", Err: err}
	}
	host, port, err := net.SplitHostPort(h.Listen)
	if err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	if number == 0 {
		number = server.RANDOM_PORT
	}
	o := &server.Options{
		ServerName: "cob-mirror", Host: host, Port: number, NoSigs: true, NoLog: true, NoSystemAccount: true,
		Authorization: h.Token, MaxPayload: DefaultMaxPayload, WriteDeadline: mirrorAsk,
	}
	if err = h.TLS.serve(o); err == nil {
		m.server, err = server.NewServer(o)
	}
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", h.Listen, err)
	}
	m.server.SetLogger(serverLog{h.Log}, false, false)
	m.server.Start()
	if !m.server.ReadyForConnections(DefaultTimeout) {
		m.server.Shutdown()
		return nil, fmt.Errorf("the mirror cannot listen on %s: another process may; choose another address", h.Listen)
	}
	options := []nats.Option{nats.InProcessServer(m.server), nats.MaxReconnects(-1)}
	if h.Token != "" {
		options = append(options, nats.Token(h.Token))
	}
	if m.nc, err = nats.Connect("", options...); err == nil {
		_, err = m.nc.Subscribe(mirrorSubject, m.asked)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listening on %s: %w", h.Listen, err), m.Close())
	}
	return m, nil
}

func (m *Mirror) rolePath() string { return filepath.Join(m.house.Dir, roleName) }

// Address is where it listens.
func (m *Mirror) Address() string { return m.server.Addr().String() }

// Handle answers what the other cloud asks by Ask, beside copying.
func (m *Mirror) Handle(f func(op string, body []byte) ([]byte, error)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.handle = f
}

// Role is what was decided last, as this cloud knows it.
func (m *Mirror) Role() Role {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.role
}

// Heard is when the owner was heard last, the zero time for never.
func (m *Mirror) Heard() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.heard
}

// Heads are the last commits that the mirror holds, by journal.
func (m *Mirror) Heads() (map[string]journal.Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	entries, err := os.ReadDir(m.house.Dir)
	if err != nil {
		return nil, err
	}
	heads := map[string]journal.Head{}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), journalPrefix) {
			continue
		}
		s, err := m.shelf(e.Name())
		if err != nil {
			return nil, err
		}
		heads[e.Name()] = s.head
	}
	return heads, nil
}

// TakeOver makes this cloud the owner, from what the mirror holds: from now on nothing of the other one is taken. It is durable on return.
// Errors: the term is not above the last one; of the disk.
func (m *Mirror) TakeOver(term uint64) (Role, error) {
	heads, err := m.Heads()
	if err != nil {
		return Role{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if term <= m.role.Term {
		return m.role, fmt.Errorf("a take-over of term %d is too late: %s is in term %d", term, m.role.Owner, m.role.Term)
	}
	role := Role{Term: term, Owner: m.house.Cloud, Alone: true, Bases: heads, At: time.Now().UTC()}
	for name := range heads { // what came while the lock was open
		role.Bases[name] = m.shelves[name].head
	}
	channels, err := channelCopies(m.house.Dir)
	for _, name := range channels {
		s, err := m.channel(name)
		if err != nil {
			return m.role, err
		}
		role.Bases[name] = journal.Head{Number: s.last}
	}
	if err != nil {
		return m.role, err
	}
	if err := m.write(role); err != nil {
		return m.role, err
	}
	return role, m.shut()
}

// Follow makes this cloud the mirror of another one. What it held is dropped where that is of another history than the owner's.
func (m *Mirror) Follow(role Role, drop bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if drop {
		if err := m.empty(); err != nil {
			return err
		}
	}
	return m.write(Role{Term: role.Term, Owner: role.Owner, At: role.At})
}

// Hush lets the mirror take nothing, as long as it is decided whether it takes over: what it takes tells the owner that it does not.
func (m *Mirror) Hush(is bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hushed = is
}

// Keep keeps a small file in the directory, durably.
func (m *Mirror) Keep(name string, content []byte) error {
	path := filepath.Join(m.house.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	return writeDurably(path, content)
}

// Kept is a file that was kept, nil for none.
func (m *Mirror) Kept(name string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(m.house.Dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// Begin makes this cloud the owner where nothing was decided yet.
func (m *Mirror) Begin() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.write(Role{Term: 1, Owner: m.house.Cloud, Alone: true, At: time.Now().UTC()})
}

// Alone writes down whether the other cloud lacks something.
func (m *Mirror) Alone(is bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	role := m.role
	role.Alone = is
	return m.write(role)
}

func (m *Mirror) write(role Role) error {
	text, err := json.MarshalIndent(role, "", "  ")
	if err == nil {
		err = writeDurably(m.rolePath(), append(text, '\n'))
	}
	if err == nil {
		m.role = role
	}
	return err
}

// empty drops all journals and channels. The plans stay: a plan is the same everywhere.
func (m *Mirror) empty() error {
	if err := m.shut(); err != nil {
		return err
	}
	entries, err := os.ReadDir(m.house.Dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), journalPrefix) || isChannel(e.Name()) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(m.house.Dir, e.Name())))
		}
	}
	return err
}

// shut closes the journals and channels, for a store that is opened with the directory.
func (m *Mirror) shut() (err error) {
	for name, s := range m.shelves {
		err = errors.Join(err, s.close())
		delete(m.shelves, name)
	}
	for name, s := range m.letters {
		err = errors.Join(err, s.close())
		delete(m.letters, name)
	}
	clear(m.blobs)
	return err
}

// Close ends it.
func (m *Mirror) Close() error {
	if m.nc != nil {
		m.nc.Close()
	}
	m.server.Shutdown()
	m.server.WaitForShutdown()
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.work.Wait()
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.shut()
}

// asked takes one question. Each is answered on a goroutine of its own; the owner asks one at a time for each journal.
func (m *Mirror) asked(q *nats.Msg) {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return
	}
	m.work.Add(1)
	m.mu.Unlock()
	go func() {
		defer m.work.Done()
		a, err := m.answer(q.Data)
		if err != nil {
			a.Error = err.Error()
		}
		if text, err := json.Marshal(a); err == nil {
			_ = q.Respond(text) // who asked finds out that there is no answer
		}
	}()
}

func (m *Mirror) answer(data []byte) (a mirrorAnswer, err error) {
	head, body, _ := bytes.Cut(data, []byte("\n"))
	var q mirrorQuestion
	if err := json.Unmarshal(head, &q); err != nil {
		return a, errors.New("a question that cannot be read")
	}
	if handle := m.other(q.Op); handle != nil {
		a.Body, err = handle(q.Op, body)
		return a, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if refused, err := m.refuse(q); refused != nil || err != nil {
		a.Role = refused
		return a, err
	}
	if m.hushed {
		return a, errors.New("it is deciding whether it takes over")
	}
	m.heard = time.Now()
	switch q.Op {
	case opBeat:
		return a, nil
	case opPlan:
		if _, err := planToken(q.Name); err != nil {
			return a, err
		}
		return a, writePlan(m.house.Dir, q.Name, body)
	case opAt, opCommits, opSnapshot:
		return m.copy(q, body)
	case opMessages:
		return m.messages(q, body)
	}
	return a, fmt.Errorf("a question %q that is not known here", q.Op)
}

func (m *Mirror) other(op string) func(string, []byte) ([]byte, error) {
	switch op {
	case opBeat, opAt, opCommits, opSnapshot, opPlan, opMessages:
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.handle
}

// refuse turns away whoever does not own the shards; it is told who does. An owner of a later term is a mirror's owner from now on.
func (m *Mirror) refuse(q mirrorQuestion) (*Role, error) {
	switch {
	case q.Cloud == m.house.Cloud:
		return nil, fmt.Errorf("this is the mirror of %s itself: --mirror names the other cloud's", q.Cloud)
	case q.Term < m.role.Term, q.Term == m.role.Term && q.Cloud != m.role.Owner:
		role := m.role
		return &role, nil
	case m.role.Owner == m.house.Cloud:
		return nil, fmt.Errorf("%s was the owner of term %d and has not given yet what only it has", m.house.Cloud, m.role.Term)
	case q.Term > m.role.Term:
		return nil, m.write(Role{Term: q.Term, Owner: q.Cloud, At: time.Now().UTC()})
	}
	return nil, nil
}

// shelf is the copy of one journal.
func (m *Mirror) shelf(name string) (*shelf, error) {
	if s := m.shelves[name]; s != nil {
		return s, nil
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(name, journalPrefix)); err != nil || n < 0 || n >= MaxShards || name != journalPrefix+strconv.Itoa(n) {
		return nil, fmt.Errorf("%q is no journal", name)
	}
	s, err := openShelf(m.house.Dir, name)
	if err == nil {
		m.shelves[name] = s
	}
	return s, err
}

func (m *Mirror) copy(q mirrorQuestion, body []byte) (a mirrorAnswer, err error) {
	s, err := m.shelf(q.Name)
	if err != nil {
		return a, err
	}
	switch q.Op {
	case opCommits:
		err = s.take(q.Anchor, body)
	case opSnapshot:
		err = m.snapshot(s, q, body)
	}
	if err == nil {
		err = s.shrink()
	}
	if err != nil { // what is torn is cut off when it is opened again
		delete(m.shelves, q.Name)
		return a, errors.Join(err, s.close())
	}
	a.Head = s.head
	if s.snap.UpTo > 0 {
		a.Manifest = s.snap.encode()
	}
	return a, nil
}

// take verifies commits and puts them behind the others, durably.
func (s *shelf) take(anchor bool, body []byte) error {
	verifier := journal.NewVerifier(s.name, s.head)
	if anchor {
		from := s.latest()
		if err := s.begin(from.UpTo); err != nil {
			return err
		}
		verifier = journal.NewAnchorVerifier(s.name, from.UpTo, from.Hash)
	}
	for len(body) > 0 {
		if len(body) < 4 || uint64(len(body)-4) < uint64(binary.BigEndian.Uint32(body)) {
			return errors.New("the commits end too early")
		}
		frame := body[4 : 4+binary.BigEndian.Uint32(body)]
		body = body[4+len(frame):]
		c, err := verifier.Next(verifier.Want(), frame)
		if err == nil {
			err = s.add(c, frame, verifier.Head())
		}
		if err != nil {
			return err
		}
	}
	return s.sync(context.Background())
}

// snapshot takes a part of one, and keeps it with the last part.
func (m *Mirror) snapshot(s *shelf, q mirrorQuestion, body []byte) error {
	man, err := decodeManifest(q.Manifest)
	if err != nil {
		return err
	}
	blob := m.blobs[q.Name]
	if q.Offset == 0 {
		blob = nil
	}
	if q.Offset != uint64(len(blob)) || man.Size > maxSnapshot || uint64(len(blob)+len(body)) > man.Size {
		return errors.New("a part of a snapshot that does not fit behind the others")
	}
	if blob = append(blob, body...); uint64(len(blob)) < man.Size {
		m.blobs[q.Name] = blob
		return nil
	}
	delete(m.blobs, q.Name)
	if !man.fits(blob) {
		return errors.New("the snapshot does not have its checksum")
	}
	return s.keep(context.Background(), man, blob)
}

// Ask asks the mirror at an address what is no copying, until the context ends; whoever is there answers by Handle. Errors:
// journal.ErrUnavailable.
func Ask(ctx context.Context, url string, secure *TLS, cloud, op string, body []byte) ([]byte, error) {
	nc, err := secure.connect(url, nats.Timeout(mirrorAsk), nats.NoReconnect())
	if err != nil {
		return nil, unavailable("asking the mirror", err)
	}
	defer nc.Close()
	a, err := askMirror(ctx, nc, mirrorQuestion{Op: op, Cloud: cloud}, body)
	return a.Body, err
}
