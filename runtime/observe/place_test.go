package observe_test

import (
	"fmt"
	"testing"

	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

// Instances of one moment are not lost between two pages, whatever the page's
// size, and whichever order they came in.
func TestPagesHoldEveryInstanceOnce(t *testing.T) {
	v := observe.New(deployment.NewTable())
	var events []record.Event
	for i := range 20 {
		events = append(events, record.InstanceStarted{At: record.Instant(100 + i/7), Instance: fmt.Sprintf("i%02d", i*7%20), Process: "p.P", Plan: "d"})
	}
	v.Fold(1, events)
	for limit := 1; limit <= 21; limit++ {
		seen := map[string]bool{}
		var behind observe.Place
		for {
			page := v.List(observe.Filter{}, behind, limit)
			for i, x := range page {
				if seen[x.ID] {
					t.Fatalf("limit %d: %s comes twice", limit, x.ID)
				}
				seen[x.ID] = true
				if i > 0 && page[i-1].Started.Before(x.Started) {
					t.Fatalf("limit %d: %s stands before one that started later", limit, page[i-1].ID)
				}
			}
			if len(page) < limit {
				break
			}
			var err error
			if behind, err = observe.ParsePlace(page[len(page)-1].Place().String()); err != nil {
				t.Fatal(err)
			}
		}
		if len(seen) != 20 {
			t.Fatalf("limit %d: %d of 20 instances", limit, len(seen))
		}
	}
}

func TestWhatIsNoPlaceIsRefused(t *testing.T) {
	for _, text := range []string{"", "-", "7", "7-", "-7-a", "x-a", "0-a", "99999999999999999999-a"} {
		if p, err := observe.ParsePlace(text); err == nil {
			t.Errorf("%q is %+v", text, p)
		}
	}
}
