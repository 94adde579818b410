package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// child is this program in a process of its own, as users run it: a node, or a part of
// a benchmark.
type child struct {
	binary string
	args   []string
	listen string
	store  string // of a node
	env    []string
	cmd    *exec.Cmd
	log    bytes.Buffer
}

// nodeOf is a node that runs the package in a folder.
func nodeOf(o Options, dir, store, listen string, env ...string) *child {
	return &child{binary: o.Binary, args: []string{"run", dir, "--store", store, "--listen", listen}, listen: listen, store: store, env: env}
}

// freeAddress is an address of loopback where nobody listens now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// start starts it and waits until it is ready.
func (c *child) start(ctx context.Context) error {
	c.cmd = exec.Command(c.binary, c.args...)
	c.cmd.Env = append(os.Environ(), c.env...)
	c.cmd.Stderr = &c.log
	if err := c.cmd.Start(); err != nil {
		return fmt.Errorf("starting %v: %w", c.args, err)
	}
	for ctx.Err() == nil {
		if _, err := get(ctx, c.base()+"/readyz"); err == nil {
			return nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return fmt.Errorf("%v was not ready: %w: %s", c.args, ctx.Err(), c.log.String())
}

func (c *child) base() string { return "http://" + c.listen }

// used is what it has used of the processors so far.
func (c *child) used() time.Duration { return used(c.cmd.Process.Pid) }

// stop ends it, and gives what it used of the processors; hard is kill -9.
func (c *child) stop(hard bool) time.Duration {
	if c.cmd == nil || c.cmd.Process == nil {
		return 0
	}
	if hard {
		_ = c.cmd.Process.Kill()
	} else {
		_ = c.cmd.Process.Signal(os.Interrupt)
	}
	_ = c.cmd.Wait() // its exit code says how it was stopped
	state := c.cmd.ProcessState
	c.cmd = nil
	return state.UserTime() + state.SystemTime()
}

// client is tuned so that the load generator is not what is measured.
var client = &http.Client{Transport: &http.Transport{MaxIdleConns: 4096, MaxIdleConnsPerHost: 4096}}

func get(ctx context.Context, url string) ([]byte, error) {
	return ask(ctx, http.MethodGet, url, "", nil)
}

func post(ctx context.Context, url, key string, body []byte) error {
	_, err := ask(ctx, http.MethodPost, url, key, body)
	return err
}

func ask(ctx context.Context, method, url, key string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s: %.200s", response.Status, text)
	}
	return text, err
}

// folder is a temporary place for stores and sources.
func folder() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "cob-bench-")
	if err != nil {
		return "", nil, fmt.Errorf("making a folder for the benchmark: %w", err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}

// unpack writes a package's source into a folder of its own.
func unpack(dir, name, source string) (string, error) {
	place := filepath.Join(dir, name)
	if err := os.MkdirAll(place, 0o755); err != nil {
		return "", err
	}
	return place, os.WriteFile(filepath.Join(place, name+".cob"), []byte(source), 0o644)
}
