package jetstream

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/journal"
)

func channel(t testing.TB, s *Server, o ChannelOptions) *Channel {
	t.Helper()
	c, err := s.Channel(ctx, "shop.orders", "intake", o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func publish(t testing.TB, c *Channel, id, payload string) uint64 {
	t.Helper()
	seq, _, err := c.Publish(ctx, id, nil, []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func payloads(all []Message) string {
	var b strings.Builder
	for _, m := range all {
		fmt.Fprintf(&b, "%d:%s ", m.Seq, m.Payload)
	}
	return b.String()
}

func TestChannelReadsWhatWasPublished(t *testing.T) {
	s := start(t, Options{})
	c := channel(t, s, ChannelOptions{})
	for i := range 5 {
		publish(t, c, fmt.Sprint("id", i), fmt.Sprint(i))
	}
	if seq, dup, err := c.Publish(ctx, "id3", nil, []byte("again")); seq != 4 || !dup || err != nil {
		t.Fatalf("a repeated id: %d %v %v", seq, dup, err)
	}
	for _, step := range []struct {
		from uint64
		most int
		want string
	}{{0, 2, "1:0 2:1 "}, {3, 10, "3:2 4:3 5:4 "}, {6, 10, ""}, {2, 1, "2:1 "}} {
		all, err := c.Read(ctx, step.from, step.most, 0)
		if err != nil || payloads(all) != step.want {
			t.Fatalf("read from %d: %q, %v, want %q", step.from, payloads(all), err, step.want)
		}
	}
	headers := []Header{{"kind", "a b"}, {"Trace-Id", "7"}}
	if _, _, err := c.Publish(ctx, "h", headers, nil); err != nil {
		t.Fatal(err)
	}
	all, err := c.Peek(ctx, 6, 10)
	if err != nil || len(all) != 1 || all[0].ID != "h" || fmt.Sprint(all[0].Headers) != "[{Trace-Id 7} {kind a b}]" {
		t.Fatalf("peek: %+v %v", all, err)
	}
	if err := c.Purge(ctx, 4); err != nil {
		t.Fatal(err)
	}
	all, err = c.Read(ctx, 1, 10, 0)
	if err != nil || payloads(all) != "5:4 6: " {
		t.Fatalf("after purge: %q %v", payloads(all), err)
	}
	info, err := c.Info(ctx)
	if err != nil || info.First != 5 || info.Last != 6 || info.Messages != 2 {
		t.Fatalf("info: %+v %v", info, err)
	}
}

func TestChannelReadWaits(t *testing.T) {
	c := channel(t, start(t, Options{}), ChannelOptions{})
	got := make(chan string)
	go func() {
		all, err := c.Read(ctx, 1, 10, time.Minute)
		got <- fmt.Sprint(payloads(all), err)
	}()
	publish(t, c, "1", "x")
	if g := <-got; g != "1:x <nil>" {
		t.Fatal(g)
	}
	short, cancel := context.WithCancel(ctx)
	cancel()
	if all, err := c.Read(short, 2, 10, time.Minute); len(all) != 0 {
		t.Fatal(payloads(all), err)
	}
}

func TestChannelSurvivesRestart(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(ctx, Options{StoreDir: dir, Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	publish(t, channel(t, s, ChannelOptions{}), "1", "x")
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
	c := channel(t, start(t, Options{StoreDir: dir}), ChannelOptions{})
	if _, dup, err := c.Publish(ctx, "1", nil, nil); !dup || err != nil {
		t.Fatal("the id was forgotten", err)
	}
	if all, err := c.Read(ctx, 0, 10, 0); payloads(all) != "1:x " || err != nil {
		t.Fatal(payloads(all), err)
	}
}

func TestChannelThatLostItsTail(t *testing.T) {
	for name, hurt := range map[string]func(dir, stream string){
		"last message": func(dir, stream string) {
			b := blocks(t, dir, stream)
			shorten(t, b[len(b)-1], 10)
			remove(t, filepath.Join(filepath.Dir(b[0]), "index.db"))
		},
		"stream": func(dir, name string) { remove(t, stream(dir, name)) },
	} {
		dir := t.TempDir()
		s, err := Open(ctx, Options{StoreDir: dir, Reserve: -1})
		if err != nil {
			t.Fatal(err)
		}
		c := channel(t, s, ChannelOptions{})
		publish(t, c, "1", "x")
		publish(t, c, "2", "y")
		if err := s.Close(ctx); err != nil {
			t.Fatal(err)
		}
		hurt(dir, c.name)
		s = start(t, Options{StoreDir: dir})
		var d *journal.DamageError
		if _, err := s.Channel(ctx, "shop.orders", "intake", ChannelOptions{}); !errors.As(err, &d) {
			t.Errorf("%s: opened with %v", name, err)
		}
		remove(t, filepath.Join(dir, marksName, c.name)) // the way out that the error names
		publish(t, channel(t, s, ChannelOptions{}), "3", "z")
	}
}

func TestChannelLimits(t *testing.T) {
	s := start(t, Options{})
	c := channel(t, s, ChannelOptions{MaxMessages: 2, MaxMessage: 1 << 10})
	publish(t, c, "1", "x")
	over := 1<<10 - len("NATS/1.0\r\n\r\nNats-Msg-Id: 2\r\n")
	publish(t, c, "2", strings.Repeat("x", over))
	if _, _, err := c.Publish(ctx, "3", nil, nil); !errors.Is(err, ErrChannelFull) {
		t.Fatalf("third of two messages: %v", err)
	}
	if _, _, err := c.Publish(ctx, "3", nil, make([]byte, over+1)); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("one byte too many: %v", err)
	}
	if err := c.Purge(ctx, 1); err != nil {
		t.Fatal(err)
	}
	publish(t, c, "3", "room again")

	b, err := s.Channel(ctx, "shop", "small", ChannelOptions{MaxBytes: 64 << 10})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for ; err == nil && n < 100; n++ {
		_, _, err = b.Publish(ctx, fmt.Sprint(n), nil, make([]byte, 8<<10))
	}
	if !errors.Is(err, ErrChannelFull) || n != 8 {
		t.Fatalf("after %d messages of 8 KiB in 64 KiB: %v", n, err)
	}
	for _, o := range []ChannelOptions{{MaxMessages: -1}, {MaxBytes: 1}, {MaxMessage: 1}, {MaxMessage: 1 << 30}, {Window: 1}} {
		if _, err := s.Channel(ctx, "shop", "x", o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
	for _, name := range []string{"", "a*", "a b", "a>", strings.Repeat("a", MaxChannelName)} {
		if _, err := s.Channel(ctx, "shop", name, ChannelOptions{}); err == nil {
			t.Errorf("name %q was taken", name)
		}
	}
	for _, id := range []string{"", "a\nb", strings.Repeat("a", MaxMessageID+1)} {
		if _, _, err := c.Publish(ctx, id, nil, nil); err == nil {
			t.Errorf("id %q was taken", id)
		}
	}
	if _, _, err := c.Publish(ctx, "4", []Header{{"a:b", ""}}, nil); err == nil {
		t.Error("a bad header was taken")
	}
	if _, err := c.Read(ctx, 1, MaxRead+1, 0); err == nil {
		t.Error("a read over the limit was taken")
	}
}

func TestChannelNamesDoNotCollide(t *testing.T) {
	s := start(t, Options{})
	for _, n := range [][2]string{{"a_b", "c"}, {"a", "b_c"}, {"a.b", "c"}} {
		c, err := s.Channel(ctx, n[0], n[1], ChannelOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if seq := publish(t, c, "1", n[0]); seq != 1 {
			t.Errorf("%v shares its stream", n)
		}
	}
}

func TestPlans(t *testing.T) {
	s := start(t, Options{MaxPayload: 64 << 10})
	p, err := s.Plans(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Get(ctx, "sha256:b"); !errors.Is(err, ErrNoPlan) {
		t.Fatalf("get of none: %v", err)
	}
	for _, d := range []string{"sha256:b", "sha256:a", "sha256:b"} {
		if err := p.Put(ctx, d, []byte("plan "+d)); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := p.List(ctx); err != nil || fmt.Sprint(all) != "[sha256:a sha256:b]" {
		t.Fatalf("list: %v %v", all, err)
	}
	if got, err := p.Get(ctx, "sha256:a"); err != nil || string(got) != "plan sha256:a" {
		t.Fatalf("get: %q %v", got, err)
	}
	if err := p.Remove(ctx, "sha256:b"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Get(ctx, "sha256:b"); !errors.Is(err, ErrNoPlan) {
		t.Fatalf("get of a removed plan: %v", err)
	}
	if err := p.Put(ctx, "big", make([]byte, 64<<10-headerAllowance)); err != nil {
		t.Errorf("the largest plan: %v", err)
	}
	if err := p.Put(ctx, "bigger", make([]byte, 64<<10-headerAllowance+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a larger plan: %v", err)
	}
	for _, d := range []string{"", "a.b", "*", strings.Repeat("a", MaxDigest+1)} {
		if err := p.Put(ctx, d, nil); err == nil {
			t.Errorf("digest %q was taken", d)
		}
	}
	var damage *journal.DamageError
	if err := p.write(ctx, planSubject+"x", []byte("ok")); err != nil {
		t.Fatal(err)
	}
	m := []byte("not what the sum says")
	if _, err := s.js.Publish(ctx, planSubject+"x", m); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Get(ctx, "x"); !errors.As(err, &damage) {
		t.Errorf("a plan without its sum: %v", err)
	}
}
