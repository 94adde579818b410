package record_test

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

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
