package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/cob-lang/cob/examples/orders/services"
	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/connector"
	httpconnector "github.com/cob-lang/cob/runtime/connector/http"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/node"
)

// service is what all services of the example can do.
type service interface {
	Start(addr string) error
	Kill() error
	URL() string
}

// world is everything that runs during a demo.
type world struct {
	catalogueParis, catalogueFinland *services.Catalogue
	warehouse                        *services.Warehouse
	paris, finland, virginia         *services.Payments

	node *node.Node
	api  *http.Server
	base string // address of the API
}

// openServices starts the services, with ledgers in dir.
func openServices(dir string) (*world, error) {
	w := &world{
		catalogueParis: services.NewCatalogue("catalogue-paris"), catalogueFinland: services.NewCatalogue("catalogue-finland"),
		warehouse: services.NewWarehouse("warehouse", filepath.Join(dir, "warehouse.jsonl")),
		paris:     services.NewPayments("paris", filepath.Join(dir, "payments-paris.jsonl")),
		finland:   services.NewPayments("finland", filepath.Join(dir, "payments-finland.jsonl")),
		virginia:  services.NewPayments("virginia", filepath.Join(dir, "payments-virginia.jsonl")),
	}
	for _, s := range w.services() {
		if err := s.Start("127.0.0.1:0"); err != nil {
			return w, fmt.Errorf("starting a service: %w", err)
		}
	}
	return w, nil
}

// openWorld starts the services, a node on a store in dir, its API, and the plan.
func openWorld(ctx context.Context, dir string, plan []byte, log *slog.Logger) (*world, error) {
	w, err := openServices(dir)
	if err != nil {
		return w, err
	}
	calls, err := httpconnector.New(httpconnector.Options{})
	if err != nil {
		return w, err
	}
	w.node, err = node.Open(ctx, node.Options{
		Store: jetstream.Options{StoreDir: filepath.Join(dir, "store")}, Log: log,
		Connectors: connector.NewRegistry(calls), Settings: w.settings(),
	})
	if err != nil {
		return w, err
	}
	if _, err := w.node.Activate(ctx, plan); err != nil {
		return w, err
	}
	return w, w.serve()
}

func (w *world) services() []service {
	return []service{w.catalogueParis, w.catalogueFinland, w.warehouse, w.paris, w.finland, w.virginia}
}

// addresses are the settings that a node needs.
func (w *world) addresses() map[string]string {
	return map[string]string{
		"CATALOG_PARIS": w.catalogueParis.URL(), "CATALOG_FINLAND": w.catalogueFinland.URL(), "WAREHOUSE_URL": w.warehouse.URL(),
		"PAY_PARIS": w.paris.URL(), "PAY_FINLAND": w.finland.URL(), "PAY_VIRGINIA": w.virginia.URL(),
	}
}

// settings are what the environment would hold.
func (w *world) settings() connector.Settings {
	values := w.addresses()
	return func(name string, secret bool) (string, bool) {
		v, ok := values[name]
		return v, ok && !secret
	}
}

func (w *world) serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listening for the API: %w", err)
	}
	w.base = "http://" + listener.Addr().String()
	w.api = &http.Server{Handler: admin.New(w.node, admin.Identity{}), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = w.api.Serve(listener) }() // ends with Close
	return nil
}

func (w *world) payments() []*services.Payments {
	return []*services.Payments{w.paris, w.finland, w.virginia}
}

// close ends everything, in the order in which nothing is cut that still works.
func (w *world) close(ctx context.Context) error {
	var errs []error
	if w.api != nil {
		errs = append(errs, w.api.Close())
	}
	if w.node != nil {
		errs = append(errs, w.node.Close(ctx))
	}
	for _, s := range w.services() {
		if s.URL() != "" {
			errs = append(errs, s.Kill())
		}
	}
	return errors.Join(errs...)
}
