package compiler_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
)

// depthOf is how much deeper than into the parts of its parts a step is changed: one
// that an instance stands at, and one that it passes.
var depthOf = map[plan.Kind]int{plan.Wait: 1, plan.Let: 1}

// TestADifferenceAnywhereInAStepIsTold changes each part of a step that has all
// parts that a step can have, one after the other, for every kind.
func TestADifferenceAnywhereInAStepIsTold(t *testing.T) {
	for _, kind := range plan.Kinds() {
		step := &plan.Step{}
		full(reflect.ValueOf(step).Elem(), 0, depthOf[kind])
		step.Kind, step.ID, step.At = kind, "one", "a.cob:1:1"
		text, err := json.Marshal(step)
		if err != nil {
			t.Fatal(err)
		}
		var all map[string]any
		if err := json.Unmarshal(text, &all); err != nil {
			t.Fatal(err)
		}
		changed := 0
		changeEach(all, "", func(path string) {
			changed++
			text, err := json.Marshal(all)
			var other plan.Step
			if err != nil || json.Unmarshal(text, &other) != nil {
				t.Fatal(path, err)
			}
			if len(plan.Diff(around(*step), around(other))) == 0 {
				t.Errorf("%s: nothing is told of a change of %s", kind, path)
			}
		})
		if changed < 40 {
			t.Errorf("%s: only %d parts were changed", kind, changed)
		}
	}
}

func around(s plan.Step) *plan.Plan {
	return &plan.Plan{Processes: []plan.Process{{Name: "p.P", Flow: plan.Flow{Body: []plan.Step{s}}}}}
}

// full gives everything in a value something that is not its zero value. A step in a
// step is a simple one.
func full(v reflect.Value, depth, more int) {
	if v.Type() == reflect.TypeFor[plan.Step]() && depth > 0 {
		v.Set(reflect.ValueOf(plan.Step{ID: "inner", Kind: plan.Let, At: "a.cob:2:1", Var: "x"}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("a")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Pointer:
		if depth < 3+more {
			v.Set(reflect.New(v.Type().Elem()))
			full(v.Elem(), depth+1, more)
		}
	case reflect.Slice:
		if depth < 3+more {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			full(v.Index(0), depth+1, more)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				full(v.Field(i), depth+1, more)
			}
		}
	}
}

// followed are parts that follow from other declarations, and places, which say
// nothing about what runs.
var followed = []string{"candidates", "by_key", "reads", "at", "op", "kind"}

// changeEach changes each leaf of a value, calls a function and changes it back.
func changeEach(v any, path string, do func(path string)) {
	each := func(key string, x any, set func(any)) {
		switch was := x.(type) {
		case string:
			set(was + "b")
		case bool:
			set(!was)
		case float64:
			set(was + 1)
		default:
			changeEach(x, path+"."+key, do)
			return
		}
		do(strings.TrimPrefix(path+"."+key, "."))
		set(x)
	}
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			if !slices.Contains(followed, key) {
				each(key, x, func(x any) { v[key] = x })
			}
		}
	case []any:
		for i, x := range v {
			each(fmt.Sprint(i), x, func(x any) { v[i] = x })
		}
	}
}
