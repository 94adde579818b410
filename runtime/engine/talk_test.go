package engine_test

import (
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
