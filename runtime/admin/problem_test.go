package admin

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/deployment"
)

// TestAPlanThatCannotRunSaysAllReasons tells a person some of them and a program all.
func TestAPlanThatCannotRunSaysAllReasons(t *testing.T) {
	refused := &deployment.RefusedError{Package: "a"}
	for i := range deployment.MaxTold + 5 {
		refused.Reasons = append(refused.Reasons, deployment.Reason{At: plan.Place(fmt.Sprintf("a.cob:%d:1", i+1)), Problem: "no node keeps it", Way: "leave it out"})
	}
	text, err := json.Marshal(notActivated(fmt.Errorf("activating: %w", refused)))
	if err != nil {
		t.Fatal(err)
	}
	var p struct {
		Status  int
		Detail  string
		Reasons []struct{ At, Problem, Way string }
	}
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	last := p.Reasons[len(p.Reasons)-1]
	if p.Status != 422 || len(p.Reasons) != deployment.MaxTold+5 || last.At != "a.cob:25:1" || last.Problem == "" || last.Way == "" {
		t.Errorf("got %s", text)
	}
	if !strings.HasSuffix(p.Detail, "a.cob:20:1: no node keeps it: leave it out\n  and 5 more") {
		t.Errorf("the detail is %s", p.Detail)
	}
}
