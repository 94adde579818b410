package admin

import (
	"encoding/json"
	"net/http"
)

func (s *server) tasks(w http.ResponseWriter, r *http.Request) error {
	n, err := limit(r)
	if err != nil {
		return err
	}
	list, err := s.node.Tasks(r.Context(), r.URL.Query().Get("role"), n)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, map[string]any{"tasks": list})
}

// TaskAct is the body of claiming and completing a task.
type TaskAct struct {
	By   string          `json:"by"`
	Form json.RawMessage `json:"form,omitempty"`
}

func readTaskAct(w http.ResponseWriter, r *http.Request) (TaskAct, error) {
	var a TaskAct
	text, err := body(w, r, MaxBody)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(text, &a); err != nil || a.By == "" {
		return a, &Problem{Title: "Bad body", Status: http.StatusBadRequest,
			Detail: `want JSON such as {"by": "ada", "form": {...}}: by names the person`}
	}
	return a, nil
}

func (s *server) claim(w http.ResponseWriter, r *http.Request) error {
	a, err := readTaskAct(w, r)
	if err != nil {
		return err
	}
	if err := s.node.ClaimTask(r.Context(), r.PathValue("id"), a.By); err != nil {
		return err
	}
	return reply(w, http.StatusOK, map[string]string{"id": r.PathValue("id"), "claimed_by": a.By})
}

func (s *server) complete(w http.ResponseWriter, r *http.Request) error {
	a, err := readTaskAct(w, r)
	if err != nil {
		return err
	}
	if len(a.Form) == 0 {
		a.Form = json.RawMessage("{}") // a form may have no fields; one that has them is told what is missing
	}
	if err := s.node.CompleteTask(r.Context(), r.PathValue("id"), a.By, a.Form); err != nil {
		return err
	}
	return reply(w, http.StatusOK, map[string]string{"id": r.PathValue("id"), "completed_by": a.By})
}
