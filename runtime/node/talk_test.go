package node_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/node"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

const talk = `package talk

cloud here { jurisdiction: "FR", failure_domain: "f" }
label personal
endpoint shelf: http {
  operation put(report: json) { post "/reports", body: report, idempotency_key: "fixed" }
  on here { url: env.SHELF_URL, cost: 0.02 EUR per call }
}
event Rung { id: string, n: int }
fault Late { id: string }
type Decision { agreed: bool }
role clerk { groups: ["clerks"] }
role boss  { groups: ["bosses"] }

process Waits(id: string) -> int raises Late {
  key: id
  select {
    on Rung as r where r.id == id { return r.n }
    after 1h { fail Late { id } }
  }
}

process Rings(id: string, n: int) {
  key: id
  publish Rung { id, n }
}

process Asks(id: string, customer: string @personal, size: int) -> int raises Late {
  key:    id
  search: { size, half: size / 2 }
  retain: 1d
  let n = call Waits(id)
  let d: Decision = task approve({ id, n }) {
    role:     clerk
    remind:   every 1m
    escalate: to boss after 2m
    due:      1h
    else { fail Late { id } }
  }
  report done { title: "asked ${n}", to: shelf.put }
  return d.agreed ? n : 0
}
`

// shelf takes reports, and refuses the first ones.
type shelf struct {
	mu     sync.Mutex
	refuse int
	bodies []string
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse > 0 {
		s.refuse--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	s.bodies = append(s.bodies, string(text))
}

var eve = node.Person{ID: "eve", Groups: []string{"bosses", "clerks"}}

// talking is a node that can be closed and opened again on the same store.
type talking struct {
	*node.Node
	t    testing.TB
	dir  string
	url  string
	plan []byte
}

func (n *talking) open() {
	n.t.Helper()
	calls, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		n.t.Fatal(err)
	}
	n.Node, err = node.Open(context.Background(), node.Options{
		Store: jetstream.Options{StoreDir: n.dir}, Shards: 3, Connectors: connector.NewRegistry(calls),
		Settings: func(name string, _ bool) (string, bool) { return n.url, name == "SHELF_URL" },
	})
	if err != nil {
		n.t.Fatal(err)
	}
}

// again closes the node and opens it on what it left on the disk.
func (n *talking) again() {
	n.t.Helper()
	if err := n.Close(context.Background()); err != nil {
		n.t.Fatal(err)
	}
	n.open()
}

func (n *talking) start(process, input string) string {
	n.t.Helper()
	r, err := n.Start(n.t.Context(), node.StartRequest{Process: process, Input: []byte(input)})
	if err != nil {
		n.t.Fatal(err)
	}
	return r.ID
}

// until waits for what has to come true; the test's own time bounds it.
func (n *talking) until(what string, holds func() bool) {
	n.t.Helper()
	for i := 0; !holds(); i++ {
		if i > 3000 {
			n.t.Fatalf("it never came to this: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (n *talking) details(id string) observe.Details {
	n.t.Helper()
	d, err := n.Instance(n.t.Context(), id, node.Person{})
	if err != nil {
		n.t.Fatal(err)
	}
	return d
}

// TestChildrenEventsTasksAndReportsSurviveRestarts runs, on a node with real JetStream and
// real HTTP, a parent that waits for its child, the child for an event that another
// process publishes, the parent for a person who is reminded and then escalated, and
// for a receiver of its report that refuses at first. Between any two of these the node
// is closed and opened again.
func TestChildrenEventsTasksAndReportsSurviveRestarts(t *testing.T) {
	r, err := compiler.Compile(fstest.MapFS{"talk.cob": {Data: []byte(talk)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatal(err, diag.OneLines(r.Diagnostics))
	}
	// A minute of the language is a second here.
	for i := range r.Plan.Processes {
		plan.Walk(r.Plan.Processes[i].Flow.Body, func(s *plan.Step) {
			if s.Task != nil {
				s.Task.RemindNs, s.Task.EscalateNs = s.Task.RemindNs/60, s.Task.EscalateNs/60
			}
		})
	}
	hurried, err := plan.Encode(r.Plan)
	if err != nil {
		t.Fatal(err)
	}
	receiver := &shelf{refuse: 2}
	server := httptest.NewServer(receiver)
	defer server.Close()
	n := &talking{t: t, dir: filepath.Join(t.TempDir(), "store"), url: server.URL, plan: hurried}
	n.open()
	defer func() { _ = n.Close(context.Background()) }()
	if _, err := n.Activate(t.Context(), n.plan); err != nil {
		t.Fatal(err)
	}

	parent := n.start("talk.Asks", `{"id":"a","customer":"Ada","size":7}`)
	child := record.InstanceID("talk.Waits", "a")
	n.until("the child waits for its event", func() bool { _, err := n.Instance(t.Context(), child, node.Person{}); return err == nil })
	n.again()

	n.start("talk.Rings", `{"id":"a","n":5}`)
	n.until("the event reaches the child, and its end the parent", func() bool {
		tasks, err := n.Tasks(t.Context(), node.TaskFilter{Role: "clerk"}, eve, 10)
		return err == nil && len(tasks) == 1
	})
	if d := n.details(child); d.State != record.Completed || string(d.Result) != "5" {
		t.Fatalf("the child is %s with %s", d.State, d.Result)
	}
	n.again()

	n.until("the task is escalated", func() bool {
		tasks, err := n.Tasks(t.Context(), node.TaskFilter{Role: "boss"}, eve, 10)
		return err == nil && len(tasks) == 1 && tasks[0].AlsoRole == "talk.boss"
	})
	n.again()
	history, err := n.History(t.Context(), parent, node.Person{})
	if err != nil {
		t.Fatal(err)
	}
	if told := fmt.Sprint(history); strings.Count(told, "escalated") != 1 || strings.Count(told, "reminded") < 1 {
		t.Fatalf("the history tells %s", told)
	}
	tasks, err := n.Tasks(t.Context(), node.TaskFilter{Role: "boss"}, eve, 10)
	if err != nil || len(tasks) != 1 {
		t.Fatalf("after another restart boss has the tasks %+v, %v", tasks, err)
	}
	if err := n.CompleteTask(t.Context(), tasks[0].ID, eve, []byte(`{"agreed":true}`)); err != nil {
		t.Fatal(err)
	}
	n.again()
	n.until("the report is taken, and the parent ends", func() bool { return n.details(parent).State == record.Completed })
	if d := n.details(parent); string(d.Result) != "5" {
		t.Fatalf("it ended with %s", d.Result)
	}
	n.again()
	n.reported(receiver, parent)
	n.found()
}

// reported checks what the receiver got, and what the API says.
func (n *talking) reported(receiver *shelf, id string) {
	n.t.Helper()
	receiver.mu.Lock()
	bodies := receiver.bodies
	receiver.mu.Unlock()
	if len(bodies) != 1 {
		n.t.Fatalf("the report came %d times: %q", len(bodies), bodies)
	}
	for _, want := range []string{`"title":"asked 5"`, `"customer":"(personal)"`, `"kind":"task"`, `"kind":"child"`} {
		if !strings.Contains(strings.ReplaceAll(bodies[0], " ", ""), strings.ReplaceAll(want, " ", "")) {
			n.t.Errorf("the report lacks %s: %s", want, bodies[0])
		}
	}
	api := httptest.NewServer(admin.New(n.Node, admin.Identity{}))
	defer api.Close()
	get := func(path string) string {
		response, err := http.Get(api.URL + path)
		if err != nil {
			n.t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			n.t.Fatal(err)
		}
		return fmt.Sprint(response.StatusCode, " ", response.Header.Get("Content-Type"), " ", string(text))
	}
	for path, want := range map[string]string{
		"/report":                       `"attempts":3`,
		"/report?name=done":             `"title":"asked 5"`,
		"/report?name=done&format=html": "<h1>asked 5</h1>",
		"/report?format=pdf":            "200 application/pdf %PDF-1.4",
		"/report?name=other":            "404 ",
		"/report?format=docx":           "400 ",
		"/report?nme=done":              "400 ",
	} {
		if got := get("/v1/instances/" + id + path); !strings.Contains(got, want) {
			n.t.Errorf("%s gives %.600s, want %s", path, got, want)
		}
	}
	if got := get("/v1/instances/" + id + "/report"); !strings.Contains(got, `"customer":"(personal)"`) || strings.Contains(got, "Ada") || !strings.Contains(got, `"cost":["0.06 EUR"]`) {
		n.t.Errorf("the record is %s", got)
	}
	if got := get("/v1/instances?where=" + "siz+==+7"); !strings.Contains(got, "400 ") || !strings.Contains(got, "there is id, process, key, state, plan, fault, started, ended, half, size") {
		n.t.Errorf("a name that nobody has: %s", got)
	}
	var page admin.Page
	text := get("/v1/instances?where=" + "half+==+3")
	if err := json.Unmarshal([]byte(text[strings.Index(text, "{"):]), &page); err != nil || len(page.Instances) != 1 || string(page.Instances[0].Search["size"]) != "7" {
		n.t.Errorf("by a search field: %s", text)
	}
}

// found checks that search fields are there after a restart.
func (n *talking) found() {
	n.t.Helper()
	for text, want := range map[string]int{
		"size == 7": 1, "size > 7": 0, "size >= 6.5 && half == 3": 1, `process == "talk.Waits" || size == 7`: 2, "size == null && state == \"completed\"": 2,
	} {
		w, err := observe.ParseWhere(text)
		if err != nil {
			n.t.Fatal(err)
		}
		if list := n.Instances(observe.Filter{Where: w}, observe.Place{}, 10, eve); len(list) != want {
			n.t.Errorf("%s finds %d, want %d", text, len(list), want)
		}
	}
}
