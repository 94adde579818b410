package services

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Tampering makes a service misbehave.
type Tampering struct {
	How Misbehaviour
	// Delay is how long Slow waits before it answers.
	Delay time.Duration
	// Times is how many requests are concerned; 0 means all until Behave.
	Times int
	// Method, if set, spares requests of other methods.
	Method string
}

// Misbehaviour is a way to misbehave.
type Misbehaviour string

// The ways.
const (
	Garbage       Misbehaviour = "garbage"         // 200 and a body that is no JSON, nothing done
	GarbageDone   Misbehaviour = "garbage_done"    // the same, after doing the work
	Mute          Misbehaviour = "mute"            // never answers, nothing done
	MuteDone      Misbehaviour = "mute_done"       // does the work and never answers
	ErrorDone     Misbehaviour = "error_done"      // does the work and answers 500
	CutDone       Misbehaviour = "cut_done"        // does the work and cuts the connection
	Slow          Misbehaviour = "slow"            // waits, then behaves
	Overloaded    Misbehaviour = "overloaded"      // 503 with Retry-After, nothing done
	CutInTheBody  Misbehaviour = "cut_in_the_body" // does the work and cuts the answer in half
	WithoutAnswer Misbehaviour = "cut"             // cuts the connection, nothing done
)

// server is the part that all services share: a listener that can be killed and
// brought back.
type server struct {
	name    string
	handler http.Handler
	revive  func() error // before it listens again: reads what is durable
	bury    func() error // after the connections are cut

	mu      sync.Mutex
	http    *http.Server
	address string
	tamper  Tampering
	calls   map[string]int // by method
}

// Start listens on addr ("127.0.0.1:0" picks a free port). Errors: the address
// cannot be listened on; it runs already; its ledger cannot be read.
func (s *server) Start(addr string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		return fmt.Errorf("%s runs already", s.name)
	}
	if err := s.revive(); err != nil {
		return fmt.Errorf("starting %s: %w", s.name, err)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return errors.Join(fmt.Errorf("starting %s: %w", s.name, err), s.bury())
	}
	// A request of an earlier life never reaches this one's handler.
	handler := s.handler
	h := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(handler, w, r) }),
		ReadHeaderTimeout: 10 * time.Second,
	}
	s.http, s.address = h, listener.Addr().String()
	go func() { _ = h.Serve(listener) }() // it ends when the server is killed
	return nil
}

// Kill ends the service as a crash does: nobody gets an answer any more. Work
// that was synced before is done all the same.
func (s *server) Kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http == nil {
		return nil
	}
	err := s.http.Close()
	s.http = nil
	return errors.Join(err, s.bury())
}

// Restart brings a killed service back on the port it had.
func (s *server) Restart() error {
	s.mu.Lock()
	address := s.address
	s.mu.Unlock()
	if address == "" {
		return fmt.Errorf("%s was never started", s.name)
	}
	return s.Start(address)
}

// URL is the address of the service, also while it is dead.
func (s *server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "http://" + s.address
}

// Calls is how many requests of a method ("": of any) came, answered or not. They are counted
// from the beginning, restarts included.
func (s *server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if method != "" {
		return s.calls[method]
	}
	sum := 0
	for _, n := range s.calls {
		sum += n
	}
	return sum
}

// Tamper makes the service misbehave from the next request on.
func (s *server) Tamper(t Tampering) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tamper = t
}

// Behave ends the tampering.
func (s *server) Behave() { s.Tamper(Tampering{}) }

// next counts a request and says what happens to it.
func (s *server) next(method string) Tampering {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[method]++
	t := s.tamper
	if t.How == "" || t.Method != "" && t.Method != method {
		return Tampering{}
	}
	if t.Times > 0 {
		if s.tamper.Times--; s.tamper.Times == 0 {
			s.tamper = Tampering{}
		}
	}
	return t
}

func (s *server) serve(handler http.Handler, w http.ResponseWriter, r *http.Request) {
	t := s.next(r.Method)
	switch t.How {
	case ErrorDone, CutDone, MuteDone, GarbageDone, CutInTheBody:
		handler.ServeHTTP(unheard{http.Header{}}, r)
	}
	switch t.How {
	case "":
		handler.ServeHTTP(w, r)
	case Slow:
		time.Sleep(t.Delay) // and works on, whoever has gone meanwhile
		handler.ServeHTTP(w, r)
	case Garbage, GarbageDone:
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>this is no answer</html>")) // whoever asked may be gone
	case Mute, MuteDone:
		// Only behind the body does the server see that whoever asked has gone.
		_, _ = io.Copy(io.Discard, r.Body) // cut off is gone, too
		<-r.Context().Done()
	case ErrorDone:
		answer(w, http.StatusInternalServerError, map[string]string{"error": "internal"})
	case Overloaded:
		w.Header().Set("Retry-After", "1")
		answer(w, http.StatusServiceUnavailable, map[string]string{"error": "overloaded"})
	case CutInTheBody:
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"id":"`))         // the cut follows
		_ = http.NewResponseController(w).Flush() // and shows whatever comes of this
		panic(http.ErrAbortHandler)
	default:
		panic(http.ErrAbortHandler)
	}
}

// unheard takes an answer that nobody gets.
type unheard struct{ header http.Header }

func (u unheard) Header() http.Header         { return u.header }
func (u unheard) Write(b []byte) (int, error) { return len(b), nil }
func (u unheard) WriteHeader(int)             {}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever asked may be gone
}

// read reads a request's body; it answers by itself where that fails.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(into); err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": "the body is not what is wanted here"})
		return false
	}
	return true
}

// fail answers for what went wrong with a ledger.
func fail(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, errOtherContents):
		answer(w, http.StatusUnprocessableEntity, map[string]string{"error": err.Error()})
	default: // dead, or the disk is
		panic(http.ErrAbortHandler)
	}
}

func nothing() error { return nil }
