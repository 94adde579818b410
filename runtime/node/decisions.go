package node

import "time"

// Decision is what a node did by itself about a rollout.
type Decision struct {
	At           time.Time
	What         string // promoted, rolled back, waits for a person
	Process      string
	Newer, Older string // digests
	Found        string // what it was judged by, for a person
	Problem      string // what kept it from being done everywhere at once, "" for nothing
}

// Trail keeps decisions. Ready says why it could not keep one now: then none is made.
type Trail interface {
	Ready() error
	Decided(Decision)
}

// settled carries a decision out and tells it. One that changed nothing is tried again,
// and then told.
func (n *Node) settled(what string, d Decision, carryOut func() error) error {
	if trail := n.options.Trail; trail != nil {
		if err := trail.Ready(); err != nil {
			return err
		}
	}
	err := carryOut()
	if err != nil {
		if s, runs := n.noteOf(packageOf(d.Process)).Shares[d.Process]; runs && !s.back() && s.Judged == "" {
			return err
		}
		d.Problem = err.Error()
	}
	d.What = what
	n.log.Warn("rollout "+what, "process", d.Process, "newer", d.Newer, "older", d.Older, "found", d.Found)
	n.notices.send(Notice{At: d.At, Kind: "rollout", Process: d.Process, Detail: what + ": " + d.Found})
	if n.options.Trail != nil {
		n.options.Trail.Decided(d)
	}
	return err
}
