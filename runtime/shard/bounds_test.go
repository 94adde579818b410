package shard_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// echo is a process that returns what it is given, after a wait where asked for.
func echo(t *testing.T, wait bool) *engine.Program {
	t.Helper()
	text := types.Of(types.String)
	value := expression.Tree{Op: expression.Var, Type: text, Name: "v"}
	body := []plan.Step{{ID: "return", Kind: plan.Return, Expr: &value, At: "p.cob:1:1"}}
	if wait {
		body = append([]plan.Step{{ID: "wait", Kind: plan.Wait, At: "p.cob:1:1", Wait: &plan.WaitStep{DelayNs: int64(time.Hour)}}}, body...)
	}
	p := &plan.Plan{Format: plan.Format, Package: "p", Processes: []plan.Process{{
		Name: "p.Echo", Result: text, Key: &value, At: "p.cob:1:1", Params: []types.Field{{Name: "v", Type: text}}, Flow: plan.Flow{Body: body},
	}}}
	encoded, err := plan.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	program, err := engine.Link(p, plan.Digest(encoded))
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func openWith(t *testing.T, store *journal.Store, program *engine.Program, change func(*shard.Options)) *shard.Processor {
	t.Helper()
	state, err := engine.NewState(engine.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	state.AddProgram(program)
	o := shard.Options{
		Owner: "test", Journal: store.Open(), State: state, Log: slog.New(slog.DiscardHandler),
		Clock: func() record.Instant { return record.Instant(time.Now().UnixNano()) }, Facts: func() engine.Facts { return engine.Facts{} },
		Dispatch: func([]engine.Effect) {},
	}
	if change != nil {
		change(&o)
	}
	p, err := shard.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	p.Start()
	t.Cleanup(p.Close)
	return p
}

func activate(t *testing.T, p *shard.Processor, program *engine.Program) {
	t.Helper()
	if _, err := p.Submit(t.Context(), record.ActivatePlan{Package: "p", Digest: program.Digest()}); err != nil {
		t.Fatal(err)
	}
}

func startEcho(ctx context.Context, p *shard.Processor, key string) (record.Reply, error) {
	return p.Submit(ctx, record.StartInstance{Process: "p.Echo", Key: key, Input: map[string]types.Value{"v": key}})
}

func TestAnUnknownCommitIsFoundOutByTheNextOwner(t *testing.T) {
	store, program := journal.NewStore("p", journal.StoreOptions{}), echo(t, false)
	p := openWith(t, store, program, nil)
	activate(t, p, program)
	store.Inject(journal.LoseAck)
	if _, err := startEcho(t.Context(), p, "a"); !errors.Is(err, shard.ErrLost) {
		t.Fatalf("got %v, want ErrLost", err)
	}
	next := openWith(t, store, program, nil)
	reply, err := startEcho(t.Context(), next, "a")
	if err != nil || !reply.Existing {
		t.Fatalf("the next owner says %+v, %v: the commit was there and only its acknowledgement was lost", reply, err)
	}
}

func TestAFullInboxIsBusy(t *testing.T) {
	store, program := journal.NewStore("p", journal.StoreOptions{}), echo(t, false)
	slow := &gated{gate: make(chan struct{}), writing: make(chan struct{}, 1)}
	p := openWith(t, store, program, func(o *shard.Options) { slow.Journal, o.Journal = o.Journal, slow })
	activate(t, p, program)
	slow.shut.Store(true)
	defer close(slow.gate)
	var busy atomic.Int64
	answer := func(r record.Reply, _ error) {
		if r.Rejected != nil && r.Rejected.Code == record.Busy && strings.Contains(r.Rejected.Detail, "try again later") {
			busy.Add(1)
		}
	}
	// One batch is on its way to the slow disk, the inbox takes its bound, and
	// what comes then is refused.
	command := record.StartInstance{Process: "p.Echo", Key: "a", Input: map[string]types.Value{"v": "x"}}
	p.Post(command, answer)
	<-slow.writing
	for range shard.Inbox {
		p.Post(command, answer)
	}
	if busy.Load() != 0 {
		t.Fatalf("%d commands were refused within the bound", busy.Load())
	}
	p.Post(command, answer)
	if busy.Load() != 1 {
		t.Fatal("the command after the bound was taken")
	}
}

// gated is a journal whose appends wait at a gate.
type gated struct {
	journal.Journal
	shut    atomic.Bool
	writing chan struct{} // an append is at the gate
	gate    chan struct{}
}

func (g *gated) Append(ctx context.Context, payload []byte) (uint64, error) {
	if g.shut.Load() {
		select {
		case g.writing <- struct{}{}:
		default:
		}
		<-g.gate
	}
	return g.Journal.Append(ctx, payload)
}

func TestSnapshotsAreTakenAndRestored(t *testing.T) {
	store, program := journal.NewStore("p", journal.StoreOptions{}), echo(t, true)
	small := func(o *shard.Options) {
		o.SnapshotEvery, o.Retain = 512, 512
		o.Aside = func() []byte { return []byte("beside") }
	}
	p := openWith(t, store, program, small)
	activate(t, p, program)
	for i := range 200 {
		if _, err := startEcho(t.Context(), p, strings.Repeat("k", i+1)); err != nil {
			t.Fatal(err)
		}
	}
	p.Close()
	var aside string
	var upTo uint64
	replayed := 0
	next := openWith(t, store, program, func(o *shard.Options) {
		small(o)
		o.Restored = func(number uint64, beside []byte) error { upTo, aside = number, string(beside); return nil }
		o.Replayed = func(uint64, []record.Event) { replayed++ }
	})
	// A take-over, the activation and the starts are one commit each.
	const commits = 202
	if aside != "beside" || upTo == 0 || replayed != commits-int(upTo) {
		t.Fatalf("restored %q at commit %d of %d and replayed %d commits", aside, upTo, commits, replayed)
	}
	var counts engine.Counts
	if err := next.Query(t.Context(), func(s *engine.State) { counts = s.Counts() }); err != nil || counts.Instances != 200 || counts.Timers != 200 {
		t.Fatalf("%+v, %v: want all 200 parked instances", counts, err)
	}
}

func TestUnwrapRefusesWhatIsCutOff(t *testing.T) {
	state, err := engine.NewState(engine.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	whole := shard.Wrap(state, []byte("beside"))
	if _, aside, err := shard.Unwrap(whole); err != nil || string(aside) != "beside" {
		t.Fatalf("got %q, %v", aside, err)
	}
	if _, _, err := shard.Unwrap(whole[:4]); err == nil {
		t.Fatal("half a snapshot was taken apart")
	}
}
