package agent

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/record"
)

const second = record.Instant(time.Second)

// said is a status of an agent of paris that takes two calls at once.
func said(id string) Status {
	return Status{Protocol: Protocol, ID: id, Name: id, Cloud: "paris", AtOnce: 2}
}

func choose(r *Roster, now record.Instant, not ...string) string {
	passed := map[string]bool{}
	for _, id := range not {
		passed[id] = true
	}
	id, err := r.Choose("paris", "d", passed, now)
	switch {
	case errors.Is(err, ErrFull):
		return "full"
	case err != nil:
		return err.Error()
	}
	return id
}

func TestTheLeastBusyAgentIsAsked(t *testing.T) {
	r := NewRoster()
	b := said("b")
	b.AtOnce = 4
	r.Heard(said("a"), 0)
	r.Heard(b, 0)
	var order []string
	for range 7 {
		id := choose(r, 0)
		order = append(order, id)
		r.Took(id)
	}
	if got := strings.Join(order, " "); got != "a b b a b b full" {
		t.Errorf("asked %s", got)
	}
	r.Gave("b")
	if got := choose(r, 0); got != "b" {
		t.Errorf("after a call at b is over: %s", got)
	}
	// What other nodes have there counts as well; what this one has is not counted twice.
	b.Running = 4
	r.Heard(b, second)
	if got := choose(r, second); got != "full" {
		t.Errorf("three calls are ours, one is another node's: %s", got)
	}
	if got := choose(r, second, "a", "b"); !strings.HasPrefix(got, "no agent of paris is there") {
		t.Errorf("both are passed over: %s", got)
	}
	// Who says that it is full is believed until it is heard again.
	r.Gave("a")
	r.Full("a")
	if got := choose(r, second); got != "full" {
		t.Errorf("a has said that it is full: %s", got)
	}
	r.Heard(said("a"), 2*second)
	if got := choose(r, 2*second); got != "a" {
		t.Errorf("a was heard again: %s", got)
	}
}

func TestAnAgentGetsNothingWhileItIsAway(t *testing.T) {
	foreign, leaving := said("a"), said("a")
	foreign.Protocol, leaving.Leaving = Protocol+1, true
	lacking, other := said("a"), said("a")
	other.Plans = []Bound{{"e", "no PAY"}}
	lacking.Plans = []Bound{{"other", ""}, {"d", "PAY is not set"}}
	for name, c := range map[string]struct {
		happens func(r *Roster)
		now     record.Instant
		why     string // "" where it gets calls
	}{
		"heard":                       {func(*Roster) {}, 0, ""},
		"just not silent":             {func(*Roster) {}, record.Instant(Lost) - 1, ""},
		"silent":                      {func(*Roster) {}, record.Instant(Lost), "a is silent, and was last heard at 00:00:00"},
		"gone":                        {func(r *Roster) { r.Nobody("a") }, 0, "a is gone, and was last heard at 00:00:00"},
		"gone and back":               {func(r *Roster) { r.Nobody("a"); r.Heard(said("a"), second) }, second, ""},
		"unanswered":                  {func(r *Roster) { r.Unanswered("a", second) }, second, "a is silent, and was last heard at 00:00:00"},
		"unanswered, but heard since": {func(r *Roster) { r.Heard(said("a"), second); r.Unanswered("a", 0) }, second, ""},
		"leaving":                     {func(r *Roster) { r.Heard(leaving, 0) }, 0, "a is leaving"},
		"foreign":                     {func(r *Roster) { r.Heard(foreign, 0) }, 0, "a is not used: the agent speaks protocol 2 and the node protocol 1: run the same version of cob on both"},
		"without a setting":           {func(r *Roster) { r.Heard(lacking, 0) }, 0, "a cannot run the plan: PAY is not set"},
		"of another plan":             {func(r *Roster) { r.Heard(other, 0) }, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := NewRoster()
			r.Heard(said("a"), 0)
			c.happens(r)
			want, full := "a", ""
			if c.why != "" {
				want = "no agent of paris can take calls: " + c.why
				full = want
			}
			if got := choose(r, c.now); got != want {
				t.Errorf("chosen: %s", got)
			}
			if got := r.Why("paris", "d", c.now); got != full {
				t.Errorf("why: %q", got)
			}
		})
	}
}

func TestACloudIsServedUntilSomebodySaysOtherwise(t *testing.T) {
	r := NewRoster()
	if r.Serves("paris", 0) {
		t.Error("nobody was there")
	}
	r.Heard(said("a"), 0)
	if !r.Serves("paris", 0) || r.Serves("rome", 0) {
		t.Error("an agent of paris is there")
	}
	r.Serve([]string{"paris", "rome"})
	if got := fmt.Sprint(r.Clouds(60 * second)); got != "[paris rome]" || !r.Serves("paris", 60*second) {
		t.Errorf("all are away: %s", got)
	}
	if got := r.Why("rome", "d", 0); got != "no agent of rome is there" {
		t.Errorf("nobody was ever there: %s", got)
	}
	r.Serve(nil)
	if r.Serves("paris", 60*second) {
		t.Error("somebody has said that no agents serve it")
	}
}

func TestWhyNamesAFewAndTheNearestFirst(t *testing.T) {
	r := NewRoster()
	for i := range 5 {
		r.Heard(said(fmt.Sprint("a", i)), record.Instant(i)*second)
	}
	leaving := said("b")
	leaving.Leaving = true
	r.Heard(leaving, 100*second)
	want := "no agent of paris can take calls: b is leaving; a4 is silent, and was last heard at 00:00:04; a3 is silent, and was last heard at 00:00:03; and 3 more"
	if got := r.Why("paris", "d", 100*second); got != want {
		t.Errorf("got %s", got)
	}
}

func TestDoubtfulAgentsAreAskedFor(t *testing.T) {
	r := NewRoster()
	r.Heard(said("a"), 0)
	r.Heard(said("b"), second/2)
	if got := r.Doubtful(record.Instant(Doubt)); fmt.Sprint(got) != "[a]" {
		t.Errorf("in doubt: %v", got)
	}
	r.Nobody("a")
	if got := r.Doubtful(record.Instant(Doubt)); len(got) != 0 {
		t.Errorf("a is gone for sure, and still in doubt: %v", got)
	}
}

func TestMaxAgents(t *testing.T) {
	r := NewRoster()
	for i := range MaxAgents {
		if why := r.Heard(said(fmt.Sprint(i)), 0); why != "" {
			t.Fatalf("agent %d: %s", i, why)
		}
	}
	if why := r.Heard(said("more"), 0); why != fmt.Sprintf("the node knows %d agents already", MaxAgents) {
		t.Errorf("one more: %q", why)
	}
	if why := r.Heard(said("7"), record.Instant(Kept)); why != "" {
		t.Errorf("one that is known: %q", why)
	}
	// Who has been away for long makes room, but not where a call is still under way.
	r.Took("8")
	now := record.Instant(Kept) + 1
	if why := r.Heard(said("more"), now); why != "" {
		t.Errorf("one more, later: %q", why)
	}
	var ids []string
	for _, a := range r.List(now) {
		ids = append(ids, a.ID)
	}
	if got := strings.Join(ids, " "); got != "7 8 more" {
		t.Errorf("left: %s", got)
	}
}
