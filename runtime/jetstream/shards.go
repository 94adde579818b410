package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/cob-lang/cob/runtime/journal"
)

const shardsSubject = "cob.shards"

// Shards is how many shards the store has. A store without a number takes want and keeps it for good, because the number decides which
// shard every instance lives in. Of several nodes that begin at once one makes it. Errors: those of Plans.Put and Plans.Get.
func (p *Plans) Shards(ctx context.Context, want int) (int, error) {
	text, err := p.read(ctx, shardsSubject, "number of shards")
	if errors.Is(err, ErrNoPlan) {
		if err = p.writeFirst(ctx, shardsSubject, []byte(strconv.Itoa(want))); err == nil {
			return want, nil
		}
		if !errors.Is(err, journal.ErrFenced) {
			return 0, err
		}
		text, err = p.read(ctx, shardsSubject, "number of shards") // another node was faster
	}
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > MaxShards {
		return 0, journal.Damage(plansStream, 1, "the number of shards reads %q", text)
	}
	return n, nil
}

// Read gives the commits numbered first to last that are still kept, in order, each checked by itself but not against its neighbours. It
// may be called from any goroutine, also while the journal is written. An error of f ends it and is returned as it is. Errors:
// *journal.DamageError, journal.ErrUnavailable.
func (j *Journal) Read(ctx context.Context, first, last uint64, f func(journal.Commit) error) error {
	st, err := j.server.state(ctx, j.name)
	if err != nil {
		return j.explain(err)
	}
	first, last = max(first, st.FirstSeq, 1), min(last, st.LastSeq)
	if first > last {
		return nil
	}
	return j.server.scan(ctx, j.name, first, last, func(frame []byte) (uint64, error) {
		c, _, err := journal.Decode(frame)
		if err != nil {
			return 0, fmt.Errorf("reading %s: %w", j.name, err)
		}
		return c.Number, f(c)
	})
}
