package jetstream

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/cob-lang/cob/runtime/journal"
)

func channelIn(t *testing.T, s *Server, o ChannelOptions) *Channel {
	t.Helper()
	c, err := s.Channel(ctx, "p.q", "in_box", o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestMessagesGoOnInTheOtherCloud: what a mirror has of a channel is there after a take-over, at its place and known by its ID, over an outage
// of the mirror and with what everybody had taken dropped; the old owner hears that nothing of it counts any more.
func TestMessagesGoOnInTheOtherCloud(t *testing.T) {
	house := MirrorHouse{Dir: t.TempDir(), Listen: "127.0.0.1:0", Cloud: "paris"}
	m := housed(t, house)
	house.Listen = m.Address()
	s := start(t, Options{StoreDir: t.TempDir(), Mirror: &MirrorOptions{URL: "nats://" + house.Listen, Cloud: "london", Term: 1}})
	c := channelIn(t, s, ChannelOptions{})
	put := func(n int) uint64 {
		t.Helper()
		seq, _, err := c.PublishAs(ctx, fmt.Sprint("id ", n), fmt.Sprint("same ", n), []Header{{"a", "b"}}, fmt.Append(nil, "message ", n))
		if err != nil {
			t.Fatal(err)
		}
		return seq
	}
	for n := 1; n <= 5; n++ {
		if err := c.Mirrored(ctx, put(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(c.Purge(ctx, 2), m.Close()); err != nil {
		t.Fatal(err)
	}
	put(6)
	if c.Lacks() == 0 {
		t.Error("the mirror is away and lacks nothing")
	}
	m = housed(t, house)
	if err := c.Mirrored(ctx, put(7)); err != nil {
		t.Fatal(err)
	}
	if posts := s.Posts(); len(posts) != 1 || posts[0].Channel != "p.q.in_box" || posts[0].Last != 7 || posts[0].Behind != 0 {
		t.Errorf("%+v", posts)
	}
	role, err := m.TakeOver(2)
	if err != nil || role.Bases[c.name].Number != 7 {
		t.Fatalf("%+v %v", role, err)
	}
	if err := c.Mirrored(ctx, put(8)); !errors.Is(err, journal.ErrFenced) {
		t.Fatalf("the old owner: %v", err)
	}
	var loose []string
	gone, err := s.MessagesBehind(ctx, map[string]uint64{c.name: 7}, func(m LooseMessage) error {
		loose = append(loose, fmt.Sprint(m.Channel, " ", m.Seq, " ", m.ID, " ", m.Same, " ", m.Headers, " ", string(m.Payload)))
		return nil
	})
	if want := "[p.q.in_box 8 id 8 same 8 [{a b}] message 8]"; err != nil || fmt.Sprint(loose) != want || gone != nil {
		t.Errorf("only the loser has %v, want %v; dropped %v; %v", loose, want, gone, err)
	}
	gone, err = s.MessagesBehind(ctx, nil, func(LooseMessage) error { return nil })
	if want := "[{p.q.in_box 1 2}]"; err != nil || fmt.Sprint(gone) != want {
		t.Errorf("dropped %v, want %v; %v", gone, want, err)
	}

	store := t.TempDir()
	for range 2 { // a second time nothing comes
		next, err := Open(ctx, Options{StoreDir: store, CopyDir: house.Dir})
		if err != nil {
			t.Fatal(err)
		}
		c = channelIn(t, next, ChannelOptions{After: 6})
		all, err := c.Read(ctx, 3, 100, 0)
		if err != nil || len(all) < 5 {
			t.Fatalf("%+v %v", all, err)
		}
		for i, m := range all[:5] {
			if want := fmt.Sprint("message ", i+3); m.Seq != uint64(i+3) || m.ID != fmt.Sprint("id ", i+3) || string(m.Payload) != want || len(m.Headers) != 1 {
				t.Errorf("%+v, want %s", m, want)
			}
		}
		if _, again, err := c.PublishAs(ctx, "other", "same 7", nil, nil); !again || err != nil {
			t.Errorf("a message of the other cloud is not known again: %v", err)
		}
		put(9)
		if err := next.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// letterAt is a message as a mirror is sent it.
func letterAt(t testing.TB, seq uint64, id string, at time.Time, size int) []byte {
	t.Helper()
	l := letter{Seq: seq, At: at, Headers: nats.Header{headerID: {id}}, Data: make([]byte, size)}
	if seq == 0 {
		l = letter{First: uint64(size)}
	}
	encoded, err := l.encode()
	if err != nil {
		t.Fatal(err)
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(encoded))), encoded...)
}

// TestAnIDOfLongAgoIsNoDuplicate: two messages with one ID, further apart than the window, are two after a take-over as well.
func TestAnIDOfLongAgoIsNoDuplicate(t *testing.T) {
	dir, long := t.TempDir(), time.Now().Add(-time.Hour)
	s, err := openChannelShelf(dir, "COB_C_p-q_in_box")
	if err != nil {
		t.Fatal(err)
	}
	body := append(letterAt(t, 4, "x", long, 1), letterAt(t, 5, "x", long.Add(20*time.Minute), 1)...)
	if err := errors.Join(s.take(body, true), s.close()); err != nil {
		t.Fatal(err)
	}
	c := channelIn(t, start(t, Options{StoreDir: t.TempDir(), CopyDir: dir}), ChannelOptions{After: 3})
	all, err := c.Read(ctx, 4, 10, 0)
	if err != nil || len(all) != 2 || all[0].ID != "x" || all[1].ID != "x" || all[1].Seq != 5 {
		t.Fatalf("%+v %v", all, err)
	}
	// A copy that ends before what was read is an old one.
	c = channelIn(t, start(t, Options{StoreDir: t.TempDir(), CopyDir: dir}), ChannelOptions{After: 6})
	if info, err := c.Info(ctx); err != nil || info.Last != 6 || info.Messages != 0 {
		t.Fatalf("%+v %v", info, err)
	}
}

// TestACopyOfAChannelVerifies: a bit that flipped, a hole and an end that is missing are refused, a torn end is cut off, and what was whole stays.
func TestACopyOfAChannelVerifies(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	const name = "COB_C_p_in"
	s, err := openChannelShelf(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	good := append(letterAt(t, 1, "a", now, 3), letterAt(t, 2, "b", now, 3)...)
	if err := s.take(good, false); err != nil {
		t.Fatal(err)
	}
	flipped := letterAt(t, 3, "c", now, 3)
	flipped[len(flipped)-1] ^= 1
	for what, body := range map[string][]byte{
		"a flipped bit": flipped, "a hole": letterAt(t, 4, "d", now, 3), "again": letterAt(t, 2, "b", now, 3), "cut off": letterAt(t, 3, "c", now, 3)[:20], "too short": {0, 0, 0, 1, 7},
		"good, then bad": append(letterAt(t, 3, "c", now, 3), flipped...),
	} {
		if err := s.take(body, false); err == nil || s.last != 2 {
			t.Errorf("%s was taken, up to %d", what, s.last)
		}
	}
	if err := errors.Join(s.take(letterAt(t, 0, "", now, 2), false), s.take(letterAt(t, 3, "c", now, 3), false), s.close()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, name, messagesName)
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, text[:len(text)-1], 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if s, err = openChannelShelf(dir, name); err != nil || s.last != 2 || s.first != 2 {
		t.Fatalf("%+v %v", s, err)
	}
	if err := errors.Join(s.take(letterAt(t, 3, "c", now, 3), false), s.close()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"COB_C_", "COB_C_../x", "COB_J_0", "COB_C_a/b"} {
		if _, err := openChannelShelf(dir, name); err == nil {
			t.Errorf("%q is a channel", name)
		}
	}
}

// TestACopyOfAChannelShrinks: messages that everybody has taken do not stay for ever, and the place of the next one is known all the same.
func TestACopyOfAChannelShrinks(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	s, err := openChannelShelf(dir, "COB_C_p_in")
	if err != nil {
		t.Fatal(err)
	}
	for seq := uint64(1); seq <= 8; seq++ {
		if err := errors.Join(s.take(letterAt(t, seq, fmt.Sprint(seq), now, shelfSlack/2), false), s.shrink()); err != nil {
			t.Fatal(err)
		}
	}
	if s.size < 4*shelfSlack {
		t.Fatalf("messages that are needed were dropped: %d bytes", s.size)
	}
	for _, first := range []int{8, 9} {
		if err := errors.Join(s.take(letterAt(t, 0, "", now, first), false)); err != nil {
			t.Fatal(err)
		}
		s.dead = 0 // it is looked at again
		if err := errors.Join(s.shrink(), s.close()); err != nil {
			t.Fatal(err)
		}
		if s, err = openChannelShelf(dir, "COB_C_p_in"); err != nil || s.last != 8 || s.first != uint64(first) || s.size > shelfSlack {
			t.Fatalf("%+v %v", s, err)
		}
	}
	if err := errors.Join(s.take(letterAt(t, 9, "9", now, 1), false), s.close()); err != nil || s.last != 9 {
		t.Fatalf("%+v %v", s, err)
	}
}

// TestWhoWaitsForMessagesWaitsNoLonger: a lease is renewed behind what the mirror still lacks, so waiting for it ends with its context.
func TestWhoWaitsForMessagesWaitsNoLonger(t *testing.T) {
	p := &post{name: "COB_C_p_in", bringing: make(chan struct{}, 1), there: 1}
	p.bringing <- struct{}{} // somebody brings, and does not end
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.bring(ctx, 0); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("%v", err)
	}
}
