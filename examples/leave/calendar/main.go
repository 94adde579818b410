// Command calendar is the service that examples/leave speaks to: absences, in
// memory, over HTTP.
//
//	POST   /absences       201 {id} for {employee, first_day, days}; the same Idempotency-Key is the same absence
//	DELETE /absences/{id}  204, also the second time
//	GET    /absences       200, all absences
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"
)

type absence struct {
	ID       string `json:"id"`
	Employee string `json:"employee"`
	FirstDay string `json:"first_day"`
	Days     int    `json:"days"`
}

type calendar struct {
	mu   sync.Mutex
	last int
	keys map[string]absence
	all  []absence
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8090", "address to listen on")
	flag.Parse()
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatalf("calendar: %v", err)
	}
	fmt.Printf("the calendar is on http://%s\n", l.Addr())
	server := &http.Server{Handler: new(calendar).handler(), ReadHeaderTimeout: 5 * time.Second}
	if err := server.Serve(l); err != nil {
		log.Fatalf("calendar: %v", err)
	}
}

func (c *calendar) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /absences", c.enter)
	mux.HandleFunc("DELETE /absences/{id}", c.remove)
	mux.HandleFunc("GET /absences", c.list)
	return mux
}

func (c *calendar) enter(w http.ResponseWriter, r *http.Request) {
	var a absence
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&a); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := r.Header.Get("Idempotency-Key")
	if old, ok := c.keys[key]; ok && key != "" {
		answer(w, http.StatusCreated, old)
		return
	}
	c.last++
	a.ID = fmt.Sprintf("a-%d", c.last)
	if c.keys == nil {
		c.keys = map[string]absence{}
	}
	c.keys[key] = a
	c.all = append(c.all, a)
	fmt.Printf("entered %s: %s, %d days from %s\n", a.ID, a.Employee, a.Days, a.FirstDay)
	answer(w, http.StatusCreated, a)
}

func (c *calendar) remove(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = slices.DeleteFunc(c.all, func(a absence) bool { return a.ID == r.PathValue("id") })
	fmt.Printf("removed %s\n", r.PathValue("id"))
	w.WriteHeader(http.StatusNoContent)
}

func (c *calendar) list(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answer(w, http.StatusOK, c.all)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		fmt.Fprintf(os.Stderr, "answering: %v\n", err)
	}
}
