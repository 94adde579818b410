package engine_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// begin starts an instance of p.P with a key and gives what leaves.
func (w *world) begin(key string) []engine.Effect {
	w.inst = record.InstanceID("p.P", key)
	w.names[w.inst] = key
	_, effects, _ := w.do(record.StartInstance{Process: "p.P", Key: key, Input: map[string]types.Value{"order": map[string]types.Value{"id": key, "total": int64(1)}}})
	return effects
}

func TestACallKeepsItsOwnSettings(t *testing.T) {
	p := settings()
	w := newWorld(t, p, storyLimits())
	effects := w.begin("k1")
	if len(effects) != 1 || effects[0].(engine.Call).TimeoutNs != 700e6 || effects[0].Of().Key != "own-k1" {
		t.Fatalf("left %+v", effects)
	}
	// The key is refused where it is too long, at the limit and one byte over.
	for n, fits := range map[int]bool{engine.MaxKey: true, engine.MaxKey + 1: false} {
		key := str(strings.Repeat("k", n))
		p.Processes[0].Flow.Body[0].Call.Key = &key
		w = newWorld(t, p, storyLimits())
		w.begin("k1")
		v, _ := w.state.Instance(w.inst)
		if (v.State == record.Waiting || v.State == record.Running) != fits {
			t.Errorf("a key of %d bytes: %s %+v", n, v.State, v.Waits)
		}
	}
}

// child does a line of a story about p.Q: "call KEY by INSTANCE ACT" starts one for
// another instance, "over KEY for INSTANCE ACT STATE VALUE" brings the news of its
// end, "recall KEY by INSTANCE ACT" withdraws it.
func (w *world) child(what string, f []string) {
	key := f[0]
	parent := record.InstanceID("p.P", f[2])
	act, err := strconv.Atoi(f[3])
	if err != nil {
		w.t.Fatal(err)
	}
	by := record.Watch{Instance: parent, Activation: uint32(act)}
	w.names[parent] = f[2]
	w.names[record.InstanceID("p.Q", key)] = "Q-" + key
	switch what {
	case "call":
		_, _, r := w.do(record.StartInstance{Process: "p.Q", Key: key, Watch: by, Input: map[string]types.Value{"order": map[string]types.Value{"id": key, "total": int64(1)}}})
		if r.Ended != nil {
			fmt.Fprintf(&w.out, "  ended %s %v\n", r.Ended.State, r.Ended.Result)
		}
	case "recall":
		w.do(record.RecallChild{Process: "p.Q", Key: key, By: by})
	case "over":
		news := record.ChildEnded{Watch: by, Child: record.InstanceID("p.Q", key), Ending: record.Ending{State: record.State(f[4])}}
		switch news.State {
		case record.Completed:
			news.Result = w.json(strings.Join(f[5:], " "))
		case record.Faulted:
			news.Fault, news.Fields = f[5], w.json(strings.Join(f[6:], " ")).(map[string]types.Value)
		}
		w.do(news)
	}
}
