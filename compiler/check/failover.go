package check

import (
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/syntax"
)

// DefaultFailover is what holds where nothing is set, as the table says.
func DefaultFailover() plan.Failover {
	return plan.Failover{Prefer: plan.Listed, Tries: 3, EachNs: int64(10 * time.Second),
		BackoffMinNs: int64(100 * time.Millisecond), BackoffMaxNs: int64(10 * time.Second),
		UnhealthyFailures: 5, UnhealthyWindowNs: int64(30 * time.Second),
		ProbeEveryNs: int64(time.Second), FailbackAfterNs: int64(30 * time.Second)}
}

func (c *checker) failover(d *syntax.FailoverDecl) plan.Failover {
	f := DefaultFailover()
	f.Name = c.qualified(d.Name.Text)
	b := c.settings("a failover", failoverSettings, list(d.Settings), d.Name.At)
	if v, ok := b.first("prefer"); ok {
		f.Prefer = plan.Preference(v.text)
	}
	if v, ok := b.get("tries"); ok {
		f.Tries = int(v[0][0].int)
		if v.has(1) {
			f.EachNs = int64(v[1][0].low)
		}
		if v.has(2) {
			f.BackoffMinNs, f.BackoffMaxNs = int64(v[2][0].low), int64(v[2][0].high)
		}
	}
	if v, ok := b.get("unhealthy"); ok {
		f.UnhealthyFailures, f.UnhealthyWindowNs = int(v[0][0].int), int64(v[0][1].low)
	}
	if v, ok := b.first("probe"); ok {
		f.ProbeEveryNs = int64(v.low)
	}
	if v, ok := b.first("failback"); ok {
		f.FailbackAfterNs = int64(v.low)
	}
	if v, ok := b.first("replicate"); ok {
		f.Replicate = v.text
	}
	f.Breaker, f.Hedge = c.breaker(b, &f), hedge(b)
	return f
}
