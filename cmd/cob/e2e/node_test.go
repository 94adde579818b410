package e2e

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/observe"
)

// node is a cob run that goes on in a process of its own.
type node struct {
	t     testing.TB
	world *world
	cmd   *exec.Cmd
	base  string
	gone  chan struct{} // closed when the process has ended

	mu   sync.Mutex
	said strings.Builder
}

var client = &http.Client{Timeout: within, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

var address = regexp.MustCompile(`on (http://\S+)`)

// run starts cob run on the world's package and store, and waits until it
// serves.
func (w *world) run(flags ...string) *node {
	w.t.Helper()
	n := w.launch(flags...)
	n.serves()
	return n
}

// serves waits until it does.
func (n *node) serves() {
	n.t.Helper()
	eventually(n.t, "the node serves", func() bool {
		select {
		case <-n.gone:
			n.t.Fatalf("the node ended: %s", n.log())
		default:
		}
		found := address.FindStringSubmatch(n.log())
		if found == nil {
			return false
		}
		n.base = found[1]
		return true
	})
}

// launch starts cob run and does not wait.
func (w *world) launch(flags ...string) *node {
	w.t.Helper()
	return w.process(w.environment(), append([]string{"run", w.pack, "--store", w.store, "--listen", "127.0.0.1:0"}, flags...)...)
}

// process starts cob in a process of its own.
func (w *world) process(environment []string, args ...string) *node {
	w.t.Helper()
	n := &node{t: w.t, world: w, gone: make(chan struct{})}
	n.cmd = exec.Command(cmp.Or(w.program, cob), args...)
	n.cmd.Env, n.cmd.SysProcAttr = environment, bound()
	out, err := n.cmd.StderrPipe()
	if err == nil {
		err = n.cmd.Start()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	go n.listen(out)
	w.t.Cleanup(n.bury)
	return n
}

// bury ends the node, and looks whether it had a bug. Where the tests are run
// with GOFLAGS=-race, the nodes look for races.
func (n *node) bury() {
	n.kill()
	for _, bug := range []string{"panic: ", "fatal error: ", "DATA RACE"} {
		if strings.Contains(n.log(), bug) {
			n.t.Errorf("the node has a bug: %s", n.log())
		}
	}
}

func (n *node) listen(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		n.mu.Lock()
		n.said.WriteString(lines.Text() + "\n")
		n.mu.Unlock()
	}
	_ = n.cmd.Wait() // its exit code is in ProcessState
	close(n.gone)
}

// log is what the node has said so far.
func (n *node) log() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.said.String()
}

// kill is kill -9.
func (n *node) kill() {
	_ = n.cmd.Process.Kill() // gone already is as good
	<-n.gone
}

// stop ends the node as an operator does, and gives its exit code.
func (n *node) stop() int {
	n.t.Helper()
	if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		n.t.Fatal(err)
	}
	select {
	case <-n.gone:
	case <-time.After(within):
		n.t.Fatalf("the node does not stop: %s", n.log())
	}
	return n.cmd.ProcessState.ExitCode()
}

// exitCode waits for a node that ends by itself.
func (n *node) exitCode() int {
	n.t.Helper()
	select {
	case <-n.gone:
	case <-time.After(within):
		n.t.Fatalf("the node does not end: %s", n.log())
	}
	return n.cmd.ProcessState.ExitCode()
}

// answer is what the API said.
type answer struct {
	status int
	header http.Header
	text   string
}

// ask sends a request: body is sent as it is where it is a string, else as JSON;
// headers are name, value, name, value.
func (n *node) ask(method, path string, body any, headers ...string) (answer, error) {
	var text []byte
	switch b := body.(type) {
	case nil:
	case string:
		text = []byte(b)
	default:
		var err error
		if text, err = json.Marshal(b); err != nil {
			return answer{}, err
		}
	}
	r, err := http.NewRequest(method, n.base+path, bytes.NewReader(text))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer got.Body.Close()
	all, err := io.ReadAll(got.Body)
	return answer{got.StatusCode, got.Header, string(all)}, err
}

// call asks for what must succeed, and reads the answer into out.
func (n *node) call(method, path string, body, out any, headers ...string) {
	n.t.Helper()
	a, err := n.ask(method, path, body, headers...)
	if err == nil && a.status >= 300 {
		err = errors.New(a.text)
	}
	if err == nil && out != nil {
		err = json.Unmarshal([]byte(a.text), out)
	}
	if err != nil {
		n.t.Fatalf("%s %s: %v\n%s", method, path, err, n.log())
	}
}

// refused asks for what must be refused, in the form of RFC 9457, with a detail
// that holds all of wanted.
func (n *node) refused(status int, method, path string, body any, wanted ...string) admin.Problem {
	n.t.Helper()
	a, err := n.ask(method, path, body)
	if err != nil {
		n.t.Fatalf("%s %s: %v\n%s", method, path, err, n.log())
	}
	return n.problem(a, status, method+" "+path, wanted...)
}

func (n *node) problem(a answer, status int, what string, wanted ...string) admin.Problem {
	n.t.Helper()
	var p admin.Problem
	if err := json.Unmarshal([]byte(a.text), &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" {
		n.t.Fatalf("%s: %d %s %s: no problem details", what, a.status, a.header.Get("Content-Type"), a.text)
	}
	if a.status != status || p.Status != status || p.Title == "" || p.Type == "" || p.Instance == "" {
		n.t.Errorf("%s: got %d %s, want %d", what, a.status, a.text, status)
	}
	for _, want := range wanted {
		if !strings.Contains(p.Detail+fmt.Sprint(p.Errors), want) {
			n.t.Errorf("%s: %s\ndoes not say %q", what, a.text, want)
		}
	}
	return p
}

// start starts an order and gives the answer.
func (n *node) start(order any, query string) admin.Started {
	n.t.Helper()
	var s admin.Started
	n.call("POST", "/v1/processes/orders.Fulfil/instances"+query, map[string]any{"order": order}, &s)
	return s
}

func (n *node) instance(id string) observe.Details {
	n.t.Helper()
	var d observe.Details
	n.call("GET", "/v1/instances/"+id, nil, &d)
	return d
}

// inSelect waits until an order has been charged and waits for its shipment.
func (n *node) inSelect(id string) {
	n.t.Helper()
	eventually(n.t, "the order waits for Shipped", func() bool {
		return slices.ContainsFunc(n.instance(id).Waits, func(w observe.Wait) bool { return len(w.Events) == 1 })
	})
}

// ship publishes the event that an order waits for.
func (n *node) ship(order string) admin.Published {
	n.t.Helper()
	var p admin.Published
	n.call("POST", "/v1/events/orders.Shipped", map[string]string{"order": order, "carrier": "rail"}, &p, "Idempotency-Key", "ship-"+order)
	return p
}

// over waits until an instance has ended.
func (n *node) over(id string) observe.Details {
	n.t.Helper()
	var d observe.Details
	eventually(n.t, "the instance "+id+" ends", func() bool { d = n.instance(id); return d.Ended != nil })
	return d
}

// outcome is what a command of cob came to.
type outcome struct {
	code        int
	out, errors string
}

// cob runs a command of cob against the node.
func (n *node) cob(args ...string) outcome {
	n.t.Helper()
	return n.world.cob(n.base, "", args...)
}

// cob runs a command of cob; in is its standard input.
func (w *world) cob(server, in string, args ...string) outcome {
	w.t.Helper()
	c := exec.Command(cob, args...)
	c.Env, c.SysProcAttr = append(w.environment(), "COB_SERVER="+server), bound()
	c.Stdin = strings.NewReader(in)
	var out, errs strings.Builder
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		w.t.Fatal(err)
	}
	return outcome{c.ProcessState.ExitCode(), out.String(), errs.String()}
}

// want demands an exit code, and that what was said holds all of said.
func (o outcome) want(t testing.TB, code int, said ...string) outcome {
	t.Helper()
	if o.code != code {
		t.Fatalf("exit code %d, want %d\n%s%s", o.code, code, o.out, o.errors)
	}
	for _, s := range said {
		if !strings.Contains(o.out+o.errors, s) {
			t.Errorf("does not say %q:\n%s%s", s, o.out, o.errors)
		}
	}
	return o
}
