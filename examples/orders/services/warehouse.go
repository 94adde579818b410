package services

import "net/http"

// Warehouse holds stock for orders and keeps a ledger of it.
type Warehouse struct {
	server
	file   string
	ledger *ledger
}

// NewWarehouse makes a warehouse with its ledger in file. Start lets it answer.
func NewWarehouse(name, file string) *Warehouse {
	h := &Warehouse{file: file}
	h.server = server{name: name, calls: map[string]int{}, revive: h.open, bury: func() error { return h.ledger.close() }}
	return h
}

func (h *Warehouse) open() error {
	l, err := openLedger(h.file)
	if err != nil {
		return err
	}
	h.ledger = l
	mux := http.NewServeMux()
	mux.HandleFunc("POST /holds", func(w http.ResponseWriter, r *http.Request) { hold(l, w, r) })
	mux.HandleFunc("DELETE /holds/{id}", func(w http.ResponseWriter, r *http.Request) {
		undo(l, w, Entry{Kind: "release", ID: r.PathValue("id")})
	})
	h.handler = mux
	return nil
}

// Ledger is everything the warehouse has done, oldest first.
func (h *Warehouse) Ledger() []Entry {
	h.mu.Lock()
	l := h.ledger
	h.mu.Unlock()
	if l == nil {
		return nil
	}
	return l.all()
}

func hold(l *ledger, w http.ResponseWriter, r *http.Request) {
	var lines []Line
	if !read(w, r, &lines) {
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" || len(lines) == 0 {
		answer(w, http.StatusBadRequest, map[string]string{"error": "want lines and an Idempotency-Key"})
		return
	}
	for _, line := range lines {
		if soldOut(line.SKU) {
			answer(w, http.StatusConflict, map[string]string{"sku": line.SKU})
			return
		}
	}
	done, err := l.do(Entry{Kind: "hold", ID: "h-" + digest(key)[:12], Key: key, Lines: lines, Asked: digest(lines)})
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, http.StatusCreated, map[string]string{"id": done.ID})
}
