package services

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
)

// Payments charges cards and keeps a ledger of it.
type Payments struct {
	server
	cloud  string
	file   string
	ledger *ledger
}

// NewPayments makes the payment service of a cloud, with its ledger in file.
// Start lets it answer.
func NewPayments(cloud, file string) *Payments {
	p := &Payments{cloud: cloud, file: file}
	p.server = server{name: "payments in " + cloud, calls: map[string]int{}, revive: p.open, bury: func() error { return p.ledger.close() }}
	return p
}

// open reads the ledger anew, for handlers of its own: those of an earlier life
// find theirs closed, so none of them can write behind the back of this one.
func (p *Payments) open() error {
	l, err := openLedger(p.file)
	if err != nil {
		return err
	}
	p.ledger = l
	mux := http.NewServeMux()
	mux.HandleFunc("POST /charges", func(w http.ResponseWriter, r *http.Request) { p.charge(l, w, r) })
	mux.HandleFunc("DELETE /charges/{id}", func(w http.ResponseWriter, r *http.Request) {
		undo(l, w, Entry{Kind: "refund", ID: r.PathValue("id"), Cloud: p.cloud})
	})
	p.handler = mux
	return nil
}

// Ledger is everything the service has done, oldest first.
func (p *Payments) Ledger() []Entry {
	p.mu.Lock()
	l := p.ledger
	p.mu.Unlock()
	if l == nil {
		return nil
	}
	return l.all()
}

func (p *Payments) charge(l *ledger, w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Order  string   `json:"order"`
		Amount Money    `json:"amount"`
		Payer  Customer `json:"payer"`
	}
	if !read(w, r, &asked) {
		return
	}
	amount, err := asked.Amount.Exactly()
	key := r.Header.Get("Idempotency-Key")
	switch {
	case err != nil || asked.Order == "" || amount.Value.Sign() <= 0:
		answer(w, http.StatusBadRequest, map[string]string{"error": "want an order and an amount above 0"})
		return
	case key == "":
		answer(w, http.StatusBadRequest, map[string]string{"error": "want an Idempotency-Key"})
		return
	case broke(asked.Payer.ID):
		answer(w, http.StatusPaymentRequired, map[string]string{"reason": NoFunds})
		return
	}
	done, err := l.do(Entry{
		Kind: "charge", ID: "c-" + p.cloud + "-" + digest(key)[:12], Key: key, Order: asked.Order,
		Amount: asked.Amount, Cloud: p.cloud, Asked: digest(asked),
	})
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, http.StatusCreated, map[string]any{"id": done.ID, "amount": done.Amount})
}

// undo answers a DELETE.
func undo(l *ledger, w http.ResponseWriter, e Entry) {
	found, err := l.undo(e)
	switch {
	case err != nil:
		fail(w, err)
	case !found:
		answer(w, http.StatusNotFound, map[string]string{"error": "there is no " + e.ID})
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// digest names the contents of v.
func digest(v any) string {
	text, err := json.Marshal(v)
	if err != nil { // the callers' values always encode
		panic(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
