package twin

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/jetstream"
)

// begun writes down what a take-over meant, with the first node that runs after it.
func (t *Twin) begun(inner Inner) error {
	role := t.mirror.Role()
	if role.Term < 2 || role.Owner != t.options.Cloud {
		return nil
	}
	if old, err := t.report(role.Term); err != nil || old.Term == role.Term {
		return err
	}
	t.mu.Lock()
	r := failover.Report{Term: role.Term, From: t.from, To: role.Owner, At: role.At, Why: t.why, Twice: inner.UnderWay(), Merged: []failover.Merged{}}
	t.mu.Unlock()
	r.Bound = bound(inner.Need(), t.mirror.Heard())
	return t.save(r)
}

// bound says what may be missing until the other cloud returns.
func bound(need failover.Need, heard time.Time) string {
	switch {
	case !need.Mirror:
		return "no process replicates: what the other cloud acknowledged and had not sent yet is missing until it is back"
	case need.Within == 0:
		return "nothing that was acknowledged is missing"
	case need.Within == failover.Never:
		return "what the other cloud acknowledged and had not sent yet is missing until it is back; it was heard last at " + heard.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("what the other cloud acknowledged in its last %v, and had not sent yet, is missing until it is back; it was heard last at %s", need.Within, heard.UTC().Format(time.RFC3339))
}

func reportName(term uint64) string { return fmt.Sprintf("reports/%d.json", term) }

func (t *Twin) save(r failover.Report) error {
	r.Sort()
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return t.mirror.Keep(reportName(r.Term), append(text, '\n'))
}

// report is that of a term, the zero Report for none.
func (t *Twin) report(term uint64) (r failover.Report, err error) {
	text, err := t.mirror.Kept(reportName(term))
	if err != nil || text == nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r)
}

// Report is what the latest take-over of this cloud meant that is not above a term, 0
// for any; false where there is none.
func (t *Twin) Report(term uint64) (failover.Report, bool, error) {
	last := t.mirror.Role().Term
	if term == 0 || term > last {
		term = last
	}
	for ; term > 1; term-- {
		r, err := t.report(term)
		if err != nil || r.Term != 0 {
			return r, err == nil, err
		}
	}
	return failover.Report{}, false, nil
}

// State is how the two clouds stand, as this one sees it.
type State struct {
	Cloud string `json:"cloud"`
	Place string `json:"place"` // owner, mirror or unsure
	Term  uint64 `json:"term"`
	Owner string `json:"owner"`
	Alone bool   `json:"alone"` // the other cloud does not hold everything yet, so it must not take over
	// Waits is what this cloud waits for, "" for nothing, and WaitsMs for how long.
	Waits   string `json:"waits,omitempty"`
	WaitsMs int64  `json:"waits_ms,omitempty"`
	// Witness is where the witness is, "" for none, and WitnessAway says that it did not
	// answer last.
	Witness     string `json:"witness,omitempty"`
	WitnessAway bool   `json:"witness_away,omitempty"`
	// SilentMs is how long the owner was not heard here, where this is the mirror.
	SilentMs int64 `json:"silent_ms,omitempty"`
	// Held are the last commits that this mirror has, by journal.
	Held map[string]uint64 `json:"held,omitempty"`
}

// State says how the two clouds stand. Errors: of the disk.
func (t *Twin) State() (State, error) {
	role := t.mirror.Role()
	t.mu.Lock()
	place, tenure, waits, away := t.place, t.tenure, t.wait, t.away
	t.mu.Unlock()
	s := State{Cloud: t.options.Cloud, Place: place.String(), Term: role.Term, Owner: role.Owner, Waits: waits.what, WitnessAway: away}
	if waits.what != "" {
		s.WaitsMs = time.Since(waits.since).Milliseconds()
	}
	if t.options.Witness != "" {
		s.Witness = jetstream.WithoutPasswords(t.options.Witness)
	}
	switch {
	case tenure != nil:
		s.Place, s.Alone = failover.Owner.String(), !tenure.mayBeFollowed()
	case place == failover.Mirror:
		s.SilentMs, s.Held = t.silent().Milliseconds(), map[string]uint64{}
		heads, err := t.mirror.Heads()
		if err != nil {
			return s, err
		}
		for name, h := range heads {
			s.Held[name] = h.Number
		}
	default:
		s.Place = failover.Unsure.String()
	}
	return s, nil
}
