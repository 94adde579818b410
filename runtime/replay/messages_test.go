package replay_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/replay"
)

const yard = `package yard

type Job { id: string, size: int }
channel jobs: queue of Job

process Work(name: string) -> string {
  key: name
  let all = ""
  let n = 0
  while n < 2 {
    select {
      on jobs as j where j.size < 100 {
        all = all + j.id + " "
        n = n + 1
      }
    }
  }
  return all
}
`

// worked is the recording of a worker that takes two jobs, an hour after each other.
func worked(t *testing.T) *replay.Recording {
	t.Helper()
	p := link(t, yard)
	state, err := engine.NewState(engine.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	state.AddProgram(p)
	l := &life{t: t, state: state, now: 1_700_000_000e9}
	l.do(record.ActivatePlan{Package: "yard", Digest: p.Digest()})
	l.do(record.StartInstance{Process: "yard.Work", Key: "ada", Input: map[string]types.Value{"name": "ada"}})
	for i, id := range []string{"a", "b"} {
		l.settle(time.Hour)
		l.do(record.OfferMessage{Receiver: p.Receivers()[0].Name, Position: uint64(i + 1), Low: uint64(i), Message: "m-" + id,
			Payload: map[string]types.Value{"id": id, "size": int64(50*(i+1) - 1)}})
	}
	r, err := replay.NewRecorder(p, record.InstanceID("yard.Work", "ada"), func(v types.Value, of types.Type, _ []string) json.RawMessage {
		return p.Universe().EncodeJSON(nil, v, of)
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Tell(l.events)
	story, err := r.Recording()
	if err != nil || story.Partial != "" || story.End == nil || len(story.Inputs) != 2 {
		t.Fatalf("%v %+v", err, story)
	}
	return story
}

func TestMessagesThatWereTakenAreOfferedAgain(t *testing.T) {
	story := worked(t)
	if found := replay.Replay(link(t, yard), story); len(found) > 0 {
		t.Errorf("with the same source there is %v", found)
	}
	for _, c := range []struct{ from, to, want string }{
		{"all + j.id", "all + upper(j.id)", `completed with "a b " and would be completed with "A B "`},
		{"j.size < 100", "j.size < 60", "it took the message m-b of yard.jobs, and would not"},
		{"size: int", "size: string", "the message m-a of yard.jobs would be refused: size: want string"},
		{"n < 2", "n < 1", "it took the message m-b of yard.jobs, and would not"},
	} {
		text := strings.Replace(yard, c.from, c.to, 1)
		if c.from == "size: int" {
			text = strings.Replace(text, " where j.size < 100", "", 1)
		}
		if found := fmt.Sprint(replay.Replay(link(t, text), story)); !strings.Contains(found, c.want) {
			t.Errorf("%s: it says %s, want %q", c.to, found, c.want)
		}
	}
}
