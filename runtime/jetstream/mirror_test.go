package jetstream

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/journal"
)

func housed(t testing.TB, h MirrorHouse) *Mirror {
	t.Helper()
	m, err := OpenMirror(h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() }) // a test may have closed it
	return m
}

// mirrored appends what a mirror has to hold before the time is over.
func mirrored(t *testing.T, j *Journal, text string, wait time.Duration) error {
	t.Helper()
	n, err := j.Append(ctx, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	limited, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	return j.Mirrored(limited, n)
}

const patience = 30 * time.Second

// TestTheOtherCloudGoesOn: what a mirror has acknowledged is there when its cloud takes over, over an outage and a snapshot, and the old owner can
// write nothing that counts after that.
func TestTheOtherCloudGoesOn(t *testing.T) {
	house := MirrorHouse{Dir: t.TempDir(), Listen: "127.0.0.1:0", Token: "word", Cloud: "paris"}
	m := housed(t, house)
	house.Listen = m.Address()
	s := start(t, Options{StoreDir: t.TempDir(), Mirror: &MirrorOptions{URL: "nats://word@" + house.Listen, Cloud: "london", Term: 1}})
	plans, err := s.Plans(ctx)
	if err == nil {
		err = plans.Put(ctx, "sha256:aa", []byte("a plan"))
	}
	if err != nil {
		t.Fatal(err)
	}
	j := owned(t, s, JournalOptions{})
	var want []string
	add := func() {
		want = append(want, fmt.Sprint("commit ", len(want)))
		if err := mirrored(t, j, want[len(want)-1], patience); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		add()
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	want = append(want, "while it was away")
	if err := mirrored(t, j, want[len(want)-1], time.Millisecond); !errors.Is(err, journal.ErrUnavailable) {
		t.Fatalf("without a mirror: %v", err)
	}
	if behind := j.Mirror().Behind; behind != 1 {
		t.Fatalf("%d commits behind, want 1", behind)
	}
	if err := errors.Join(j.Snapshot(ctx, 4, []byte("state")), j.Truncate(ctx, 4)); err != nil {
		t.Fatal(err)
	}
	m = housed(t, house)
	add()
	if heads, err := m.Heads(); err != nil || heads["COB_J_0"].Number != j.Stats().Last {
		t.Fatalf("the mirror holds %v, want %d (%v)", heads, j.Stats().Last, err)
	}
	role, err := m.TakeOver(2)
	if err != nil || role.Bases["COB_J_0"].Number != j.Stats().Last {
		t.Fatalf("%+v %v", role, err)
	}
	if err := mirrored(t, j, "too late", patience); !errors.Is(err, journal.ErrFenced) {
		t.Fatalf("the old owner: %v", err)
	}
	<-s.TakenOver()
	if by := s.By(); by.Owner != "paris" || by.Term != 2 {
		t.Fatalf("%+v", by)
	}
	if _, err := m.TakeOver(2); err == nil {
		t.Fatal("one term for two take-overs")
	}
	got, _ := healed(t, Options{StoreDir: t.TempDir(), CopyDir: house.Dir})
	if fmt.Sprint(got) != fmt.Sprint(want[3:]) { // behind the snapshot
		t.Fatalf("%q, want %q", got, want[3:])
	}
	if text, err := os.ReadFile(house.Dir + "/plans/sha256:aa"); string(text) != "a plan" {
		t.Fatalf("%q %v", text, err)
	}
}

// TestTheLoserFollows: it drops what it held and gets all from the new owner, from the beginning.
func TestTheLoserFollows(t *testing.T) {
	m := housed(t, MirrorHouse{Dir: t.TempDir(), Listen: "127.0.0.1:0", Cloud: "london"})
	if err := m.Begin(); err != nil {
		t.Fatal(err)
	}
	s := start(t, Options{StoreDir: t.TempDir(), Mirror: &MirrorOptions{URL: "nats://" + m.Address(), Cloud: "paris", Term: 2}})
	j := owned(t, s, JournalOptions{})
	if err := mirrored(t, j, "for an owner", time.Second); !errors.Is(err, journal.ErrUnavailable) {
		t.Fatalf("a loser that has not given what only it has: %v", err)
	}
	if err := m.Follow(Role{Term: 2, Owner: "paris"}, true); err != nil {
		t.Fatal(err)
	}
	if err := mirrored(t, j, "for a mirror", patience); err != nil {
		t.Fatal(err)
	}
}

// frames is a log in the form that a mirror is sent.
func frames(texts ...string) (all [][]byte) {
	head := journal.Start("COB_J_0")
	frame, head := head.Encode(journal.Commit{Number: 1, Epoch: 1, Owner: "me"})
	all = append(all, frame)
	for _, text := range texts {
		frame, head = head.Encode(journal.Commit{Number: head.Number + 1, Epoch: 1, Payload: []byte(text)})
		all = append(all, frame)
	}
	return all
}

func question(head string, frames ...[]byte) []byte {
	body := []byte(head + "\n")
	for _, f := range frames {
		body = append(binary.BigEndian.AppendUint32(body, uint32(len(f))), f...)
	}
	return body
}

const commitsOf = `{"op":"commits","cloud":"london","term":1,"name":"COB_J_0"}`

// TestAMirrorVerifies: a bit that flipped on the way, a hole, an end that is missing are refused, and what was whole before stays.
func TestAMirrorVerifies(t *testing.T) {
	m := housed(t, MirrorHouse{Dir: t.TempDir(), Listen: "127.0.0.1:0", Cloud: "paris"})
	log := frames("a", "b", "c")
	if a, err := m.answer(question(commitsOf, log[0], log[1])); err != nil || a.Head.Number != 2 {
		t.Fatalf("%+v %v", a, err)
	}
	flipped := append([]byte(nil), log[2]...)
	flipped[len(flipped)-1] ^= 1
	for name, body := range map[string][]byte{
		"a flipped bit":                      question(commitsOf, flipped),
		"a hole":                             question(commitsOf, log[3]),
		"again":                              question(commitsOf, log[1]),
		"cut off":                            question(commitsOf, log[2])[:len(commitsOf)+20],
		"no journal":                         question(strings.Replace(commitsOf, "COB_J_0", "../x", 1), log[2]),
		"without a shard":                    question(strings.Replace(commitsOf, "COB_J_0", "COB_J_64", 1), log[2]),
		"no question":                        []byte("{"),
		"unknown":                            []byte(`{"op":"what","cloud":"london","term":1}`),
		"from itself":                        question(strings.Replace(commitsOf, "london", "paris", 1), log[2]),
		"a snapshot's part out of its place": []byte(`{"op":"snapshot","cloud":"london","term":1,"name":"COB_J_0","offset":5}` + "\nx"),
	} {
		if a, err := m.answer(body); err == nil {
			t.Errorf("%s was taken: %+v", name, a)
		}
	}
	if a, err := m.answer([]byte(strings.Replace(commitsOf, "commits", "at", 1))); err != nil || a.Head.Number != 2 {
		t.Fatalf("%+v %v", a, err)
	}
	if a, err := m.answer(question(commitsOf, log[2], log[3])); err != nil || a.Head.Number != 4 {
		t.Fatalf("%+v %v", a, err)
	}
	if a, err := m.answer(question(strings.Replace(commitsOf, `"term":1`, `"term":0`, 1))); err != nil || a.Role == nil || a.Role.Owner != "london" {
		t.Fatalf("an earlier term: %+v %v", a, err)
	}
}

func FuzzMirror(f *testing.F) {
	log := frames("a", "b")
	f.Add(question(commitsOf, log...))
	f.Add(question(strings.Replace(commitsOf, `"name"`, `"anchor":true,"name"`, 1), log[1]))
	f.Add([]byte(strings.Replace(commitsOf, "commits", "snapshot", 1)))
	messagesOf := strings.NewReplacer("commits", "messages", "COB_J_0", "COB_C_p_in").Replace(commitsOf)
	f.Add(append([]byte(messagesOf+"\n"), letterAt(f, 1, "a", time.Unix(1, 0), 3)...))
	f.Add(append([]byte(messagesOf+"\n"), letterAt(f, 0, "", time.Unix(1, 0), 3)...))
	m := housed(f, MirrorHouse{Dir: f.TempDir(), Listen: "127.0.0.1:0", Cloud: "paris"})
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := m.answer(data); err != nil {
			return
		}
		if heads, err := m.Heads(); err != nil {
			t.Fatalf("it holds %v (%v)", heads, err)
		}
	})
}
