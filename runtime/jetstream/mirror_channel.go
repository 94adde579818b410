package jetstream

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/cob-lang/cob/runtime/journal"
)

// A post brings the messages of one channel to the mirror. Its methods may be called on nil.
type post struct {
	link   *link
	server *Server
	name   string // of the stream

	bringing chan struct{} // holds one while somebody brings; whoever waits for it finds that it was brought for him
	known    bool          // whether last is what the mirror says
	first    uint64        // that the mirror was told

	mu    sync.Mutex
	there uint64 // the last message that is known to be in the channel
	last  uint64 // the last one that the mirror holds, durably
	since time.Time
	err   error
}

// post is the one of a channel.
func (l *link) post(s *Server, name string) *post {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.posts[name]
	if p == nil {
		p = &post{link: l, server: s, name: name, since: time.Now(), bringing: make(chan struct{}, 1)}
		l.posts[name] = p
		p.there = 1 // it is looked at once
	}
	return p
}

// reached says that the channel holds a message.
func (p *post) reached(seq uint64) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if seq > p.there {
		if p.there <= p.last {
			p.since = time.Now()
		}
		p.there = seq
	}
	select {
	case p.link.wake <- struct{}{}:
	default:
	}
}

// lacks says whether the mirror lacks a message, and for how long it has lacked one.
func (p *post) lacks() (bool, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.there <= p.last {
		return false, 0
	}
	return true, time.Since(p.since)
}

// deliver brings messages nobody waits for.
func (l *link) deliver(ctx context.Context) {
	for ctx.Err() == nil {
		if l.sendMessages(ctx) != nil {
			pauseFor(ctx, mirrorRetry)
		}
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-time.After(copyPause):
		}
	}
}

// sendMessages brings the messages that the mirror lacks.
func (l *link) sendMessages(ctx context.Context) error {
	l.mu.Lock()
	posts := slices.Collect(maps.Values(l.posts))
	l.mu.Unlock()
	var errs []error // of one channel, which does not keep the others here
	for _, p := range posts {
		if lacks, _ := p.lacks(); lacks {
			errs = append(errs, p.bring(ctx, 0))
		}
	}
	return errors.Join(errs...)
}

// bring brings everything that the channel holds, unless the mirror has the message seq already. Errors: ErrTakenOver,
// journal.ErrUnavailable, *journal.DamageError.
func (p *post) bring(ctx context.Context, seq uint64) (err error) {
	select {
	case p.bringing <- struct{}{}:
		defer func() { <-p.bringing }()
	case <-ctx.Done():
		return unavailable("waiting for the messages of "+p.name, ctx.Err())
	}
	p.mu.Lock()
	had := p.last
	p.mu.Unlock()
	if seq > 0 && seq <= had {
		return nil
	}
	began := time.Now()
	st, err := p.server.state(ctx, p.name)
	if err == nil && !p.known {
		had, err = p.tell(ctx, nil, false)
		p.known = err == nil
	}
	if err == nil && st.LastSeq != had && st.LastSeq > 0 {
		had, err = p.send(ctx, st, had)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err = err; err != nil {
		p.known = false
		return err
	}
	p.last = had
	if p.there <= max(st.LastSeq, 1) {
		p.there = had
	} else {
		p.since = began
	}
	return nil
}

// tell puts letters behind what the mirror has, and says how far that reaches.
func (p *post) tell(ctx context.Context, letters []byte, anew bool) (last uint64, err error) {
	a, err := p.link.ask(ctx, mirrorQuestion{Op: opMessages, Name: p.name, Anchor: anew}, letters)
	return a.Head.Number, err
}

// send reads and tells what is behind had.
func (p *post) send(ctx context.Context, st state, had uint64) (uint64, error) {
	from, anew := had+1, false
	switch {
	case had > st.LastSeq: // the channel is another one
		from, anew = max(st.FirstSeq, 1), true
	case st.FirstSeq > from: // what it lacks was taken by everybody
		from, anew = st.FirstSeq, true
	}
	var body []byte
	put := func(l letter) error {
		encoded, err := l.encode()
		body = append(binary.BigEndian.AppendUint32(body, uint32(len(encoded))), encoded...)
		return err
	}
	flush := func() (err error) {
		had, err = p.tell(ctx, body, anew)
		body, anew = nil, false
		return err
	}
	if st.FirstSeq > p.first && !anew {
		if err := put(letter{First: st.FirstSeq}); err != nil {
			return had, err
		}
	}
	err := p.server.letters(ctx, p.name, from, st.LastSeq, func(l letter) error {
		if err := put(l); err != nil || len(body) < mirrorBatch {
			return err
		}
		return flush()
	})
	if err == nil && len(body) > 0 {
		err = flush()
	}
	if err == nil {
		p.first = st.FirstSeq
	}
	return had, err
}

// letters reads the messages of a channel from one to another. Errors: *journal.DamageError where one is missing.
func (s *Server) letters(ctx context.Context, stream string, from, to uint64, f func(letter) error) error {
	for ; from <= to; from++ {
		m, _, err := s.get(ctx, stream, directGet{Seq: from})
		if errors.Is(err, errNotFound) {
			st, err := s.state(ctx, stream)
			if err == nil && from < st.FirstSeq { // everybody has taken it meanwhile: the next look begins behind it
				err = unavailable("reading "+stream, errors.New("messages were dropped meanwhile"))
			}
			if err == nil {
				err = journal.Damage(stream, from, "message %d is missing", from)
			}
			return err
		}
		if err != nil {
			return err
		}
		at, err := time.Parse(time.RFC3339Nano, m.Header.Get("Nats-Time-Stamp"))
		if err != nil {
			return unavailable("reading "+stream+" at "+strconv.FormatUint(from, 10), err)
		}
		headers := nats.Header{}
		for name, values := range m.Header {
			if name == headerID || name == headerOwn || strings.HasPrefix(name, headerPrefix) {
				headers[name] = values
			}
		}
		if err := f(letter{Seq: from, At: at, Headers: headers, Data: m.Data}); err != nil {
			return err
		}
	}
	return nil
}

// MessagesSent waits until the mirror holds the messages of all channels that are open. Errors: journal.ErrUnavailable, journal.ErrFenced.
func (s *Server) MessagesSent(ctx context.Context) error {
	if s.link == nil {
		return nil
	}
	err := s.link.sendMessages(ctx)
	if errors.Is(err, ErrTakenOver) {
		err = fmt.Errorf("%w: %w", journal.ErrFenced, err)
	}
	return err
}

// Mirrored waits until the mirror holds a message durably. Errors: journal.ErrUnavailable where it does not within the context,
// journal.ErrFenced where the other cloud has taken over.
func (c *Channel) Mirrored(ctx context.Context, seq uint64) error {
	if c.post == nil {
		return journal.ErrNotOwner
	}
	for {
		err := c.post.bring(ctx, seq)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrTakenOver):
			return fmt.Errorf("%w: %w", journal.ErrFenced, err)
		}
		pauseFor(ctx, mirrorRetry/10)
		if ctx.Err() != nil {
			return fmt.Errorf("%w: the mirror does not hold message %d: %v", journal.ErrUnavailable, seq, err)
		}
	}
}

// Lacks says for how long the mirror has lacked a message, 0 where it lacks none.
func (c *Channel) Lacks() time.Duration {
	if c.post == nil {
		return 0
	}
	_, since := c.post.lacks()
	return since
}

// PostStatus says how the copy of a channel in the other cloud stands.
type PostStatus struct {
	Channel string // qualified
	Last    uint64 // the last message that it holds
	Behind  uint64 // messages that it lacks, as far as is known
	Lag     time.Duration
	Err     error // why it takes nothing now
}

// Posts says how the copies of the channels in the other cloud stand, by name.
func (s *Server) Posts() (list []PostStatus) {
	if s.link == nil {
		return nil
	}
	s.link.mu.Lock()
	posts := maps.Clone(s.link.posts)
	s.link.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(posts)) {
		p := posts[name]
		p.mu.Lock()
		status := PostStatus{Channel: channelTitle(name), Last: p.last, Err: p.err}
		if p.there > p.last {
			status.Behind, status.Lag = p.there-p.last, time.Since(p.since)
		}
		p.mu.Unlock()
		list = append(list, status)
	}
	return list
}

// channel is the copy of one channel.
func (m *Mirror) channel(name string) (*channelShelf, error) {
	if s := m.letters[name]; s != nil {
		return s, nil
	}
	s, err := openChannelShelf(m.house.Dir, name)
	if err == nil {
		m.letters[name] = s
	}
	return s, err
}

// messages takes messages of a channel, and says how far its copy reaches.
func (m *Mirror) messages(q mirrorQuestion, body []byte) (a mirrorAnswer, err error) {
	s, err := m.channel(q.Name)
	if err != nil {
		return a, err
	}
	if len(body) > 0 {
		if err = s.take(body, q.Anchor); err == nil {
			err = s.shrink()
		}
	}
	if err != nil { // what is torn is cut off when it is opened again
		delete(m.letters, q.Name)
		return a, errors.Join(err, s.close())
	}
	a.Head.Number = s.last
	return a, nil
}

// restore brings the messages that the second copy has beyond the store, which ends at last, and says where it ends then; 0 where nothing was
// brought. A copy that does not reach what is known to have been read or acknowledged is an old one, and is left alone.
func (c *Channel) restore(ctx context.Context, there bool, last, known uint64) (uint64, error) {
	root := c.server.options.CopyDir
	if root == "" {
		return 0, nil
	}
	names, err := channelCopies(root)
	if err != nil || !slices.Contains(names, c.name) {
		return 0, err
	}
	s, err := openChannelShelf(root, c.name)
	if err != nil {
		return 0, err
	}
	defer s.close()
	if s.last == 0 || s.last <= last || s.last < known {
		return 0, nil
	}
	if _, _, err := c.server.ensure(ctx, c.config(max(s.first, 1))); err != nil {
		return 0, unavailable("opening "+c.name, err)
	}
	var under []jetstream.PubAckFuture
	_, err = s.read(func(l letter, _ []byte) error {
		if l.Seq <= last || l.Seq < s.first {
			return nil
		}
		sent, err := c.server.js.PublishMsgAsync(c.again(l))
		if under = append(under, sent); err != nil || len(under) < refillAhead {
			return err
		}
		err = c.server.sent(ctx, c.name, under)
		under = under[:0]
		return err
	})
	if err == nil {
		err = c.server.sent(ctx, c.name, under)
	}
	if err != nil {
		return 0, fmt.Errorf("the messages of %s from the second copy: %w", c.title, err)
	}
	return s.last, nil
}

// again is a message as it was, at its place. One that is older than the window is not known again by its ID, as before.
func (c *Channel) again(l letter) *nats.Msg {
	m := nats.NewMsg(c.subject)
	m.Data = l.Data
	for name, values := range l.Headers {
		m.Header[name] = values
	}
	if time.Since(l.At) > c.options.Window {
		if m.Header.Get(headerOwn) == "" {
			m.Header[headerOwn] = m.Header[headerID]
		}
		delete(m.Header, headerID)
	}
	m.Header[nats.ExpectedLastSeqHdr] = []string{strconv.FormatUint(l.Seq-1, 10)}
	return m
}

// LooseMessage is a message of a channel in a store that nobody runs.
type LooseMessage struct {
	Channel string // qualified
	Message
	Same string // what makes it the same message as another
}

// Gap is a range of messages that a channel held and has dropped, because everybody here had taken them.
type Gap struct {
	Channel  string // qualified
	From, To uint64 // the first and the last position
}

// MessagesBehind reads the messages that the channels of the store hold behind some positions, by stream, and says which of those are
// dropped; those of a stream that is not named are all behind.
func (s *Server) MessagesBehind(ctx context.Context, bases map[string]uint64, f func(LooseMessage) error) (gone []Gap, err error) {
	names := s.js.StreamNames(ctx)
	var channels []string
	for name := range names.Name() {
		if isChannel(name) {
			channels = append(channels, name)
		}
	}
	if err := names.Err(); err != nil {
		return nil, unavailable("listing the channels", err)
	}
	slices.Sort(channels)
	for _, name := range channels {
		st, err := s.state(ctx, name)
		if err != nil {
			return nil, err
		}
		from := bases[name] + 1
		if st.FirstSeq > from {
			gone = append(gone, Gap{channelTitle(name), from, st.FirstSeq - 1})
			from = st.FirstSeq
		}
		err = s.letters(ctx, name, from, st.LastSeq, func(l letter) error {
			m := message(l.Seq, l.At, l.Headers, l.Data)
			same := l.Headers.Get(headerID)
			if same == "" {
				same = m.ID
			}
			return f(LooseMessage{Channel: channelTitle(name), Message: m, Same: same})
		})
		if err != nil {
			return nil, err
		}
	}
	return gone, nil
}

// channelTitle is the package and name of which the name of a stream was made.
func channelTitle(stream string) string {
	pkg, name, _ := strings.Cut(strings.TrimPrefix(stream, channelPrefix), "_")
	return strings.NewReplacer("-", ".", "=", "_").Replace(pkg) + "." + strings.ReplaceAll(name, "-", ".")
}
