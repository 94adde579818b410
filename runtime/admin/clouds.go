package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/cob-lang/cob/runtime/access"
	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/node"
	"github.com/cob-lang/cob/runtime/twin"
)

// Clouds is what the API asks where two clouds share the shards.
type Clouds interface {
	State() (twin.State, error)
	TakeOver(ctx context.Context, lost bool) error
	GoAlone(ctx context.Context) error
	Report(term uint64) (failover.Report, bool, error)
}

// CloudList is how two clouds stand, as the one that is asked sees it.
type CloudList struct {
	twin.State
	// Mirrors are the copies in the other cloud, by shard, where this one owns.
	Mirrors []node.MirrorState `json:"mirrors,omitempty"`
	// Channels are those of channels.
	Channels []node.PostState `json:"channels,omitempty"`
}

// A Door is the API of one of two clouds. While that owns the shards a node stands
// behind it; else it answers only what a mirror can.
type Door struct {
	server *server
	mux    *http.ServeMux
	behind atomic.Pointer[behind]
}

type behind struct {
	node    *node.Node
	handler http.Handler
}

// NewDoor is a door with nobody behind it. who says who asks.
func NewDoor(clouds Clouds, who Identity) *Door {
	d := &Door{mux: http.NewServeMux()}
	d.server = &server{identity: who, clouds: clouds, door: d}
	for pattern, c := range d.server.cloudCalls() {
		d.mux.HandleFunc(pattern, answer(d.server.guarded(pattern, c), BodyTime))
	}
	d.mux.HandleFunc("GET /healthz", answer(d.server.alive, BodyTime))
	d.mux.HandleFunc("/", answer(d.pass, BodyTime))
	return d
}

// Open puts a node behind the door, and Shut takes it away.
func (d *Door) Open(n *node.Node) { d.behind.Store(&behind{n, New(n, d.server.identity)}) }

// Shut lets nobody through.
func (d *Door) Shut() { d.behind.Store(nil) }

func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.mux.ServeHTTP(w, r) }

func (d *Door) pass(w http.ResponseWriter, r *http.Request) error {
	if b := d.behind.Load(); b != nil {
		b.handler.ServeHTTP(w, r)
		return nil
	}
	if _, err := d.server.admit(r, everything); err != nil && r.URL.Path != "/readyz" {
		return err
	}
	s, err := d.server.clouds.State()
	if err != nil {
		return err
	}
	detail := fmt.Sprintf("%s mirrors %s, which owns the shards in term %d: ask there", s.Cloud, s.Owner, s.Term)
	if s.Place != failover.Mirror.String() || s.Owner == "" {
		detail = s.Cloud + " does not own the shards now; it is not known yet who does, or it is about to open them"
	}
	return &Problem{Title: "Not the owner", Status: http.StatusServiceUnavailable, Detail: detail}
}

func (s *server) cloudCalls() map[string]call {
	return map[string]call{
		"GET /v1/clouds":           {s.listClouds, []access.Right{access.View}},
		"POST /v1/clouds/takeover": {s.takeOver, []access.Right{access.Operate}},
		"POST /v1/clouds/alone":    {s.goAlone, []access.Right{access.Operate}},
		"GET /v1/clouds/report":    {s.failoverReport, []access.Right{access.View}},
	}
}

// paired refuses where there is one cloud.
func (s *server) paired() error {
	if s.clouds == nil {
		return &Problem{Title: "One cloud", Status: http.StatusNotFound, Detail: "this node has no mirror in another cloud; cob run --mirror gives it one"}
	}
	return nil
}

func (s *server) listClouds(w http.ResponseWriter, _ *http.Request) error {
	if err := s.paired(); err != nil {
		return err
	}
	state, err := s.clouds.State()
	if err != nil {
		return err
	}
	list := CloudList{State: state}
	if b := s.door.behind.Load(); b != nil {
		list.Mirrors, list.Channels = b.node.Mirrors(), b.node.Posts()
	}
	return reply(w, http.StatusOK, list)
}

// TakeOverRequest is the body of a take-over.
type TakeOverRequest struct {
	// Lost: a person has made certain that the other cloud has stopped, or that nobody
	// reaches it. Without it that one is asked to hand over.
	Lost   bool   `json:"lost"`
	By     string `json:"by"`
	Reason string `json:"reason"`
}

func (s *server) byHand(w http.ResponseWriter, r *http.Request) (q TakeOverRequest, err error) {
	if err := s.paired(); err != nil {
		return q, err
	}
	text, err := body(w, r, MaxBody)
	if err != nil {
		return q, err
	}
	if err := json.Unmarshal(text, &q); err != nil {
		return q, &Problem{Title: "Bad body", Status: http.StatusBadRequest, Detail: `want JSON such as {"lost": true, "by": "ada", "reason": "power cut"}: ` + err.Error()}
	}
	who, err := s.actor(r, q.By, nil)
	tell(r, who.ID, q.Reason)
	return q, err
}

func (s *server) takeOver(w http.ResponseWriter, r *http.Request) error {
	q, err := s.byHand(w, r)
	if err != nil {
		return err
	}
	if err := s.clouds.TakeOver(r.Context(), q.Lost); err != nil {
		return &Problem{Title: "No take-over", Status: http.StatusConflict, Detail: err.Error()}
	}
	return s.listClouds(w, r)
}

func (s *server) goAlone(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.byHand(w, r); err != nil {
		return err
	}
	if err := s.clouds.GoAlone(r.Context()); err != nil {
		return &Problem{Title: "Not alone", Status: http.StatusConflict, Detail: err.Error()}
	}
	return s.listClouds(w, r)
}

func (s *server) failoverReport(w http.ResponseWriter, r *http.Request) error {
	if err := s.paired(); err != nil {
		return err
	}
	term := uint64(0)
	if text := r.URL.Query().Get("term"); text != "" {
		var err error
		if term, err = strconv.ParseUint(text, 10, 64); err != nil {
			return badQuery("term", text, "want the number of a take-over")
		}
	}
	report, ok, err := s.clouds.Report(term)
	if err != nil {
		return err
	}
	if !ok {
		return &Problem{Title: "No take-over", Status: http.StatusNotFound, Detail: "this cloud has not taken over yet; ask the other one"}
	}
	return reply(w, http.StatusOK, report)
}
