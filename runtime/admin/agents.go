package admin

import (
	"net/http"

	"github.com/cob-lang/cob/runtime/node"
)

// AgentList is the answer to GET /v1/agents.
type AgentList struct {
	Agents []node.AgentStatus `json:"agents"`
	Clouds []node.ServedCloud `json:"clouds"`
}

func (s *server) agents(w http.ResponseWriter, _ *http.Request) error {
	list, clouds := s.node.Agents()
	return reply(w, http.StatusOK, AgentList{list, clouds})
}

func (s *server) dismiss(w http.ResponseWriter, r *http.Request) error {
	if err := s.node.Dismiss(r.Context(), r.PathValue("cloud")); err != nil {
		return err
	}
	return s.agents(w, r)
}
