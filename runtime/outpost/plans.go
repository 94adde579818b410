package outpost

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/agent"
	"github.com/cob-lang/cob/runtime/connector"
)

const (
	// maxPlans is how many plans an agent keeps. One more that it needs comes again
	// from the nodes.
	maxPlans = 64
	// again is how long an agent waits before it looks once more at a plan that it
	// could not run.
	again = 5 * time.Second
	// fetchTime bounds one look for a plan at a node.
	fetchTime = 10 * time.Second
)

// plans are those whose calls an agent can carry out, by digest.
type plans struct {
	agent *Outpost

	mu   sync.Mutex
	kept map[string]*bound
	used uint64
}

// bound is a plan, bound to what lies in the agent's cloud, or on the way there.
type bound struct {
	ready chan struct{} // closed when set or err is there
	set   *connector.Set
	err   error
	tried time.Time
	used  uint64
}

func newPlans(p *Outpost) *plans { return &plans{agent: p, kept: map[string]*bound{}} }

// sinks are those of a plan, which comes from a node where the agent has not seen it.
// Errors: why it cannot be run here; the end of ctx.
func (s *plans) sinks(ctx context.Context, digest, node string) (*connector.Set, error) {
	s.mu.Lock()
	b := s.kept[digest]
	if b == nil || b.stale() {
		b = &bound{ready: make(chan struct{})}
		s.kept[digest] = b
		s.agent.calls.Add(1) // a call is under way, so nobody waits for the last one to end yet
		go s.fetch(b, digest, agent.NodePlace(node))
	}
	s.used++
	b.used = s.used
	s.drop()
	s.mu.Unlock()
	select {
	case <-b.ready:
		return b.set, b.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// stale says whether a plan that could not be run is worth another look.
func (b *bound) stale() bool {
	select {
	case <-b.ready:
		return b.err != nil && time.Since(b.tried) >= again
	default:
		return false
	}
}

// drop forgets what was not used for the longest time. The caller holds mu.
func (s *plans) drop() {
	for len(s.kept) > maxPlans {
		oldest := ""
		for digest, b := range s.kept {
			if oldest == "" || b.used < s.kept[oldest].used {
				oldest = digest
			}
		}
		delete(s.kept, oldest)
	}
}

// fetch gets a plan from a node and binds it.
func (s *plans) fetch(b *bound, digest, place string) {
	defer s.agent.calls.Done()
	set, err := s.get(digest, place)
	s.mu.Lock()
	b.set, b.err, b.tried = set, err, time.Now()
	close(b.ready)
	s.mu.Unlock()
	if err != nil && s.agent.work.Err() == nil {
		s.agent.options.Told(fmt.Sprintf("cannot run plan %.12s: %v", digest, err))
	}
}

func (s *plans) get(digest, place string) (*connector.Set, error) {
	o := s.agent.options
	ctx, cancel := context.WithTimeout(s.agent.work, fetchTime)
	defer cancel()
	answer, err := o.Bus.Ask(ctx, place, append([]byte{agent.AskPlan}, digest...))
	switch {
	case err != nil:
		return nil, fmt.Errorf("it could not be had from the node: %w", err)
	case len(answer) == 0:
		return nil, errors.New("it could not be had from the node: an empty answer")
	case answer[0] != agent.PlanHere:
		return nil, fmt.Errorf("it could not be had from the node: %s", answer[1:])
	}
	encoded := answer[1:]
	if got := plan.Digest(encoded); got != digest {
		return nil, fmt.Errorf("the node gave plan %.12s instead", got)
	}
	p, err := plan.Decode(encoded)
	if err != nil {
		return nil, err
	}
	return o.Connectors.Bind(connector.Only(p, func(cloud string) bool { return cloud == o.Cloud }), o.Settings)
}

// want looks at plans that are active before the first call comes, and at those again
// that could not be run.
func (s *plans) want(digests []string, node string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, digest := range digests {
		if b := s.kept[digest]; b != nil && !b.stale() || !s.agent.enter() {
			continue
		}
		s.used++
		b := &bound{ready: make(chan struct{}), used: s.used}
		s.kept[digest] = b
		go s.fetch(b, digest, agent.NodePlace(node))
	}
	s.drop()
}

// bound are the plans that were looked at, by digest.
func (s *plans) bound() (list []agent.Bound) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for digest, b := range s.kept {
		select {
		case <-b.ready:
			one := agent.Bound{Digest: digest}
			if b.err != nil {
				one.Problem = b.err.Error()
			}
			list = append(list, one)
		default: // on its way
		}
	}
	slices.SortFunc(list, func(a, b agent.Bound) int { return cmp.Compare(a.Digest, b.Digest) })
	return list
}
