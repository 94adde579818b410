package plan_test

import (
	"path"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
)

// TestFrom holds places in a plan against those of the same plan seen from elsewhere:
// in its canonical text nothing else is another.
func TestFrom(t *testing.T) {
	p := &plan.Plan{
		Package:   "shop",
		Processes: []plan.Process{{Name: "shop.P", At: "a.cob:3:1", Flow: plan.Flow{Body: []plan.Step{{ID: "x", At: "../stock/b.cob:4:5"}, {ID: "y", At: "std/retry/retry.cob:1:2"}}}}},
	}
	before, err := plan.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	seen, err := plan.Encode(plan.From("work/shop", p))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(`"a.cob:3:1"`, `"work/shop/a.cob:3:1"`, `"../stock/b.cob:4:5"`, `"`+path.Join("work/shop", "../stock/b.cob:4:5")+`"`).Replace(string(before))
	if string(seen) != want {
		t.Errorf("it is\n%s\nwant\n%s", seen, want)
	}
	if after, _ := plan.Encode(p); string(after) != string(before) {
		t.Error("the plan itself is another one now")
	}
	if plan.From(".", p) != p {
		t.Error("a plan that is seen from where it lies is copied")
	}
	steps := []plan.TestStep{{At: "a.cob:9:3"}}
	if got := plan.From("shop", steps); got[0].At != "shop/a.cob:9:3" || steps[0].At != "a.cob:9:3" {
		t.Errorf("a part is seen as %v and is %v", got, steps)
	}
}
