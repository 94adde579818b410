package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/cob-lang/cob/runtime/journal"
)

// Named limits and defaults of a channel.
const (
	DefaultChannelMessages = 1_000_000
	DefaultChannelBytes    = 1 << 30
	DefaultChannelMessage  = 1 << 20 // bytes
	DefaultChannelWindow   = 10 * time.Minute
	MaxRead                = 10_000 // messages of one Read or Peek
	MaxChannelName         = 200    // bytes of package and name together
	MaxMessageID           = 512    // bytes

	headerPrefix = "Cob-H-" // keeps a user's headers apart from those that NATS acts on
	headerID     = "Nats-Msg-Id"
	headerOwn    = "Cob-Id"        // the id, where something else says which messages are the same
	idleReader   = 5 * time.Minute // after which the server forgets a reader
)

// ChannelOptions bound a channel. The zero value of a field means its default.
type ChannelOptions struct {
	MaxMessages int64         // messages; 1 or more; default DefaultChannelMessages
	MaxBytes    int64         // bytes of all messages; 64 KiB or more; default DefaultChannelBytes
	MaxMessage  int           // bytes of one message with its headers and id; 1 KiB to the server's MaxPayload; default DefaultChannelMessage
	Window      time.Duration // for which a repeated id is noticed; 100 ms to 24 h; default DefaultChannelWindow
	// After is the highest position that a reader remembers. A channel that is made is numbered from behind it, so that nothing
	// published later is taken for read; one that ends before it is damaged. Default 0: nobody has read.
	After uint64
}

func (o ChannelOptions) validate(s Options) (ChannelOptions, error) {
	if o.MaxMessages == 0 {
		o.MaxMessages = DefaultChannelMessages
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = DefaultChannelBytes
	}
	if o.MaxMessage == 0 {
		o.MaxMessage = min(DefaultChannelMessage, s.MaxPayload)
	}
	if o.Window == 0 {
		o.Window = DefaultChannelWindow
	}
	switch {
	case o.MaxMessages < 1:
		return o, fmt.Errorf("channel options: MaxMessages is %d, must be 1 or more", o.MaxMessages)
	case o.MaxBytes < 64<<10:
		return o, fmt.Errorf("channel options: MaxBytes is %d bytes, must be 65536 or more", o.MaxBytes)
	case o.MaxMessage < 1<<10 || o.MaxMessage > s.MaxPayload:
		return o, fmt.Errorf("channel options: MaxMessage is %d bytes, must be from 1024 to %d", o.MaxMessage, s.MaxPayload)
	case o.Window < minWindow || o.Window > 24*time.Hour:
		return o, fmt.Errorf("channel options: Window is %v, must be from %v to 24h", o.Window, minWindow)
	}
	return o, nil
}

// A Header is one header of a message. The order of headers is not kept; a name may occur once.
type Header struct{ Name, Value string }

// A Message is one message of a channel. It belongs to the receiver.
type Message struct {
	Seq     uint64 // dense, from 1
	ID      string
	Time    time.Time // when it was stored, by the store's clock
	Headers []Header  // sorted by name
	Payload []byte
}

// ChannelInfo says how a channel stands.
type ChannelInfo struct {
	First, Last uint64 // sequences kept; Last is 0 for a channel that never had a message, First is Last+1 for an empty one
	Messages    uint64
	Bytes       uint64
}

// A Channel is a durable queue of messages that is read by position. It is safe for concurrent use; who reads remembers the position.
type Channel struct {
	server  *Server
	name    string // of the stream
	title   string // for people: the package and the name as they are written
	subject string
	options ChannelOptions
	mark    *marker
	post    *post // to the mirror, nil for none

	mu     sync.Mutex // one Read at a time
	reader jetstream.Consumer
	next   uint64 // position of reader
}

// Channel opens a channel, or makes it. Changed options take effect; limits below what is there refuse new messages only. Errors:
// *journal.DamageError when its stream or the tail of it is gone, down to its mark; journal.ErrUnavailable.
func (s *Server) Channel(ctx context.Context, pkg, name string, o ChannelOptions) (*Channel, error) {
	o, err := o.validate(s.options)
	if err != nil {
		return nil, err
	}
	for _, part := range []string{pkg, name} {
		if part == "" || strings.ContainsFunc(part, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.')
		}) {
			return nil, fmt.Errorf("channel %q of package %q: names must consist of letters, digits, _ and dots", name, pkg)
		}
	}
	if n := len(pkg) + len(name); n > MaxChannelName {
		return nil, fmt.Errorf("channel %s.%s: its name has %d bytes, must have at most %d", pkg, name, n, MaxChannelName)
	}
	// The first underscore ends the package, so one within it has to look different.
	full := strings.NewReplacer(".", "-", "_", "=").Replace(pkg) + "_" + strings.ReplaceAll(name, ".", "-")
	c := &Channel{server: s, title: pkg + "." + name, name: "COB_C_" + full, subject: "cob.c." + full, options: o}
	if err := c.open(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Channel) open(ctx context.Context) error {
	s, o := c.server, c.options
	place, err := s.markPlace(ctx, c.name)
	if err != nil {
		return err
	}
	mark, marked, err := place.load(ctx)
	if err != nil && !errors.Is(err, errMarkDamaged) {
		return err
	}
	there, err := s.exists(ctx, c.name)
	if err != nil {
		return unavailable("opening "+c.name, err)
	}
	st := state{}
	if there {
		if st, err = s.state(ctx, c.name); err != nil {
			return err
		}
	}
	if restored, err := c.restore(ctx, there, st.LastSeq, max(o.After, mark.Number)); err != nil {
		return err
	} else if restored > 0 {
		there, st.LastSeq = true, restored
	}
	if marked && mark.Number > st.LastSeq {
		return c.shortened(there, st.LastSeq, fmt.Sprintf("message %d was acknowledged", mark.Number), place)
	}
	if there && o.After > st.LastSeq {
		return c.shortened(there, st.LastSeq, fmt.Sprintf("a route that reads it has taken message %d", o.After), place)
	}
	first := uint64(0)
	if o.After > 0 {
		first = o.After + 1
	}
	if _, _, err = s.ensure(ctx, c.config(first)); err != nil {
		return unavailable("opening "+c.name, err)
	}
	c.post = s.link.post(s, c.name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.mark = s.channels[c.name]; c.mark == nil {
		c.mark = s.newMarker(c.name, place)
		s.channels[c.name] = c.mark
	}
	return nil
}

// config is that of the stream, where it is made with the first message first.
func (c *Channel) config(first uint64) jetstream.StreamConfig {
	o := c.options
	return jetstream.StreamConfig{
		Name: c.name, Subjects: []string{c.subject}, DenyDelete: true, Discard: jetstream.DiscardNew,
		MaxMsgs: o.MaxMessages, MaxBytes: o.MaxBytes, MaxMsgSize: int32(o.MaxMessage), Duplicates: o.Window, FirstSeq: first,
	}
}

// shortened says that a channel ends too early. Going on without the messages takes a stream that is made anew: only that one is
// numbered behind what was read.
func (c *Channel) shortened(there bool, last uint64, but string, place markPlace) error {
	d := journal.Damage(c.name, last+1, "the channel ends at message %d, but %s", last, but)
	remove := place.where()
	if there {
		remove = c.server.streamPlace(c.name) + " and " + remove
	}
	d.WayOut = fmt.Sprintf("restore the store directory from a copy, or remove %s to go on without the messages", remove)
	return d
}

// Publish appends a message and returns its sequence when it is durable. A message whose id was published within the window is not
// appended again: duplicate is true and the sequence that of the first, so that a publisher may repeat after any error. Errors:
// ErrChannelFull, ErrTooLarge, journal.ErrFull, journal.ErrUnavailable, journal.ErrUnknown.
func (c *Channel) Publish(ctx context.Context, id string, headers []Header, payload []byte) (seq uint64, duplicate bool, err error) {
	return c.PublishAs(ctx, id, id, headers, payload)
}

// PublishAs is Publish for a message that is a duplicate when one of the same name was published within the window, whatever its
// id. A name has 1 to MaxMessageID bytes in one line.
func (c *Channel) PublishAs(ctx context.Context, id, same string, headers []Header, payload []byte) (seq uint64, duplicate bool, err error) {
	m, err := c.message(id, same, headers, payload)
	if err != nil {
		return 0, false, fmt.Errorf("publishing to the channel %s: %w", c.title, err)
	}
	if err := c.server.dir.room(len(payload), 100); err != nil {
		return 0, false, err
	}
	a, err := c.server.publish(ctx, m)
	if err == nil && a.Error != nil {
		err = c.refusal(a.Error)
	}
	if err != nil {
		return 0, false, fmt.Errorf("publishing to the channel %s: %w", c.title, err)
	}
	c.mark.reached(journal.Mark{Number: a.Seq})
	c.post.reached(a.Seq)
	return a.Seq, a.Duplicate, nil
}

func (c *Channel) message(id, same string, headers []Header, payload []byte) (*nats.Msg, error) {
	for _, name := range []string{id, same} {
		if name == "" || len(name) > MaxMessageID || strings.ContainsAny(name, "\r\n") {
			return nil, fmt.Errorf("an id must have 1 to %d bytes in one line, this one has %d", MaxMessageID, len(name))
		}
	}
	m := nats.NewMsg(c.subject)
	m.Data = payload
	m.Header[headerID] = []string{same}
	size := len("NATS/1.0\r\n\r\n") + len(headerID) + len(same) + 4 + len(payload)
	if same != id {
		m.Header[headerOwn] = []string{id}
		size += len(headerOwn) + len(id) + 4
	}
	for _, h := range headers {
		if h.Name == "" || strings.ContainsAny(h.Name, " :\r\n") || strings.ContainsAny(h.Value, "\r\n") {
			return nil, fmt.Errorf("header %q: a name must not be empty or have blanks or colons, and a value must be one line", h.Name)
		}
		m.Header[headerPrefix+h.Name] = []string{h.Value}
		size += len(headerPrefix) + len(h.Name) + len(h.Value) + 4
	}
	if size > c.options.MaxMessage {
		return nil, fmt.Errorf("%d bytes, at most %d: %w", size, c.options.MaxMessage, ErrTooLarge)
	}
	return m, nil
}

func (c *Channel) refusal(e *apiError) error {
	switch {
	case e.ErrCode == codeMessageTooLarge:
		return ErrTooLarge
	case e.ErrCode == codeStoreFailed && strings.HasPrefix(e.Description, "maximum "):
		return fmt.Errorf("%w (%s)", ErrChannelFull, e.Description)
	}
	return e.writeError()
}

// Read returns up to most messages from sequence from on, in order. When there is none yet it waits for the first one, up to wait, and
// then returns none. from 0 is the first one kept. Errors: *journal.DamageError when messages are missing, after which reading may go
// on behind them; journal.ErrUnavailable.
func (c *Channel) Read(ctx context.Context, from uint64, most int, wait time.Duration) ([]Message, error) {
	if most < 1 || most > MaxRead {
		return nil, fmt.Errorf("reading %s: most is %d, must be from 1 to %d", c.name, most, MaxRead)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	from = max(from, 1)
	if c.reader == nil || c.next != from {
		if err := c.seek(ctx, from); err != nil {
			return nil, err
		}
	}
	all, err := c.fetch(ctx, most, wait)
	if err != nil {
		c.reader = nil
		return nil, err
	}
	if len(all) == 0 {
		return nil, nil
	}
	c.next = all[len(all)-1].Seq + 1
	c.post.reached(c.next - 1) // whoever published it may not know yet that it is there
	return c.whole(ctx, from, all)
}

// seek puts the reader to a position. It lives in the server's memory: the position that counts is in the reader's own journal.
func (c *Channel) seek(ctx context.Context, from uint64) error {
	ctx, cancel := c.server.deadline(ctx)
	defer cancel()
	if c.reader != nil { // the server would forget it by itself, only later
		_ = c.server.js.DeleteConsumer(ctx, c.name, c.reader.CachedInfo().Name)
		c.reader = nil
	}
	r, err := c.server.js.CreateConsumer(ctx, c.name, jetstream.ConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: from, AckPolicy: jetstream.AckNonePolicy,
		MemoryStorage: true, Replicas: 1, InactiveThreshold: idleReader,
	})
	if err != nil {
		return unavailable("reading "+c.name, err)
	}
	c.reader, c.next = r, from
	return nil
}

// fetch takes what is there, and waits only when nothing is.
func (c *Channel) fetch(ctx context.Context, most int, wait time.Duration) ([]Message, error) {
	batch, err := c.reader.FetchNoWait(most)
	all, err := c.collect(nil, batch, err)
	if err != nil || len(all) > 0 || wait <= 0 {
		return all, err
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	batch, err = c.reader.Fetch(1, jetstream.FetchContext(ctx))
	if all, err = c.collect(nil, batch, err); err != nil || len(all) == 0 || most == 1 {
		return all, err
	}
	batch, err = c.reader.FetchNoWait(most - 1)
	return c.collect(all, batch, err)
}

func (c *Channel) collect(all []Message, batch jetstream.MessageBatch, err error) ([]Message, error) {
	if err == nil {
		for m := range batch.Messages() {
			meta, metaErr := m.Metadata()
			if metaErr != nil {
				return nil, unavailable("reading "+c.name, metaErr)
			}
			all = append(all, message(meta.Sequence.Stream, meta.Timestamp, m.Headers(), m.Data()))
		}
		err = batch.Error()
	}
	if err != nil && !errors.Is(err, nats.ErrTimeout) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		return nil, unavailable("reading "+c.name, err)
	}
	return all, nil
}

// whole checks that no message is missing between from and the last one of all.
func (c *Channel) whole(ctx context.Context, from uint64, all []Message) ([]Message, error) {
	for i, m := range all {
		want := from + uint64(i)
		if m.Seq == want {
			continue
		}
		if i > 0 { // what is before the gap is good; the gap is the next read's
			c.reader = nil
			return all[:i], nil
		}
		st, err := c.server.state(ctx, c.name)
		if err != nil {
			return nil, err
		}
		if want < st.FirstSeq {
			return c.whole(ctx, m.Seq, all) // purged, not lost
		}
		d := journal.Damage(c.name, want, "messages %d to %d are missing", want, m.Seq-1)
		d.WayOut = fmt.Sprintf("go on at %d without them, or restore the store directory from a copy", m.Seq)
		return nil, d
	}
	return all, nil
}
