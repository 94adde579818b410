package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/cob-lang/cob/runtime/node"
)

var taskQueries = []string{"role", "process", "mine", "overdue", "sort", "limit"}

// taskFilter reads which tasks are wanted. A filter that does not exist is refused:
// it would look like a list of everything.
func taskFilter(r *http.Request) (node.TaskFilter, error) {
	q := r.URL.Query()
	for name, values := range q {
		if !slices.Contains(taskQueries, name) {
			return node.TaskFilter{}, badQuery(name, values[0], fmt.Sprintf("no such filter; there is %v", taskQueries))
		}
	}
	f := node.TaskFilter{Role: q.Get("role"), Process: q.Get("process"), Sort: node.TaskOrder(q.Get("sort"))}
	for name, to := range map[string]*bool{"mine": &f.Mine, "overdue": &f.Overdue} {
		text := q.Get(name)
		if text == "" {
			continue
		}
		var err error
		if *to, err = strconv.ParseBool(text); err != nil {
			return f, badQuery(name, text, "want true or false")
		}
	}
	if f.Sort != "" && !slices.Contains(node.TaskOrders(), f.Sort) {
		return f, badQuery("sort", string(f.Sort), fmt.Sprintf("want one of %v", node.TaskOrders()))
	}
	return f, nil
}

// taskList is the answer to which tasks are open.
type taskList struct {
	Tasks []node.Task `json:"tasks"`
}

func (s *server) tasks(w http.ResponseWriter, r *http.Request) error {
	f, err := taskFilter(r)
	if err != nil {
		return err
	}
	n, err := limit(r)
	if err != nil {
		return err
	}
	who, err := s.who(r)
	if err == nil && f.Mine && who.ID == "" {
		err = s.nobody()
	}
	if err != nil {
		return err
	}
	list, err := s.node.Tasks(r.Context(), f, who, n)
	if err != nil {
		return err
	}
	others, err := gathered[taskList](s, w, r)
	if err != nil {
		return err
	}
	for _, o := range others {
		list = append(list, o.Tasks...)
	}
	if len(others) > 0 {
		f.Sort.Sort(list)
	}
	return reply(w, http.StatusOK, taskList{list[:min(n, len(list))]})
}

func (s *server) task(w http.ResponseWriter, r *http.Request) error {
	who, err := s.who(r)
	if err != nil {
		return err
	}
	t, err := s.node.Task(r.Context(), r.PathValue("id"), who)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, t)
}

// TaskAct is the body of a call that acts on a task.
type TaskAct struct {
	// By and Groups say who acts, where no header does.
	By     string          `json:"by,omitempty"`
	Groups []string        `json:"groups,omitempty"`
	Form   json.RawMessage `json:"form,omitempty"`   // of completing
	To     string          `json:"to,omitempty"`     // of delegating
	Force  bool            `json:"force,omitempty"`  // of releasing
	Reason string          `json:"reason,omitempty"` // of releasing and delegating
}

// TaskDone is the answer to such a call.
type TaskDone struct {
	ID          string `json:"id"`
	By          string `json:"by"` // who did it
	ClaimedBy   string `json:"claimed_by,omitempty"`
	ReleasedBy  string `json:"released_by,omitempty"`
	DelegatedTo string `json:"delegated_to,omitempty"`
	CompletedBy string `json:"completed_by,omitempty"`
}

func (s *server) readTaskAct(w http.ResponseWriter, r *http.Request) (TaskAct, node.Person, error) {
	var a TaskAct
	text, err := body(w, r, MaxBody)
	if err != nil {
		return a, node.Person{}, err
	}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &a); err != nil {
			return a, node.Person{}, &Problem{Title: "Bad body", Status: http.StatusBadRequest,
				Detail: `want JSON such as {"by": "ada", "groups": ["managers"], "form": {...}}: by names the person`}
		}
	}
	who, err := s.actor(r, a.By, a.Groups)
	tell(r, who.ID, a.Reason)
	return a, who, err
}

// onTask is a call that acts on a task.
func (s *server) onTask(act func(s *server, r *http.Request, id string, a TaskAct, who node.Person) (TaskDone, error)) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		a, who, err := s.readTaskAct(w, r)
		if err != nil {
			return err
		}
		done, err := act(s, r, r.PathValue("id"), a, who)
		if err != nil {
			return err
		}
		done.ID, done.By = r.PathValue("id"), who.ID
		return reply(w, http.StatusOK, done)
	}
}

func claimTask(s *server, r *http.Request, id string, _ TaskAct, who node.Person) (TaskDone, error) {
	return TaskDone{ClaimedBy: who.ID}, s.node.ClaimTask(r.Context(), id, who, requestOf(r, who.ID, nil))
}

func releaseTask(s *server, r *http.Request, id string, a TaskAct, who node.Person) (TaskDone, error) {
	return TaskDone{ReleasedBy: who.ID}, s.node.ReleaseTask(r.Context(), id, who, a.Force, a.Reason, requestOf(r, who.ID, []any{a.Force, a.Reason}))
}

func delegateTask(s *server, r *http.Request, id string, a TaskAct, who node.Person) (TaskDone, error) {
	return TaskDone{DelegatedTo: a.To}, s.node.DelegateTask(r.Context(), id, who, a.To, a.Reason, requestOf(r, who.ID, []any{a.To, a.Reason}))
}

func completeTask(s *server, r *http.Request, id string, a TaskAct, who node.Person) (TaskDone, error) {
	if len(a.Form) == 0 {
		a.Form = json.RawMessage("{}") // a form may have no fields; one that has them is told what is missing
	}
	return TaskDone{CompletedBy: who.ID}, s.node.CompleteTask(r.Context(), id, who, a.Form)
}
