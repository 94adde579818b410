package record_test

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// TestWeightBoundsTheBytes fills every text of every event with up to 400 bytes,
// so that a part that is not weighed shows.
func TestWeightBoundsTheBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := fill(t, rapid.SampledFrom(kinds).Draw(t, "kind"))
		v := reflect.New(reflect.TypeOf(e)).Elem()
		v.Set(reflect.ValueOf(e))
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if f := v.Field(i); f.Kind() == reflect.String && name != "Instance" && f.Type() == reflect.TypeFor[string]() {
				f.SetString(strings.Repeat("x", rapid.IntRange(0, 400).Draw(t, name)))
			}
		}
		events := []record.Event{v.Interface().(record.Event)}
		if got, bound := len(record.AppendEvents(nil, events)), record.Weight(events); got > bound {
			t.Fatalf("%T takes %d bytes and weighs %d", e, got, bound)
		}
	})
}

// TestWhatIsShortOutsideIsShortInTheJournal: nobody can blow up a commit with
// numbers whose plain notation is long.
func TestWhatIsShortOutsideIsShortInTheJournal(t *testing.T) {
	for _, unit := range []string{"0,", "1.5,", "[],", "{},", `"",`, "null,", "-1,", "100,", "1e9,", "1e33,", "1e99,", "1e999,", "1e-99,", "1e6144,"} {
		text := "[" + strings.Repeat(unit, 1000)
		text = text[:len(text)-1] + "]"
		v, err := types.ReadJSON([]byte(text))
		if err != nil {
			t.Fatal(unit, err)
		}
		size, weight := len(record.AppendValue(nil, v)), record.WeightOf(v)
		if size > 4*len(text) || weight < size || weight > 4*size {
			t.Errorf("%q: %d bytes of JSON take %d bytes and weigh %d", unit, len(text), size, weight)
		}
		back, _, err := record.ReadValue(record.AppendValue(nil, v))
		if err != nil || string(types.AppendJSON(nil, back)) != string(types.AppendJSON(nil, v)) {
			t.Errorf("%q comes back as another value: %v", unit, err)
		}
	}
}

func TestMeasureCountsTheLevels(t *testing.T) {
	var v types.Value = "x"
	for depth := range record.MaxNesting + 3 {
		if _, got := record.Measure(v); got != min(depth, record.MaxNesting+1) {
			t.Fatalf("%d levels are measured as %d", depth, got)
		}
		v = []types.Value{v}
	}
}

// TestWhatCannotBeReadIsNotWritten: a record that could not be read again would
// keep a store from ever opening.
func TestWhatCannotBeReadIsNotWritten(t *testing.T) {
	for more, writes := range []bool{true, false} {
		var v types.Value
		for range record.MaxNesting + more {
			v = []types.Value{v}
		}
		func() {
			defer func() {
				if got := recover() == nil; got != writes {
					t.Errorf("%d levels are written: %v", record.MaxNesting+more, got)
				}
			}()
			b := record.AppendEvents(nil, []record.Event{record.StepPassed{Instance: "i", Bound: true, Value: v}})
			if _, err := record.ReadEvents(b); err != nil {
				t.Error(err)
			}
		}()
	}
}
