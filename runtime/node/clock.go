package node

import (
	"time"

	"github.com/cob-lang/cob/runtime/record"
)

// clock is the time by which instances live on this node: their timers, and what is
// remembered for a time. Leases go by a clock that is never set.
func clock() record.Instant { return record.Instant(time.Now().UnixNano()) }
