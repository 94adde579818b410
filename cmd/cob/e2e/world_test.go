package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cob-lang/cob/examples/orders"
	"github.com/cob-lang/cob/examples/orders/services"
)

// world is what lies around a node: the services of examples/orders, a copy of
// its sources, and a store.
type world struct {
	t                                testing.TB
	catalogueParis, catalogueFinland *services.Catalogue
	warehouse                        *services.Warehouse
	paris, finland, virginia         *services.Payments
	pack                             string   // directory of the sources
	store                            string   // directory of the store
	extra                            []string // more of the environment
	agents                           []string // the clouds of which nodes have no settings, for agents reach them
	program                          string   // what nodes run, where it is not cob
}

type service interface {
	Start(address string) error
	Close() error
}

func newWorld(t testing.TB) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{
		t:              t,
		catalogueParis: services.NewCatalogue("catalogue-paris"), catalogueFinland: services.NewCatalogue("catalogue-finland"),
		warehouse: services.NewWarehouse("warehouse", filepath.Join(dir, "warehouse.jsonl")),
		paris:     services.NewPayments("paris", filepath.Join(dir, "paris.jsonl")),
		finland:   services.NewPayments("finland", filepath.Join(dir, "finland.jsonl")),
		virginia:  services.NewPayments("virginia", filepath.Join(dir, "virginia.jsonl")),
		pack:      filepath.Join(dir, "orders"), store: filepath.Join(dir, "store"),
	}
	for _, s := range []service{w.catalogueParis, w.catalogueFinland, w.warehouse, w.paris, w.finland, w.virginia} {
		if err := s.Start("127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	w.unpack()
	return w
}

// unpack copies the sources of the example, so that a test may change them.
func (w *world) unpack() {
	w.t.Helper()
	for _, name := range []string{"orders.cob", "contracts/catalog.yaml"} {
		text, err := orders.Files.ReadFile(name)
		if err != nil {
			w.t.Fatal(err)
		}
		write(w.t, filepath.Join(w.pack, name), string(text))
	}
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// environment is what a node of this world is started with.
func (w *world) environment() []string {
	all := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.t.TempDir(), "USER=ada",
		"CATALOG_PARIS=" + w.catalogueParis.URL(), "CATALOG_FINLAND=" + w.catalogueFinland.URL(), "WAREHOUSE_URL=" + w.warehouse.URL(),
		"PAY_PARIS=" + w.paris.URL(), "PAY_FINLAND=" + w.finland.URL(), "PAY_VIRGINIA=" + w.virginia.URL(),
	}
	all = slices.DeleteFunc(all, func(setting string) bool {
		return slices.ContainsFunc(w.agents, func(cloud string) bool { return at(setting, cloud) })
	})
	return append(all, w.extra...)
}

// at says whether a setting of the environment is that of a cloud.
func at(setting, cloud string) bool {
	name, _, _ := strings.Cut(setting, "=")
	return strings.HasSuffix(name, "_"+strings.ToUpper(cloud)) || cloud == "paris" && name == "WAREHOUSE_URL"
}

func (w *world) payments() []*services.Payments {
	return []*services.Payments{w.paris, w.finland, w.virginia}
}

// goodOrder is an order that nothing speaks against, of one article.
func goodOrder(id string) services.Order {
	price, _ := services.PriceOf("p-001")
	return services.Order{
		ID: id, Customer: services.Customer{ID: "c-1", Name: "Ada", Email: "ada@example.org"},
		Lines: []services.Line{{SKU: "p-001", Qty: 1, Price: price}}, Total: price,
	}
}

// dearOrder is one that the manager is asked about.
func dearOrder(id string) services.Order {
	o := goodOrder(id)
	o.Total = services.Euros(200_000)
	return o
}

// input is the body that starts orders.Fulfil.
func input(o services.Order) map[string]any { return map[string]any{"order": o} }
