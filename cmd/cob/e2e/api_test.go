package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/record"
)

// withoutKey adds a process whose instances have no key of their own.
func (w *world) withoutKey() {
	write(w.t, filepath.Join(w.pack, "note.cob"), `package orders

process Note(text: string) -> string {
  return "noted ${text}"
}
`)
}

func TestIdempotencyKey(t *testing.T) {
	w := newWorld(t)
	w.withoutKey()
	n := w.run()
	const path = "/v1/processes/orders.Note/instances"
	var first, again, other, none admin.Started
	n.call("POST", path+"?wait=1m", `{"text": "a"}`, &first, "Idempotency-Key", "k-1")
	n.call("POST", path+"?wait=1m", `{"text": "a"}`, &again, "Idempotency-Key", "k-1")
	n.call("POST", path+"?wait=1m", `{"text": "a"}`, &other, "Idempotency-Key", "k-2")
	n.call("POST", path+"?wait=1m", `{"text": "a"}`, &none)
	if first.State != record.Completed || string(first.Result) != `"noted a"` || first.Existing {
		t.Errorf("the first: %+v", first)
	}
	if again.ID != first.ID || !again.Existing || string(again.Result) != `"noted a"` {
		t.Errorf("again: %+v", again)
	}
	if other.ID == first.ID || none.ID == first.ID || none.ID == other.ID {
		t.Errorf("other keys: %s %s %s", first.ID, other.ID, none.ID)
	}
	n.refused(400, "POST", path, `{}`, "text")
	a, err := n.ask("POST", path, `{"text": "a"}`, "Idempotency-Key", strings.Repeat("k", 513))
	if err != nil {
		t.Fatal(err)
	}
	n.problem(a, 400, "a key of 513 bytes", "513", "512")
	n.call("POST", path, `{"text": "a"}`, nil, "Idempotency-Key", strings.Repeat("k", 512))
	n.kill()
	n = w.run()
	var later admin.Started
	n.call("POST", path+"?wait=1m", `{"text": "a"}`, &later, "Idempotency-Key", "k-1")
	if later.ID != first.ID || !later.Existing || string(later.Result) != `"noted a"` {
		t.Errorf("after a restart: %+v", later)
	}
}

func TestWait(t *testing.T) {
	n := newWorld(t).run()
	const path = "/v1/processes/orders.Fulfil/instances"
	a, err := n.ask("POST", path+"?wait=1ms", input(goodOrder("o-1")))
	var s admin.Started
	if err == nil {
		err = json.Unmarshal([]byte(a.text), &s)
	}
	if err != nil || a.status != 202 || a.header.Get("Location") != "/v1/instances/"+s.ID {
		t.Errorf("nobody has shipped it: %d %s %v", a.status, a.text, err)
	}
	n.inSelect(s.ID)
	answers := make(chan answer, 1)
	go func() {
		a, err := n.ask("POST", path+"?wait=1m", input(goodOrder("o-1")))
		if err != nil {
			t.Error(err)
		}
		answers <- a
	}()
	n.ship("o-1")
	if a := <-answers; a.status != 200 || !strings.Contains(a.text, `"completed"`) || !strings.Contains(a.text, `"rail"`) {
		t.Errorf("got %d %s", a.status, a.text)
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t)
	w.withoutKey()
	n := w.run()
	const count = 25
	for i := range count {
		n.call("POST", "/v1/processes/orders.Note/instances", map[string]string{"text": fmt.Sprint(i)}, nil)
	}
	for _, size := range []int{1, 7, 25, 26} {
		seen := map[string]bool{}
		pages := 0
		for cursor := ""; ; {
			var page admin.Page
			n.call("GET", fmt.Sprintf("/v1/instances?limit=%d&cursor=%s", size, url.QueryEscape(cursor)), nil, &page)
			for _, i := range page.Instances {
				seen[i.ID] = true
			}
			if cursor = page.Cursor; cursor == "" || pages > count {
				break
			}
			pages++
		}
		if len(seen) != count {
			t.Errorf("pages of %d: %d instances of %d", size, len(seen), count)
		}
	}
}

func TestCloudEvents(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	ids := []string{n.start(goodOrder("o-1"), "").ID, n.start(goodOrder("o-2"), "").ID}
	for _, id := range ids {
		n.inSelect(id)
	}
	const structured = `{"specversion": "1.0", "id": "e-1", "type": "orders.Shipped", "source": "/carrier", "data": {"order": "o-1", "carrier": "rail"}}`
	var p admin.Published
	n.call("POST", "/v1/events/orders.Shipped", structured, &p, "Content-Type", "application/cloudevents+json; charset=utf-8")
	if p.ID != "e-1" || p.Matched != 1 {
		t.Errorf("structured: %+v", p)
	}
	n.call("POST", "/v1/events/orders.Shipped", `{"order": "o-2", "carrier": "south"}`, &p,
		"Ce-Id", "e-2", "Ce-Specversion", "1.0", "Ce-Type", "orders.Shipped", "Ce-Source", "/carrier")
	if p.ID != "e-2" || p.Matched != 1 {
		t.Errorf("binary: %+v", p)
	}
	for i, carrier := range []string{"rail", "south"} {
		if d := n.over(ids[i]); !strings.Contains(string(d.Result), carrier) {
			t.Errorf("%s came to %s", d.Key, d.Result)
		}
	}
	for _, broken := range []string{`{"specversion": "0.3", "id": "e", "data": {}}`, `{"specversion": "1.0", "data": {}}`, `{`, `[]`} {
		a, err := n.ask("POST", "/v1/events/orders.Shipped", broken, "Content-Type", "application/cloudevents+json")
		if err != nil {
			t.Fatal(err)
		}
		n.problem(a, 400, broken, "specversion 1.0")
	}
	a, err := n.ask("POST", "/v1/events/orders.Shipped", `{"specversion": "1.0", "id": "e-3", "type": "orders.Sunk", "source": "/", "data": {"order": "o-1", "carrier": "rail"}}`,
		"Content-Type", "application/cloudevents+json")
	if err != nil {
		t.Fatal(err)
	}
	n.problem(a, 400, "an event of another type", "orders.Sunk", "orders.Shipped")

	text, err := json.Marshal(goodOrder("o-3"))
	if err != nil {
		t.Fatal(err)
	}
	for i, existing := range []bool{false, true} {
		var m admin.Accepted
		n.call("POST", "/v1/channels/orders.intake/messages", `{"specversion": "1.0", "id": "m-3", "type": "order", "source": "/shop", "data": `+string(text)+`}`,
			&m, "Content-Type", "application/cloudevents+json")
		if m.ID != "m-3" || m.Existing != existing {
			t.Errorf("message sent %d times before: %+v", i, m)
		}
	}
	eventually(t, "the order of the message is there", func() bool { _, ok := n.instances()["o-3"]; return ok })
}

func TestStream(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", n.base+"/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := (&http.Client{}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if kind := got.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("it is %s", kind)
	}
	s := n.start(goodOrder("o-1"), "")
	n.ship("o-1") // kept until the order asks for it
	var told []string
	lines := bufio.NewScanner(got.Body)
	for len(told) < 2 && lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var notice struct{ Kind, Instance, Key, State, Process string }
		if err := json.Unmarshal([]byte(data), &notice); err != nil {
			t.Fatal(err)
		}
		if notice.Kind == "started" || notice.Kind == "ended" {
			told = append(told, notice.Kind+" "+notice.State)
			if notice.Instance != s.ID || notice.Key != "o-1" || notice.Process != "orders.Fulfil" {
				t.Errorf("got %+v", notice)
			}
		}
	}
	if got := strings.Join(told, ", "); got != "started running, ended completed" {
		t.Errorf("the stream tells %q, %v", got, lines.Err())
	}
	if code := n.stop(); code != 0 { // an open stream holds nothing up
		t.Errorf("exit code %d: %s", code, n.log())
	}
}

func TestMetricsAndHealth(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	w.shipAll(n, n.start(goodOrder("o-1"), "").ID)
	a, err := n.ask("GET", "/metrics", nil)
	if err != nil || a.status != 200 {
		t.Fatalf("%d %v", a.status, err)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(a.text))
	if err != nil {
		t.Fatalf("%v in %s", err, a.text)
	}
	if len(families) < 5 {
		t.Errorf("%d families: %s", len(families), a.text)
	}
	for name, f := range families {
		if !strings.HasPrefix(name, "cob_") || f.GetHelp() == "" {
			t.Errorf("%s: %q", name, f.GetHelp())
		}
	}
	if !strings.Contains(a.text, `process="orders.Fulfil"`) || !strings.Contains(a.text, `cloud="paris"`) {
		t.Errorf("nothing is told of the order:\n%s", a.text)
	}
	for path, want := range map[string]string{"/readyz": "ready\n", "/healthz": "ok\n"} {
		if a, err := n.ask("GET", path, nil); err != nil || a.status != 200 || a.text != want {
			t.Errorf("%s: %d %q %v", path, a.status, a.text, err)
		}
	}
}

func TestEndpointsTellWhichCloudIsDead(t *testing.T) {
	w := newWorld(t)
	n := w.run()
	if err := w.paris.Kill(); err != nil {
		t.Fatal(err)
	}
	state := func() string {
		var list struct {
			Endpoints []struct {
				Endpoint string
				Clouds   []struct{ Cloud, Health, Reason string }
			}
		}
		n.call("GET", "/v1/endpoints", nil, &list)
		for _, e := range list.Endpoints {
			if e.Endpoint == "orders.payments" {
				return e.Clouds[0].Cloud + " " + e.Clouds[0].Health
			}
		}
		return ""
	}
	var number int
	eventually(t, "paris is unhealthy", func() bool {
		number++
		n.start(goodOrder(fmt.Sprintf("o-%d", number)), "")
		return state() == "paris unhealthy"
	})
}
