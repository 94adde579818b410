package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/observe"
)

// history is what people asked about instances and were told, with the times at which
// they asked and heard.
type history struct {
	mu      sync.Mutex
	ops     []porcupine.Operation
	started []string // instances
}

// seen is an instance as somebody sees it. The zero value is one that is not there.
type seen struct{ state, result string }

const running = "running"

// asked is a question about an instance.
type asked struct {
	instance string
	start    bool // and a look otherwise
}

// begin gives the time at which somebody asks.
func begin() int64 { return time.Now().UnixNano() }

// add adds a question that was answered now.
func (h *history) add(call int64, question asked, answer seen) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{Input: question, Call: call, Output: answer, Return: time.Now().UnixNano()})
	if question.start {
		h.started = append(h.started, question.instance)
	}
}

// any is one of the instances of which somebody was told lately, "" where there is none.
func (h *history) any() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.started) == 0 {
		return ""
	}
	last := min(len(h.started), 20)
	return h.started[len(h.started)-1-rand.IntN(last)]
}

// oneInstance is what an instance may look like to people who ask about it, whichever
// node they ask: it is there once somebody was told that it was started, it ends once,
// and it stays as it ended. A start that was tried again is one question, from the first
// try to the answer.
var oneInstance = porcupine.Model{
	Partition: func(ops []porcupine.Operation) (parts [][]porcupine.Operation) {
		by := map[string]int{}
		for _, op := range ops {
			id := op.Input.(asked).instance
			if _, known := by[id]; !known {
				by[id] = len(parts)
				parts = append(parts, nil)
			}
			parts[by[id]] = append(parts[by[id]], op)
		}
		return parts
	},
	Init: func() any { return seen{} },
	Step: func(state, input, output any) (bool, any) {
		now, said := state.(seen), output.(seen)
		if input.(asked).start && now == (seen{}) {
			now = seen{state: running}
		}
		switch {
		case said == now:
			return true, now
		case now.state == running && said.state != "": // it went on by itself
			return true, said
		}
		// A start says what became of an instance that was there, or only that it is.
		return input.(asked).start && said.state == running, now
	},
	DescribeOperation: func(input, output any) string {
		q, a := input.(asked), output.(seen)
		if q.start {
			return fmt.Sprintf("start → %s", a.state)
		}
		return fmt.Sprintf("look → %q %s", a.state, a.result)
	},
}

// check fails where no order of all that was done, one after the other, explains what
// people were told.
func (h *history) check(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	ops := slices.Clone(h.ops)
	h.mu.Unlock()
	looks := 0
	for _, op := range ops {
		if !op.Input.(asked).start {
			looks++
		}
	}
	t.Logf("%d starts and %d looks", len(ops)-looks, looks)
	for _, part := range oneInstance.Partition(ops) {
		if !porcupine.CheckOperations(oneInstance, part) {
			t.Errorf("what people were told of %s cannot be:", part[0].Input.(asked).instance)
			for _, op := range part {
				t.Errorf("  %v to %v: %s", time.Unix(0, op.Call).UTC().Format("05.000000"), time.Unix(0, op.Return).UTC().Format("05.000000"), oneInstance.DescribeOperation(op.Input, op.Output))
			}
		}
	}
}

// heard is what the answer to a start says of the instance.
func heard(a answer) (id string, s seen, ok bool) {
	var started admin.Started
	if a.status >= 300 || json.Unmarshal([]byte(a.text), &started) != nil || started.ID == "" {
		return "", seen{}, false
	}
	return started.ID, seen{string(started.State), string(started.Result)}, true
}

// look asks any of the nodes about instances, again and again. Who gets no answer has
// learned nothing.
func (p *traffic) look(nodes func() *node) {
	for ; p.work.Err() == nil; time.Sleep(2 * time.Millisecond) {
		id := p.told.any()
		if id == "" {
			continue
		}
		call := begin()
		a, err := nodes().ask("GET", "/v1/instances/"+id, nil)
		var d observe.Details
		switch {
		case err != nil || a.status >= 500:
		case a.status == 404:
			p.told.add(call, asked{instance: id}, seen{})
		case a.status == 200 && json.Unmarshal([]byte(a.text), &d) == nil:
			s := seen{state: running}
			if d.Ended != nil {
				s = seen{string(d.State), string(d.Result)}
			}
			p.told.add(call, asked{instance: id}, s)
		default:
			p.t.Errorf("looking at %s: %d %s", id, a.status, a.text)
		}
	}
}

// The model tells what can be from what cannot.
func TestTheHistoryCheckCanFail(t *testing.T) {
	done := seen{"completed", "1"}
	op := func(start bool, call, back int64, s seen) porcupine.Operation {
		return porcupine.Operation{Input: asked{"i", start}, Call: call, Return: back, Output: s}
	}
	for name, c := range map[string]struct {
		ops  []porcupine.Operation
		want bool
	}{
		"it goes on":                  {[]porcupine.Operation{op(false, 1, 2, seen{}), op(true, 3, 4, seen{state: running}), op(false, 5, 6, seen{state: running}), op(false, 7, 8, done)}, true},
		"seen before the answer":      {[]porcupine.Operation{op(true, 1, 9, seen{state: running}), op(false, 2, 3, seen{state: running}), op(false, 4, 5, done)}, true},
		"started again after its end": {[]porcupine.Operation{op(true, 1, 2, seen{state: running}), op(false, 3, 4, done), op(true, 5, 6, done)}, true},
		"acknowledged and gone":       {[]porcupine.Operation{op(true, 1, 2, seen{state: running}), op(false, 3, 4, seen{})}, false},
		"an end that is taken back":   {[]porcupine.Operation{op(true, 1, 2, seen{state: running}), op(false, 3, 4, done), op(false, 5, 6, seen{state: running})}, false},
		"two ends":                    {[]porcupine.Operation{op(true, 1, 2, seen{state: running}), op(false, 3, 4, done), op(false, 5, 6, seen{"completed", "2"})}, false},
		"there without a start":       {[]porcupine.Operation{op(false, 1, 2, seen{state: running}), op(true, 3, 4, seen{state: running})}, false},
	} {
		if got := porcupine.CheckOperations(oneInstance, c.ops); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
