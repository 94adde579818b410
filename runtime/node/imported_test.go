package node_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
)

// TestAProcessOfAnImportRunsFromThePlanThatCallsIt deploys one package alone, which
// calls another one.
func TestAProcessOfAnImportRunsFromThePlanThatCallsIt(t *testing.T) {
	r, err := compiler.Compile(fstest.MapFS{
		"orders/a.cob": {Data: []byte("package orders\n\nimport \"../stock\"\n\nprocess Order(sku: string) -> int {\n  key: sku\n  let n = call stock.Count(sku)\n  return n + 1\n}\n")},
		"stock/b.cob":  {Data: []byte("package stock\n\nprocess Count(sku: string) -> int {\n  key: sku\n  wait 10ms\n  return len(sku)\n}\n")},
	}, compiler.Options{Dir: "orders"})
	if err != nil || r.Failed() {
		t.Fatalf("%v %+v", err, r)
	}
	n := openNode(t, filepath.Join(t.TempDir(), "store"), 3)
	defer func() { _ = n.Close(context.Background()) }()
	if _, err := n.Activate(t.Context(), r.Encoded); err != nil {
		t.Fatal(err)
	}
	if got := await(t, n, "orders.Order", `{"sku":"lamp"}`); got != "5" {
		t.Errorf("it gave %s, want 5", got)
	}
}
