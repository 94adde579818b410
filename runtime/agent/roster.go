package agent

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cob-lang/cob/runtime/record"
)

// Roster is what a node knows of the agents. Times are those of a clock that only
// goes forward. It is used by one goroutine at a time.
type Roster struct {
	agents map[string]*known
	served map[string]bool // clouds that only agents reach, by what was said
}

// known is an agent as it was last heard.
type known struct {
	Status
	heard  record.Instant
	gone   bool
	silent bool // it left a call without an answer since it was heard
	// out are the calls of this node that are under way there, and others those of
	// other nodes when it was heard.
	out, others int
	full        bool // it said so since it was heard
}

// NewRoster knows nobody.
func NewRoster() *Roster {
	return &Roster{agents: map[string]*known{}, served: map[string]bool{}}
}

// ErrFull says that all agents of a cloud have as many calls as they take.
var ErrFull = errors.New("all agents of the cloud are busy")

// Heard takes a status. refused is why the agent gets nothing to do, "" where it does.
func (r *Roster) Heard(s Status, now record.Instant) (refused string) {
	a := r.agents[s.ID]
	if a == nil {
		if r.forget(now); len(r.agents) >= MaxAgents {
			return fmt.Sprintf("the node knows %d agents already", MaxAgents)
		}
		a = &known{}
		r.agents[s.ID] = a
	}
	a.Status, a.heard, a.gone, a.silent, a.full = s, now, false, false, false
	a.others = max(0, s.Running-a.out)
	return Foreign(Protocol, s.Protocol)
}

// forget drops who has been away for long.
func (r *Roster) forget(now record.Instant) {
	maps.DeleteFunc(r.agents, func(_ string, a *known) bool {
		return a.out == 0 && now-a.heard > record.Instant(Kept)
	})
}

// Serve says which clouds only agents reach, besides those where one is up.
func (r *Roster) Serve(clouds []string) {
	clear(r.served)
	for _, c := range clouds {
		r.served[c] = true
	}
}

// Serves says whether only agents reach a cloud.
func (r *Roster) Serves(cloud string, now record.Instant) bool {
	if r.served[cloud] {
		return true
	}
	for _, a := range r.agents {
		if a.Cloud == cloud && a.state(now) == Up {
			return true
		}
	}
	return false
}

// Clouds are those that only agents reach, by name.
func (r *Roster) Clouds(now record.Instant) []string {
	clouds := maps.Clone(r.served)
	for _, a := range r.agents {
		if a.state(now) == Up {
			clouds[a.Cloud] = true
		}
	}
	return slices.Sorted(maps.Keys(clouds))
}

// How an agent stands.
const (
	Up        = "up"
	Silent    = "silent"
	Gone      = "gone"
	Leaving   = "leaving"
	Foreigner = "foreign"
)

func (a *known) state(now record.Instant) string {
	switch {
	case a.gone:
		return Gone
	case a.silent, now-a.heard >= record.Instant(Lost):
		return Silent
	case a.Protocol != Protocol:
		return Foreigner
	case a.Leaving:
		return Leaving
	}
	return Up
}

// unfit is why an agent cannot carry out calls of a plan, "" where it can, or has not
// looked at it yet.
func (a *known) unfit(digest string) string {
	for _, b := range a.Plans {
		if b.Digest == digest {
			return b.Problem
		}
	}
	return ""
}

func (a *known) busy() int {
	if a.full {
		return a.AtOnce
	}
	return a.out + a.others
}

// Choose is the agent of a cloud that carries out a call of a plan: the one with the
// largest part of its places free. Who is in not is passed over. Errors: ErrFull; else
// why none of them does.
func (r *Roster) Choose(cloud, digest string, not map[string]bool, now record.Instant) (id string, err error) {
	if why := r.why(cloud, digest, not, now); why != "" {
		return "", errors.New(why)
	}
	var best *known
	for _, a := range r.fit(cloud, digest, not, now) {
		if a.busy() < a.AtOnce && (best == nil || a.busy()*best.AtOnce < best.busy()*a.AtOnce) {
			best = a
		}
	}
	if best == nil {
		return "", ErrFull
	}
	return best.ID, nil
}

// fit are the agents of a cloud that can carry out calls of a plan, by their IDs.
func (r *Roster) fit(cloud, digest string, not map[string]bool, now record.Instant) (list []*known) {
	for _, id := range slices.Sorted(maps.Keys(r.agents)) {
		a := r.agents[id]
		if a.Cloud == cloud && !not[id] && a.state(now) == Up && a.unfit(digest) == "" {
			list = append(list, a)
		}
	}
	return list
}

// Why says why no agent of a cloud can carry out calls of a plan, "" where one can.
func (r *Roster) Why(cloud, digest string, now record.Instant) string {
	return r.why(cloud, digest, nil, now)
}

// named is how many agents a reason names.
const named = 3

func (r *Roster) why(cloud, digest string, not map[string]bool, now record.Instant) string {
	if len(r.fit(cloud, digest, not, now)) > 0 {
		return ""
	}
	var all []*known
	for _, a := range r.agents {
		if a.Cloud == cloud && !not[a.ID] {
			all = append(all, a)
		}
	}
	// Who is there says more than who is not, and who was heard last more than others.
	slices.SortFunc(all, func(a, b *known) int {
		return cmp.Or(rank[a.state(now)]-rank[b.state(now)], cmp.Compare(b.heard, a.heard), cmp.Compare(a.ID, b.ID))
	})
	var said []string
	for _, a := range all {
		if len(said) == named {
			said = append(said, fmt.Sprintf("and %d more", len(all)-named))
			break
		}
		said = append(said, a.Name+" "+a.tell(digest, now))
	}
	text := "no agent of " + cloud + " is there"
	if len(said) > 0 {
		text = "no agent of " + cloud + " can take calls: " + strings.Join(said, "; ")
	}
	return text
}

var rank = map[string]int{Up: 0, Foreigner: 1, Leaving: 2, Silent: 3, Gone: 4}

// tell says in plain words what is the matter with an agent, in words that stay the
// same while nothing changes.
func (a *known) tell(digest string, now record.Instant) string {
	heard := time.Unix(0, int64(a.heard)).UTC().Format("15:04:05")
	switch a.state(now) {
	case Gone:
		return "is gone, and was last heard at " + heard
	case Silent:
		return "is silent, and was last heard at " + heard
	case Foreigner:
		return "is not used: " + Foreign(Protocol, a.Protocol)
	case Leaving:
		return "is leaving"
	}
	return "cannot run the plan: " + a.unfit(digest)
}

// Took says that a call of this node is under way at an agent.
func (r *Roster) Took(id string) {
	if a := r.agents[id]; a != nil {
		a.out++
	}
}

// Gave says that it is no more.
func (r *Roster) Gave(id string) {
	if a := r.agents[id]; a != nil {
		a.out--
	}
}

// Full says that an agent turned a call away because it has too many.
func (r *Roster) Full(id string) {
	if a := r.agents[id]; a != nil {
		a.full = true
	}
}

// Unanswered says that an agent left a call without an answer that was sent at the
// time. What was heard of it since counts more.
func (r *Roster) Unanswered(id string, sent record.Instant) {
	if a := r.agents[id]; a != nil && a.heard <= sent {
		a.silent = true
	}
}

// Nobody says that nobody listens at the place of an agent.
func (r *Roster) Nobody(id string) {
	if a := r.agents[id]; a != nil {
		a.gone = true
	}
}

// Doubtful are the agents that have not been heard for a while, so that somebody had
// better ask whether anybody is there, by ID.
func (r *Roster) Doubtful(now record.Instant) (ids []string) {
	for _, id := range slices.Sorted(maps.Keys(r.agents)) {
		if a := r.agents[id]; !a.gone && now-a.heard >= record.Instant(Doubt) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Largest is the largest message that an agent takes, in bytes.
func (r *Roster) Largest(id string) int {
	if a := r.agents[id]; a != nil {
		return a.Status.Largest
	}
	return 0
}

// Name is the name of an agent, for people.
func (r *Roster) Name(id string) string {
	if a := r.agents[id]; a != nil {
		return a.Status.Name
	}
	return id
}

// Standing is an agent as a node sees it.
type Standing struct {
	Status
	State string
	Heard record.Instant
	Out   int // calls of this node that are under way there
}

// List are all agents, by cloud, name and ID.
func (r *Roster) List(now record.Instant) []Standing {
	list := make([]Standing, 0, len(r.agents))
	for _, a := range r.agents {
		if a.out > 0 || a.state(now) == Up || now-a.heard <= record.Instant(Kept) {
			list = append(list, Standing{a.Status, a.state(now), a.heard, a.out})
		}
	}
	slices.SortFunc(list, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(a.Cloud, b.Cloud), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// UpIn is how many agents of a cloud are up.
func (r *Roster) UpIn(cloud string, now record.Instant) (n int) {
	for _, a := range r.agents {
		if a.Cloud == cloud && a.state(now) == Up {
			n++
		}
	}
	return n
}
