package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cob-lang/cob/examples/orders/services"
	"github.com/cob-lang/cob/runtime/record"
)

func TestMissingSettingsAreNamedAllAtOnce(t *testing.T) {
	w := newWorld(t)
	w.extra = []string{"PAY_PARIS=", "PAY_FINLAND=not an address"}
	write(t, filepath.Join(w.pack, "more.cob"), `package orders

endpoint ledger: http {
  operation note(text: string) { post "/notes" { body: text }, idempotent: true }
  on paris   { url: env.LEDGER_URL }
  on finland { url: secret.ledger_url }
}

process Note(text: string) {
  call ledger.note(text)
}
`)
	n := w.launch()
	if code := n.exitCode(); code != 2 {
		t.Errorf("exit code %d, want 2", code)
	}
	for _, want := range []string{"LEDGER_URL", "ledger_url", "COB_SECRET_LEDGER_URL", "PAY_FINLAND", "PAY_PARIS", "orders.cob:", "more.cob:5", "more.cob:6"} {
		if !strings.Contains(n.log(), want) {
			t.Errorf("does not say %q", want)
		}
	}
	if strings.Contains(n.log(), "not an address") {
		t.Error("shows the value of a setting")
	}
}

func TestAnOrderThatDoesNotFit(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	const path = "/v1/processes/orders.Fulfil/instances"
	bad := goodOrder("o-1")
	bad.Lines[0].Qty = 0
	p := n.refused(400, "POST", path, input(bad), "nothing was started or changed", "order.lines[0].qty")
	if len(p.Errors) != 1 {
		t.Errorf("got %v", p.Errors)
	}
	n.refused(400, "POST", path, `{"order": {"id": 7, "lines": []}, "extra": 1}`, "order.id", "order.customer", "order.total", "extra")
	empty := goodOrder("o-1")
	empty.Lines = []services.Line{}
	n.refused(400, "POST", path, input(empty), "order.lines", "1..20")
	n.refused(400, "POST", path, `{"order": `, "JSON")
	n.refused(400, "POST", path, ``, "JSON")
	n.refused(400, "POST", "/v1/channels/orders.intake/messages", bad, "qty")
	n.refused(400, "POST", "/v1/events/orders.Shipped", `{"order": "o-1"}`, "carrier")
	file := filepath.Join(t.TempDir(), "order.json")
	text, err := json.Marshal(input(bad))
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, string(text))
	n.cob("start", "orders.Fulfil", "--input", file).want(t, 1, "order.lines[0].qty", "nothing was started or changed")
	n.cob("start", "orders.Fulfil", "--input", filepath.Join(t.TempDir(), "absent.json")).want(t, 2, "absent.json")
	w.cob(n.base, "{", "start", "orders.Fulfil", "--input", "-").want(t, 1, "JSON")
	nothingStarted(t, n)
}

func nothingStarted(t *testing.T, n *node) {
	t.Helper()
	var page struct{ Instances []json.RawMessage }
	n.call("GET", "/v1/instances", nil, &page)
	if len(page.Instances) != 0 || n.world.catalogueParis.Calls("GET") != 0 {
		t.Errorf("something was started: %s", page.Instances)
	}
}

func TestTheSameKeyTwice(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	first := n.start(goodOrder("o-1"), "")
	again := n.start(goodOrder("o-1"), "")
	if again.ID != first.ID || first.Existing || !again.Existing {
		t.Errorf("got %+v, then %+v", first, again)
	}
	n.call("POST", "/v1/channels/orders.intake/messages", goodOrder("o-1"), nil, "Idempotency-Key", "m-1")
	n.inSelect(first.ID)
	n.ship("o-1")
	n.ship("o-1")
	if d := n.over(first.ID); d.State != record.Completed {
		t.Errorf("got %+v", d)
	}
	last := n.start(goodOrder("o-1"), "?wait=30s")
	if last.ID != first.ID || !last.Existing || last.State != record.Completed || !strings.Contains(string(last.Result), `"rail"`) {
		t.Errorf("after its end: %+v", last)
	}
	if got := kinds(w.paris.Ledger()) + kinds(w.finland.Ledger()); got != "charge" {
		t.Errorf("the payments' ledgers say %q", got)
	}
	if got := kinds(w.warehouse.Ledger()); got != "hold" {
		t.Errorf("the warehouse's ledger says %q", got)
	}
}

func kinds(entries []services.Entry) string {
	var all []string
	for _, e := range entries {
		all = append(all, e.Kind)
	}
	return strings.Join(all, " ")
}

func TestBothPaymentsUnreachable(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	for _, p := range []*services.Payments{w.paris, w.finland} {
		if err := p.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	s := n.start(goodOrder("o-1"), "?wait=1m")
	d := n.over(s.ID)
	if d.State != record.Faulted || d.Fault == nil || d.Fault.Type != "std.Unavailable" || !strings.Contains(d.Detail, "refused") {
		t.Errorf("got %s %+v %s", d.State, d.Fault, d.Detail)
	}
	if got := kinds(w.warehouse.Ledger()); got != "hold release" {
		t.Errorf("the warehouse's ledger says %q", got)
	}
	if w.virginia.Calls("") != 0 {
		t.Error("virginia is not legal and was asked")
	}
	history := n.cob("show", s.ID).want(t, 0, "std.Unavailable").out
	for _, cloud := range []string{"paris", "finland"} {
		if !strings.Contains(history, cloud) {
			t.Errorf("the history does not name %s:\n%s", cloud, history)
		}
	}
}

func TestAStoreThatAnotherProcessHolds(t *testing.T) {
	w := newWorld(t)
	first := w.run()
	second := w.launch()
	if code := second.exitCode(); code != 5 {
		t.Errorf("exit code %d, want 5", code)
	}
	for _, want := range []string{w.store, "in use by process", itoa(first.cmd.Process.Pid), "--store"} {
		if !strings.Contains(second.log(), want) {
			t.Errorf("does not say %q: %s", want, second.log())
		}
	}
	n := w.launch("--listen", strings.TrimPrefix(first.base, "http://"))
	if code := n.exitCode(); code != 5 || !strings.Contains(n.log(), "--listen") {
		t.Errorf("an address in use: exit code %d, %s", code, n.log())
	}
	if s := first.start(goodOrder("o-1"), ""); s.ID == "" {
		t.Error("the first node is disturbed")
	}
	if code := first.stop(); code != 0 {
		t.Errorf("stopping: exit code %d, %s", code, first.log())
	}
	w.run()
}

func TestAStoreOfANewerVersion(t *testing.T) {
	w := newWorld(t)
	if code := w.run().stop(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	format := filepath.Join(w.store, "FORMAT")
	old := read(t, format)
	write(t, format, "cob store 99\n")
	n := w.launch()
	if code := n.exitCode(); code != 5 || !strings.Contains(n.log(), "99") || !strings.Contains(n.log(), "newer version") {
		t.Errorf("exit code %d: %s", code, n.log())
	}
	write(t, format, "garbage\n")
	n = w.launch()
	if code := n.exitCode(); code != 5 || !strings.Contains(n.log(), "FORMAT") {
		t.Errorf("exit code %d: %s", code, n.log())
	}
	write(t, format, old)
	w.run()
}

func TestADirectoryThatIsNoStore(t *testing.T) {
	w := newWorld(t)
	write(t, filepath.Join(w.store, "letter.txt"), "dear")
	n := w.launch()
	if code := n.exitCode(); code != 5 || !strings.Contains(n.log(), "letter.txt") || !strings.Contains(n.log(), "empty directory") {
		t.Errorf("exit code %d: %s", code, n.log())
	}
	if _, err := os.Stat(filepath.Join(w.store, "FORMAT")); err == nil {
		t.Error("it was made a store all the same")
	}
}

func TestABodyOverTheLimit(t *testing.T) {
	n := newWorld(t).run()
	big := goodOrder("o-1")
	big.Customer.Name = strings.Repeat("x", 1<<20)
	for _, path := range []string{"/v1/processes/orders.Fulfil/instances", "/v1/channels/orders.intake/messages", "/v1/events/orders.Shipped", "/v1/tasks/x.1/complete", "/v1/instances/x/cancel"} {
		n.refused(413, "POST", path, input(big), "1048576")
	}
	n.refused(413, "POST", "/v1/deployments", strings.Repeat("x", 8<<20+1), "8388608")
	nothingStarted(t, n)
	// At the limit it is read.
	n.refused(400, "POST", "/v1/processes/orders.Fulfil/instances", strings.Repeat(" ", 1<<20), "JSON")
}

func TestWhatIsNotThere(t *testing.T) {
	n := newWorld(t).run()
	for _, c := range []struct {
		method, path string
		wayOut       string
	}{
		{"POST", "/v1/processes/orders.Fulfill/instances", "orders.Fulfil"},
		{"POST", "/v1/processes/other.Fulfil/instances", "orders"},
		{"POST", "/v1/processes/Fulfil/instances", "orders"},
		{"POST", "/v1/channels/orders.outtake/messages", "orders.intake"},
		{"GET", "/v1/channels/orders.outtake/messages", "orders.intake"},
		{"POST", "/v1/events/orders.Sunk", "orders.Shipped"},
		{"POST", "/v1/tasks/nobody/claim", "cob task list"},
		{"POST", "/v1/tasks/nobody.1/complete", "cob task list"},
		{"GET", "/v1/instances/nobody", "cob ps"},
		{"GET", "/v1/instances/nobody/history", "cob ps"},
		{"POST", "/v1/instances/nobody/cancel", "cob ps"},
		{"POST", "/v1/instances/nobody/retry", "cob ps"},
		{"GET", "/v2/instances", "spec/api.md"},
	} {
		n.refused(404, c.method, c.path, map[string]string{"by": "ada"}, c.wayOut)
	}
	n.cob("start", "orders.Fulfill").want(t, 1, "orders.Fulfil")
	n.cob("show", "nobody").want(t, 1, "cob ps")
	n.cob("cancel", "nobody").want(t, 1, "cob ps")
}

func TestBadBodiesAndQueries(t *testing.T) {
	n := newWorld(t).run()
	for _, c := range []struct {
		method, path, body string
		wanted             []string
	}{
		{"GET", "/v1/instances?limit=0", "", []string{"limit=0", "1 to 1000"}},
		{"GET", "/v1/instances?limit=1001", "", []string{"limit=1001", "1 to 1000"}},
		{"GET", "/v1/instances?limit=many", "", []string{"limit=many"}},
		{"GET", "/v1/instances?since=yesterday", "", []string{"since=yesterday", "2026-"}},
		{"GET", "/v1/instances?cursor=x", "", []string{"cursor=x"}},
		{"GET", "/v1/instances?state=sleeping", "", []string{"state=sleeping", "waiting"}},
		{"GET", "/v1/instances?colour=red", "", []string{"colour", "process"}},
		{"POST", "/v1/processes/orders.Fulfil/instances?wait=soon", "{}", []string{"wait=soon", "30s"}},
		{"POST", "/v1/processes/orders.Fulfil/instances?wait=11m", "{}", []string{"wait=11m", "10m"}},
		{"POST", "/v1/processes/orders.Fulfil/instances?wait=-1s", "{}", []string{"wait=-1s"}},
		{"POST", "/v1/tasks/x.1/complete", "{", []string{"by"}},
		{"POST", "/v1/tasks/x.1/claim", "{}", []string{"by"}},
		{"POST", "/v1/instances/x/cancel", "[", []string{"reason"}},
	} {
		n.refused(400, c.method, c.path, c.body, c.wanted...)
	}
	n.refused(405, "PUT", "/v1/instances", nil, "GET")
	n.refused(422, "POST", "/v1/deployments", `{"plan": 1}`, "plan")
}
