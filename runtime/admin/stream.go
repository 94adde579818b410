package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// heartbeat keeps proxies from closing a quiet stream.
const heartbeat = 15 * time.Second

// stream sends what happens as server-sent events, each a JSON notice. A client
// that reads too slowly is told how many it missed.
func (s *server) stream(w http.ResponseWriter, r *http.Request) error {
	flusher, ok := w.(http.Flusher)
	if !ok {
		return &Problem{Title: "No stream", Status: http.StatusNotImplemented, Detail: "this connection cannot stream"}
	}
	notices, cancel, err := s.node.Subscribe()
	if err != nil {
		return err
	}
	defer cancel()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	writeWithin(w)
	flusher.Flush()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-beat.C:
			writeWithin(w)
			if _, err := fmt.Fprint(w, ": still here\n\n"); err != nil {
				return ignoreGone(err)
			}
		case n, open := <-notices:
			if !open {
				return nil
			}
			text, err := json.Marshal(n)
			if err != nil {
				return ignoreGone(err)
			}
			writeWithin(w)
			if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", n.Kind, text); err != nil {
				return ignoreGone(err)
			}
		}
		flusher.Flush()
	}
}
