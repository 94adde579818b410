package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cob-lang/cob/runtime/access"
	"github.com/cob-lang/cob/runtime/admin"
)

// guests gives a person of every role a token, by the role. eve has one that is over.
func (w *world) guests() (file string, tokens map[string]string) {
	w.t.Helper()
	file, tokens = filepath.Join(w.t.TempDir(), "tokens"), map[string]string{}
	for _, r := range access.Roles() {
		tokens[r.Name] = w.token(file, "my-"+r.Name, "--role", r.Name, "--group", "managers")
	}
	tokens["expired"] = w.token(file, "eve", "--role", "admin", "--until", "2020-01-01")
	return file, tokens
}

func (w *world) token(file, person string, flags ...string) string {
	w.t.Helper()
	o := w.cob("", "", append([]string{"token", person, "--file", file}, flags...)...).want(w.t, 0)
	return strings.TrimSpace(o.out)
}

func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

// spoken is a call of the API with something in the place of its names.
func spoken(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	return method, strings.NewReplacer("{process}", "orders.Fulfil", "{id}", "nothing", "{type}", "orders.Shipped", "{channel}", "orders.intake", "{cloud}", "paris").Replace(path)
}

func TestEveryCallAsksForItsRole(t *testing.T) {
	w := newWorld(t)
	file, tokens := w.guests()
	n := w.run("--tokens", file)
	roles := access.Roles()
	for _, pattern := range admin.Calls() {
		method, path := spoken(pattern)
		needs := admin.Rights()[pattern]
		if pattern == "GET /v1/stream" {
			continue // it has no end; TestWhoGetsIn looks at it
		}
		a, err := n.ask(method, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if open := path == "/healthz" || path == "/readyz"; open {
			if a.status != 200 || len(needs) > 0 {
				t.Errorf("%s asks for something: %d", pattern, a.status)
			}
			continue
		}
		n.problem(a, 401, pattern, "Authorization: Bearer")
		if a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s does not say how to ask", pattern)
		}
		for i := range roles {
			g := access.Grant{Roles: []string{roles[i].Name}}
			a, err := n.ask(method, path, nil, bearer(tokens[roles[i].Name])...)
			if err != nil {
				t.Fatal(err)
			}
			if may := g.May(needs...); may == (a.status == 403) || a.status == 401 {
				t.Errorf("%s: %s gets %d, and may: %v\n%s", pattern, roles[i].Name, a.status, may, a.text)
			}
			if a.status == 403 {
				n.problem(a, 403, pattern, "my-"+roles[i].Name, access.RolesWith(needs...)[0])
			}
		}
	}
}

// raw sends lines as they are, and gives the status line of the answer.
func (n *node) raw(lines ...string) string {
	n.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(n.base, "http://"))
	if err != nil {
		n.t.Fatal(err)
	}
	defer c.Close()
	_, _ = fmt.Fprintf(c, "%s\r\nHost: x\r\nConnection: close\r\n\r\n", strings.Join(lines, "\r\n")) // the node may have hung up
	status, _ := bufio.NewReader(c).ReadString('\n')
	return strings.TrimSpace(status)
}

func TestWhoGetsIn(t *testing.T) {
	w := newWorld(t)
	file, tokens := w.guests()
	n := w.run("--tokens", file)
	admin := tokens["admin"]
	const get = "GET /v1/instances HTTP/1.1"
	for what, lines := range map[string][]string{
		"nothing":             {get},
		"an empty header":     {get, "Authorization:"},
		"no token":            {get, "Authorization: Bearer"},
		"spaces":              {get, "Authorization: Bearer      "},
		"no scheme":           {get, "Authorization: " + admin},
		"another scheme":      {get, "Authorization: Basic " + admin},
		"two headers":         {get, "Authorization: Bearer " + admin, "Authorization: Bearer " + admin},
		"two tokens":          {get, "Authorization: Bearer " + admin + ", " + tokens["viewer"]},
		"half a token":        {get, "Authorization: Bearer " + admin[:len(admin)-1]},
		"a longer token":      {get, "Authorization: Bearer " + admin + "A"},
		"small letters":       {get, "Authorization: Bearer " + strings.ToLower(admin)},
		"quotes":              {get, `Authorization: Bearer "` + admin + `"`},
		"the hash":            {get, fmt.Sprintf("Authorization: Bearer %x", access.HashOf(admin))},
		"one that is over":    {get, "Authorization: Bearer " + tokens["expired"]},
		"a cookie":            {get, "Cookie: token=" + admin},
		"a header of a proxy": {get, "Cob-User: my-admin", "Cob-Groups: managers"},
		"another header":      {get, "Proxy-Authorization: Bearer " + admin},
		"a long token":        {get, "Authorization: Bearer " + strings.Repeat("a", 16<<10)},
		"an unknown call":     {"GET /v1/secrets HTTP/1.1"},
		"an unknown method":   {"BREW /v1/instances HTTP/1.1"},
		"a stream":            {"GET /v1/stream HTTP/1.1"},
	} {
		if got := n.raw(lines...); !strings.HasPrefix(got, "HTTP/1.1 401 ") {
			t.Errorf("%s: %q", what, got)
		}
	}
	for what, c := range map[string]struct {
		status string
		lines  []string
	}{
		"huge headers":            {"431", []string{get, "Authorization: Bearer " + strings.Repeat("a", 64<<10)}},
		"a token in the address":  {"400", []string{"GET /v1/instances?token=x HTTP/1.1"}},
		"one that is good":        {"400", []string{"GET /v1/instances?key=" + admin + " HTTP/1.1", "Authorization: Bearer " + admin}},
		"one in capitals":         {"400", []string{"GET /v1/instances?Access_Token=" + admin + " HTTP/1.1"}},
		"a scheme in capitals":    {"200", []string{get, "authorization: BEARER " + admin}},
		"an unknown call, known":  {"404", []string{"GET /v1/secrets HTTP/1.1", "Authorization: Bearer " + admin}},
		"the stream, in the role": {"200", []string{"GET /v1/stream HTTP/1.1", "Authorization: Bearer " + tokens["viewer"]}},
		"the stream, in another":  {"403", []string{"GET /v1/stream HTTP/1.1", "Authorization: Bearer " + tokens["worker"]}},
		"a zero in a header":      {"400", []string{get, "Authorization: Bearer " + admin + "\x00"}},
	} {
		if got := n.raw(c.lines...); !strings.HasPrefix(got, "HTTP/1.1 "+c.status+" ") {
			t.Errorf("%s: %q, want %s", what, got, c.status)
		}
	}
	n.stop()
	for role, token := range tokens {
		if strings.Contains(n.log(), token) {
			t.Errorf("the token of %s is in the log:\n%s", role, n.log())
		}
	}
}

// TestTheTokenSaysWhoActs does with tokens what an operator and a worker do, and finds
// them in the histories and in the trail.
func TestTheTokenSaysWhoActs(t *testing.T) {
	w := newWorld(t)
	file, tokens := w.guests()
	trail := filepath.Join(t.TempDir(), "audit.jsonl")
	n := w.run("--tokens", file, "--audit", trail)
	files := map[string]string{}
	for role, token := range tokens {
		files[role] = filepath.Join(t.TempDir(), role)
		write(t, files[role], token+"\n")
	}
	as := func(role string, args ...string) outcome { return n.cob(append(args, "--token-file", files[role])...) }
	order, err := json.Marshal(input(dearOrder("o-1")))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(w.pack, "order.json"), string(order))
	start := []string{"start", "orders.Fulfil", "--input", filepath.Join(w.pack, "order.json")}
	n.cob(start...).want(t, 1, "Authorization: Bearer")
	as("viewer", start...).want(t, 1, "client, admin")
	var started admin.Started
	if err := json.Unmarshal([]byte(as("client", start...).want(t, 0).out), &started); err != nil {
		t.Fatal(err)
	}
	var id string
	eventually(t, "there is a task", func() bool {
		o := as("worker", "task", "list", "--format", "json").want(t, 0)
		var tasks []struct{ ID string }
		if err := json.Unmarshal([]byte(o.out), &tasks); err != nil {
			t.Fatal(err)
		}
		if len(tasks) == 1 {
			id = tasks[0].ID
		}
		return len(tasks) == 1
	})
	as("worker", "task", "claim", id).want(t, 0, "claimed by my-worker")
	as("worker", "task", "claim", id, "--by", "grace").want(t, 1, "you are my-worker, and the body says that grace does this")
	as("admin", "task", "claim", id).want(t, 1, "my-worker")
	as("viewer", "cancel", started.ID, "--reason", "no").want(t, 1, "operator, admin; my-viewer is viewer")
	as("operator", "cancel", started.ID, "--by", "eve").want(t, 1, "you are my-operator")
	as("operator", "cancel", started.ID, "--reason", "ordered by mistake").want(t, 0)
	as("viewer", "show", started.ID).want(t, 0, "by my-worker", "by my-operator: ordered by mistake")
	if code := n.stop(); code != 0 {
		t.Errorf("exit code %d: %s", code, n.log())
	}

	var kept []string
	text := read(t, trail)
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		var d admin.Deed
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		if d.At.IsZero() || d.From != "127.0.0.1" || !strings.HasPrefix(d.Path, "/v1/") {
			t.Errorf("it lacks something: %s", line)
		}
		kept = append(kept, fmt.Sprintf("%s: %s %d %s", d.Person, d.Call, d.Status, d.Reason))
	}
	want := []string{
		"my-viewer: POST /v1/processes/{process}/instances 403 ",
		"my-client: POST /v1/processes/{process}/instances 202 ",
		"my-worker: POST /v1/tasks/{id}/claim 200 ",
		"my-worker: POST /v1/tasks/{id}/claim 403 ",
		"my-admin: POST /v1/tasks/{id}/claim 409 ",
		"my-viewer: POST /v1/instances/{id}/cancel 403 ",
		"my-operator: POST /v1/instances/{id}/cancel 403 ",
		"my-operator: POST /v1/instances/{id}/cancel 200 ordered by mistake",
	}
	if !slices.Equal(kept, want) {
		t.Errorf("the trail has\n%s\nwant\n%s", strings.Join(kept, "\n"), strings.Join(want, "\n"))
	}
	for _, token := range tokens {
		if strings.Contains(text+n.log(), token) {
			t.Error("a token is in the trail or in the log")
		}
	}
}

func TestATokenThatIsTakenBackLetsNobodyIn(t *testing.T) {
	w := newWorld(t)
	file, tokens := w.guests()
	n := w.run("--tokens", file)
	status := func() int {
		a, err := n.ask("GET", "/v1/instances", nil, bearer(tokens["viewer"])...)
		if err != nil {
			t.Fatal(err)
		}
		return a.status
	}
	if got := status(); got != 200 {
		t.Fatalf("got %d", got)
	}
	whole := read(t, file)
	if err := os.WriteFile(file, []byte(whole+"a line that is none\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the bad line is told", func() bool {
		return status() == 200 && strings.Contains(n.log(), "the tokens stay as they were: line 8")
	})
	var kept []string
	for _, line := range strings.Split(whole, "\n") {
		if !strings.HasPrefix(line, "my-viewer ") {
			kept = append(kept, line)
		}
	}
	if err := os.WriteFile(file, []byte(strings.Join(kept, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the token is not known any more", func() bool { return status() == 401 })
	if got := strings.Count(n.log(), "stay as they were"); got != 1 {
		t.Errorf("it is told %d times", got)
	}
}

func TestANodeThatBelievesItsCallersStaysOnItsMachine(t *testing.T) {
	w := newWorld(t)
	n := w.launch("--listen", "0.0.0.0:0")
	if code := n.exitCode(); code != 2 || !strings.Contains(n.log(), "--tokens FILE") {
		t.Errorf("exit code %d: %s", code, n.log())
	}
	open := filepath.Join(t.TempDir(), "tokens")
	w.token(open, "ada", "--role", "admin")
	if err := os.Chmod(open, 0o666); err != nil {
		t.Fatal(err)
	}
	for want, flags := range map[string][]string{
		"chmod 600":               {"--tokens", open},
		"no such file":            {"--tokens", open + "s"},
		"both say who asks":       {"--tokens", open, "--user-header", "X-User"},
		"stand together":          {"--tls-cert", open},
		"certificate cannot be":   {"--tls-cert", open, "--tls-key", open},
		"opening the audit trail": {"--audit", t.TempDir()},
	} {
		n := w.launch(flags...)
		if code := n.exitCode(); code != 2 || !strings.Contains(n.log(), want) {
			t.Errorf("%v: exit code %d, want %q: %s", flags, code, want, n.log())
		}
	}
	n = w.run()
	for _, want := range []string{"callers on this machine are believed about who they are", "--copy DIR"} {
		if strings.Count(n.log(), want) != 1 {
			t.Errorf("it does not say %q once: %s", want, n.log())
		}
	}
	host := strings.TrimPrefix(n.base, "http://")
	for what, headers := range map[string][]string{
		"another page":  {"Origin", "http://evil.example"},
		"a local page":  {"Origin", "http://127.0.0.1:1"},
		"a hidden page": {"Origin", "null"},
		"a form":        {"Sec-Fetch-Site", "cross-site"},
	} {
		a, err := n.ask("POST", "/v1/instances/x/cancel", nil, headers...)
		if err != nil {
			t.Fatal(err)
		}
		n.problem(a, 403, what, "another site")
	}
	for name, want := range map[string]int{"evil.example": 403, "evil.example:8180": 403, "localhost": 404, host: 404, "[::1]:8180": 404, "127.0.0.1.evil.example": 403} {
		r, err := http.NewRequest("POST", n.base+"/v1/instances/x/cancel", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = name
		got, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if got.Body.Close(); got.StatusCode != want {
			t.Errorf("as %s: %d", name, got.StatusCode)
		}
	}
}
