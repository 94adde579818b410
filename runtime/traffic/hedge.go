package traffic

import (
	"context"
	"sync"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/record"
)

// Send carries out one attempt; ctx ends when nobody wants its answer any more.
type Send func(ctx context.Context) connector.Reply

// Hedged sends first, and second as well when first has not answered after so long
// and may says so. The first answer that settles the call is the reply, and the other
// attempt is cut off; bySecond says whose it is. Where neither settles it, the reply
// is that of which less is known.
func Hedged(ctx context.Context, after time.Duration, may func() bool, first, second Send) (reply connector.Reply, bySecond bool) {
	both, stop := context.WithCancel(ctx)
	defer stop()
	type answer struct {
		connector.Reply
		second bool
	}
	answers := make(chan answer, 2)
	go func() { answers <- answer{first(both), false} }()
	timer := time.NewTimer(after)
	defer timer.Stop()
	var one answer
	select {
	case one = <-answers:
		return one.Reply, false
	case <-timer.C:
	}
	if !may() {
		one = <-answers
		return one.Reply, false
	}
	go func() { answers <- answer{second(both), true} }()
	if one = <-answers; settles(one.Outcome) {
		return one.Reply, one.second
	}
	two := <-answers
	if settles(two.Outcome) || two.Outcome == record.Unknown && one.Outcome == record.Refused {
		return two.Reply, two.second
	}
	return one.Reply, one.second
}

func settles(o record.Outcome) bool {
	return o == record.Succeeded || o == record.Raised || o == record.Rejected
}

// Budget bounds how many calls are sent a second time, exactly: of any number of
// calls since the beginning at most the declared ratio.
type Budget struct {
	mu    sync.Mutex
	spent map[string]spent // by endpoint
}

type spent struct{ calls, hedged int64 }

// Called counts a call that could be sent a second time.
func (b *Budget) Called(endpoint string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent == nil {
		b.spent = map[string]spent{}
	}
	s := b.spent[endpoint]
	s.calls++
	b.spent[endpoint] = s
}

// Spend counts a second attempt where the ratio ("0.1") leaves room for one.
func (b *Budget) Spend(endpoint, ratio string) bool {
	share, err := types.ParseExact(ratio)
	if err != nil {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.spent[endpoint]
	room, err := share.Mul(types.ExactInt(s.calls))
	if err != nil || room.Cmp(types.ExactInt(s.hedged+1)) < 0 {
		return false
	}
	s.hedged++
	b.spent[endpoint] = s
	return true
}
