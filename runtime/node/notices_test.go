package node_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/cob-lang/cob/runtime/node"
	"github.com/cob-lang/cob/runtime/record"
)

func TestStreamsHaveALimit(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "store"), 1)
	defer n.Close(context.Background())
	var last func()
	for range node.MaxSubscribers {
		_, cancel, err := n.Subscribe()
		if err != nil {
			t.Fatal(err)
		}
		last = cancel
	}
	var rejected *record.Rejection
	if _, _, err := n.Subscribe(); !errors.As(err, &rejected) || rejected.Code != record.Busy {
		t.Fatalf("one stream more gave %v", err)
	}
	last()
	if _, _, err := n.Subscribe(); err != nil {
		t.Fatalf("after one was closed: %v", err)
	}
}
