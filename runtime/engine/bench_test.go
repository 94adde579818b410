package engine_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// order is an order of the size that the small program of the language has.
func order(id string) map[string]types.Value {
	price, err := types.ParseAmount("20.00 EUR")
	if err != nil {
		panic(err)
	}
	return map[string]types.Value{
		"id": id, "total": int64(20),
		"customer": map[string]types.Value{"id": "c-" + id, "name": "Ada", "email": "ada@example.org"},
		"lines":    []types.Value{map[string]types.Value{"sku": "p-1", "qty": int64(1), "price": price}},
		"amount":   price,
	}
}

func benchState(b *testing.B, name string, limits engine.Limits) *engine.State {
	prog, err := engine.Link(plans[name](), "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
	if err != nil {
		b.Fatal(err)
	}
	s := newState(benchTester{b}, limits, prog)
	s.PackFrom(engine.DefaultAwake)
	s.Decide(record.ActivatePlan{Package: "p", Digest: prog.Digest()}, engine.Facts{Now: dawn})
	return s
}

type benchTester struct{ *testing.B }

// BenchmarkFiveTransitions is a whole instance of five transitions without
// effects: decide, evolve and encode, 64 instances in a commit.
func BenchmarkFiveTransitions(b *testing.B) {
	limits := engine.DefaultLimits()
	limits.EndedProcesses, limits.KeepEnded = 10_000, 0
	s := benchState(b, "five", limits)
	var events []record.Event
	var buf []byte
	bytes, n := 0, 0
	input := map[string]types.Value{"order": order("o-1")}
	b.ReportAllocs()
	for b.Loop() {
		n++
		got, _, reply := s.Decide(record.StartInstance{Process: "p.P", Key: fmt.Sprint("o-", n), Input: input}, engine.Facts{Now: dawn + record.Instant(n)})
		if reply.Rejected != nil {
			b.Fatal(reply.Rejected)
		}
		if events = append(events, got...); n%64 == 0 {
			buf = record.AppendEvents(buf[:0], events)
			bytes += len(buf)
			events = events[:0]
		}
	}
	b.ReportMetric(float64(bytes)/float64(max(n-n%64, 1)), "journal-B/op")
}

// BenchmarkReplay folds a journal of instances of five transitions.
func BenchmarkReplay(b *testing.B) {
	s := benchState(b, "five", engine.DefaultLimits())
	var journal [][]byte
	events := 0
	for c := range 100 {
		var commit []record.Event
		for i := range 64 {
			id := fmt.Sprint("o-", c, "-", i)
			got, _, _ := s.Decide(record.StartInstance{Process: "p.P", Key: id, Input: map[string]types.Value{"order": order(id)}}, engine.Facts{Now: dawn})
			commit = append(commit, got...)
		}
		events += len(commit)
		journal = append(journal, record.AppendEvents(nil, commit))
	}
	b.ReportAllocs()
	b.ResetTimer()
	rounds := 0
	for b.Loop() {
		rounds++
		b.StopTimer()
		fresh := benchState(b, "five", engine.DefaultLimits())
		b.StartTimer()
		for _, commit := range journal {
			list, err := record.ReadEvents(commit)
			if err != nil {
				b.Fatal(err)
			}
			for _, e := range list {
				if err := fresh.Evolve(e); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.ReportMetric(float64(events*rounds)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkParked says what an order that waits for its carrier costs in memory,
// and how fast a snapshot of them is made and restored.
func BenchmarkParked(b *testing.B) {
	const count = 20_000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s := benchState(b, "order", engine.DefaultLimits())
		for i := range count {
			id := fmt.Sprint("o-", i)
			_, _, reply := s.Decide(record.StartInstance{Process: "p.P", Key: id, Input: map[string]types.Value{"order": order(id)}}, engine.Facts{Now: dawn})
			for act := uint32(1); act <= 2; act++ {
				s.Decide(record.AttemptEnded{Instance: reply.Instance, Activation: act, Attempt: 1, Outcome: record.Succeeded,
					Value: map[string]types.Value{"id": "x-" + id}}, engine.Facts{Now: dawn})
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/count, "heap-B/instance")
		b.ReportMetric(float64(len(s.Snapshot(nil)))/count, "snapshot-B/instance")
		runtime.KeepAlive(s)
	}
}

// BenchmarkRestore restores a snapshot of 20,000 orders that wait.
func BenchmarkRestore(b *testing.B) {
	const count = 20_000
	s := benchState(b, "order", engine.DefaultLimits())
	for i := range count {
		id := fmt.Sprint("o-", i)
		_, _, reply := s.Decide(record.StartInstance{Process: "p.P", Key: id, Input: map[string]types.Value{"order": order(id)}}, engine.Facts{Now: dawn})
		for act := uint32(1); act <= 2; act++ {
			s.Decide(record.AttemptEnded{Instance: reply.Instance, Activation: act, Attempt: 1, Outcome: record.Succeeded,
				Value: map[string]types.Value{"id": "x-" + id}}, engine.Facts{Now: dawn})
		}
	}
	snapshot := s.Snapshot(nil)
	b.ReportMetric(0, "ns/op")
	for b.Loop() {
		fresh := benchState(b, "order", engine.DefaultLimits())
		if err := fresh.Restore(snapshot); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(count*float64(b.N)/b.Elapsed().Seconds(), "instances/s")
}

// BenchmarkCall is a call that succeeds at once: start, attempt, answer, end.
func BenchmarkCall(b *testing.B) {
	limits := engine.DefaultLimits()
	limits.EndedProcesses, limits.KeepEnded = 10_000, 0
	s := benchState(b, "call", limits)
	input := map[string]types.Value{"order": order("o-1")}
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		_, _, reply := s.Decide(record.StartInstance{Process: "p.P", Key: fmt.Sprint("o-", n), Input: input}, engine.Facts{Now: dawn})
		s.Decide(record.AttemptEnded{Instance: reply.Instance, Activation: 1, Attempt: 1, Outcome: record.Succeeded, Value: int64(1)}, engine.Facts{Now: dawn})
	}
}

// BenchmarkFanOut is one instance of 1,600 branches that wait and join; its cost
// has to stay linear in the branches.
func BenchmarkFanOut(b *testing.B) {
	for _, n := range []int{400, 1600} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			branches := make([][]plan.Step, n)
			for i := range branches {
				branches[i] = steps(pause(fmt.Sprint("w", i), 1e9))
			}
			prog, err := engine.Link(one(parallel(0, false, branches...), give(num("1"))), "d")
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				s := newState(benchTester{b}, engine.DefaultLimits(), prog)
				s.PackFrom(engine.DefaultAwake)
				s.Decide(record.ActivatePlan{Package: "p", Digest: "d"}, engine.Facts{Now: dawn})
				s.Decide(record.StartInstance{Process: "p.P", Key: "k", Input: map[string]types.Value{"order": order("k")}}, engine.Facts{Now: dawn})
				for _, due := range s.Due(dawn+1e9, n) {
					s.Decide(due, engine.Facts{Now: dawn + 1e9})
				}
				if s.Counts().Ended != 1 {
					b.Fatalf("%+v", s.Counts())
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/branch")
		})
	}
}
