package failover

import (
	"fmt"
	"time"
)

// Never is the bound of what may wait for ever.
const Never = time.Duration(-1)

// A Promise is what one process says of its journal.
type Promise struct {
	Replicate string         // "sync", "async", or "" for one cloud
	RPO       *time.Duration // how much work may be lost with a cloud, nil where nothing is promised
}

// A Need is what a node waits for before anybody hears of a commit.
type Need struct {
	Mirror bool // some process wants one
	// Within is how long a commit may be missing in the mirror: while an older one
	// is, no other is let out. 0 for sync, Never for no bound.
	Within time.Duration
	// Strict: an sla says that nothing may be lost, so nobody goes on alone unless a
	// person says so.
	Strict bool
}

// NeedOf is the strictest of all promises. The shards carry instances of every
// process, so what one of them needs holds for all.
func NeedOf(promises []Promise) Need {
	n := Need{Within: Never}
	for _, p := range promises {
		within := Never
		switch p.Replicate {
		case "sync":
			within = 0
			n.Strict = n.Strict || p.RPO != nil && *p.RPO == 0
		case "async":
			if p.RPO != nil {
				within = *p.RPO
			}
		default:
			continue
		}
		n.Mirror = true
		if within != Never && (n.Within == Never || within < n.Within) {
			n.Within = within
		}
	}
	return n
}

// Waits says whether a commit has to wait for the mirror that lacks what was committed
// since so long ago; 0 where that is this commit itself.
func (n Need) Waits(alone bool, lacks time.Duration) bool {
	return n.Mirror && !alone && n.Within != Never && lacks >= n.Within
}

// GoesAlone says whether an owner may ask to go on without its mirror, which it has
// not reached for a time.
func (n Need) GoesAlone(away, lease time.Duration) bool {
	return !n.Strict && n.Within != Never && away >= lease
}

// A Note is what the witness says.
type Note struct {
	Term  uint64 `json:"term"` // 0: nobody has written it yet
	Owner string `json:"owner"`
	// Alone: the other cloud does not hold everything, so it must not take over.
	Alone bool `json:"alone"`
}

// A Place is what a cloud is to be.
type Place uint8

// The places.
const (
	Unsure Place = iota // ask again
	Owner
	Mirror
)

func (p Place) String() string { return [...]string{"unsure", "owner", "mirror"}[p] }

// Chosen says that the witness says that a cloud takes over, which does not know it
// yet: the answer was lost, or the cloud died. It does so as soon as it has been silent
// to the owner for the time of the lease, because the owner may have heard it since.
func Chosen(cloud string, own, note Note) bool {
	return note.Owner == cloud && note.Term > own.Term
}

// Begin says what a cloud is when it begins, or begins again: by the note of the
// witness, which may be nil where there is none or it cannot be reached, by what the
// cloud knows itself, and by what the other cloud says, nil where it does not answer.
//
// With a witness nobody owns without it. Without one an owner goes on as such unless
// the other cloud knows better; whoever lets both clouds be owners by hand has two.
func Begin(cloud string, own Note, witnessed bool, note, other *Note) Place {
	switch {
	case witnessed && note == nil:
		return Unsure
	case witnessed && note.Term > 0 && note.Owner == cloud:
		return Owner
	case witnessed && note.Term > 0:
		return Mirror
	case other != nil && other.Term > own.Term:
		return Mirror
	case own.Owner == cloud:
		return Owner
	}
	return Mirror
}

// TakesOver says whether a mirror takes over, and what it writes at the witness, over
// the note that it read. silent is how long it has not heard the owner itself, alive
// whether the witness has.
func TakesOver(cloud string, own, note Note, alive bool, silent, lease time.Duration) (Note, bool) {
	if alive || silent < lease || note.Term == 0 || note.Owner == cloud || note.Alone || own.Term != note.Term || own.Owner != note.Owner {
		return Note{}, false
	}
	return Note{Term: note.Term + 1, Owner: cloud, Alone: true}, true
}

// ByHand says whether a mirror takes over because a person says so, and the reason why
// not. lost is that the person says that the other cloud is gone.
func ByHand(cloud string, own Note, heard, lost bool) (term uint64, err error) {
	switch {
	case own.Owner == cloud:
		return 0, fmt.Errorf("%s owns the shards already, in term %d", cloud, own.Term)
	case own.Term == 0:
		return 0, fmt.Errorf("%s has not heard of an owner yet, so it holds nothing to go on with", cloud)
	case heard && lost:
		return 0, fmt.Errorf("%s is not lost, it answers: without --lost it hands over, and nothing is missing or repeated", own.Owner)
	case !heard && !lost:
		return 0, fmt.Errorf("%s does not answer: when it is certain that it has stopped, or that nobody reaches it, say so with --lost", own.Owner)
	}
	return own.Term + 1, nil
}
