package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/node"
)

// trailSync is how much of an audit trail a loss of power may take.
const trailSync = time.Second

// auditTrail appends deeds to a file, one JSON object per line. What could not be
// written is kept and goes first; until it is written, nothing more is done.
type auditTrail struct {
	mu     sync.Mutex
	file   *os.File
	owed   []byte
	dirty  bool
	closed chan struct{}
	done   sync.WaitGroup
}

func openTrail(path string) (*auditTrail, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, failure(exitUsage, "opening the audit trail: %v", err)
	}
	t := &auditTrail{file: f, closed: make(chan struct{})}
	t.done.Go(t.syncing)
	return t, nil
}

// Keep writes a deed, or owes it.
func (t *auditTrail) Keep(d admin.Deed) {
	line, err := json.Marshal(d)
	if err != nil { // a deed is texts and numbers
		panic("a deed that is no JSON: " + err.Error())
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.owed = append(append(t.owed, line...), '\n')
	_ = t.pay() // Ready tells
}

// Decided writes what the node did by itself, in the form of a deed of nobody.
func (t *auditTrail) Decided(d node.Decision) {
	t.Keep(admin.Deed{At: d.At, From: "this node", Status: http.StatusOK, Call: "rollout " + d.What, Path: "/v1/rollouts/" + d.Process,
		Reason: fmt.Sprintf("%.12s for %.12s: %s", d.Newer, d.Older, d.Found), Why: d.Problem})
}

// Ready says why nothing can be written.
func (t *auditTrail) Ready() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.pay()
}

func (t *auditTrail) pay() error {
	if len(t.owed) == 0 {
		return nil
	}
	n, err := t.file.Write(t.owed)
	t.owed, t.dirty = t.owed[n:], true
	return err
}

func (t *auditTrail) syncing() {
	tick := time.NewTicker(trailSync)
	defer tick.Stop()
	for {
		select {
		case <-t.closed:
			return
		case <-tick.C:
			t.mu.Lock()
			dirty := t.dirty
			t.dirty = false
			t.mu.Unlock()
			if !dirty {
				continue
			}
			if err := t.file.Sync(); err != nil {
				fmt.Fprintf(os.Stderr, "the audit trail is not on its disk: %v\n", err)
			}
		}
	}
}

// Close writes what is owed and closes the file.
func (t *auditTrail) Close() error {
	close(t.closed)
	t.done.Wait()
	err := t.Ready()
	if synced := t.file.Sync(); err == nil {
		err = synced
	}
	if closed := t.file.Close(); err == nil {
		err = closed
	}
	return err
}
