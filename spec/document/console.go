package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// patience ends a command that hangs; none takes this long.
const patience = 2 * time.Minute

// Console runs the commands of console blocks: lines that begin with "$ ", each
// followed by what it prints to standard output and error.
type Console struct {
	Dir     string
	Env     []string // added to the environment of the process
	Replace []string // pairs of what a command says and what is run instead, in this order
	running []*exec.Cmd
}

// Step is a command and what the document shows of its output.
type Step struct{ Command, Shown string }

// Steps are the commands of a console block.
func Steps(b Block) ([]Step, error) {
	var steps []Step
	for _, line := range strings.SplitAfter(b.Text, "\n") {
		command, ok := strings.CutPrefix(line, "$ ")
		switch {
		case ok:
			steps = append(steps, Step{Command: strings.TrimSuffix(command, "\n")})
		case len(steps) > 0:
			steps[len(steps)-1].Shown += line
		case line != "":
			return nil, fmt.Errorf("%s: a console block begins with a command, such as $ cob check", b.Place())
		}
	}
	return steps, nil
}

func (c *Console) command(ctx context.Context, text string) *exec.Cmd {
	for i := 0; i+1 < len(c.Replace); i += 2 {
		text = strings.ReplaceAll(text, c.Replace[i], c.Replace[i+1])
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", text)
	cmd.Dir, cmd.Env = c.Dir, append(os.Environ(), c.Env...)
	return cmd
}

// shown is the output as the document would show it: what was replaced is put
// back.
func (c *Console) shown(text string) string {
	for i := 0; i+1 < len(c.Replace); i += 2 {
		text = strings.ReplaceAll(text, c.Replace[i+1], c.Replace[i])
	}
	return text
}

// Run runs one command to its end and gives its output. How it ended is not
// looked at: a document shows that with echo $?.
func (c *Console) Run(ctx context.Context, command string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := c.command(ctx, command)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) && ctx.Err() == nil {
		err = nil
	}
	return c.shown(out.String()), err
}

// growing is output that is looked at while it grows.
type growing struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func (g *growing) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case g.more <- struct{}{}:
	default:
	}
	return g.text.Write(p)
}

func (g *growing) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.String()
}

// Begin starts a command that goes on, and waits until it has printed what the
// document shows. Close ends it.
func (c *Console) Begin(command, want string) error {
	cmd := c.command(context.Background(), "exec env "+command) // so that the process is the one that Close ends
	out := &growing{more: make(chan struct{}, 1)}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return err
	}
	c.running = append(c.running, cmd)
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for !Matches(want, c.shown(out.String())) {
		select {
		case <-out.more:
		case <-timeout.C:
			return fmt.Errorf("%s printed\n%s\nand the document shows\n%s", command, c.shown(out.String()), want)
		}
	}
	return nil
}

// Close ends what Begin started, the latest first.
func (c *Console) Close() error {
	var errs []error
	for i := len(c.running) - 1; i >= 0; i-- {
		cmd := c.running[i]
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			errs = append(errs, err)
			continue
		}
		_ = cmd.Wait() // ended by the signal
	}
	c.running = nil
	return errors.Join(errs...)
}
