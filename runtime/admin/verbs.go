package admin

import (
	"encoding/json"
	"net/http"

	"github.com/cob-lang/cob/runtime/node"
)

// Act is the body of a call that acts on an instance.
type Act struct {
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// RetryAct is the body of a retry.
type RetryAct struct {
	Act
	From string                     `json:"from,omitempty"` // a step to go back to
	Set  map[string]json.RawMessage `json:"set,omitempty"`  // variables from there on
}

// SkipAct is the body of a skip.
type SkipAct struct {
	Act
	Step   string          `json:"step,omitempty"` // STEP or STEP@ACTIVATION
	Value  json.RawMessage `json:"value,omitempty"`
	Undone bool            `json:"undone,omitempty"`
}

// readAct reads the body of a verb, which may be empty.
func readAct(w http.ResponseWriter, r *http.Request, act any, example string) error {
	text, err := body(w, r, MaxBody)
	if err != nil || len(text) == 0 {
		return err
	}
	if err := json.Unmarshal(text, act); err != nil {
		return &Problem{Title: "Bad body", Status: http.StatusBadRequest, Detail: "want JSON such as " + example + ": " + err.Error()}
	}
	return nil
}

// saying is who acts and why, as the request of one ID that has besides what is more.
func (a *Act) saying(r *http.Request, more ...any) node.Saying {
	return node.Saying{By: a.By, Reason: a.Reason, Request: requestOf(r, a.By, append(more, a.Reason))}
}

const actExample = `{"by": "ada", "reason": "ordered by mistake"}`

// verb answers a call with the instance as it is after it.
func (s *server) verb(do func(r *http.Request, id string, a Act) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		var a Act
		if err := readAct(w, r, &a, actExample); err != nil {
			return err
		}
		if err := s.sign(r, &a); err != nil {
			return err
		}
		if err := do(r, r.PathValue("id"), a); err != nil {
			return err
		}
		return s.instance(w, r)
	}
}

// sign sets who acts. Where callers are trusted, nobody has to say it.
func (s *server) sign(r *http.Request, a *Act) error {
	tell(r, a.By, a.Reason)
	if who, err := s.who(r); err != nil || who.ID == "" && a.By == "" && s.identity.trusting() {
		return err
	}
	who, err := s.actor(r, a.By, nil)
	a.By = who.ID
	tell(r, a.By, a.Reason)
	return err
}

func (s *server) cancel(r *http.Request, id string, a Act) error {
	return s.node.Cancel(r.Context(), id, a.saying(r))
}

func (s *server) terminate(r *http.Request, id string, a Act) error {
	return s.node.Terminate(r.Context(), id, a.saying(r))
}

func (s *server) resume(r *http.Request, id string, a Act) error {
	return s.node.Resume(r.Context(), id, a.saying(r))
}

func (s *server) retry(w http.ResponseWriter, r *http.Request) error {
	var a RetryAct
	if err := readAct(w, r, &a, `{"by": "ada", "from": "charge", "set": {"limit": 3}}`); err != nil {
		return err
	}
	if err := s.sign(r, &a.Act); err != nil {
		return err
	}
	err := s.node.Retry(r.Context(), r.PathValue("id"), node.Retrying{Saying: a.saying(r, a.From, a.Set), From: a.From, Set: a.Set})
	if err != nil {
		return err
	}
	return s.instance(w, r)
}

func (s *server) skip(w http.ResponseWriter, r *http.Request) error {
	var a SkipAct
	if err := readAct(w, r, &a, `{"by": "ada", "step": "charge", "value": {"id": "c-1"}}`); err != nil {
		return err
	}
	if err := s.sign(r, &a.Act); err != nil {
		return err
	}
	err := s.node.Skip(r.Context(), r.PathValue("id"), node.Skipping{Saying: a.saying(r, a.Step, a.Value, a.Undone), Step: a.Step, Value: a.Value, Undone: a.Undone})
	if err != nil {
		return err
	}
	return s.instance(w, r)
}

func (s *server) outlook(w http.ResponseWriter, r *http.Request) error {
	o, err := s.node.Outlook(r.Context(), r.PathValue("id"), r.URL.Query().Get("from"))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, o)
}
