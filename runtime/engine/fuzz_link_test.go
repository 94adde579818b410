package engine_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
)

// FuzzLink reads plans as a node gets them from outside: what decodes is linked or
// refused, and what decodes stays the same plan when it is written and read again.
func FuzzLink(f *testing.F) {
	for _, name := range slices.Sorted(maps.Keys(plans)) {
		text := asBuilt(f, name)
		if _, err := plan.Decode(text); err != nil {
			f.Errorf("%s: %v", name, err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := plan.Decode(text)
		if err != nil {
			return
		}
		once, err := plan.Encode(p)
		if err != nil {
			t.Fatalf("a plan that was read cannot be written: %v", err)
		}
		again, err := plan.Decode(once)
		if err != nil {
			t.Fatalf("a plan that was written cannot be read: %v", err)
		}
		if twice, err := plan.Encode(again); err != nil || string(twice) != string(once) {
			t.Fatalf("the second writing differs (%v):\n%s%s", err, once, twice)
		}
		engine.Link(p, plan.Digest(text))
	})
}

// asBuilt is a plan of the table as the compiler would write it: there every step has
// an id of its own, and what is named is declared.
func asBuilt(t testing.TB, name string) []byte {
	p := plans[name]()
	p.Roles = append(p.Roles, plan.Role{Name: "p.boss"})
	p.Types = append(p.Types, types.Definition{Name: "std.Unavailable", Kind: types.FaultDefinition})
	for i := range p.Processes {
		tellApart(p.Processes[i].Flow.Body)
	}
	text, err := plan.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestLinkSurvivesStrangePlans changes the values of plans to others that JSON has: a
// plan comes over the network, and whatever it says is linked or refused. Of the
// places that differ in nothing but their number in a list the first few are taken.
func TestLinkSurvivesStrangePlans(t *testing.T) {
	strange := []any{nil, -1, "nothing of this name", []any{map[string]any{}}}
	like := 2
	if testing.Short() {
		like = 1
	}
	seen := map[string]int{}
	linked, refused := 0, 0
	for _, name := range slices.Sorted(maps.Keys(plans)) {
		text := asBuilt(t, name)
		var tree any
		if err := json.Unmarshal(text, &tree); err != nil {
			t.Fatal(err)
		}
		look := func(where string, with any) {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s: %s = %v: %v", name, where, with, r)
				}
			}()
			text, err := json.Marshal(tree)
			if err != nil {
				t.Fatal(err)
			}
			p, err := plan.Decode(text)
			if err != nil {
				return
			}
			if _, err := engine.Link(p, "d"); err != nil {
				refused++
			} else {
				linked++
			}
		}
		everyValue(tree, "", "", func(where, kind string, old any, set func(any)) {
			if seen[kind]++; seen[kind] > like {
				return
			}
			for _, v := range strange {
				set(v)
				look(where, v)
			}
			set(old)
		})
	}
	if linked < 200 || refused < 200 {
		t.Errorf("%d plans were linked and %d refused: the test does not reach far", linked, refused)
	}
}

// everyValue gives every value of a tree, with a way to put another one in its place. The
// kind is where it stands, without the numbers of lists and with the kinds of steps.
func everyValue(tree any, where, kind string, give func(where, kind string, old any, set func(any))) {
	switch x := tree.(type) {
	case map[string]any:
		if k, ok := x["kind"].(string); ok {
			kind = kind[:max(0, strings.LastIndex(kind, "."))] + "." + k
		}
		for _, k := range slices.Sorted(maps.Keys(x)) {
			old := x[k]
			give(where+"."+k, kind+"."+k, old, func(v any) { x[k] = v })
			everyValue(old, where+"."+k, kind+"."+k, give)
		}
	case []any:
		for i, old := range x {
			at := fmt.Sprintf("%s[%d]", where, i)
			give(at, kind+"[]", old, func(v any) { x[i] = v })
			everyValue(old, at, kind+"[]", give)
		}
	}
}
