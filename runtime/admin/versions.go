package admin

import (
	"bytes"
	"io"
	"net/http"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/node"
)

// Deployments are the active plans, and all versions with what runs on them.
type Deployments struct {
	Deployments []node.Deployed `json:"deployments"`
	Versions    []node.Version  `json:"versions"`
}

func (s *server) deployments(w http.ResponseWriter, r *http.Request) error {
	versions, err := s.node.Versions(r.Context())
	if err != nil {
		return err
	}
	others, err := gathered[Deployments](s, w, r)
	if err != nil {
		return err
	}
	list := Deployments{s.node.Deployments(), versions}
	for _, o := range others {
		list.Versions = node.PlusVersions(list.Versions, o.Versions)
	}
	return reply(w, http.StatusOK, list)
}

// Classified says what a plan changes, compared with the active one of its package.
type Classified struct {
	From           string        `json:"from,omitempty"` // digest of the active plan
	Classification plan.Class    `json:"classification"`
	Changes        []plan.Change `json:"changes"`
}

// Deployed is the answer to a plan that was activated, or to what would become of it.
type Deployed struct {
	node.Deployed
	Classified
	DryRun bool `json:"dry_run,omitempty"`
}

// AcceptWords are the words for the worst class that a deployment accepts, the strictest
// first.
var AcceptWords = []string{"safe", "migrate", "incompatible"}

// worstOf is the worst class that a word accepts.
var worstOf = map[string]plan.Class{"": plan.Incompatible, "safe": plan.SafeBefore, "migrate": plan.NeedsMigrate, "incompatible": plan.Incompatible}

func (s *server) deploy(w http.ResponseWriter, r *http.Request) error {
	text, err := body(w, r, MaxPlan)
	if err != nil {
		return err
	}
	worst, known := worstOf[r.URL.Query().Get("accept")]
	if !known {
		return &Problem{Title: "Bad query", Status: http.StatusBadRequest, Detail: "accept is safe, migrate or incompatible: the worst that the plan may change"}
	}
	var c Classified
	if c.From, c.Changes, err = s.node.Changes(text); err != nil {
		return notActivated(err)
	}
	c.Classification = plan.Worst(c.Changes)
	if r.URL.Query().Get("dry_run") == "true" {
		return reply(w, http.StatusOK, Deployed{Classified: c, DryRun: true})
	}
	if c.Classification.Rank() > worst.Rank() {
		return unacceptable(c, worst)
	}
	d, err := s.node.Activate(r.Context(), text)
	if err != nil {
		return notActivated(err)
	}
	return reply(w, http.StatusOK, Deployed{Deployed: d, Classified: c})
}

// unacceptable is the problem of a plan that changes more than is accepted.
func unacceptable(c Classified, worst plan.Class) *Problem {
	p := &Problem{Title: "The plan changes more than is accepted", Status: http.StatusConflict,
		Detail: "nothing was changed: " + string(c.Classification) + ", and " + string(worst) + " is accepted"}
	for _, change := range c.Changes {
		if change.Class.Rank() > worst.Rank() {
			p.Reasons = append(p.Reasons, deployment.Reason{At: change.At, Problem: change.Where + ": " + change.What, Way: "say accept=" + acceptedAs(change.Class) + " where that is meant"})
		}
	}
	return p
}

func acceptedAs(c plan.Class) string {
	i := slices.IndexFunc(AcceptWords, func(word string) bool { return worstOf[word].Rank() >= c.Rank() })
	return AcceptWords[i]
}

// RolloutList are the rollouts that run.
type RolloutList struct {
	Rollouts []node.RolloutStatus `json:"rollouts"`
}

func (s *server) rollouts(w http.ResponseWriter, r *http.Request) error {
	list, _, err := s.node.Rollouts(r.Context())
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, RolloutList{list})
}

// RolloutAct is the body of a call that changes a rollout.
type RolloutAct struct {
	Act
	// Share is a ratio from 0 to 1; 1 promotes the newer plan.
	Share string `json:"share,omitempty"`
	// RollBack lets all new instances start with the older plan.
	RollBack bool `json:"roll_back,omitempty"`
}

func (s *server) rollout(w http.ResponseWriter, r *http.Request) error {
	var a RolloutAct
	if err := readAct(w, r, &a, `{"share": "0.25", "by": "ada", "reason": "no complaints"}`); err != nil {
		return err
	}
	if err := s.sign(r, &a.Act); err != nil {
		return err
	}
	if (a.Share == "") != a.RollBack {
		return &Problem{Title: "Bad body", Status: http.StatusBadRequest, Detail: "want either share or roll_back"}
	}
	if a.RollBack {
		if err := s.node.RollBack(r.Context(), r.PathValue("process")); err != nil {
			return err
		}
		return s.rollouts(w, r)
	}
	share, err := deployment.ShareOf(a.Share)
	if err != nil {
		return &Problem{Title: "Bad body", Status: http.StatusBadRequest, Detail: err.Error()}
	}
	if err := s.node.Reshare(r.Context(), r.PathValue("process"), share, a.By); err != nil {
		return err
	}
	return s.rollouts(w, r)
}

// MigrateAct is the body of a migration.
type MigrateAct struct {
	Act
	Process string `json:"process"`
	From    string `json:"from,omitempty"` // how the digest of their plan begins
	To      string `json:"to,omitempty"`   // how that of the other plan does; default the active one
	DryRun  bool   `json:"dry_run,omitempty"`
}

func (s *server) migrate(w http.ResponseWriter, r *http.Request) error {
	text, err := body(w, r, MaxBody)
	if err != nil {
		return err
	}
	again := func() { r.Body = io.NopCloser(bytes.NewReader(text)) }
	var a MigrateAct
	again()
	if err := readAct(w, r, &a, `{"process": "orders.Fulfil", "dry_run": true}`); err != nil {
		return err
	}
	if err := s.sign(r, &a.Act); err != nil {
		return err
	}
	out, err := s.node.Migrate(r.Context(), node.Migrating{Process: a.Process, From: a.From, To: a.To, By: a.By, Reason: a.Reason, Dry: a.DryRun})
	if err != nil {
		return err
	}
	again()
	others, err := gathered[node.Migrated](s, w, r)
	if err != nil {
		return err
	}
	for _, o := range others {
		out = out.Plus(o)
	}
	return reply(w, http.StatusOK, out)
}
