package engine_test

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"golang.org/x/tools/txtar"
)

var freeze = flag.String("freeze", "", "write testdata/frozen/NAME: journals, snapshots and plans as this version writes them")

// unreleased is the one set that may be written again: what the next release freezes.
const unreleased = "unreleased"

// lived is a story with the journal that it gave.
type lived struct {
	name    string
	plan    *plan.Plan
	newer   []*plan.Plan // under the digests plan-2 and so on
	commits [][]record.Event
}

func live(t *testing.T, file string) lived {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, plans[strings.Fields(strings.TrimPrefix(string(a.Comment), "plan "))[0]](), storyLimits())
	w.careful = false
	for _, line := range strings.Split(strings.TrimSpace(string(a.Files[0].Data)), "\n") {
		w.run(line)
	}
	return w.lived(strings.TrimSuffix(filepath.Base(file), ".txtar"))
}

// lived is what a world lived through so far.
func (w *world) lived(name string) lived {
	l := lived{name: name, plan: w.prog.Plan()}
	for _, p := range w.versions {
		l.newer = append(l.newer, p.Plan())
	}
	for i := range l.plan.Processes {
		tellApart(l.plan.Processes[i].Flow.Body)
	}
	for i := range l.plan.Routes {
		tellApart(l.plan.Routes[i].Flow.Body)
	}
	for at := 0; at < len(w.journal); {
		n := min(3, len(w.journal)-at)
		l.commits = append(l.commits, w.journal[at:at+n])
		at += n
	}
	return l
}

// tellApart gives steps of the same id other ones, as the compiler does.
func tellApart(body []plan.Step) {
	used := map[string]int{}
	plan.Walk(body, func(s *plan.Step) {
		if used[s.ID]++; used[s.ID] > 1 {
			s.ID = fmt.Sprint(s.ID, "#", used[s.ID])
		}
	})
}

// besides are worlds that no story tells of.
var besides = map[string]func(t *testing.T) *world{
	"dedupe": func(t *testing.T) *world {
		w := worldOf(t, word(plan.Dedupe, 60e9), nil)
		w.do(part("a", 1, ""))
		w.do(part("a", 2, ""))
		w.tick(w.now + 60e9)
		w.do(part("b", 1, ""))
		return w
	},
	"aggregate": func(t *testing.T) *world {
		w := worldOf(t, word(plan.Aggregate, 1e9), nil)
		w.do(gathered("a", 1, ""))
		w.do(gathered("a", 2, ""))
		w.tick(w.now + 1e9)
		w.do(gathered("a", 3, ""))
		return w
	},
	"resequence": func(t *testing.T) *world {
		w := worldOf(t, word(plan.Resequence, 60e9), nil)
		w.do(part("a", 2, ""))
		w.do(part("a", 1, ""))
		w.do(record.AttemptEnded{Instance: part("a", 1, "").Part, Activation: 1, Attempt: 1, Outcome: record.Succeeded})
		w.do(part("a", 4, ""))
		return w
	},
	"receiver": func(t *testing.T) *world {
		w := newWorld(t, one(plan.Step{ID: "select", Kind: plan.Select, Select: &plan.SelectStep{On: []plan.OnArm{
			{Channel: "p.intake", Var: "m", Block: plan.Block{Steps: steps(give(of(stringT, "m", "id")))}},
		}}}), storyLimits())
		name := w.prog.Receivers()[0].Name
		w.run("start k1 1")
		w.run("start k2 1")
		w.do(record.OfferMessage{Receiver: name, Position: 2, Message: "2", Payload: map[string]types.Value{"id": "2", "total": int64(1)}})
		w.do(record.OfferMessage{Receiver: name, Position: 1, Passed: true})
		return w
	},
	"retained": func(t *testing.T) *world {
		w := newWorld(t, written(t, keeping), storyLimits())
		w.starts("p.Kept", "a", kept(false, "ada", "new"))
		w.starts("p.Plain", "b", map[string]types.Value{"id": "b"})
		w.tick(w.now + 11*day)
		w.starts("p.Kept", "c", kept(true, "bob", "old"))
		return w
	},
	"reports": func(t *testing.T) *world {
		w := newWorld(t, written(t, reporting), storyLimits())
		w.starts("p.Reports", "a", map[string]types.Value{"id": "a"})
		w.now += 60e9
		_, effects, _ := w.do(w.state.Due(w.now, 1)[0])
		at := effects[0].Of()
		w.do(record.AttemptEnded{Instance: at.Instance, Activation: at.Activation, Attempt: at.Attempt, Outcome: record.Succeeded})
		return w
	},
	"people": func(t *testing.T) *world {
		w, tasks := signing(t)
		first, second := tasks["first"], tasks["second"]
		w.do(record.ClaimTask{Instance: first.Instance, Activation: first.Activation, By: "ann", Groups: managers})
		w.do(record.ReleaseTask{Instance: first.Instance, Activation: first.Activation, By: "ann", Groups: managers, Reason: "ill"})
		w.do(record.DelegateTask{Instance: second.Instance, Activation: second.Activation, By: "ann", Groups: managers, To: "bob"})
		w.do(complete(first, "zoe", true, managers...))
		return w
	},
	"escalated": func(t *testing.T) *world {
		w := newWorld(t, racing(), storyLimits())
		w.run("start k1 20")
		w.tick(w.now + 1800e9)
		return w
	},
	"resume": func(t *testing.T) *world {
		w := newWorld(t, plans["saga"](), storyLimits())
		for _, line := range []string{"start k1 20", `answer 1 1 succeeded {"id":"h1"}`, `answer 2 1 succeeded {"id":"c1"}`, "answer 4 1 rejected no", "resume olga enough"} {
			w.run(line)
		}
		return w
	},
	"migrated": func(t *testing.T) *world {
		older := placed(one(sleepy("a"), give(num("1"))))
		newer := leading(older, placed(one(let("n", intT, num("1")), sleepy("b"), give(ref("n", intT)))),
			[]plan.NamedTree{{Name: "n", Expr: op(expression.Div, intT, num("84"), total())}}, "a", "b")
		key := id()
		newer.Rollouts = []plan.Rollout{{Process: "p.P", Share: "0.5", By: key, At: "p.cob:9:1"}}
		w := newWorld(t, older, storyLimits())
		w.run("start k1 2")
		w.run("start k2 0")
		digest := w.version(newer)
		w.do(record.ActivatePlan{Package: "p", Digest: digest, Rollouts: []record.SetRollout{{Process: "p.P", Newer: digest, Older: "plan-1", Share: record.FullShare / 2, By: "olga"}}})
		for i := range 4 {
			w.run(fmt.Sprintf("start k%d 7", i+3))
		}
		for _, k := range []string{"k1", "k2"} {
			w.do(record.MigrateInstance{Instance: record.InstanceID("p.P", k), Plan: digest, By: "olga", Reason: "r"})
		}
		w.tick(w.now + 61e9)
		w.do(record.SetRollout{Process: "p.P", Newer: digest, Older: "plan-1", Share: record.FullShare / 4, By: "olga"})
		return w
	},
	"deeper": func(t *testing.T) *world {
		w := newWorld(t, plans["order"](), storyLimits())
		w.do(record.StartInstance{Process: "p.P", Key: "k1", Input: map[string]types.Value{"order": map[string]types.Value{"id": "k1", "total": int64(20)}}, Depth: 3})
		return w
	},
	"requests": func(t *testing.T) *world {
		w := newWorld(t, stumbling(), storyLimits())
		w.run("start k1 1")
		w.do(w.skipHere(asked("first")))
		w.do(w.skipHere(asked("second")))
		w.do(record.CancelInstance{Instance: w.inst, By: "olga", Request: asked("third")})
		return w
	},
	"handed": func(t *testing.T) *world {
		l := storyLimits()
		l.BytesPerCommand = 4096
		w := newWorld(t, one(whereOnly()), l)
		for i := range 6 {
			w.run(fmt.Sprintf("start k%d 1", i))
		}
		w.do(record.DeliverEvent{Type: "p.Shipped", ID: "e", Until: w.now + 5e9, Payload: map[string]types.Value{"order": strings.Repeat("x", 3000), "carrier": "dhl"}})
		w.do(w.state.Due(w.now, 1)[0])
		return w
	},
}

// older are events as earlier versions wrote them, which this one only reads.
func older(e record.Event) record.Event {
	switch e := e.(type) {
	case record.TaskAnswered:
		return record.TaskCompleted{At: e.At, Instance: e.Instance, Activation: e.Activation, By: e.By}
	case record.WentBack:
		e.Anew = false
		return e
	}
	return e
}

// before is the same story as an earlier version wrote it; false where it wrote it
// the same.
func (l lived) before() (old lived, differs bool) {
	old = lived{name: l.name + "_before", plan: l.plan}
	for _, c := range l.commits {
		var events []record.Event
		for _, e := range c {
			o := older(e)
			differs = differs || tagOf(o) != tagOf(e)
			events = append(events, o)
		}
		old.commits = append(old.commits, events)
	}
	return old, differs
}

// whole says whether a story's plan is one that a file can hold: some are cut short.
func (l lived) whole() bool {
	text, err := plan.Encode(l.plan)
	if err == nil {
		_, err = plan.Decode(text)
	}
	return err == nil
}

// tags are those of the events of a story.
func (l lived) tags() map[byte]bool {
	tags := map[byte]bool{}
	for _, c := range l.commits {
		for _, e := range c {
			tags[tagOf(e)] = true
		}
	}
	return tags
}

// tagOf is the byte that stands in front of an event, behind form and count.
func tagOf(e record.Event) byte { return record.AppendEvents(nil, []record.Event{e})[2] }

// write writes the set of a release. What was frozen is never written again.
func write(t *testing.T, release string) {
	t.Helper()
	dir := filepath.Join("testdata", "frozen", release)
	if _, err := os.Stat(dir); err == nil && release != unreleased {
		t.Fatalf("%s is there, and what was frozen is never written again", dir)
	}
	chosen := choose(t)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, l := range chosen {
		if err := os.WriteFile(filepath.Join(dir, l.name+".txtar"), txtar.Format(l.frozen(t)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// choose gives as few stories as hold every event.
func choose(t *testing.T) (chosen []lived) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all []lived
	for _, file := range files {
		l := live(t, file)
		all = append(all, l)
		if old, differs := l.before(); differs {
			all = append(all, old)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(besides)) {
		all = append(all, besides[name](t).lived(name))
	}
	all = slices.DeleteFunc(all, func(l lived) bool { return !l.whole() })
	missing := map[byte]bool{}
	for _, tag := range record.Tags() {
		missing[tag] = true
	}
	for len(missing) > 0 {
		gives := func(l lived) (n int) {
			for tag := range l.tags() {
				if missing[tag] {
					n++
				}
			}
			return n
		}
		best := slices.MaxFunc(all, func(a, b lived) int { return cmp.Compare(gives(a), gives(b)) })
		if gives(best) == 0 {
			t.Fatalf("no story has the events of the tags %v", slices.Sorted(maps.Keys(missing)))
		}
		for tag := range best.tags() {
			delete(missing, tag)
		}
		chosen = append(chosen, best)
	}
	return chosen
}

// frozen is a story as files: its plan, its journal, a snapshot from the middle of it,
// and what is seen at its end.
func (l lived) frozen(t *testing.T) *txtar.Archive {
	t.Helper()
	text, err := plan.Encode(l.plan)
	if err != nil {
		t.Fatal(err)
	}
	var frames strings.Builder
	head := journal.Start("shard-0")
	var frame []byte
	frame, head = head.Encode(journal.Commit{Number: 1, Epoch: 1, Owner: "frozen"})
	fmt.Fprintln(&frames, hex.EncodeToString(frame))
	var newer []txtar.File
	for i, p := range l.newer {
		text, err := plan.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		newer = append(newer, txtar.File{Name: fmt.Sprint("plan-", i+2), Data: append(text, '\n')})
	}
	s := linked(t, text, newer)
	half, snapshot := len(l.commits)/2, ""
	for i, events := range l.commits {
		frame, head = head.Encode(journal.Commit{Number: head.Number + 1, Epoch: 1, Payload: record.AppendEvents(nil, events)})
		fmt.Fprintln(&frames, hex.EncodeToString(frame))
		for _, e := range events {
			if err := s.Evolve(e); err != nil {
				t.Fatalf("%s: %v", l.name, err)
			}
		}
		if i == half {
			snapshot = fmt.Sprintf("%d %x\n", head.Number, s.Snapshot(nil))
		}
	}
	return &txtar.Archive{Files: append([]txtar.File{
		{Name: "plan", Data: append(text, '\n')},
		{Name: "journal", Data: []byte(frames.String())},
		{Name: "snapshot", Data: []byte(snapshot)},
		{Name: "state", Data: []byte(seen(s))},
	}, newer...)}
}

// linked is a shard that knows a plan, and newer ones by the names of their files.
func linked(t *testing.T, text []byte, newer []txtar.File) *engine.State {
	t.Helper()
	link := func(text []byte, digest string) *engine.Program {
		p, err := plan.Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		prog, err := engine.Link(p, digest)
		if err != nil {
			t.Fatal(err)
		}
		return prog
	}
	s := newState(t, storyLimits(), link(text, "plan-1"))
	for _, f := range newer {
		s.AddProgram(link(bytes.TrimSuffix(f.Data, []byte("\n")), f.Name))
	}
	return s
}

// seen is what a person and a node see of a state, in words that later versions can
// give, too: a digest of a snapshot changes with the form of snapshots.
func seen(s *engine.State) string {
	var b strings.Builder
	for _, v := range s.Instances(nil) {
		d, _ := s.Instance(v.Instance)
		fmt.Fprintf(&b, "%s %s %q %s, settlements %d, incidents %d\n", v.Instance, v.Process, v.Key, v.State, v.Settlements, v.Incidents)
		fmt.Fprintf(&b, "  result %v, fault %s %v, %q\n", d.Result, d.Fault, d.Fields, d.Detail)
		for _, x := range d.Waits {
			fmt.Fprintf(&b, "  waits %d %s %s %s.%s %s try %d due %d %v %s %s %q\n", x.Activation, x.Step, x.Kind, x.Endpoint, x.Operation, x.Cloud, x.Attempt, x.Due, x.Events, x.Role, x.ClaimedBy, x.Incident)
		}
		for _, x := range d.Settled {
			fmt.Fprintf(&b, "  settled %d %s %s %s %q\n", x.Activation, x.Step, x.Cloud, x.Outcome, x.Detail)
		}
		for _, x := range d.Completed {
			fmt.Fprintf(&b, "  done %s %s\n", x.Step, x.Cloud)
		}
		for _, x := range d.Vars {
			fmt.Fprintf(&b, "  %s = %v\n", x.Name, x.Value)
		}
	}
	for _, e := range s.Pending() {
		t := e.Of()
		fmt.Fprintf(&b, "under way: %T %s %d.%d key %s\n", e, t.Instance, t.Activation, t.Attempt, t.Key)
	}
	c := s.Counts()
	due, ok := s.NextDue()
	fmt.Fprintf(&b, "%d instances, %d ended, %d kept, %d tasks, %d timers, the next one at %d %t\n", c.Instances, c.Ended, c.Kept, c.Tasks, c.Timers, due, ok)
	return b.String()
}

// TestWhatWasFrozenIsReadForEver: journals, snapshots and plans of every release, and
// of what comes next, are read to the state that they were written from.
func TestWhatWasFrozenIsReadForEver(t *testing.T) {
	if *freeze != "" {
		write(t, *freeze)
	}
	files, err := filepath.Glob("testdata/frozen/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("nothing is frozen: %v", err)
	}
	missing := map[byte]bool{}
	for _, tag := range record.Tags() {
		missing[tag] = true
	}
	for _, file := range files {
		for tag := range thaw(t, file) {
			delete(missing, tag)
		}
	}
	if len(missing) > 0 {
		t.Errorf("the events of the tags %v are in nothing that is frozen; write a story with them, then go test ./runtime/engine -run Frozen -freeze %s",
			slices.Sorted(maps.Keys(missing)), unreleased)
	}
}

// thaw reads one frozen story and gives the tags of its events.
func thaw(t *testing.T, file string) map[byte]bool {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil || len(a.Files) < 4 {
		t.Fatalf("%s has %d files: %v", file, len(a.Files), err)
	}
	text := []byte(strings.TrimSuffix(string(a.Files[0].Data), "\n"))
	number, blob, _ := strings.Cut(strings.TrimSpace(string(a.Files[2].Data)), " ")
	upTo, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := hex.DecodeString(blob)
	if err != nil {
		t.Fatal(err)
	}
	whole, rest := linked(t, text, a.Files[4:]), linked(t, text, a.Files[4:])
	if err := rest.Restore(snapshot); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	tags := map[byte]bool{}
	verifier := journal.NewVerifier("shard-0", journal.Start("shard-0"))
	for i, line := range strings.Fields(string(a.Files[1].Data)) {
		frame, err := hex.DecodeString(line)
		if err != nil {
			t.Fatal(err)
		}
		c, err := verifier.Next(uint64(i)+1, frame)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if len(c.Payload) == 0 {
			continue
		}
		events, err := record.ReadEvents(c.Payload)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, e := range events {
			tags[tagOf(e)] = true
			if err := whole.Evolve(e); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if i+1 > upTo {
				if err := rest.Evolve(e); err != nil {
					t.Fatalf("%s, from its snapshot on: %v", file, err)
				}
			}
		}
	}
	if got, want := seen(whole), string(a.Files[3].Data); got != want {
		t.Errorf("%s is read as\n%s\nand was written from\n%s", file, got, want)
	}
	if whole.Digest() != rest.Digest() {
		t.Errorf("%s: the snapshot and what follows give another state than the journal", file)
	}
	return tags
}
