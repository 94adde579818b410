package node_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/cob-lang/cob/runtime/node"
)

// TestAnEventReachesEveryProcessThatWaitsForItByKey: more processes than shards wait for
// one event, each by its key, some before it comes and some after.
func TestAnEventReachesEveryProcessThatWaitsForItByKey(t *testing.T) {
	const shards, processes = 2, 5
	n := openNode(t, filepath.Join(t.TempDir(), "store"), shards)
	defer func() { _ = n.Close(context.Background()) }()
	text := "package many\n\nevent Counted { sku: string, n: int }\n"
	for i := range processes {
		text += fmt.Sprintf("\nprocess P%d(sku: string) -> int {\n  key: sku\n"+
			"  select {\n    on Counted as c where c.sku == sku { return c.n }\n    after 1h { return 0 }\n  }\n}\n", i)
	}
	activatePackage(t, n, "many", map[string]string{"many/a.cob": text})
	for i := range processes - 2 {
		if _, err := n.Start(t.Context(), node.StartRequest{Process: fmt.Sprintf("many.P%d", i), Input: []byte(`{"sku":"lamp"}`)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := n.PublishEvent(t.Context(), "many.Counted", "e1", []byte(`{"sku":"lamp","n":4}`)); err != nil {
		t.Fatal(err)
	}
	for i := range processes {
		if got := await(t, n, fmt.Sprintf("many.P%d", i), `{"sku":"lamp"}`); got != "4" {
			t.Errorf("P%d got %s, want 4", i, got)
		}
	}
}
