package e2e

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/record"
)

// claims have something to be found by, and wait for a person to look at them.
const claims = `package claims

event Looked { id: string }

process Claim(id: string, amount: money, region: string, urgent: bool) -> string {
  key:    id
  search: { amount, region, urgent }
  select {
    on Looked as l where l.id == id { return "paid" }
  }
}
`

const claimCount = 500

// fileClaims starts claims c-0 to c-499: the amount is the number in euros, every fifth
// is of the north, every hundredth is urgent.
func (n *node) fileClaims() {
	n.t.Helper()
	next := make(chan int)
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for i := range next {
				region := "south"
				if i%5 == 0 {
					region = "north"
				}
				body := fmt.Sprintf(`{"id": "c-%d", "amount": {"amount": "%d.00", "currency": "EUR"}, "region": %q, "urgent": %t}`, i, i, region, i%100 == 0)
				if a, err := n.ask("POST", "/v1/processes/claims.Claim/instances", body); err != nil || a.status != 202 {
					n.t.Errorf("claim %d: %d %s %v", i, a.status, a.text, err)
				}
			}
		})
	}
	for i := range claimCount {
		next <- i
	}
	close(next)
	clients.Wait()
}

// found are the keys of the claims that a condition holds for, as cob ps finds them.
func (n *node) found(where string, flags ...string) []string {
	n.t.Helper()
	o := n.cob(append([]string{"ps", "--format", "json", "--limit", itoa(admin.MaxList), "--where", where}, flags...)...).want(n.t, 0)
	var page admin.Page
	if err := json.Unmarshal([]byte(o.out), &page); err != nil {
		n.t.Fatal(err)
	}
	keys := []string{}
	for _, i := range page.Instances {
		keys = append(keys, i.Key)
	}
	slices.Sort(keys)
	return keys
}

func TestFiveHundredInstancesAreFoundAndActedOnByACondition(t *testing.T) {
	w := newWorld(t)
	w.pack = filepath.Join(t.TempDir(), "claims")
	write(t, filepath.Join(w.pack, "claims.cob"), claims)
	n := w.run()
	n.fileClaims()
	const open = `process == "claims.Claim" && state == "waiting"`
	eventually(t, "all wait", func() bool { return len(n.found(open)) == claimCount })

	for where, want := range map[string]int{
		"amount >= 100.00 EUR && amount < 200 EUR":   100,
		`region == "north"`:                          100,
		`region in ["north", "south"]`:               500,
		`region != "north" && urgent == true`:        0,
		"urgent == true":                             5,
		`amount > 498 EUR || key == "c-7"`:           2,
		`!(amount < 400 EUR) && region == "north"`:   20,
		"amount > 100 USD":                           0,
		`region == "NORTH"`:                          0,
		"region == null":                             0,
		`key in ["c-1", "c-2", "c-x"]`:               2,
		"started > 2020-01-01T00:00:00Z":             500,
		"started < 2020-01-01T00:00:00Z":             0,
		`(state == "waiting" && urgent == false)`:    495,
		`fault == null && ended == null && id != ""`: 500,
	} {
		if got := n.found(where); len(got) != want {
			t.Errorf("%s finds %d: %.200v, want %d", where, len(got), got, want)
		}
	}
	n.cob("ps", "--where", "amout > 3 EUR").want(t, 1, "no process that is deployed here has the search field amout", "amount, region, urgent")
	n.cob("ps", "--where", "amount >").want(t, 1, "at byte 8")
	n.cob("cancel", "--where", `regio == "north"`).want(t, 1, "search field regio")
	// What a dry run says changes nothing; its ten are those of the real one.
	const some = `region == "north" && amount >= 100 EUR && amount < 150 EUR`
	dry := n.cob("cancel", "--where", some, "--dry-run").want(t, 0)
	if got := strings.Count(dry.out, "\n"); got != 10 {
		t.Errorf("the dry run tells of %d:\n%s", got, dry.out)
	}
	if got := n.found(open); len(got) != claimCount {
		t.Errorf("a dry run leaves %d", len(got))
	}
	done := n.cob("cancel", "--where", some, "--reason", "filed twice").want(t, 0)
	ids := func(text string) (ids []string) {
		for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
			ids = append(ids, strings.Fields(line)[0])
		}
		slices.Sort(ids)
		return ids
	}
	if !slices.Equal(ids(dry.out), ids(done.out)) {
		t.Errorf("the dry run tells of\n%s\nand cancelled are\n%s", dry.out, done.out)
	}
	eventually(t, "ten are cancelled", func() bool { return len(n.found(some, "--state", string(record.Cancelled))) == 10 })
	n.cob("show", ids(done.out)[0]).want(t, 0, "filed twice")
	n.cob("terminate", "--where", open+" && urgent == true", "--reason", "closed").want(t, 0)
	if got := n.found(open); len(got) != claimCount-10-4 { // c-100 was cancelled
		t.Errorf("%d are left", len(got))
	}
	n.cob("retry", "--where", open+" && amount < 3 EUR", "--dry-run").want(t, 0, "not possible: it has no incident")
	n.cob("retry", "--where", open+" && amount < 3 EUR").want(t, 1, "2 of 2 instances refused")

	// Search fields are there after a restart.
	n.kill()
	n = w.run()
	if got := n.found(open); len(got) != claimCount-10-4 {
		t.Errorf("after a restart %d are left", len(got))
	}
	o := n.cob("terminate", "--where", open, "--reason", "the end").want(t, 0)
	if got := strings.Count(o.out, "\n"); got != claimCount-10-4 {
		t.Errorf("%d were ended", got)
	}
	if got := n.found(open); len(got) != 0 {
		t.Errorf("left are %v", got)
	}
}
