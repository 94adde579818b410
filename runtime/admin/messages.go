package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Envelope is a CloudEvents 1.0 event in its JSON form; a body that has
// specversion is read as one, everything else is the data itself.
type Envelope struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Type        string          `json:"type"`
	Source      string          `json:"source"`
	Data        json.RawMessage `json:"data"`
}

// incoming takes the data and the ID of a message out of a request: CloudEvents
// in structured mode (the body) or binary mode (ce-id), else the plain body with
// Idempotency-Key. kind, where it is not "", is the type that a CloudEvent must
// have, if it has one.
func incoming(w http.ResponseWriter, r *http.Request, kind string) (id string, data []byte, err error) {
	text, err := body(w, r, MaxBody)
	if err != nil {
		return "", nil, err
	}
	id = requestID(r)
	if ce := r.Header.Get("Ce-Id"); ce != "" {
		return ce, text, sameType(r.Header.Get("Ce-Type"), kind)
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/cloudevents+json") {
		return id, text, nil
	}
	var e Envelope
	if err := json.Unmarshal(text, &e); err != nil || e.SpecVersion != "1.0" || e.ID == "" {
		return "", nil, &Problem{Title: "Bad CloudEvent", Status: http.StatusBadRequest,
			Detail: fmt.Sprintf("want a JSON object with specversion 1.0, id, type, source and data (%v)", err)}
	}
	return e.ID, e.Data, sameType(e.Type, kind)
}

// sameType refuses an event that says it is another one than the call's.
func sameType(said, kind string) error {
	if kind == "" || said == "" || said == kind {
		return nil
	}
	return &Problem{Title: "Bad CloudEvent", Status: http.StatusBadRequest,
		Detail: fmt.Sprintf("the event says that its type is %s, and the call is for %s: post it to /v1/events/%s", said, kind, said)}
}

// Published is the answer to an event.
type Published struct {
	ID      string `json:"id"`
	Matched int    `json:"matched"` // instances that waited for it
	Kept    bool   `json:"kept"`    // it waits for instances that will ask for it
}

func (s *server) event(w http.ResponseWriter, r *http.Request) error {
	id, data, err := incoming(w, r, r.PathValue("type"))
	if err != nil {
		return err
	}
	p, err := s.node.PublishEvent(r.Context(), r.PathValue("type"), id, data)
	if err != nil {
		return err
	}
	return reply(w, http.StatusAccepted, Published{ID: p.ID, Matched: p.Matched, Kept: p.Kept})
}

// Accepted is the answer to a message.
type Accepted struct {
	ID       string `json:"id"`
	Position uint64 `json:"position"`           // in the channel
	Existing bool   `json:"existing,omitempty"` // this ID was here already
}

func (s *server) message(w http.ResponseWriter, r *http.Request) error {
	id, data, err := incoming(w, r, "")
	if err != nil {
		return err
	}
	m, err := s.node.PublishMessage(r.Context(), r.PathValue("channel"), id, data)
	if err != nil {
		return err
	}
	return reply(w, http.StatusAccepted, Accepted{ID: m.ID, Position: m.Position, Existing: m.Existing})
}

func (s *server) channels(w http.ResponseWriter, r *http.Request) error {
	list, err := s.node.Channels(r.Context())
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, map[string]any{"channels": list})
}

func (s *server) peek(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r)
	if err != nil {
		return err
	}
	who, err := s.who(r)
	if err != nil {
		return err
	}
	list, err := s.node.Peek(r.Context(), r.PathValue("channel"), n, who)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, map[string]any{"messages": list})
}
