package demo

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/cob-lang/cob/runtime/admin"
)

const lastLines = 8 // of a cloud's log, for who wants to know why it failed

// cloud is one of two, a process of its own.
type cloud struct {
	name, base, log string
	command         string
	args            []string
	settings        map[string]string
	running         *exec.Cmd
}

// start starts the process. Its log goes on where an earlier one's ended.
func (c *cloud) start() error {
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own
	command := exec.Command(c.command, c.args...)
	command.Env = os.Environ()
	for name, value := range c.settings {
		command.Env = append(command.Env, name+"="+value)
	}
	command.Stderr, command.SysProcAttr = log, bound()
	if err := command.Start(); err != nil {
		return fmt.Errorf("starting the cloud %s: %w", c.name, err)
	}
	c.running = command
	return nil
}

// kill is kill -9.
func (c *cloud) kill() {
	if c.running != nil {
		_ = c.running.Process.Kill() // it may be gone
		_ = c.running.Wait()
		c.running = nil
	}
}

// call asks this cloud, whoever owns.
func (c *cloud) call(ctx context.Context, path string, out any) error {
	a := &api{http: &http.Client{Timeout: 2 * time.Second}}
	a.at(c.base)
	return a.call(ctx, "GET", path, "", nil, out)
}

// state is what the cloud says of both.
func (c *cloud) state(ctx context.Context) (l admin.CloudList, err error) {
	return l, c.call(ctx, "/v1/clouds", &l)
}

// lastWords are the last lines of its log.
func (c *cloud) lastWords() string {
	text, err := os.ReadFile(c.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-lastLines):], "\n")
}
