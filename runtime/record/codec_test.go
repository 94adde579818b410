package record_test

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
	"pgregory.net/rapid"
)

func exact(t interface{ Fatal(...any) }, text string) types.Exact {
	x, err := types.ParseExact(text)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// kinds is one zero event of every type.
var kinds = []record.Event{
	record.PlanActivated{}, record.InstanceStarted{}, record.MessageSkipped{}, record.StepPassed{}, record.StepEntered{},
	record.BranchEntered{}, record.LoopAdvanced{}, record.AttemptStarted{}, record.AttemptFailed{}, record.SettlementOwed{},
	record.SettlementClosed{}, record.StepLeft{}, record.TaskClaimed{}, record.TaskCompleted{}, record.EventKept{},
	record.EventTaken{}, record.EventExpired{}, record.FaultRaised{}, record.FaultCaught{}, record.CompensationStarted{},
	record.IncidentOpened{}, record.IncidentResolved{}, record.Returned{}, record.InstanceEnded{}, record.DeadLetterOwed{},
	record.TimerSet{}, record.TimerFired{}, record.EventHanded{}, record.Stopped{}, record.FaultPassed{}, record.StepWithdrawn{},
	record.BlockEntered{}, record.UndoStarted{}, record.RoundsPlanned{}, record.StateEntered{}, record.ArmsAwaited{},
	record.WorkBegun{}, record.WorkEnded{}, record.ChildStarted{}, record.ChildRecalled{}, record.HandleTaken{}, record.WatcherAdded{}, record.Told{}, record.Continued{}, record.TaskNudged{},
	record.Reported{}, record.Indexed{}, record.Forgotten{},
	record.InstancePoisoned{}, record.StepSkipped{}, record.InstanceTerminated{}, record.InstanceReset{}, record.WentBack{}, record.Operated{}, record.GivenUp{},
	record.TaskAnswered{}, record.TaskReleased{}, record.TaskDelegated{},
	record.MessageTaken{}, record.MessagePassed{}, record.PartBegan{}, record.CellOpened{}, record.CellMarked{}, record.CellGathered{},
	record.Requested{}, record.CellEmptied{}, record.CellHeld{}, record.CellReleased{}, record.CellClosed{},
	record.InstanceMigrated{}, record.MigrationFailed{}, record.RolloutSet{},
}

func anyValue(t *rapid.T, depth int) types.Value {
	kind := rapid.IntRange(0, 11).Draw(t, "kind")
	if depth == 0 && kind > 9 {
		kind = 5
	}
	switch kind {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "bool")
	case 2:
		return rapid.Int64().Draw(t, "int")
	case 3:
		return rapid.Float64().Draw(t, "float")
	case 4:
		return rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
	case 5:
		return rapid.String().Draw(t, "string")
	case 6:
		return types.ExactInt(rapid.Int64().Draw(t, "exact"))
	case 7:
		return types.Amount{Value: types.ExactInt(rapid.Int64().Draw(t, "amount")), Currency: "EUR"}
	case 8:
		return time.Unix(rapid.Int64Range(-1e11, 1e11).Draw(t, "sec"), rapid.Int64Range(0, 999999999).Draw(t, "ns")).UTC()
	case 9:
		return time.Duration(rapid.Int64().Draw(t, "duration"))
	case 10:
		list := make([]types.Value, rapid.IntRange(0, 4).Draw(t, "n"))
		for i := range list {
			list[i] = anyValue(t, depth-1)
		}
		return list
	}
	return anyRecord(t, depth-1)
}

func anyRecord(t *rapid.T, depth int) map[string]types.Value {
	m := map[string]types.Value{}
	for range rapid.IntRange(0, 5).Draw(t, "fields") {
		m[rapid.StringMatching(`[a-z]{1,4}`).Draw(t, "field")] = anyValue(t, max(depth, 0))
	}
	return m
}

// fill gives every field of an event a value.
func fill(t *rapid.T, e record.Event) record.Event {
	v := reflect.New(reflect.TypeOf(e)).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		switch f.Interface().(type) {
		case map[string]types.Value:
			if rapid.Bool().Draw(t, "present") {
				f.Set(reflect.ValueOf(anyRecord(t, 2)))
			}
			continue
		case []types.Value:
			if rapid.Bool().Draw(t, "present") {
				list := []types.Value{}
				for range rapid.IntRange(0, 3).Draw(t, "items") {
					list = append(list, anyValue(t, 2))
				}
				f.Set(reflect.ValueOf(list))
			}
			continue
		case []uint32:
			if n := rapid.SliceOfN(rapid.Uint32(), 0, 3).Draw(t, "numbers"); len(n) > 0 {
				f.Set(reflect.ValueOf(n))
			}
			continue
		case []record.Moved:
			for _, n := range rapid.SliceOfN(rapid.Uint32(), 0, 3).Draw(t, "places") {
				f.Set(reflect.Append(f, reflect.ValueOf(record.Moved{Activation: n, Step: n + 1, Block: n / 2, Next: 3})))
			}
			continue
		}
		switch f.Kind() {
		case reflect.String:
			f.SetString(rapid.SampledFrom([]string{"", "a", "orders.Fulfil", "é", "0123456789abcdef"}).Draw(t, "text"))
		case reflect.Int64:
			f.SetInt(rapid.Int64().Draw(t, "int"))
		case reflect.Uint32, reflect.Uint64:
			f.SetUint(uint64(rapid.Uint32().Draw(t, "uint")))
		case reflect.Bool:
			f.SetBool(rapid.Bool().Draw(t, "bool"))
		case reflect.Interface:
			if x := anyValue(t, 2); x != nil {
				f.Set(reflect.ValueOf(x))
			}
		}
	}
	if b := v.FieldByName("Bound"); b.IsValid() && !b.Bool() {
		v.FieldByName("Value").SetZero()
	}
	return v.Interface().(record.Event)
}

func TestEveryEventSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var events []record.Event
		for range rapid.IntRange(0, 40).Draw(t, "events") {
			events = append(events, fill(t, rapid.SampledFrom(kinds).Draw(t, "kind")))
		}
		first := record.AppendEvents([]byte("before"), events)
		got, err := record.ReadEvents(first[len("before"):])
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(events) {
			t.Fatalf("%d events became %d", len(events), len(got))
		}
		for i := range got {
			if !reflect.DeepEqual(got[i], events[i]) && !hasDecimal(events[i]) {
				t.Fatalf("event %d\n got %#v\nwant %#v", i, got[i], events[i])
			}
		}
		if again := record.AppendEvents([]byte("before"), got); !bytes.Equal(first, again) {
			t.Fatalf("the same events gave other bytes:\n%x\n%x", first, again)
		}
	})
}

// hasDecimal says whether an event may hold a decimal, whose inside may differ
// for the same number; the bytes are compared for all.
func hasDecimal(e record.Event) bool { return strings.Contains(describe(e), "types.Exact") }

func describe(e record.Event) string {
	return strings.Join(strings.Fields(reflectString(reflect.ValueOf(e))), " ")
}

func reflectString(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return "nil"
		}
		return reflectString(v.Elem())
	case reflect.Struct:
		out := v.Type().String()
		for i := range v.NumField() {
			if v.Field(i).CanInterface() {
				out += " " + reflectString(v.Field(i))
			}
		}
		return out
	case reflect.Map:
		out := ""
		for _, k := range v.MapKeys() {
			out += " " + reflectString(v.MapIndex(k))
		}
		return out
	case reflect.Slice:
		out := ""
		for i := range v.Len() {
			out += " " + reflectString(v.Index(i))
		}
		return out
	}
	return v.Type().String()
}

func TestDecimalsKeepTheirScale(t *testing.T) {
	for _, text := range []string{"0", "20.00", "-0.005", "12345678901234567890.12345678901234", "100000"} {
		v, rest, err := record.ReadValue(record.AppendValue(nil, exact(t, text)))
		if err != nil || len(rest) != 0 || v.(types.Exact).String() != text {
			t.Errorf("%s became %v (%v)", text, v, err)
		}
	}
}

func TestNaNSurvives(t *testing.T) {
	v, _, err := record.ReadValue(record.AppendValue(nil, math.NaN()))
	if err != nil || !math.IsNaN(v.(float64)) {
		t.Errorf("NaN became %v (%v)", v, err)
	}
}

// fiveSteps is an instance of five transitions with an order.
func fiveSteps(t interface{ Fatal(...any) }, id string) []record.Event {
	order := map[string]types.Value{
		"id":       "o-" + id,
		"customer": map[string]types.Value{"id": "c-1", "name": "Ada", "email": "ada@example.org"},
		"lines":    []types.Value{map[string]types.Value{"sku": "p-1", "qty": int64(1), "price": types.Amount{Value: exact(t, "20.00"), Currency: "EUR"}}},
		"total":    types.Amount{Value: exact(t, "20.00"), Currency: "EUR"},
	}
	inst := record.InstanceID("orders.Fulfil", id)
	at := record.Instant(1_795_000_000_000_000_000)
	out := []record.Event{record.InstanceStarted{
		At: at, Instance: inst, Process: "orders.Fulfil", Plan: strings.Repeat("0123456789abcdef", 4), Key: "o-" + id,
		Vars: map[string]types.Value{"order": order},
	}}
	for i := range uint32(5) {
		out = append(out, record.StepPassed{Instance: inst, Step: i, Bound: true, Value: "forty bytes of data that a step has made"})
	}
	return append(out, record.InstanceEnded{At: at + 1e6, Instance: inst, State: record.Completed, Result: int64(5)})
}

func TestFiveTransitionsFitIn500Bytes(t *testing.T) {
	if n := len(record.AppendEvents(nil, fiveSteps(t, "1"))); n > 520 {
		t.Errorf("an instance of five transitions alone takes %d bytes, want at most 520", n)
	}
	var many []record.Event
	for i := range 100 {
		many = append(many, fiveSteps(t, string(rune('a'+i%26))+string(rune('a'+i/26)))...)
	}
	if n := len(record.AppendEvents(nil, many)) / 100; n > 450 {
		t.Errorf("an instance of five transitions in a commit takes %d bytes, want at most 450", n)
	}
}

func TestDamageIsNamed(t *testing.T) {
	whole := record.AppendEvents(nil, fiveSteps(t, "1"))
	for n := range whole {
		if _, err := record.ReadEvents(whole[:n]); err == nil {
			t.Fatalf("cut after %d of %d bytes, and nobody noticed", n, len(whole))
		}
	}
	if _, err := record.ReadEvents(append([]byte{99}, whole[1:]...)); !errors.Is(err, record.ErrVersion) {
		t.Errorf("another version gives %v", err)
	}
	var damage *record.DamageError
	if _, err := record.ReadEvents(append(whole, 0)); !errors.As(err, &damage) || damage.Event != 7 {
		t.Errorf("text after the events gives %v", err)
	}
	deep := []byte{}
	for range record.MaxNesting + 2 {
		deep = append(deep, 11, 1)
	}
	if _, _, err := record.ReadValue(append(deep, 0)); !errors.Is(err, record.ErrGarbage) {
		t.Errorf("a value beyond the nesting limit gives %v", err)
	}
	limit := []byte{}
	for range record.MaxNesting {
		limit = append(limit, 11, 1)
	}
	if _, _, err := record.ReadValue(append(limit, 0)); err != nil {
		t.Errorf("a value at the nesting limit gives %v", err)
	}
}

func FuzzReadEvents(f *testing.F) {
	f.Add(record.AppendEvents(nil, fiveSteps(f, "1")))
	f.Add([]byte{1, 1, 2, 0, 1, 0, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		events, err := record.ReadEvents(b)
		if err != nil {
			return
		}
		once := record.AppendEvents(nil, events)
		again, err := record.ReadEvents(once)
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		if !bytes.Equal(once, record.AppendEvents(nil, again)) {
			t.Fatal("the same events gave other bytes")
		}
	})
}

func BenchmarkAppendEvents(b *testing.B) {
	var events []record.Event
	for i := range 128 {
		events = append(events, fiveSteps(b, string(rune('a'+i%26))+string(rune('a'+i/26)))...)
	}
	buf := record.AppendEvents(nil, events)
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		buf = record.AppendEvents(buf[:0], events)
	}
}

func BenchmarkReadEvents(b *testing.B) {
	var events []record.Event
	for i := range 128 {
		events = append(events, fiveSteps(b, string(rune('a'+i%26))+string(rune('a'+i/26)))...)
	}
	buf := record.AppendEvents(nil, events)
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := record.ReadEvents(buf); err != nil {
			b.Fatal(err)
		}
	}
}
