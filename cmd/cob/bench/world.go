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

// service is the outside system of W1: GET /call/{step}?id=ID answers at once.
type service struct {
	URL  string
	http *http.Server
}

func startService(addr string) (*service, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("starting the outside service: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /call/{step}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"ok":true,"step":%q,"ref":"r-4711","amount":120.5,"note":"accepted"}`, r.PathValue("step"))
	})
	s := &service{URL: "http://" + listener.Addr().String(), http: &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}}
	go func() { _ = s.http.Serve(listener) }() // ends with close
	return s, nil
}

func (s *service) close() { _ = s.http.Close() }

// child is a node in a process of its own, as users run it.
type child struct {
	binary, dir, store, listen string
	env                        []string
	cmd                        *exec.Cmd
	log                        bytes.Buffer
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

// start runs the package in dir until it is ready.
func (c *child) start(ctx context.Context) error {
	c.cmd = exec.Command(c.binary, "run", c.dir, "--store", c.store, "--listen", c.listen)
	c.cmd.Env = append(os.Environ(), c.env...)
	c.cmd.Stderr = &c.log
	if err := c.cmd.Start(); err != nil {
		return fmt.Errorf("starting a node: %w", err)
	}
	for ctx.Err() == nil {
		if _, err := get(ctx, c.base()+"/readyz"); err == nil {
			return nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return fmt.Errorf("the node was not ready: %w: %s", ctx.Err(), c.log.String())
}

func (c *child) base() string { return "http://" + c.listen }

// stop ends the node, and gives what it used of the processors; hard is kill -9.
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
