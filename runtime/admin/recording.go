package admin

import "net/http"

func (s *server) recording(w http.ResponseWriter, r *http.Request) error {
	who, err := s.who(r)
	if err != nil {
		return err
	}
	story, err := s.node.Recording(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, story)
}
