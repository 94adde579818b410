package engine

import (
	"crypto/sha256"
	"slices"
	"time"

	"github.com/cob-lang/cob/runtime/record"
)

// What an instance remembers of the requests that were done for it, so that one that
// comes again is answered and not done again.
const (
	// MaxRequests is how many an instance remembers; with one more the first is
	// forgotten.
	MaxRequests = 64
	// KeepRequests is how long at least each is remembered: where all of MaxRequests are
	// younger, another one is refused with Busy. The times are those of commands.
	KeepRequests = 10 * time.Minute
)

// request is one that was done.
type request struct {
	id [16]byte // digest of its ID
	of uint64
	at record.Instant
}

func requestID(id string) (short [16]byte) {
	sum := sha256.Sum256([]byte(id))
	return [16]byte(sum[:])
}

// again answers a command that was done before, and refuses one that could not be
// remembered; known is false where it is to be decided.
func (d *decider) again(cmd record.Command) (reply record.Reply, known bool) {
	instance, r := record.RequestOf(cmd)
	if r.ID == "" {
		return record.Reply{}, false
	}
	if no := tooLong("ID of the request", r.ID); no != nil {
		return record.Reply{Rejected: no}, true
	}
	done, no := d.s.Requested(instance, r)
	list := d.s.requests(instance)
	switch {
	case no != nil:
		return record.Reply{Rejected: no}, true
	case done:
		return record.Reply{Instance: instance, Existing: true}, true
	case len(list) == MaxRequests && d.s.instances[instance] != nil && d.now < list[0].at+record.Instant(KeepRequests):
		return reject(record.Busy, "the instance %s was told %d things within %v, the limit, and must not forget them yet: try again later", instance, MaxRequests, KeepRequests), true
	}
	return record.Reply{}, false
}

// Requested says whether a request was done for an instance. One of its ID that was for
// something else is a rejection.
func (s *State) Requested(instance string, r record.Request) (bool, *record.Rejection) {
	list, id := s.requests(instance), requestID(r.ID)
	i := slices.IndexFunc(list, func(o request) bool { return o.id == id })
	switch {
	case r.ID == "" || i < 0:
		return false, nil
	case list[i].of != r.Of:
		return false, reject(record.Reused, "the instance %s was asked for something else under the ID %q: another request needs another one", instance, r.ID).Rejected
	}
	return true, nil
}

// requests are those that are remembered of an instance, the first one first.
func (s *State) requests(instance string) []request {
	if x := peek(s.instances[instance]); x != nil {
		return x.requests
	}
	if t := s.ended.find(instance); t != nil {
		return t.requests
	}
	return nil
}

// requested notes that what follows is done for a request.
func (d *decider) requested(x *instance, r record.Request) {
	if r.ID != "" {
		d.emit(record.Requested{At: d.now, Instance: x.id, Request: r})
	}
}

func (s *State) noteRequest(e *record.Requested) string {
	x := s.get(e.Instance)
	if x == nil {
		return "there is no instance " + e.Instance
	}
	if len(x.requests) == MaxRequests {
		x.requests = slices.Delete(x.requests, 0, 1)
	}
	x.requests = append(x.requests, request{requestID(e.ID), e.Of, e.At})
	return ""
}

// requests are what is remembered of them.
func (c *snapper) requests(l *[]request) {
	n := c.size(len(*l))
	if !c.writing && n > 0 {
		*l = make([]request, n)
	}
	for i := range n {
		r := &(*l)[i]
		id := string(r.id[:])
		c.text(&id)
		copy(r.id[:], id)
		c.uint(&r.of)
		c.when(&r.at)
	}
}
