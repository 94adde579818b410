package services

import "net/http"

// Catalogue tells what articles cost.
type Catalogue struct{ server }

// NewCatalogue makes a catalogue; Start lets it answer.
func NewCatalogue(name string) *Catalogue {
	c := &Catalogue{server{name: name, revive: nothing, bury: nothing, calls: map[string]int{}}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /products/{sku}", func(w http.ResponseWriter, r *http.Request) {
		sku := r.PathValue("sku")
		price, ok := PriceOf(sku)
		if !ok {
			answer(w, http.StatusNotFound, map[string]string{"error": "no such article"})
			return
		}
		answer(w, http.StatusOK, map[string]any{"sku": sku, "name": "Article " + sku, "price": price})
	})
	c.handler = mux
	return c
}
