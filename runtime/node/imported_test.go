package node_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/runtime/node"
)

// TestAProcessOfAnImportRunsFromThePlanThatCallsIt deploys one package alone, which
// calls another one.
func TestAProcessOfAnImportRunsFromThePlanThatCallsIt(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "store"), 3)
	defer func() { _ = n.Close(context.Background()) }()
	activatePackage(t, n, "orders", map[string]string{
		"orders/a.cob": "package orders\n\nimport \"../stock\"\n\nprocess Order(sku: string) -> int {\n  key: sku\n  let n = call stock.Count(sku)\n  return n + 1\n}\n",
		"stock/b.cob":  "package stock\n\nprocess Count(sku: string) -> int {\n  key: sku\n  wait 10ms\n  return len(sku)\n}\n",
	})
	if got := await(t, n, "orders.Order", `{"sku":"lamp"}`); got != "5" {
		t.Errorf("it gave %s, want 5", got)
	}
}

// TestEventsAndChannelsOfAnImport deploys one package alone, which waits for an event
// and reads a channel that another one declares: both can be reached from outside.
func TestEventsAndChannelsOfAnImport(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "store"), 3)
	defer func() { _ = n.Close(context.Background()) }()
	activatePackage(t, n, "orders", map[string]string{
		"orders/a.cob": "package orders\n\nimport \"../stock\"\n\nprocess Order(sku: string) -> int {\n  key: sku\n" +
			"  select {\n    on stock.Counted as c where c.sku == sku { return c.n }\n    after 1h { return 0 }\n  }\n}\n\n" +
			"route wants {\n  from stock.wanted as sku\n  start Order(sku)\n}\n",
		"stock/b.cob": imported,
	})
	if _, err := n.PublishMessage(t.Context(), "stock.wanted", "m1", []byte(`"lamp"`)); err != nil {
		t.Fatal(err)
	}
	if _, err := n.PublishMessage(t.Context(), "stock.wanted", "m2", []byte(`7`)); err == nil {
		t.Error("a number went into a channel of strings")
	}
	if list, err := n.Peek(t.Context(), "stock.wanted", 10, node.Person{}); err != nil || len(list) > 1 || (len(list) == 1 && string(list[0].Data) != `"lamp"`) {
		t.Errorf("%+v %v", list, err)
	}
	if _, err := n.PublishEvent(t.Context(), "stock.Counted", "e1", []byte(`{"sku":"lamp","n":3}`)); err != nil {
		t.Fatal(err)
	}
	if got := await(t, n, "orders.Order", `{"sku":"lamp"}`); got != "3" {
		t.Errorf("it gave %s, want 3", got)
	}
	for name, publish := range map[string]func(string, string, []byte) error{
		"stock.Nothing": func(name, id string, b []byte) error { _, err := n.PublishEvent(t.Context(), name, id, b); return err },
		"stock.nothing": func(name, id string, b []byte) error {
			_, err := n.PublishMessage(t.Context(), name, id, b)
			return err
		},
	} {
		if err := publish(name, "x", []byte(`{}`)); err == nil || !strings.Contains(err.Error(), `no package "stock" is deployed`) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAnEventReachesWhoImportsIt deploys the package that declares an event and one
// that waits for it, each by itself.
func TestAnEventReachesWhoImportsIt(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "store"), 3)
	defer func() { _ = n.Close(context.Background()) }()
	files := map[string]string{
		"orders/a.cob": "package orders\n\nimport \"../stock\"\n\nprocess Order(sku: string) -> int {\n  key: sku\n" +
			"  select {\n    on stock.Counted as c where c.sku == sku { return c.n }\n    after 1h { return 0 }\n  }\n}\n",
		"stock/b.cob": imported,
	}
	activatePackage(t, n, "stock", files)
	activatePackage(t, n, "orders", files)
	if _, err := n.PublishEvent(t.Context(), "stock.Counted", "e1", []byte(`{"sku":"lamp","n":4}`)); err != nil {
		t.Fatal(err)
	}
	if got := await(t, n, "orders.Order", `{"sku":"lamp"}`); got != "4" {
		t.Errorf("it gave %s, want 4", got)
	}
}

const imported = "package stock\n\nevent Counted { sku: string, n: int }\n\nchannel wanted: queue of string { dead_letter: lost }\n\nchannel lost: queue of json\n"

func activatePackage(t *testing.T, n *node.Node, dir string, files map[string]string) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	r, err := compiler.Compile(fsys, compiler.Options{Dir: dir})
	if err != nil || r.Failed() {
		t.Fatalf("%v %+v", err, r.Diagnostics)
	}
	if _, err := n.Activate(t.Context(), r.Encoded); err != nil {
		t.Fatal(err)
	}
}
