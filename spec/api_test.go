package spec

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/examples/orders/services"
	"github.com/cob-lang/cob/runtime/access"
	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/node"
	"github.com/cob-lang/cob/spec/document"
)

var callHeading = regexp.MustCompile("^### `([A-Z]+ /[^`]*)`")

func TestEveryCallIsDescribed(t *testing.T) {
	d, err := document.Read("api.md")
	if err != nil {
		t.Fatal(err)
	}
	var described []string
	for _, line := range d.Lines {
		if m := callHeading.FindStringSubmatch(line); m != nil {
			described = append(described, m[1])
		}
	}
	slices.Sort(described)
	if registered := admin.Calls(); !slices.Equal(described, registered) {
		t.Errorf("api.md describes\n%s\nand the API has\n%s", strings.Join(described, "\n"), strings.Join(registered, "\n"))
	}
}

// TestCalls sends the requests of api.md, one after the other, to a node that
// runs examples/orders, and holds the answers against those it shows.
func TestCalls(t *testing.T) {
	d, err := document.Read("api.md")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(admin.New(ordersNode(t), admin.Identity{}))
	defer server.Close()
	blocks := d.Kind("http")
	if len(blocks)%2 != 0 || len(blocks) < 20 {
		t.Fatalf("%d http blocks: want pairs of a request and its answer", len(blocks))
	}
	for i := 0; i < len(blocks); i += 2 {
		exchange(t, server, blocks[i], blocks[i+1])
	}
}

// service is what the services of the example can do.
type service interface {
	Start(addr string) error
	Kill() error
	URL() string
}

func ordersNode(t *testing.T) *node.Node {
	t.Helper()
	settings := map[string]string{}
	begin := func(setting string, s service) {
		if err := s.Start("127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Kill(); err != nil {
				t.Error(err)
			}
		})
		settings[setting] = s.URL()
	}
	begin("CATALOG_PARIS", services.NewCatalogue("paris"))
	begin("CATALOG_FINLAND", services.NewCatalogue("finland"))
	begin("WAREHOUSE_URL", services.NewWarehouse("warehouse", t.TempDir()+"/ledger.jsonl"))
	for _, cloud := range []string{"paris", "finland", "virginia"} {
		begin("PAY_"+strings.ToUpper(cloud), services.NewPayments(cloud, t.TempDir()+"/ledger.jsonl"))
	}
	calls, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.Open(context.Background(), node.Options{
		Store: jetstream.Options{StoreDir: t.TempDir()}, Connectors: connector.NewRegistry(calls),
		Settings: func(name string, _ bool) (string, bool) { v, ok := settings[name]; return v, ok },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	r, err := compiler.Compile(os.DirFS("../examples/orders"), compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("examples/orders does not compile: %v", err)
	}
	if _, err := n.Activate(context.Background(), r.Encoded); err != nil {
		t.Fatal(err)
	}
	return n
}

// patience bounds how long a GET is asked again until it answers as shown: what
// a node does, it does in its own time.
const patience = 20 * time.Second

func exchange(t *testing.T, server *httptest.Server, request, answer document.Block) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		problem, method := try(t, server, request, answer)
		if problem == "" {
			return
		}
		if method != http.MethodGet || time.Now().After(deadline) {
			t.Errorf("%s: %s", answer.Place(), problem)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// try sends a request once and says in what the answer is not as shown.
func try(t *testing.T, server *httptest.Server, request, answer document.Block) (problem, method string) {
	t.Helper()
	head, body, _ := strings.Cut(request.Text, "\n\n")
	first, headers, _ := strings.Cut(strings.TrimSpace(head), "\n")
	method, target, ok := strings.Cut(first, " ")
	if !ok {
		t.Fatalf("%s: want METHOD /path", request.Place())
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	sent, err := http.NewRequestWithContext(ctx, method, server.URL+target, strings.NewReader(strings.TrimSpace(body)))
	if err != nil {
		t.Fatalf("%s: %v", request.Place(), err)
	}
	for _, h := range strings.Split(headers, "\n") {
		if name, value, ok := strings.Cut(h, ": "); ok {
			sent.Header.Set(name, value)
		}
	}
	got, err := http.DefaultClient.Do(sent)
	if err != nil {
		t.Fatalf("%s: %v", request.Place(), err)
	}
	defer got.Body.Close()
	return differs(got, answer), method
}

func differs(got *http.Response, answer document.Block) string {
	wantHead, wantBody, _ := strings.Cut(answer.Text, "\n\n")
	lines := strings.Split(strings.TrimSpace(wantHead), "\n")
	stream := strings.HasPrefix(got.Header.Get("Content-Type"), "text/event-stream")
	var text []byte
	if !stream { // which never ends
		var err error
		if text, err = io.ReadAll(got.Body); err != nil {
			return err.Error()
		}
	}
	if status := got.Proto + " " + got.Status; status != lines[0] {
		return fmt.Sprintf("got %s, want %s\n%s", status, lines[0], text)
	}
	for _, h := range lines[1:] {
		if name, value, _ := strings.Cut(h, ": "); !strings.HasPrefix(got.Header.Get(name), value) {
			return fmt.Sprintf("%s is %q, want %q", name, got.Header.Get(name), value)
		}
	}
	if !stream && !sameBody(wantBody, text) {
		return fmt.Sprintf("got\n%s\nwant\n%s", indented(text), wantBody)
	}
	return ""
}

func indented(text []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, text, "", "  ") != nil {
		return string(text)
	}
	return b.String()
}

// sameBody compares JSON by value, where the string "..." stands for any value,
// and everything else as text.
func sameBody(want string, got []byte) bool {
	var w, g any
	if json.Unmarshal([]byte(want), &w) != nil {
		return document.Matches(want, string(got))
	}
	return json.Unmarshal(got, &g) == nil && same(w, g)
}

func same(want, got any) bool {
	switch w := want.(type) {
	case string:
		return w == "..." || w == got
	case []any:
		g, ok := got.([]any)
		return ok && slices.EqualFunc(w, g, same)
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(w) != len(g) {
			return false
		}
		for name, value := range w {
			if v, ok := g[name]; !ok || !same(value, v) {
				return false
			}
		}
		return true
	}
	return want == got
}

func TestEveryRoleIsDescribed(t *testing.T) {
	d, err := document.Read("api.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("^\\| `([a-z]+)` \\| (`.*`) \\| .+ \\|$")
	var described, there []string
	for _, line := range d.Lines {
		if m := row.FindStringSubmatch(line); m != nil {
			described = append(described, m[1]+": "+m[2])
		}
	}
	for _, r := range access.Roles() {
		var rights []string
		for _, right := range r.Rights {
			rights = append(rights, "`"+string(right)+"`")
		}
		there = append(there, r.Name+": "+strings.Join(rights, ", "))
	}
	if !slices.Equal(described, there) {
		t.Errorf("api.md describes\n%s\nand there is\n%s", strings.Join(described, "\n"), strings.Join(there, "\n"))
	}
}
