package node

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

// MaxSubscribers bounds the open streams of a node; SubscriberBuffer the notices
// that one may be behind before it misses some.
const (
	MaxSubscribers   = 256
	SubscriberBuffer = 1024
)

// Notice is something that happened, for whoever watches.
type Notice struct {
	Kind     string       `json:"kind"` // started, ended, incident, task, failover, plan, missed
	At       time.Time    `json:"at"`
	Instance string       `json:"instance,omitempty"`
	Process  string       `json:"process,omitempty"`
	Key      string       `json:"key,omitempty"`
	State    record.State `json:"state,omitempty"`
	Fault    string       `json:"fault,omitempty"`
	Detail   string       `json:"detail,omitempty"`
	Missed   int          `json:"missed,omitempty"`
}

type subscriber struct {
	out    chan Notice
	missed int
}

// broadcast copies notices to subscribers. A slow one misses notices and is told
// how many; it never holds up a shard.
type broadcast struct {
	count atomic.Int32
	mu    sync.Mutex
	all   map[*subscriber]struct{}
	shut  bool
}

func (b *broadcast) anybody() bool { return b.count.Load() > 0 }

func (b *broadcast) send(n Notice) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for s := range b.all {
		if s.missed > 0 {
			select {
			case s.out <- Notice{Kind: "missed", At: n.At, Missed: s.missed}:
				s.missed = 0
			default:
			}
		}
		select {
		case s.out <- n:
		default:
			s.missed++
		}
	}
}

func (b *broadcast) subscribe() (<-chan Notice, func(), error) {
	s := &subscriber{out: make(chan Notice, SubscriberBuffer)}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shut || len(b.all) >= MaxSubscribers {
		return nil, nil, &record.Rejection{Code: record.Busy, Detail: fmt.Sprintf("this node has %d open streams, its limit: close one, or try again later", len(b.all))}
	}
	if b.all == nil {
		b.all = map[*subscriber]struct{}{}
	}
	b.all[s] = struct{}{}
	b.count.Add(1)
	return s.out, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if _, open := b.all[s]; open {
			delete(b.all, s)
			b.count.Add(-1)
			close(s.out)
		}
	}, nil
}

func (b *broadcast) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shut = true
	for s := range b.all {
		delete(b.all, s)
		b.count.Add(-1)
		close(s.out)
	}
}

// Subscribe gives what happens from now on, until cancel is called. Errors: a
// *record.Rejection where MaxSubscribers are there already.
func (n *Node) Subscribe() (notices <-chan Notice, cancel func(), err error) {
	return n.notices.subscribe()
}

// committed hears every commit of a shard, on the shard's goroutine.
func (n *Node) committed(s *ownedShard, commit uint64, events []record.Event) {
	s.view.Fold(commit, events)
	watched := n.notices.anybody()
	for _, e := range events {
		if e, ok := e.(record.InstanceEnded); ok {
			n.waiters.wake(e.Instance)
		}
		if watched {
			n.notify(s, e)
		}
	}
}

func (n *Node) notify(s *ownedShard, e record.Event) {
	notice := Notice{At: time.Now().UTC()}
	switch e := e.(type) {
	case record.InstanceStarted:
		notice.Kind, notice.Instance, notice.State = "started", e.Instance, record.Running
	case record.InstanceEnded:
		notice.Kind, notice.Instance, notice.State, notice.Fault, notice.Detail = "ended", e.Instance, e.State, e.Fault, e.Detail
	case record.IncidentOpened:
		notice.Kind, notice.Instance, notice.State, notice.Detail = "incident", e.Instance, record.Incident, e.Detail
	case record.AttemptFailed:
		notice.Kind, notice.Instance, notice.Detail = "attempt_failed", e.Instance, e.Detail
	case record.TaskNudged:
		notice.Kind, notice.Instance, notice.Detail = "task_reminded", e.Instance, observe.TaskID(e.Instance, e.Activation)
		if e.Escalated {
			notice.Kind = "task_escalated"
		}
	case record.PlanActivated:
		notice.Kind, notice.Detail = "plan", e.Package+" "+e.Digest
	default:
		return
	}
	if i, ok := s.view.Find(notice.Instance); ok {
		notice.Process, notice.Key = i.Process, i.Key
	}
	n.notices.send(notice)
}

// waiters wakes whoever waits for an instance to end.
type waiters struct {
	mu  sync.Mutex
	all map[string][]chan struct{}
}

// on gives a channel that is closed when the instance ends, and a way to stop
// waiting.
func (w *waiters) on(instance string) (<-chan struct{}, func()) {
	c := make(chan struct{})
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = map[string][]chan struct{}{}
	}
	w.all[instance] = append(w.all[instance], c)
	return c, func() { w.drop(instance, c) }
}

func (w *waiters) drop(instance string, c chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.all[instance]
	for i := range list {
		if list[i] == c {
			list = append(list[:i], list[i+1:]...)
			break
		}
	}
	if len(list) == 0 {
		delete(w.all, instance)
		return
	}
	w.all[instance] = list
}

func (w *waiters) wake(instance string) {
	w.mu.Lock()
	list := w.all[instance]
	delete(w.all, instance)
	w.mu.Unlock()
	for _, c := range list {
		close(c)
	}
}
