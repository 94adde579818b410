package node_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/node"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

// ward has a secret in every place that a value can get to, and says much about it.
const ward = `package ward

cloud here { jurisdiction: "FR", failure_domain: "f" }
label personal
role physician { groups: ["physicians"] }
policy discreet { deny view when "personal" in data.labels && !("physician" in user.roles) }

enum Sex { female, male }
type Patient { id: string, name: string @personal, sex: Sex @personal, sizes: [int] @personal, notes: map<string> @personal }
fault Lost { id: string, name: string @personal }
fault Odd { id: string }

endpoint desk: http {
  operation admit(patient: Patient) -> Patient raises Lost {
    post "/patients/${patient.name}" { body: patient }
    idempotency_key: patient.id
    error 409: Lost { id: response.id, name: response.name }
  }
  operation count(name: string @personal) -> int { get "/count/${name}" }
  on here { url: env.DESK_URL }
}

channel intake: queue of Patient { invalid: odd, dead_letter: gone }
channel odd:    queue of json
channel gone:   queue of json
channel beds:   queue of Patient

route admitted {
  policy: discreet
  from intake as p
  start Talks(p)
}

process Talks(p: Patient) -> Patient {
  policy: discreet
  key: p.id
  let shout = upper(p.name)
  progress "admitting ${shout}"
  audit "seen: ${p.name}"
  audit "nothing to see"
  task nurse(p) { role: physician, due: 1h, else { } }
  return p
}

process Fails(p: Patient) raises Lost {
  policy: discreet
  key: p.id
  progress "about to lose ${p.notes["who"]}"
  fail Lost { id: p.id, name: "name " + p.name }
}

process Loses(p: Patient) raises Lost {
  policy: discreet
  key: p.id
  let q = call desk.admit(p)
}

process Counts(p: Patient) -> int {
  policy: discreet
  key: p.id
  let n = call desk.count(p.name)
  return n
}

process Breaks(p: Patient) -> int {
  policy: discreet
  key: p.id
  return p.sizes[len(p.name)]
}

process Misses(p: Patient) -> string {
  policy: discreet
  key: p.id
  return p.notes[p.name]
}

process Sends(p: Patient) {
  policy: discreet
  key: p.id
  send beds(p)
  call Talks({ id: p.id + "-child", name: p.name, sex: p.sex, sizes: p.sizes, notes: p.notes })
}
`

const secret, shouted = "Zanzibar", "ZANZIBAR"

// echo is a desk that answers with what it was sent, in every wrong way.
func echo(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	switch {
	case strings.HasPrefix(r.URL.Path, "/patients/"):
		w.WriteHeader(http.StatusConflict)
		_, _ = w.Write(text)
	default:
		fmt.Fprintf(w, "%q", r.URL.Path) // a string, where a number is wanted
	}
}

// warded is a node that runs ward, with its API and its log.
type warded struct {
	*node.Node
	t   testing.TB
	api *httptest.Server
	log *logged
}

type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func openWard(t *testing.T) *warded {
	t.Helper()
	desk := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(desk.Close)
	calls, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &warded{t: t, log: &logged{}}
	w.Node, err = node.Open(context.Background(), node.Options{
		Store: jetstream.Options{StoreDir: filepath.Join(t.TempDir(), "store")}, Connectors: connector.NewRegistry(calls),
		Settings: func(string, bool) (string, bool) { return desk.URL, true },
		Log:      slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if _, err := w.Activate(t.Context(), compiled(t, ward)); err != nil {
		t.Fatal(err)
	}
	w.api = httptest.NewServer(admin.New(w.Node, admin.Identity{}))
	t.Cleanup(w.api.Close)
	return w
}

func (w *warded) get(path string, groups string) string {
	w.t.Helper()
	r, err := http.NewRequest("GET", w.api.URL+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set(admin.UserHeader, "eve")
	r.Header.Set(admin.GroupsHeader, groups)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 500 {
		w.t.Fatalf("%s: %d %v %s", path, answer.StatusCode, err, text)
	}
	return string(text)
}

// watch reads the stream until the test is over.
func (w *warded) watch() *logged {
	w.t.Helper()
	answer, err := http.Get(w.api.URL + "/v1/stream")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { answer.Body.Close() })
	heard := &logged{}
	go func() {
		lines := bufio.NewScanner(answer.Body)
		for lines.Scan() {
			fmt.Fprintln(heard, lines.Text())
		}
	}()
	return heard
}

// TestNoTextTellsWhatALabelHides lets a secret go everywhere, and looks for it
// everywhere, as somebody who may not see it and as somebody who may.
func TestNoTextTellsWhatALabelHides(t *testing.T) {
	w := openWard(t)
	heard := w.watch()
	patient := func(id string) string {
		return fmt.Sprintf(`{"id": %q, "name": %q, "sex": "female", "sizes": [1], "notes": {"who": %[2]q}}`, id, secret)
	}
	var ids []string
	for _, process := range []string{"Talks", "Fails", "Loses", "Counts", "Breaks", "Misses", "Sends"} {
		r, err := w.Start(t.Context(), node.StartRequest{Process: "ward." + process, Input: []byte(`{"p": ` + patient(process) + `}`)})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	send(t, w.Node, "ward.intake", "m-1", patient("by-route"))
	for i, odd := range []string{`{"id": "x", "name": "` + secret + `", "sex": "` + secret + `", "sizes": [], "notes": {}}`, secret} {
		if _, err := w.PublishMessage(t.Context(), "ward.intake", fmt.Sprint("odd-", i), []byte(odd)); err == nil {
			t.Error("an odd message is taken")
		}
	}
	states := func() string {
		var all []string
		for _, id := range ids {
			i, err := w.Instance(t.Context(), id, node.Person{})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, string(i.State))
		}
		return strings.Join(all, " ")
	}
	const want = "waiting faulted faulted faulted incident incident waiting"
	for i := 0; states() != want || len(w.Instances(observe.Filter{State: record.Waiting}, observe.Place{}, 100, node.Person{})) < 4; i++ {
		if i == 3000 {
			t.Fatalf("they are %s, want %s", states(), want)
		}
		time.Sleep(10 * time.Millisecond)
	}
	paths := []string{"/v1/instances", "/v1/channels", "/v1/tasks", "/v1/deployments", "/v1/endpoints", "/v1/journals", "/v1/figures", "/metrics",
		"/v1/channels/ward.intake/messages", "/v1/channels/ward.odd/messages", "/v1/channels/ward.gone/messages", "/v1/channels/ward.beds/messages"}
	for _, i := range w.Instances(observe.Filter{}, observe.Place{}, 100, node.Person{}) {
		for _, part := range []string{"", "/history", "/recording", "/report", "/report?format=html", "/report?format=pdf", "/outlook"} {
			paths = append(paths, "/v1/instances/"+i.ID+part)
		}
	}
	tasks, err := w.Tasks(t.Context(), node.TaskFilter{}, node.Person{}, 10)
	if err != nil || len(tasks) != 3 {
		t.Fatalf("%d tasks, %v", len(tasks), err)
	}
	for _, task := range tasks {
		paths = append(paths, "/v1/tasks/"+task.ID)
	}
	shown := 0
	for _, path := range paths {
		for _, groups := range []string{"", "managers, admins"} {
			if got := w.get(path, groups); strings.Contains(got, secret) || strings.Contains(got, shouted) {
				t.Errorf("%s tells it:\n%s", path, got)
			}
		}
		if got := w.get(path, "physicians"); strings.Contains(got, secret) || strings.Contains(got, shouted) {
			shown++
		}
	}
	if shown < 20 {
		t.Errorf("who may see it finds it at %d places: the test looks at nothing", shown)
	}
	for _, path := range []string{"/history", ""} {
		got := w.get("/v1/instances/"+ids[0]+path, "physicians")
		if !strings.Contains(got, "admitting "+shouted) {
			t.Errorf("who may see it does not: %s", got)
		}
	}
	if got := w.get("/v1/instances/"+ids[0]+"/history", ""); !strings.Contains(got, "nothing to see") || strings.Count(got, `"(personal)"`) != 2 {
		t.Errorf("the history is\n%s", got)
	}
	if got := w.get("/v1/channels/ward.odd/messages", "physicians"); strings.Count(got, secret) < 3 {
		t.Errorf("who may see it does not see what did not fit: %s", got)
	}
	for what, l := range map[string]*logged{"the log": w.log, "the stream": heard} {
		l.mu.Lock()
		text := l.text.String()
		l.mu.Unlock()
		if strings.Contains(text, secret) || strings.Contains(text, shouted) || text == "" {
			t.Errorf("%s tells it: %s", what, text)
		}
	}
}
