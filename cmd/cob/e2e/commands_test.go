package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cob-lang/cob/examples/orders/services"
	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

// decode reads the JSON that a command printed.
func decode[T any](t *testing.T, o outcome) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(o.out), &v); err != nil {
		t.Fatalf("%v in %s%s", err, o.out, o.errors)
	}
	return v
}

// orderFile is a file that cob start reads.
func orderFile(t *testing.T, o services.Order) string {
	t.Helper()
	text, err := json.Marshal(input(o))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "order.json")
	write(t, name, string(text))
	return name
}

func TestStartAndWait(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	s := decode[admin.Started](t, n.cob("start", "orders.Fulfil", "--input", orderFile(t, goodOrder("o-1"))).want(t, 0))
	if s.ID == "" || s.State != record.Running || s.Existing {
		t.Errorf("got %+v", s)
	}
	n.inSelect(s.ID)
	n.ship("o-1")
	done := decode[admin.Started](t, n.cob("start", "orders.Fulfil", "--input", orderFile(t, goodOrder("o-1")), "--wait").want(t, 0))
	if done.ID != s.ID || done.State != record.Completed || !strings.Contains(string(done.Result), `"carrier"`) {
		t.Errorf("got %+v", done)
	}
	broke := goodOrder("o-2")
	broke.Customer.ID = "broke-1"
	failed := decode[admin.Started](t, n.cob("start", "orders.Fulfil", "--input", orderFile(t, broke), "--wait=1m").want(t, 1))
	if failed.State != record.Faulted || failed.Fault == nil || failed.Fault.Type != "orders.Declined" || !strings.Contains(string(failed.Fault.Fields), services.NoFunds) {
		t.Errorf("got %+v", failed)
	}
	// The order of a bank's no: held, asked, released.
	if got := kinds(w.warehouse.Ledger()); got != "hold hold release" {
		t.Errorf("the warehouse's ledger says %q", got)
	}
	n.cob("start").want(t, 2, "--help")
	n.cob("start", "orders.Fulfil", "--wait=soon").want(t, 2, "soon")
	w.cob("http://127.0.0.1:1", "", "start", "orders.Fulfil").want(t, 5, "http://127.0.0.1:1", "cob run")
	w.cob("http://127.0.0.1:1", "", "ps").want(t, 5, "cob run")
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	w.cob(other.URL, "", "ps").want(t, 5, other.URL)
}

func TestPsAndShow(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	waiting, over := n.start(goodOrder("o-1"), ""), n.start(goodOrder("o-2"), "")
	n.inSelect(waiting.ID)
	w.shipAll(n, over.ID)
	text := n.cob("ps").want(t, 0, "ID", "PROCESS", "STATE", "o-1", "o-2", "waiting", "completed").out
	if lines := strings.Split(strings.TrimSpace(text), "\n"); len(lines) != 3 {
		t.Errorf("%d lines: %s", len(lines), text)
	}
	for _, c := range []struct {
		flags []string
		keys  string
	}{
		{[]string{"--state", "waiting"}, "o-1"}, {[]string{"--state", "completed"}, "o-2"}, {[]string{"--key", "o-2"}, "o-2"},
		{[]string{"--process", "orders.Fulfil", "--limit", "1"}, "o-2"}, {[]string{"--process", "orders.Other"}, ""}, {nil, "o-2 o-1"},
	} {
		page := decode[admin.Page](t, n.cob(append([]string{"ps", "--format", "json"}, c.flags...)...).want(t, 0))
		var keys []string
		for _, i := range page.Instances {
			keys = append(keys, i.Key)
		}
		if got := strings.Join(keys, " "); got != c.keys {
			t.Errorf("ps %v lists %q, want %q", c.flags, got, c.keys)
		}
	}
	n.cob("ps", "--state", "asleep").want(t, 1, "asleep", "waiting")
	n.cob("ps", "--format", "xml").want(t, 2, "xml", "text or json")
	n.cob("ps", "--limit", "0").want(t, 1, "limit=0")

	n.cob("show", waiting.ID).want(t, 0, "orders.Fulfil  waiting", "o-1", "for orders.Shipped, until", "history", "paris", "orders.cob:105")
	n.cob("show", over.ID).want(t, 0, "orders.Fulfil  completed", "result", `"carrier":"rail"`)
	var shown struct {
		observe.Details
		History []observe.Entry `json:"history"`
	}
	out := n.cob("show", "--format", "json", waiting.ID).want(t, 0)
	if err := json.Unmarshal([]byte(out.out), &shown); err != nil || shown.Key != "o-1" || len(shown.History) == 0 || len(shown.Waits) != 1 {
		t.Errorf("%v in %s", err, out.out)
	}
	if strings.Contains(out.out, "ada@example.org") {
		t.Error("shows what is labelled personal")
	}
}

func TestCancelRefundsThenReleases(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	s := n.start(goodOrder("o-1"), "")
	n.inSelect(s.ID)
	// Both must wait: what is released before the refund was answered would show.
	w.paris.Tamper(services.Tampering{How: services.Overloaded, Times: 2, Method: "DELETE"})
	n.cob("cancel", s.ID, "--reason", "ordered by mistake").want(t, 0, s.ID)
	d := n.over(s.ID)
	if d.State != record.Cancelled || !strings.Contains(d.Detail, "by ada") || !strings.Contains(d.Detail, "ordered by mistake") {
		t.Errorf("it is %s: %s", d.State, d.Detail)
	}
	if got := kinds(w.paris.Ledger()) + ", " + kinds(w.warehouse.Ledger()); got != "charge refund, hold release" {
		t.Errorf("the ledgers say %q", got)
	}
	history := n.cob("show", s.ID).want(t, 0, "cancelled", "ordered by mistake").out
	refund, release := strings.Index(history, "payments.refund"), strings.Index(history, "warehouse.release")
	if refund < 0 || release < refund {
		t.Errorf("the release does not follow the refund:\n%s", history)
	}
	n.cob("cancel", s.ID).want(t, 0) // it is cancelled, as was asked
	n.cob("cancel").want(t, 2)
	done := n.start(goodOrder("o-2"), "")
	w.shipAll(n, done.ID)
	n.cob("cancel", done.ID).want(t, 1, "completed")
	n.cob("retry", done.ID).want(t, 1, "completed")
	live := n.start(goodOrder("o-3"), "")
	n.inSelect(live.ID)
	n.cob("retry", live.ID).want(t, 1, "no incident")
}

func TestATaskOverTheCommandLine(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	s := n.start(dearOrder("o-1"), "")
	eventually(t, "the task is there", func() bool { return len(n.tasks("")) == 1 })
	todo := n.tasks("manager")[0]
	n.cob("task", "list", "--role", "manager").want(t, 0, todo.ID, "approve", "orders.manager", "o-1", "approved: bool, note: string", " in ")
	if list := decode[[]task](t, n.cob("task", "list", "--format", "json").want(t, 0)); len(list) != 1 || list[0].ID != todo.ID {
		t.Errorf("got %+v", list)
	}
	if out := n.cob("task", "list", "--role", "clerk").want(t, 0).out; strings.Contains(out, todo.ID) {
		t.Errorf("a clerk sees the manager's task: %s", out)
	}
	n.cob("show", s.ID).want(t, 0, "manager to do a task")
	n.cob("task", "claim", todo.ID, "--by", "eve", "--groups", "clerks").want(t, 1, "eve does not have the role orders.manager", "managers")
	n.cob("task", "list", "--mine", "--by", "eve").want(t, 0)
	n.cob("task", "list", "--mine", "--by", "ada", "--groups", "managers", "--sort", "due", "--process", "Fulfil").want(t, 0, todo.ID)
	if list := decode[[]task](t, n.cob("task", "list", "--overdue", "--format", "json").want(t, 0)); len(list) != 0 {
		t.Errorf("nothing is overdue, and there is %+v", list)
	}
	n.cob("task", "show", todo.ID, "--by", "eve").want(t, 0, "not for you", "orders.manager", "(personal)")
	n.cob("task", "claim", todo.ID, "--by", "bob", "--groups", "managers").want(t, 0)
	n.cob("task", "unclaim", todo.ID, "--by", "ada", "--groups", "managers").want(t, 1, "taken by bob", "force")
	n.cob("task", "unclaim", todo.ID, "--by", "ada", "--groups", "managers", "--force", "--reason", "Bob is ill").want(t, 0, "released by ada")
	n.cob("task", "delegate", todo.ID, "--by", "bob", "--groups", "managers", "--to", "ada", "--reason", "Ada knows").want(t, 0, "delegated to ada by bob")
	n.cob("task", "claim", todo.ID, "--by", "ada", "--groups", "managers").want(t, 0, "claimed by ada")
	n.cob("task", "claim", todo.ID, "--by", "ada", "--groups", "managers").want(t, 0)
	n.cob("task", "claim", todo.ID, "--by", "bob", "--groups", "managers").want(t, 1, "taken by ada")
	n.cob("task", "list").want(t, 0, "ada")
	n.cob("task", "complete", todo.ID, "--by", "bob", "--groups", "managers", "--form", `{"approved": true, "note": ""}`).want(t, 1, "taken by ada")
	n.cob("task", "complete", todo.ID, "--by", "ada", "--groups", "managers", "--form", `{"approved": "yes"}`).want(t, 1, "approved", "want bool", "note")
	n.cob("task", "complete", todo.ID, "--by", "ada", "--groups", "managers", "--form", `{"approved"`).want(t, 2, "JSON")
	n.cob("task", "complete", todo.ID, "--by", "", "--form", `{}`).want(t, 2, "--by")
	n.cob("task", "complete", todo.ID, "--form", `{}`, "--input", "x").want(t, 2)
	n.cob("task", "complete", todo.ID, "--by", "ada", "--groups", "managers", "--form", `{"approved": true, "note": "fine"}`).want(t, 0, "completed by ada")
	n.cob("task", "complete", todo.ID, "--by", "ada", "--groups", "managers", "--form", `{"approved": true, "note": "fine"}`).want(t, 0, "completed by ada")
	n.cob("task", "complete", todo.ID, "--by", "bob", "--groups", "managers", "--form", `{"approved": true, "note": "fine"}`).want(t, 1, "completed by ada")
	w.shipAll(n, s.ID)
	n.cob("task", "claim", "x").want(t, 1, "cob task list")
}

// task is a task as its users see it.
type task struct{ ID, Name, Role string }

func (n *node) tasks(role string) []task {
	n.t.Helper()
	var list struct{ Tasks []task }
	n.call("GET", "/v1/tasks?role="+role, nil, &list)
	return list.Tasks
}

func TestATaskOverTheAPI(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	s := n.start(dearOrder("o-1"), "")
	eventually(t, "the task is there", func() bool { return len(n.tasks("")) == 1 })
	todo := n.tasks("")[0]
	path := "/v1/tasks/" + todo.ID
	n.call("POST", path+"/claim", `{"by": "ada", "groups": ["managers"]}`, nil)
	n.refused(409, "POST", path+"/claim", `{"by": "bob", "groups": ["managers"]}`, "taken by ada")
	n.refused(409, "POST", path+"/complete", `{"by": "bob", "groups": ["managers"], "form": {"approved": true, "note": ""}}`, "taken by ada")
	p := n.refused(400, "POST", path+"/complete", `{"by": "ada", "groups": ["managers"], "form": {"approved": 1, "colour": "red"}}`, "approved", "note", "colour")
	if len(p.Errors) != 3 {
		t.Errorf("got %+v", p.Errors)
	}
	n.refused(400, "POST", path+"/complete", `{"by": "ada", "groups": ["managers"]}`, "approved: missing", "note: missing")
	n.call("POST", path+"/complete", `{"by": "ada", "groups": ["managers"], "form": {"approved": false, "note": "too dear"}}`, nil)
	n.call("POST", path+"/complete", `{"by": "ada", "groups": ["managers"], "form": {"approved": false, "note": "too dear"}}`, nil) // again
	n.refused(409, "POST", path+"/complete", `{"by": "ada", "groups": ["managers"], "form": {"approved": true, "note": ""}}`, "another answer")
	if d := n.over(s.ID); d.Fault == nil || !strings.Contains(string(d.Fault.Fields), "too dear") {
		t.Errorf("it is %s %+v", d.State, d.Fault)
	}
	if got := kinds(w.warehouse.Ledger()) + kinds(w.paris.Ledger()); got != "hold release" {
		t.Errorf("the ledgers say %q", got)
	}
}

// An undoing that is refused for good needs a person: it becomes an incident,
// and retry lets it go on once the cause is mended.
func TestRetryOfAnIncident(t *testing.T) {
	var mended atomic.Bool
	var undone atomic.Int32
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/do":
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"id": "d-1"}`))
		case r.Method == http.MethodDelete && mended.Load():
			undone.Add(1)
			w.WriteHeader(http.StatusNoContent)
		default:
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer api.Close()
	w := newWorld(t)
	w.pack = t.TempDir()
	w.extra = []string{"DESK_URL=" + api.URL}
	write(t, filepath.Join(w.pack, "desk.cob"), `package desk

cloud here { jurisdiction: "FR", failure_domain: "fr-1" }

fault Changed { why: string }

endpoint desk: http {
  operation book(seat: string) -> { id: string } { post "/do" { body: { seat: seat } } }
  operation free(id: string) { delete "/seats/${id}", idempotent: true }
  on here { url: env.DESK_URL }
}

process Book(seat: string) -> string raises Changed {
  let booked = call desk.book(seat) {
    compensate { call desk.free(booked.id) }
  }
  fail Changed { why: "nobody wants ${seat}" }
}
`)
	n := w.run()
	s := decode[admin.Started](t, w.cob(n.base, `{"seat": "7a"}`, "start", "desk.Book", "--input", "-", "--key", "k-1").want(t, 0))
	eventually(t, "there is an incident", func() bool { return n.instance(s.ID).State == record.Incident })
	n.cob("ps", "--state", "incident").want(t, 0, s.ID, "k-1")
	n.cob("show", s.ID).want(t, 0, "incident", "a person", "403", "desk.cob:15")
	// Retrying before the cause is mended gives the incident again.
	n.cob("retry", s.ID, "--by", "ada").want(t, 0, s.ID)
	eventually(t, "it is an incident again", func() bool { return n.instance(s.ID).State == record.Incident })
	mended.Store(true)
	n.cob("retry", s.ID, "--by", "ada").want(t, 0, s.ID)
	d := n.over(s.ID)
	if d.State != record.Faulted || d.Fault == nil || d.Fault.Type != "desk.Changed" || undone.Load() != 1 {
		t.Errorf("it is %s %+v, undone %d times", d.State, d.Fault, undone.Load())
	}
	n.cob("show", s.ID).want(t, 0, "ada")
}
