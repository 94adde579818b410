package admin

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cob-lang/cob/runtime/access"
	"github.com/cob-lang/cob/runtime/node"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

// Limits of the API.
const (
	// MaxBody is the largest request body in bytes.
	MaxBody = 1 << 20
	// MaxPlan is the largest plan in bytes.
	MaxPlan = 8 << 20
	// MaxWait is how long a request may wait for an instance to end.
	MaxWait = 10 * time.Minute
	// BodyTime is how long a request's body may take to come, AnswerTime how long
	// an answer, or one notice of a stream, may take to leave.
	BodyTime   = 30 * time.Second
	AnswerTime = 30 * time.Second
	// MaxList is the longest page of a list; DefaultList is one nobody asked for.
	MaxList     = 1000
	DefaultList = 100
)

// New is the handler of a node's whole API. who says who asks.
func New(n *node.Node, who Identity) http.Handler {
	s, mux, others := &server{node: n, identity: who}, http.NewServeMux(), http.NewServeMux()
	for pattern, c := range s.calls() {
		mux.HandleFunc(pattern, answer(s.guarded(pattern, c), BodyTime))
		others.HandleFunc(pattern, answer(c.handle, BodyTime))
	}
	n.Serve(s.answerOther(others))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if _, err := s.admit(r, everything); err != nil { // strangers do not try out what there is
			writeProblem(w, r, err)
			return
		}
		noSuchCall(mux, w, r)
	})
	return mux
}

// guarded lets nobody in who may not make a call, and what changes something into the
// trail.
func (s *server) guarded(pattern string, c call) func(http.ResponseWriter, *http.Request) error {
	handle := func(w http.ResponseWriter, r *http.Request) error {
		r, err := s.admit(r, c.needs)
		if err != nil {
			return err
		}
		nameRequest(r)
		return s.placed(c.handle)(w, r)
	}
	if strings.HasPrefix(pattern, "POST ") {
		return s.keeping(pattern, handle)
	}
	return handle
}

// answer makes a handler of a call. A body has to come within bodyTime, so that
// nobody can hold a connection for nothing.
func answer(handle func(http.ResponseWriter, *http.Request) error, bodyTime time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w) // what is no connection, as in tests, has no deadlines
		_ = c.SetWriteDeadline(time.Time{})
		if r.Body != nil && r.Body != http.NoBody {
			_ = c.SetReadDeadline(time.Now().Add(bodyTime))
		}
		if err := handle(w, r); err != nil {
			writeProblem(w, r, err)
		}
	}
}

// writeWithin gives an answer AnswerTime to leave: its reader may have stopped.
func writeWithin(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(AnswerTime))
}

// Calls are the method and path of every call, sorted.
func Calls() []string { return slices.Sorted(maps.Keys((&server{}).calls())) }

// call is a call of the API, and the rights one of which it needs; nil for none.
type call struct {
	handle func(http.ResponseWriter, *http.Request) error
	needs  []access.Right
}

// Rights are the rights one of which each call needs, by its method and path; none for
// what everybody may call.
func Rights() map[string][]access.Right {
	needs := map[string][]access.Right{}
	for pattern, c := range (&server{}).calls() {
		needs[pattern] = c.needs
	}
	return needs
}

// everything are all rights, for what needs any of them.
var everything = []access.Right{access.View, access.Start, access.Publish, access.Subscribe, access.Complete, access.Operate, access.Deploy}

func (s *server) calls() map[string]call {
	calls := map[string]call{
		"POST /v1/processes/{process}/instances": {s.start, []access.Right{access.Start}},
		"GET /v1/instances":                      {s.list, []access.Right{access.View}},
		"GET /v1/instances/{id}":                 {s.instance, []access.Right{access.View}},
		"GET /v1/instances/{id}/history":         {s.history, []access.Right{access.View}},
		"GET /v1/instances/{id}/recording":       {s.recording, []access.Right{access.View}},
		"GET /v1/instances/{id}/report":          {s.report, []access.Right{access.View}},
		"GET /v1/instances/{id}/outlook":         {s.outlook, []access.Right{access.View}},
		"POST /v1/instances/{id}/cancel":         {s.verb(s.cancel), []access.Right{access.Operate}},
		"POST /v1/instances/{id}/terminate":      {s.verb(s.terminate), []access.Right{access.Operate}},
		"POST /v1/instances/{id}/resume":         {s.verb(s.resume), []access.Right{access.Operate}},
		"POST /v1/instances/{id}/retry":          {s.retry, []access.Right{access.Operate}},
		"POST /v1/instances/{id}/skip":           {s.skip, []access.Right{access.Operate}},
		"POST /v1/events/{type}":                 {s.event, []access.Right{access.Publish}},
		"POST /v1/channels/{channel}/messages":   {s.message, []access.Right{access.Publish}},
		"GET /v1/channels":                       {s.channels, []access.Right{access.View}},
		"GET /v1/channels/{channel}/messages":    {s.peek, []access.Right{access.Subscribe}},
		"GET /v1/tasks":                          {s.tasks, []access.Right{access.Complete, access.View}},
		"GET /v1/tasks/{id}":                     {s.task, []access.Right{access.Complete, access.View}},
		"POST /v1/tasks/{id}/claim":              {s.onTask(claimTask), []access.Right{access.Complete}},
		"POST /v1/tasks/{id}/unclaim":            {s.onTask(releaseTask), []access.Right{access.Complete}},
		"POST /v1/tasks/{id}/delegate":           {s.onTask(delegateTask), []access.Right{access.Complete}},
		"POST /v1/tasks/{id}/complete":           {s.onTask(completeTask), []access.Right{access.Complete}},
		"GET /v1/deployments":                    {s.deployments, []access.Right{access.View}},
		"POST /v1/deployments":                   {s.deploy, []access.Right{access.Deploy}},
		"GET /v1/rollouts":                       {s.rollouts, []access.Right{access.View}},
		"POST /v1/rollouts/{process}":            {s.rollout, []access.Right{access.Deploy}},
		"POST /v1/migrations":                    {s.migrate, []access.Right{access.Deploy}},
		"GET /v1/endpoints":                      {s.endpoints, []access.Right{access.View}},
		"GET /v1/journals":                       {s.journals, []access.Right{access.View}},
		"GET /v1/nodes":                          {s.nodes, []access.Right{access.View}},
		"GET /v1/agents":                         {s.agents, []access.Right{access.View}},
		"POST /v1/agents/{cloud}/dismiss":        {s.dismiss, []access.Right{access.Operate}},
		"GET /v1/figures":                        {s.figures, []access.Right{access.View}},
		"GET /v1/stream":                         {s.stream, []access.Right{access.View}},
		"GET /healthz":                           {s.alive, nil},
		"GET /readyz":                            {s.ready, nil},
		"GET /metrics":                           {s.metrics, []access.Right{access.View}},
	}
	maps.Copy(calls, s.cloudCalls())
	return calls
}

// noSuchCall tells a wrong path from a wrong method.
func noSuchCall(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "/" {
			w.Header().Set("Allow", method)
			writeProblem(w, r, &Problem{Title: "Wrong method", Status: http.StatusMethodNotAllowed,
				Detail: r.URL.Path + " is called with " + method + ", not " + r.Method})
			return
		}
	}
	writeProblem(w, r, &Problem{Title: "No such call", Status: http.StatusNotFound,
		Detail: r.Method + " " + r.URL.Path + " is no call of this API; spec/api.md lists them"})
}

type server struct {
	node     *node.Node
	identity Identity
	clouds   Clouds // nil for one cloud
	door     *Door  // in front of the node where there are two
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func reply(w http.ResponseWriter, status int, body any) error {
	w.Header().Set("Content-Type", "application/json")
	writeWithin(w)
	w.WriteHeader(status)
	return ignoreGone(json.NewEncoder(w).Encode(body))
}

// ignoreGone drops the error of writing to a client: it has gone, and the header
// is out already.
func ignoreGone(error) error { return nil }

func body(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err == nil { // what follows may wait as long as it likes
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	}
	return text, err
}

// Started is the answer to starting an instance.
type Started struct {
	ID       string          `json:"id"`
	State    record.State    `json:"state"`
	Existing bool            `json:"existing,omitempty"` // the key was used before; this is that instance
	Result   json.RawMessage `json:"result,omitempty"`
	Fault    *observe.Fault  `json:"fault,omitempty"`
}

func (s *server) start(w http.ResponseWriter, r *http.Request) error {
	wait, err := duration(r, "wait")
	if err != nil {
		return err
	}
	input, err := body(w, r, MaxBody)
	if err != nil {
		return err
	}
	who, err := s.who(r)
	if err != nil {
		return err
	}
	started, err := s.node.Start(r.Context(), node.StartRequest{
		Process: r.PathValue("process"), Input: input, Key: requestID(r), Wait: wait, Who: who,
	})
	if err != nil {
		return err
	}
	answer := Started{ID: started.ID, State: record.Running, Existing: started.Existing}
	if started.Ended == nil {
		w.Header().Set("Location", "/v1/instances/"+started.ID)
		return reply(w, http.StatusAccepted, answer)
	}
	answer.State, answer.Result, answer.Fault = started.Ended.State, started.Ended.Result, started.Ended.Fault
	return reply(w, http.StatusOK, answer)
}

func duration(r *http.Request, name string) (time.Duration, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > MaxWait {
		return 0, badQuery(name, text, fmt.Sprintf("want a time from 0s to %s, such as 30s", MaxWait))
	}
	return d, nil
}

func badQuery(name, value, want string) error {
	return &Problem{Title: "Bad query", Status: http.StatusBadRequest, Detail: fmt.Sprintf("%s=%s: %s", name, value, want)}
}

func limit(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return DefaultList, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > MaxList {
		return 0, badQuery("limit", text, fmt.Sprintf("want a number from 1 to %d", MaxList))
	}
	return n, nil
}

// Page is one page of instances, newest first. Cursor is given back as ?cursor=
// for the next one.
type Page struct {
	Instances []observe.Instance `json:"instances"`
	Cursor    string             `json:"cursor,omitempty"`
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	filter, err := s.filterOf(r)
	if err != nil {
		return err
	}
	n, err := limit(r)
	if err != nil {
		return err
	}
	var before observe.Place
	if cursor := r.URL.Query().Get("cursor"); cursor != "" {
		if before, err = observe.ParsePlace(cursor); err != nil {
			return badQuery("cursor", cursor, "want the cursor of the page before")
		}
	}
	who, err := s.who(r)
	if err != nil {
		return err
	}
	page := Page{Instances: s.node.Instances(filter, before, n, who)}
	others, err := gathered[Page](s, w, r)
	if err != nil {
		return err
	}
	for _, o := range others {
		page.Instances = append(page.Instances, o.Instances...)
	}
	page.Instances = observe.Newest(page.Instances, n)
	if len(page.Instances) == n {
		page.Cursor = page.Instances[n-1].Place().String()
	}
	if page.Instances == nil {
		page.Instances = []observe.Instance{}
	}
	return reply(w, http.StatusOK, page)
}

var states = []record.State{record.Running, record.Waiting, record.Completed, record.Faulted, record.Cancelled, record.Incident}

// filterOf reads which instances are wanted. A name or a state that does not
// exist is refused: it would look like an empty list.
func (s *server) filterOf(r *http.Request) (observe.Filter, error) {
	q := r.URL.Query()
	for name, values := range q {
		if !slices.Contains([]string{"process", "state", "key", "since", "where", "limit", "cursor"}, name) {
			return observe.Filter{}, badQuery(name, values[0], "no such filter; there is process, state, key, since, where, limit and cursor")
		}
	}
	filter := observe.Filter{Process: q.Get("process"), State: record.State(q.Get("state")), Key: q.Get("key")}
	if filter.State != "" && !slices.Contains(states, filter.State) {
		return filter, badQuery("state", string(filter.State), fmt.Sprintf("want one of %v", states))
	}
	if since := q.Get("since"); since != "" {
		var err error
		if filter.Since, err = time.Parse(time.RFC3339, since); err != nil {
			return filter, badQuery("since", since, "want a time such as 2026-11-21T10:00:00Z")
		}
	}
	if where := q.Get("where"); where != "" {
		var err error
		if filter.Where, err = s.where(where); err != nil {
			return filter, err
		}
	}
	return filter, nil
}

func (s *server) instance(w http.ResponseWriter, r *http.Request) error {
	who, err := s.who(r)
	if err != nil {
		return err
	}
	i, err := s.node.Instance(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, i)
}

func (s *server) history(w http.ResponseWriter, r *http.Request) error {
	who, err := s.who(r)
	if err != nil {
		return err
	}
	entries, err := s.node.History(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, map[string]any{"history": entries})
}

// journalList is the answer to how the journals stand.
type journalList struct {
	Journals []node.JournalStatus `json:"journals"`
}

func (s *server) journals(w http.ResponseWriter, r *http.Request) error {
	list := journalList{s.node.Journals()}
	others, err := gathered[journalList](s, w, r)
	if err != nil {
		return err
	}
	for _, o := range others {
		list.Journals = append(list.Journals, o.Journals...)
	}
	slices.SortFunc(list.Journals, func(a, b node.JournalStatus) int { return a.Shard - b.Shard })
	return reply(w, http.StatusOK, list)
}

// NodeList are the nodes of the store, and the shards that nobody owns now.
type NodeList struct {
	Nodes []node.NodeStatus `json:"nodes"`
	Free  []int             `json:"free"`
}

// nodes says who owns which shard.
func (s *server) nodes(w http.ResponseWriter, r *http.Request) error {
	list, free := s.node.Nodes(r.Context())
	return reply(w, http.StatusOK, NodeList{list, free})
}

func (s *server) endpoints(w http.ResponseWriter, _ *http.Request) error {
	return reply(w, http.StatusOK, map[string]any{"endpoints": s.node.Endpoints()})
}

func (s *server) figures(w http.ResponseWriter, r *http.Request) error {
	counts, err := s.node.Counts(r.Context())
	if err != nil {
		return err
	}
	all, err := onAllNodes(s, w, r, counts)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, map[string]any{"processes": s.node.Figures(), "counts": counts, "all_nodes": all})
}

// onAllNodes adds to the counts of this node what the others have for the same request.
func onAllNodes[C interface{ Plus(C) C }](s *server, w http.ResponseWriter, r *http.Request, counts C) (C, error) {
	others, err := gathered[struct{ Counts C }](s, w, r)
	for _, o := range others {
		counts = counts.Plus(o.Counts)
	}
	return counts, err
}

func (s *server) alive(w http.ResponseWriter, _ *http.Request) error {
	_, err := io.WriteString(w, "ok\n")
	return ignoreGone(err)
}

func (s *server) ready(w http.ResponseWriter, _ *http.Request) error {
	if err := s.node.Ready(); err != nil {
		return &Problem{Title: "Not ready", Status: http.StatusServiceUnavailable, Detail: err.Error()}
	}
	_, err := io.WriteString(w, "ready\n")
	return ignoreGone(err)
}
