package jetstream

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	plansDir      = "plans" // of the second copy: a file per plan, named by its digest
	shardsFile    = "shards"
	unfinishedEnd = ".new"
)

// copyPlan keeps a plan in the second copy as well: instances are nothing without the plan that they began with.
func (s *Server) copyPlan(subject string, content []byte) error {
	name := shardsFile
	if digest, ok := strings.CutPrefix(subject, planSubject); ok {
		name = digest
	}
	s.link.plan(name, content)
	if s.options.CopyDir == "" {
		return nil
	}
	return writePlan(s.options.CopyDir, name, content)
}

// writePlan puts a plan into a second copy.
func writePlan(root, name string, content []byte) error {
	dir := filepath.Join(root, plansDir)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return &StoreDirError{Dir: dir, Reason: "the second copy cannot be written: give this user the right to write there, or choose another directory", Err: err}
	}
	return writeDurably(filepath.Join(dir, name), content)
}

// balance makes the store and its second copy hold the same plans: those that one of them lacks come from the other.
func (p *Plans) balance(ctx context.Context) error {
	if p.server.options.CopyDir == "" {
		return p.copyAll(ctx, nil)
	}
	dir := filepath.Join(p.server.options.CopyDir, plansDir)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &StoreDirError{Dir: dir, Reason: "the second copy cannot be read", Err: err}
	}
	copied := map[string]bool{}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), unfinishedEnd) {
			continue
		}
		copied[e.Name()] = true
		if err := p.bring(ctx, dir, e.Name()); err != nil {
			return err
		}
	}
	return p.copyAll(ctx, copied)
}

// copyAll copies every plan but those that the copy has; a mirror gets all of them.
func (p *Plans) copyAll(ctx context.Context, copied map[string]bool) error {
	if p.server.options.CopyDir == "" && p.server.link == nil {
		return nil
	}
	digests, err := p.List(ctx)
	if err != nil {
		return err
	}
	for _, digest := range append(digests, shardsFile) {
		if copied[digest] && p.server.link == nil {
			continue
		}
		subject := planSubject + digest
		if digest == shardsFile {
			subject = shardsSubject
		}
		content, err := p.read(ctx, subject, digest)
		if errors.Is(err, ErrNoPlan) {
			continue
		}
		if err == nil {
			err = p.server.copyPlan(subject, content)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bring puts a plan of the copy into a store that has lost it.
func (p *Plans) bring(ctx context.Context, dir, name string) error {
	subject := planSubject + name
	if name == shardsFile {
		subject = shardsSubject
	}
	if _, err := p.read(ctx, subject, name); !errors.Is(err, ErrNoPlan) {
		return err
	}
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	p.server.options.Log.Warn("a plan that the store has lost comes from the second copy", "plan", name)
	return p.write(ctx, subject, content)
}
