package e2e

import (
	"encoding/json"
	"testing"

	"github.com/cob-lang/cob/cmd/cob/demo"
)

// TestTheDemoOfTwoClouds tells the story of cob demo --clouds with few orders.
func TestTheDemoOfTwoClouds(t *testing.T) {
	o := newWorld(t).cob("", "", "demo", "--clouds", "--orders", itoa(demo.Fewest), "--format", "json").want(t, 0)
	var r demo.CloudsReport
	if err := json.Unmarshal([]byte(o.out), &r); err != nil {
		t.Fatalf("%v in %s", err, o.out)
	}
	if r.TakeOver.From != r.Lost || r.TakeOver.To != r.Survivor || r.TakeOver.Back == nil || r.Ran.Through == 0 || r.Ran.After == 0 {
		t.Errorf("the story was another one: %+v", r)
	}
	t.Logf("%s", o.errors)
}
