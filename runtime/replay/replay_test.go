package replay_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/replay"
)

// shop is what the tests change.
const shop = `package shop

label personal

type Decision { ok: bool, note: string @personal }

fault Declined { reason: string }
event Shipped { order: string, by: string }

cloud paris { jurisdiction: "FR" }

endpoint stock: http {
  operation hold(order: string) -> { id: string } { post "/holds" { body: order } }
  operation release(id: string) { delete "/holds/${id}", idempotent: true }
  on paris { url: "http://localhost" }
}

endpoint payments: http {
  operation charge(order: string, amount: int) -> { id: string } raises Declined {
    post "/charges" { body: amount }
    error 402: Declined { reason: response.reason }
  }
  operation refund(id: string) { delete "/charges/${id}", idempotent: true }
  on paris { url: "http://localhost" }
}

role clerk { groups: ["clerks"] }

policy eyes { deny complete when user.id == "nobody" }

process Order(order: string, amount: int, name: string @personal) -> string raises Declined {
  key: order
  policy: eyes
  let held = call stock.hold(order) {
    compensate { call stock.release(held.id) }
  }
  let decision: Decision = task approve(name) { role: clerk }
  if !decision.ok { fail Declined { reason: "no" } }
  let charge = call payments.charge(order, amount) {
    compensate { call payments.refund(charge.id) }
  }
  wait 1d
  select {
    on Shipped as s where s.order == order { return "by ${s.by}" }
    after 7d { fail Declined { reason: "never shipped" } }
  }
}
`

func link(t *testing.T, text string) *engine.Program {
	t.Helper()
	r, err := compiler.Compile(fstest.MapFS{"shop.cob": {Data: []byte(text)}}, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Failed() {
		t.Fatal(diag.OneLines(r.Diagnostics))
	}
	p, err := engine.Link(r.Plan, r.Digest)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// life is a world in which an instance lives and is recorded.
type life struct {
	t       *testing.T
	state   *engine.State
	now     record.Instant
	events  []record.Event
	answers []record.AttemptEnded
	pay     string // what the payment service does: "" pays, a reason declines
	stuck   bool   // it refunds nothing
	id      string
}

func (l *life) do(c record.Command) {
	l.t.Helper()
	events, effects, reply := l.state.Decide(c, engine.Facts{Now: l.now})
	if reply.Rejected != nil {
		l.t.Fatalf("%+v: %v", c, reply.Rejected)
	}
	l.events = append(l.events, events...)
	for _, e := range effects {
		to := e.Of()
		a := record.AttemptEnded{Instance: to.Instance, Activation: to.Activation, Attempt: to.Attempt, Outcome: record.Succeeded}
		if call, ok := e.(engine.Call); ok {
			switch call.Operation {
			case "hold":
				a.Value = map[string]types.Value{"id": "h-1"}
			case "refund":
				if l.stuck {
					a.Outcome, a.Detail = record.Rejected, "not today"
				}
			case "charge":
				a.Value = map[string]types.Value{"id": "c-1"}
				if l.pay != "" {
					a.Outcome, a.Value, a.Fault, a.Fields = record.Raised, nil, "shop.Declined", map[string]types.Value{"reason": l.pay}
				}
				if to.Attempt == 1 {
					a = record.AttemptEnded{Instance: to.Instance, Activation: to.Activation, Attempt: 1, Outcome: record.Refused, Detail: "busy"}
				}
			}
		}
		l.answers = append(l.answers, a)
	}
}

// settle lets everything be answered, each after a second, and time go on until then.
func (l *life) settle(until time.Duration) {
	end := l.now + record.Instant(until)
	for {
		due, timer := l.state.NextDue()
		switch {
		case len(l.answers) > 0:
			a := l.answers[0]
			l.answers = l.answers[1:]
			l.now += record.Instant(time.Second)
			l.do(a)
		case timer && due <= end:
			l.now = max(l.now, due)
			for _, c := range l.state.Due(l.now, 1) {
				l.do(c)
			}
		default:
			l.now = max(l.now, end)
			return
		}
	}
}

// live runs an order: a clerk agrees, it is paid, and ships after two days unless
// nobody ships it.
func live(t *testing.T, pay string, ships bool) []record.Event {
	t.Helper()
	p := link(t, shop)
	state, err := engine.NewState(engine.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	state.AddProgram(p)
	l := &life{t: t, state: state, now: 1_700_000_000e9, pay: pay, id: record.InstanceID("shop.Order", "o-1")}
	l.do(record.ActivatePlan{Package: "shop", Digest: p.Digest()})
	l.do(record.StartInstance{Process: "shop.Order", Key: "o-1", Input: map[string]types.Value{"order": "o-1", "amount": int64(5), "name": "Ada"}})
	l.settle(time.Minute)
	x := l.state.Tasks()[0]
	l.do(record.CompleteTask{Instance: x.Instance, Activation: x.Activation, By: "eve", Groups: x.Groups, Form: map[string]types.Value{"ok": true, "note": "fine"}})
	l.settle(time.Hour)
	if ships { // before it waits for it: the event is kept
		l.do(record.DeliverEvent{Type: "shop.Shipped", ID: "s-1", Payload: map[string]types.Value{"order": "o-1", "by": "post"}, Until: l.now + record.Instant(48*time.Hour)})
	}
	l.settle(30 * 24 * time.Hour)
	return l.events
}

func recorded(t *testing.T, events []record.Event, encode replay.Encode) *replay.Recording {
	t.Helper()
	p := link(t, shop)
	if encode == nil {
		encode = func(v types.Value, of types.Type, _ []string) json.RawMessage {
			return p.Universe().EncodeJSON(nil, v, of)
		}
	}
	r, err := replay.NewRecorder(p, record.InstanceID("shop.Order", "o-1"), encode)
	if err != nil {
		t.Fatal(err)
	}
	r.Tell(events)
	story, err := r.Recording()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(story)
	if err != nil {
		t.Fatal(err)
	}
	list, err := replay.Read(text)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	return &list[0]
}

func TestTheSameSourceDiffersInNothing(t *testing.T) {
	for _, c := range []struct {
		pay   string
		ships bool
		end   string
	}{
		{"", true, "completed"}, {"", false, "faulted"}, {"no funds", true, "faulted"},
	} {
		r := recorded(t, live(t, c.pay, c.ships), nil)
		if r.End == nil || r.End.State != c.end {
			t.Fatalf("%+v ended as %+v", c, r.End)
		}
		if found := replay.Replay(link(t, shop), r); len(found) > 0 {
			t.Errorf("%+v: %v", c, found)
		}
	}
}

func TestWhatWouldDifferIsSaid(t *testing.T) {
	shipped, late := recorded(t, live(t, "", true), nil), recorded(t, live(t, "", false), nil)
	for _, c := range []struct {
		story    *replay.Recording
		from, to string
		want     []string // that the differences hold, in their order
	}{
		{shipped, `charge(order, amount)`, `charge(order, amount + 1)`, []string{`charge: shop.payments.charge was called with {"amount":5,"order":"o-1"} and would be with {"amount":6,"order":"o-1"}`}},
		{shipped, `return "by ${s.by}"`, `return "with ${s.by}"`, []string{`it was completed with "by post" and would be completed with "with post"`}},
		{shipped, `  wait 1d`, `  call stock.release("x")`, []string{`stock.release#2: it would ask shop.stock.release with {"id":"x"}, which it did not`, `behind charge it was at wait and would be at stock.release#2`}},
		{shipped, `  wait 1d` + "\n", ``, []string{`behind charge it was at wait and would be at select`}},
		{shipped, `  wait 1d`, `  let more = call stock.hold("x") { compensate { call stock.release(more.id) } }`, []string{`more: it would ask`, `what follows is not known`}},
		{shipped, `task approve(name)`, `task agree(name)`, nil},
		{shipped, `if !decision.ok`, `if decision.ok`, []string{`charge: it asked shop.payments.charge`, `undone was nothing and would be held`, `would be faulted with shop.Declined`}},
		{shipped, `order: string, amount: int, name`, `order: string, amount: string, name`, []string{`the input would be refused: amount: want string`}},
		{shipped, `type Decision { ok: bool,`, `type Decision { ok: bool, why: string,`, []string{`the answer of eve would be refused: why: missing`}},
		{shipped, `user.id == "nobody"`, `user.id == "eve"`, []string{`eve could not answer the task`}},
		{shipped, `where s.order == order {`, `where s.order == "x" {`, []string{`it took the event shop.Shipped, and would not`}},
		{late, `    compensate { call payments.refund(charge.id) }` + "\n", "", []string{`it asked shop.payments.refund`, `undone was charge, held and would be held`}},
		{late, `after 7d`, `after 8d`, nil},
	} {
		text := strings.Replace(shop, c.from, c.to, 1)
		if c.from == `order: string, amount: int, name` {
			text = strings.Replace(text, `charge(order: string, amount: int)`, `charge(order: string, amount: string)`, 1)
		}
		if text == shop {
			t.Fatalf("%q is not in the source", c.from)
		}
		found := fmt.Sprint(replay.Replay(link(t, text), c.story))
		if len(c.want) == 0 && found != "[]" {
			t.Errorf("%s: nothing should differ, and there is %s", c.to, found)
		}
		rest := found
		for _, w := range c.want {
			i := strings.Index(rest, w)
			if i < 0 {
				t.Errorf("%s: the differences lack %q:\n%s", c.to, w, found)
				break
			}
			rest = rest[i+len(w):]
		}
	}
}

// What who records may not see is in no recording, and is equal to everything.
func TestARecordingHidesWhatMayNotBeSeen(t *testing.T) {
	p := link(t, shop)
	sight := p.Sight("shop.Order", engine.Person{})
	r := recorded(t, live(t, "", true), func(v types.Value, of types.Type, labels []string) json.RawMessage {
		if !sight.Sees(labels) {
			return json.RawMessage(`"(personal)"`)
		}
		m, ok := v.(map[string]types.Value)
		if !ok {
			return p.Universe().EncodeJSON(nil, v, of)
		}
		out := map[string]types.Value{}
		for k := range m {
			if out[k] = m[k]; k == "name" || k == "note" {
				out[k] = "(personal)"
			}
		}
		return p.Universe().EncodeJSON(nil, out, of)
	})
	text, err := json.Marshal(r)
	if err != nil || strings.Contains(string(text), "Ada") || strings.Contains(string(text), "fine") {
		t.Errorf("%v: %s", err, text)
	}
	if found := replay.Replay(p, r); len(found) > 0 {
		t.Errorf("%v", found)
	}
}

func TestWhatIsNoRecording(t *testing.T) {
	for text, want := range map[string]string{
		``: "no recording", `{`: "no recording", `[{]`: "no list", `{}`: "cob record ID", `{"format": 2, "process": "p.P"}`: "newer cob",
		`{"format": 1}`: "cob record ID",
	} {
		if _, err := replay.Read([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
