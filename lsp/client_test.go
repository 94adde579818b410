package lsp_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// within ends what hangs. No test waits so long while things work.
const within = 120 * time.Second

// cob is the command that is tested; TestMain builds it.
var cob string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "cob-lsp-")
	if err != nil {
		panic(err)
	}
	cob = filepath.Join(dir, "cob")
	build := exec.Command("go", "build", "-o", cob, "github.com/cob-lang/cob/cmd/cob")
	build.Stderr = os.Stderr
	code := 1
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "building cob:", err)
	} else {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// answer is a response or notification as it came.
type answer struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// client is an editor, as far as the protocol goes. It shares no code with the
// server.
type client struct {
	t   *testing.T
	cmd *exec.Cmd // nil over pipes
	in  io.WriteCloser
	dir string

	mu          sync.Mutex
	next        int
	pending     map[string]chan answer
	diagnostics map[string]published // by URI
	asked       []string             // methods the server called
	ended       chan struct{}
}

type published struct {
	Version     *int             `json:"version"`
	Diagnostics []map[string]any `json:"diagnostics"`
}

// cache is the directory, beside the packages of a test, in which the command keeps
// its files.
const cache = ".cache"

// dial runs the real command.
func dial(t *testing.T, dir string) *client {
	t.Helper()
	cmd := exec.Command(cob, "lsp", "--log", filepath.Join(t.TempDir(), "log"))
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+filepath.Join(dir, cache))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, dir, in, out)
	c.cmd = cmd
	t.Cleanup(func() {
		in.Close()
		<-c.ended
		cmd.Wait()
	})
	return c
}

func newClient(t *testing.T, dir string, in io.WriteCloser, out io.Reader) *client {
	c := &client{t: t, in: in, dir: dir, pending: map[string]chan answer{}, diagnostics: map[string]published{}, ended: make(chan struct{})}
	go c.read(bufio.NewReader(out))
	return c
}

func (c *client) read(r *bufio.Reader) {
	defer close(c.ended)
	for {
		header, err := textproto.NewReader(r).ReadMIMEHeader()
		if err != nil {
			return
		}
		n, _ := strconv.Atoi(header.Get("Content-Length"))
		body := make([]byte, n)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		var a answer
		if err := json.Unmarshal(body, &a); err != nil {
			c.t.Errorf("the server sent %s: %v", body, err)
			return
		}
		c.take(a)
	}
}

func (c *client) take(a answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case a.Method == "textDocument/publishDiagnostics":
		var p struct {
			URI string `json:"uri"`
			published
		}
		if err := json.Unmarshal(a.Params, &p); err != nil {
			c.t.Errorf("diagnostics %s: %v", a.Params, err)
		}
		c.diagnostics[p.URI] = p.published
	case a.Method != "":
		c.asked = append(c.asked, a.Method)
	case c.pending[string(a.ID)] != nil:
		c.pending[string(a.ID)] <- a
		delete(c.pending, string(a.ID))
	default:
		c.asked = append(c.asked, fmt.Sprintf("answer to %s", a.ID))
	}
}

func (c *client) raw(body string) {
	if _, err := fmt.Fprintf(c.in, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		c.t.Logf("writing to the server: %v", err)
	}
}

func (c *client) notify(method string, params any) {
	c.raw(marshal(map[string]any{"jsonrpc": "2.0", "method": method, "params": params}))
}

// send asks and gives the channel of the answer.
func (c *client) send(method string, params any) (id int, done chan answer) {
	c.mu.Lock()
	c.next++
	id, done = c.next, make(chan answer, 1)
	c.pending[strconv.Itoa(id)] = done
	c.mu.Unlock()
	c.raw(marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
	return id, done
}

func (c *client) wait(done chan answer) answer {
	c.t.Helper()
	select {
	case a := <-done:
		return a
	case <-c.ended:
		select {
		case a := <-done:
			return a
		default:
			c.t.Fatal("the server ended")
		}
	case <-time.After(within):
		c.t.Fatal("the server does not answer")
	}
	return answer{}
}

func (c *client) call(method string, params any) answer {
	c.t.Helper()
	_, done := c.send(method, params)
	return c.wait(done)
}

// get asks and decodes the result.
func (c *client) get(method string, params, result any) {
	c.t.Helper()
	a := c.call(method, params)
	if a.Error != nil {
		c.t.Fatalf("%s: %d %s", method, a.Error.Code, a.Error.Message)
	}
	if err := json.Unmarshal(a.Result, result); err != nil {
		c.t.Fatalf("%s gave %s: %v", method, a.Result, err)
	}
}

func marshal(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

type object = map[string]any

func (c *client) uri(name string) string {
	return "file://" + filepath.ToSlash(filepath.Join(c.dir, name))
}

// begin is initialize and initialized.
func (c *client) begin(encodings ...string) object {
	c.t.Helper()
	var result object
	c.get("initialize", object{"processId": os.Getpid(), "rootUri": c.uri(""), "capabilities": object{
		"general":   object{"positionEncodings": encodings},
		"workspace": object{"didChangeWatchedFiles": object{"dynamicRegistration": true}},
	}}, &result)
	c.notify("initialized", object{})
	return result
}

// end is shutdown and exit; the command must end well.
func (c *client) end() {
	c.t.Helper()
	if a := c.call("shutdown", nil); a.Error != nil {
		c.t.Errorf("shutdown: %v", a.Error)
	}
	c.notify("exit", nil)
	select {
	case <-c.ended:
	case <-time.After(within):
		c.t.Fatal("the server does not exit")
	}
	if c.cmd != nil {
		if err := c.cmd.Wait(); err != nil {
			c.t.Errorf("cob lsp: %v", err)
		}
	}
}

func (c *client) open(name, text string) {
	c.notify("textDocument/didOpen", object{"textDocument": object{"uri": c.uri(name), "languageId": "cob", "version": 1, "text": text}})
}

// change replaces a whole text.
func (c *client) change(name string, version int, text string) {
	c.notify("textDocument/didChange", object{"textDocument": object{"uri": c.uri(name), "version": version},
		"contentChanges": []object{{"text": text}}})
}

func (c *client) document(name string) object {
	return object{"textDocument": object{"uri": c.uri(name)}}
}

func (c *client) at(name string, line, column int) object {
	return object{"textDocument": object{"uri": c.uri(name)}, "position": object{"line": line, "character": column}}
}

// eventually waits until what was published for a file is as wanted.
func (c *client) eventually(name, what string, ok func(published, bool) bool) published {
	c.t.Helper()
	for end := time.Now().Add(within); ; time.Sleep(5 * time.Millisecond) {
		c.mu.Lock()
		p, told := c.diagnostics[c.uri(name)]
		c.mu.Unlock()
		if ok(p, told) {
			return p
		}
		if time.Now().After(end) {
			c.t.Fatalf("waited in vain for %s: %s; told are %v", name, what, marshal(p))
		}
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	full := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }
