package admin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/node"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// Problem is RFC 9457 problem details.
type Problem struct {
	Type     string          `json:"type"`
	Title    string          `json:"title"`
	Status   int             `json:"status"`
	Detail   string          `json:"detail,omitempty"`
	Instance string          `json:"instance,omitempty"`
	Errors   []types.Problem `json:"errors,omitempty"`
	// Reasons are all that keeps a plan from running, sorted by place; Detail tells
	// the first of them.
	Reasons []deployment.Reason `json:"reasons,omitempty"`
}

func (p *Problem) Error() string { return p.Detail }

var statusOf = map[record.Code]int{
	record.NotFound:     http.StatusNotFound,
	record.WrongState:   http.StatusConflict,
	record.Busy:         http.StatusServiceUnavailable,
	record.Forbidden:    http.StatusForbidden,
	record.Invalid:      http.StatusBadRequest,
	record.UnknownPlan:  http.StatusNotFound,
	record.AlreadyTaken: http.StatusConflict,
	record.Poisoned:     http.StatusConflict,
	record.Reused:       http.StatusUnprocessableEntity,
}

// problemOf says what an error of the node is in the words of HTTP.
func problemOf(err error) *Problem {
	var own *Problem
	var rejected *record.Rejection
	var misfit types.Problems
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &misfit):
		return &Problem{Title: "The data does not fit its type", Status: http.StatusBadRequest,
			Detail: "nothing was started or changed; mend the named fields and send it again", Errors: misfit}
	case errors.As(err, &rejected):
		status := statusOf[rejected.Code]
		if status == 0 {
			status = http.StatusConflict
		}
		return &Problem{Title: http.StatusText(status), Status: status, Detail: rejected.Detail}
	case errors.As(err, &tooLarge):
		return &Problem{Title: "The body is too large", Status: http.StatusRequestEntityTooLarge,
			Detail: "a body may have at most " + itoa(tooLarge.Limit) + " bytes; put large data somewhere else and send its address"}
	case errors.Is(err, node.ErrTooLarge):
		return &Problem{Title: "The message is too large", Status: http.StatusRequestEntityTooLarge,
			Detail: err.Error() + "; put large data somewhere else and send its address"}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &Problem{Title: "The body did not come in time", Status: http.StatusRequestTimeout,
			Detail: "nothing was done; send the whole body within " + BodyTime.String()}
	case errors.Is(err, node.ErrChannelFull):
		return &Problem{Title: "The channel is full", Status: http.StatusServiceUnavailable, Detail: err.Error()}
	case errors.Is(err, node.ErrUnknown):
		return &Problem{Title: "No answer of the store", Status: http.StatusServiceUnavailable,
			Detail: "it may have happened: ask again with the same key (" + err.Error() + ")"}
	case errors.Is(err, node.ErrElsewhere), errors.Is(err, shard.ErrLost), errors.Is(err, shard.ErrClosed), errors.Is(err, shard.ErrStalled), errors.Is(err, node.ErrNotReady):
		return &Problem{Title: "Not now", Status: http.StatusServiceUnavailable, Detail: err.Error()}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &Problem{Title: "No answer in time", Status: http.StatusServiceUnavailable,
			Detail: "the node did not make it durable in time; it may still happen: ask again with the same key"}
	}
	return &Problem{Title: "Something failed", Status: http.StatusInternalServerError, Detail: err.Error()}
}

// notActivated is the problem of a plan that the node does not take.
func notActivated(err error) *Problem {
	p := &Problem{Title: "The plan cannot be activated", Status: http.StatusUnprocessableEntity, Detail: err.Error()}
	var refused *deployment.RefusedError
	if errors.As(err, &refused) {
		p.Reasons = refused.Reasons
	}
	return p
}

func writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := *problemOf(err)
	p.Type = "about:blank"
	p.Instance = r.URL.Path
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="cob"`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	writeWithin(w)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
