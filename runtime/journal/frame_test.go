package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
)

// chain returns a log of n commits, with a take-over at the start and in the middle.
func chain(n int) (frames [][]byte, heads []Head) {
	head := Start("s")
	for i := range n {
		c := Commit{Number: head.Number + 1, Epoch: max(head.Epoch, 1), Payload: fmt.Appendf(nil, "payload %d", i)}
		if i == 0 || i == n/2 {
			c = Commit{Number: c.Number, Epoch: head.Epoch + 1, Owner: "me"}
		}
		var frame []byte
		frame, head = head.Encode(c)
		frames, heads = append(frames, frame), append(heads, head)
	}
	return frames, heads
}

func verify(frames [][]byte) error {
	v := NewVerifier("s", Start("s"))
	for i, f := range frames {
		if _, err := v.Next(uint64(i)+1, f); err != nil {
			return err
		}
	}
	return nil
}

func TestEveryBitIsGuarded(t *testing.T) {
	frames, _ := chain(6)
	if err := verify(frames); err != nil {
		t.Fatal(err)
	}
	for i, f := range frames {
		for bit := range 8 * len(f) {
			f[bit/8] ^= 1 << (bit % 8)
			var d *DamageError
			if err := verify(frames); !errors.As(err, &d) || d.Number != uint64(i)+1 {
				t.Fatalf("bit %d of frame %d: %v", bit, i, err)
			}
			f[bit/8] ^= 1 << (bit % 8)
		}
	}
}

func TestVerifierRefusesWhatDoesNotFollow(t *testing.T) {
	frames, heads := chain(6)
	other := Start("other")
	foreign, _ := other.Encode(Commit{Number: 1, Epoch: 1, Owner: "me"})
	twice, _ := heads[1].Encode(Commit{Number: 3, Epoch: 1, Payload: []byte("another")})
	again, _ := heads[1].Encode(Commit{Number: 3, Epoch: 1, Owner: "me"})
	silent, _ := heads[1].Encode(Commit{Number: 3, Epoch: 2, Payload: []byte("x")})
	fallen, _ := Head{Number: 4, Epoch: 1, Hash: heads[3].Hash}.Encode(Commit{Number: 5, Epoch: 1})
	for name, c := range map[string]struct {
		log [][]byte
		at  uint64
	}{
		"hole":                  {[][]byte{frames[0], frames[2]}, 2},
		"repeated":              {[][]byte{frames[0], frames[0]}, 2},
		"another stream":        {[][]byte{foreign}, 1},
		"another lineage":       {[][]byte{frames[0], frames[1], twice, frames[3]}, 4},
		"epoch taken twice":     {[][]byte{frames[0], frames[1], again}, 3},
		"epoch not taken over":  {[][]byte{frames[0], frames[1], silent}, 3},
		"epoch falls":           {[][]byte{frames[0], frames[1], frames[2], frames[3], fallen}, 5},
		"empty frame":           {[][]byte{{}}, 1},
		"frame that is cut off": {[][]byte{frames[0][:FrameOverhead]}, 1},
	} {
		var d *DamageError
		if err := verify(c.log); !errors.As(err, &d) || d.Number != c.at {
			t.Errorf("%s: %v, want damage at %d", name, err, c.at)
		}
	}
}

func TestMark(t *testing.T) {
	frames, heads := chain(6)
	at := func(n uint64) ([]byte, bool, error) { return frames[n-1], true, nil }
	gone := func(uint64) ([]byte, bool, error) { return nil, false, nil }
	wrong := heads[3]
	wrong.Hash[0] ^= 1
	for name, c := range map[string]struct {
		tail, mark Head
		at         func(uint64) ([]byte, bool, error)
		damaged    bool
	}{
		"no mark":          {heads[5], Head{}, gone, false},
		"at the tail":      {heads[5], heads[5], gone, false},
		"below the tail":   {heads[5], heads[3], at, false},
		"truncated":        {heads[5], heads[3], gone, false},
		"above the tail":   {heads[4], heads[5], at, true},
		"another lineage":  {heads[5], wrong, at, true},
		"another tail":     {heads[3], wrong, at, true},
		"empty log, begun": {Start("s"), heads[0], gone, true},
	} {
		var d *DamageError
		if err := CheckMark("s", c.tail, c.mark, c.at); errors.As(err, &d) != c.damaged {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDamagedStore(t *testing.T) {
	ctx := context.Background()
	for name, hurt := range map[string]func(*Store) bool{
		"lost tail":    func(s *Store) bool { s.LoseTail(1); return true },
		"lost all":     func(s *Store) bool { s.LoseTail(5); return true },
		"bit in tail":  func(s *Store) bool { return s.Flip(5, 8*FrameOverhead) },
		"bit in first": func(s *Store) bool { return s.Flip(1, 3) },
	} {
		s := NewStore("s", StoreOptions{})
		m := owned(t, s)
		for range 4 {
			if _, err := m.Append(ctx, []byte("x")); err != nil {
				t.Fatal(err)
			}
		}
		if !hurt(s) {
			t.Fatalf("%s: there is no such bit", name)
		}
		var d *DamageError
		_, err := Recover(ctx, s.Open(), "two", 0, func(Snapshot) error { return nil }, func(Commit) error { return nil })
		if !errors.As(err, &d) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFullStore(t *testing.T) {
	ctx := context.Background()
	m := owned(t, NewStore("s", StoreOptions{MaxBytes: 200}))
	n, err := m.Append(ctx, make([]byte, 200-2*FrameOverhead-len("one")))
	if err != nil || n != 2 {
		t.Fatalf("to the last byte: %v", err)
	}
	if _, err := m.Append(ctx, nil); err != ErrFull {
		t.Fatalf("beyond: %v", err)
	}
	if err := errors.Join(m.Snapshot(ctx, 2, nil), m.Truncate(ctx, 2)); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Append(ctx, nil); err != nil {
		t.Fatalf("after space returned: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	frames, _ := chain(3)
	for _, frame := range frames {
		f.Add(frame)
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		c, prev, err := Decode(frame)
		if err != nil || c.Number == 0 || c.Epoch == 0 || (c.Owner == "" && frame[1] == kindTakeOver) {
			return
		}
		again, _ := Head{Number: c.Number - 1, Epoch: c.Epoch, Hash: prev}.Encode(c)
		if !bytes.Equal(again, frame) {
			t.Fatalf("%x became %x", frame, again)
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	for _, size := range []int{256, 4 << 10, 32 << 10} {
		payload := make([]byte, size)
		_, next := Start("s").Encode(Commit{Number: 1, Epoch: 1, Owner: "me"})
		data, _ := next.Encode(Commit{Number: 2, Epoch: 1, Payload: payload})
		b.Run(fmt.Sprintf("encode-%d", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for range b.N {
				next.Encode(Commit{Number: 2, Epoch: 1, Payload: payload})
			}
		})
		b.Run(fmt.Sprintf("verify-%d", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for range b.N {
				if _, err := NewVerifier("s", next).Next(2, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
