package node

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/record"
)

func planned(t testing.TB, text string) []byte {
	t.Helper()
	r, err := compiler.Compile(fstest.MapFS{"p.cob": {Data: []byte("package p\n" + text)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("%v %v", err, r.Diagnostics)
	}
	return r.Encoded
}

const kept = `type M { id: string, n: int where n > 0 }
channel broken: queue of json
channel late: queue of json
channel out: queue of M { invalid: broken }
channel in: queue of M { %s }
`

// What does not fit is refused, and kept once for each ID.
func TestInvalidMessagesAreKept(t *testing.T) {
	n, _ := opened(t, filepath.Join(t.TempDir(), "store"))
	activatePlan(t, n, planned(t, fmt.Sprintf(kept, "invalid: broken")+`
route copy {
  from in as m
  send out({ id: m.id, n: m.n - 1 })
}
`))
	for _, body := range []string{`{"id":"a","n":0}`, `{"id":"a","n":0}`, `no json`} {
		_, err := n.PublishMessage(t.Context(), "p.in", body, []byte(body))
		var misfit types.Problems
		if err == nil || body[0] == '{' && !errors.As(err, &misfit) {
			t.Errorf("%s gives %v", body, err)
		}
	}
	if got := messages(t, n, "p.in") + messages(t, n, "p.out"); got != 0 {
		t.Errorf("%d of them are in their channel all the same", got)
	}
	if _, err := n.PublishMessage(t.Context(), "p.in", "fits", []byte(`{"id":"b","n":1}`)); err != nil {
		t.Fatal(err)
	}
	until(t, "what a route sends and does not fit is kept, too", func() bool { return messages(t, n, "p.broken") == 3 })
	list, err := n.Peek(t.Context(), "p.broken", 10, Person{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range list {
		all = append(all, string(m.Data))
	}
	for _, want := range []string{
		`{"message":{"id":"a","n":0},"path":["p.in"],"reason":"n: must satisfy n > 0"}`,
		`"message":"no json","path":["p.in"]`,
		`{"message":{"id":"b","n":0},"path":["p.out"],"reason":"n: must satisfy n > 0"}`,
	} {
		if !strings.Contains(strings.Join(all, "\n"), want) {
			t.Errorf("nowhere is %s in\n%s", want, strings.Join(all, "\n"))
		}
	}
	if messages(t, n, "p.out") != 0 {
		t.Error("what does not fit is in the channel that it was sent to")
	}
}

// Messages are the same one when they are equal in what dedupe_by says, whatever
// their IDs; the first keeps its own.
func TestMessagesAreDedupedByWhatTheySay(t *testing.T) {
	n, _ := opened(t, filepath.Join(t.TempDir(), "store"))
	activatePlan(t, n, planned(t, fmt.Sprintf(kept, "")))
	for i := range 2 { // nothing says that these are the same
		if m, err := n.PublishMessage(t.Context(), "p.in", fmt.Sprint("before", i), []byte(`{"id":"a","n":1}`)); err != nil || m.Existing {
			t.Fatal(m, err)
		}
	}
	activatePlan(t, n, planned(t, fmt.Sprintf(kept, "dedupe_by: message.id within 1h")))
	long := strings.Repeat("x", 2*MaxID)
	for _, c := range []struct {
		id, key  string
		existing bool
	}{{"1", "a", false}, {"2", "a", true}, {"1", "b", false}, {"3", long, false}, {"4", long, true}, {"5", "a\\nb", false}, {"6", "a\\nb", true}, {"7", "a", true}} {
		m, err := n.PublishMessage(t.Context(), "p.in", c.id, []byte(`{"id":"`+c.key+`","n":1}`))
		if err != nil || m.Existing != c.existing {
			t.Errorf("the message %s of %.10s: %+v %v, want existing %v", c.id, c.key, m, err, c.existing)
		}
	}
	list, err := n.Peek(t.Context(), "p.in", 10, Person{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	if got := strings.Join(ids, " "); got != "before0 before1 1 1 3 5" {
		t.Errorf("the channel has %s", got)
	}
}

// A message that is too old when a route takes it is a dead letter.
func TestMessagesExpire(t *testing.T) {
	c := &plan.Channel{Name: "p.in", ExpiresNs: int64(time.Second)}
	at := time.Unix(1000, 0)
	m := &jetstream.Message{Time: at}
	if why := expired(c, m, record.Instant(at.UnixNano()+c.ExpiresNs)); why != "" {
		t.Errorf("a message as old as it may be: %s", why)
	}
	if why := expired(c, m, record.Instant(at.UnixNano()+c.ExpiresNs+1)); why == "" {
		t.Error("a message that is older is taken")
	}
	if why := expired(&plan.Channel{}, m, record.Instant(1<<62)); why != "" {
		t.Errorf("messages of any age are taken, but %s", why)
	}

	n, _ := opened(t, filepath.Join(t.TempDir(), "store"))
	settings := fmt.Sprintf(kept, "dead_letter: late, expires: 1s")
	activatePlan(t, n, planned(t, settings))
	if _, err := n.PublishMessage(t.Context(), "p.in", "old", []byte(`{"id":"a","n":1}`)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond) // longer is no harm
	activatePlan(t, n, planned(t, settings+"route copy {\n  from in as m\n  send out(m)\n}\n"))
	until(t, "it is a dead letter", func() bool { return messages(t, n, "p.late") == 1 })
	list, err := n.Peek(t.Context(), "p.late", 1, Person{})
	if err != nil || len(list) != 1 || !strings.Contains(string(list[0].Data), "it has expired") || !strings.Contains(string(list[0].Data), `"message":{"id":"a","n":1}`) {
		t.Errorf("%+v %v", list, err)
	}
	if messages(t, n, "p.out") != 0 {
		t.Error("and it was handed on all the same")
	}
}
