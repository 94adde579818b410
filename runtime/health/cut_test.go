package health

import (
	"testing"

	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
)

// What is cut off counts as unhealthy and is not probed; what was known of it holds
// again as soon as it is not.
func TestWhatIsCutOffIsUnhealthyUntilItIsReachedAgain(t *testing.T) {
	rules := DefaultRules
	rules.Active = true
	both := []Watch{{"p.e", "paris", rules}, {"p.e", "rome", rules}}
	k := NewTracker(both)
	k.Observe(Sign{Endpoint: "p.e", Cloud: "paris", At: 1, Says: connector.Alive, TookNs: 1})
	paris := func() placement.Health { return k.View().Of("p.e", "paris") }
	cut := []Cut{{"p.e", "paris", "no agent of paris is there"}}
	k.Cut(cut, 5)
	if h := paris(); h.Status != placement.Unhealthy || h.Why != cut[0].Why || h.Shut || h.Back {
		t.Errorf("cut off: %+v", h)
	}
	if h := k.View().Of("p.e", "rome"); h.Status != placement.Unknown {
		t.Errorf("another cloud: %+v", h)
	}
	if due := k.Due(1 << 60); len(due) != 1 || due[0].Cloud != "rome" {
		t.Errorf("probed: %+v", due)
	}
	before := k.View()
	k.Cut(cut, 9)
	k.Replace(both)
	if e := k.Entries()[0]; e.Status != placement.Unhealthy || e.Since != 5 || e.Reason != cut[0].Why {
		t.Errorf("still cut off: %+v", e)
	}
	k.Cut(cut, 10)
	if h := paris(); h.Status != placement.Unhealthy {
		t.Errorf("after another plan: %+v", h)
	}
	k.Observe(Sign{Endpoint: "p.e", Cloud: "paris", At: 11, Says: connector.Failing, Detail: "it was under way"})
	k.Cut(nil, 12)
	if h := paris(); h.Status != placement.Healthy || k.View() == before {
		t.Errorf("reached again: %+v", h)
	}
	if e := k.Entries()[0]; e.Good != 1 || e.Bad != 1 || e.LastBad != record.Instant(11) {
		t.Errorf("what is known: %+v", e)
	}
}

func TestWhatStaysCutOffMakesNoNewView(t *testing.T) {
	k := NewTracker([]Watch{{"p.e", "paris", DefaultRules}})
	k.Cut([]Cut{{"p.e", "paris", "so"}}, 1)
	before := k.View()
	k.Cut([]Cut{{"p.e", "paris", "so"}}, 2)
	if k.View() != before {
		t.Error("nothing has changed, and there is a new view")
	}
}
