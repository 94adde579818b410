package admin

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Deed is a request that changed something, or would have, for the trail.
type Deed struct {
	At     time.Time `json:"at"`
	Person string    `json:"person,omitempty"` // "" for nobody in particular
	From   string    `json:"from"`             // network address
	Call   string    `json:"call"`             // such as "POST /v1/instances/{id}/cancel"
	Path   string    `json:"path"`
	Reason string    `json:"reason,omitempty"`
	Status int       `json:"status"`        // of the answer
	Why    string    `json:"why,omitempty"` // it was refused
}

// Trail keeps deeds. Ready says why it could not keep one now: then nothing is done.
type Trail interface {
	Ready() error
	Keep(Deed)
}

// deedKey is where the context of a request has its Deed, until it is kept.
type deedKey struct{}

// tell notes who does what is asked for, and why.
func tell(r *http.Request, person, reason string) {
	if d, ok := r.Context().Value(deedKey{}).(*Deed); ok {
		d.Person, d.Reason = person, reason
	}
}

// keeping lets the trail keep every request of a call before its answer leaves.
func (s *server) keeping(call string, handle func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	if s.identity.Trail == nil {
		return handle
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := s.identity.Trail.Ready(); err != nil {
			return &Problem{Title: "Not now", Status: http.StatusServiceUnavailable, Detail: "nothing was done, for it could not be written into the audit trail: " + err.Error()}
		}
		d := &Deed{At: time.Now().UTC(), From: r.RemoteAddr, Call: call, Path: r.URL.Path}
		if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
			d.From = host
		}
		r = r.WithContext(context.WithValue(r.Context(), deedKey{}, d))
		kept := &keptAnswer{ResponseWriter: w, keep: func(status int) {
			d.Status = status
			s.identity.Trail.Keep(*d)
		}}
		err := handle(kept, r)
		if err != nil {
			p := problemOf(err)
			d.Why = p.Detail
			if p.Status != http.StatusUnauthorized { // strangers do not fill the trail
				kept.once(p.Status)
			}
		}
		return err
	}
}

// keptAnswer keeps a deed when its answer begins.
type keptAnswer struct {
	http.ResponseWriter
	keep func(status int) // nil once it is kept
}

func (k *keptAnswer) once(status int) {
	if k.keep != nil {
		k.keep(status)
		k.keep = nil
	}
}

func (k *keptAnswer) WriteHeader(status int) {
	k.once(status)
	k.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (k *keptAnswer) Unwrap() http.ResponseWriter { return k.ResponseWriter }
