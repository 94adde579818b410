package twin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/jetstream"
)

// A Surplus reads what the store of this cloud has beyond what the other one took
// over, in parts for Inner.Merge, each with a shard of its own.
type Surplus func(ctx context.Context, bases map[string]uint64) ([][]byte, error)

// mergeQuestion is what a loser sends.
type mergeQuestion struct {
	Cloud string `json:"cloud"`
	Term  uint64 `json:"term"`
	Last  bool   `json:"last"` // nothing follows
	Kept  string `json:"kept"` // where the loser puts its store
	Part  []byte `json:"part"`
}

// Rejoin makes a mirror of a cloud that was an owner: the other one is told what it
// does not have, the store is set aside, and the mirror begins anew. It waits until the
// other cloud answers. Errors: the context's; of the disk; those of surplus.
func (t *Twin) Rejoin(ctx context.Context, store string, surplus Surplus) error {
	var role *jetstream.Role
	for {
		if role = t.other(ctx); role != nil && role.Owner != t.options.Cloud && role.Owner != "" {
			break
		}
		if role == nil {
			t.waits("the other cloud, which does not answer: it has to take what only this one has")
		} else {
			t.waits("the other cloud to know that it owns: it answers and does not yet")
		}
		if err := pause(ctx, t.options.Lease/4); err != nil {
			return err
		}
	}
	defer t.goesOn()
	aside := fmt.Sprintf("%s.before-term-%d", store, role.Term)
	_, err := os.Stat(store)
	if there := err == nil; there {
		bases := map[string]uint64{}
		for name, head := range role.Bases {
			bases[name] = head.Number
		}
		parts, err := surplus(ctx, bases)
		if err != nil {
			return err
		}
		if err := t.bring(ctx, role.Term, aside, parts); err != nil {
			return err
		}
		if err := os.Rename(store, aside); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return t.mirror.Follow(*role, true)
}

// bring sends the parts, again and again until the other cloud has taken all.
func (t *Twin) bring(ctx context.Context, term uint64, aside string, parts [][]byte) error {
	for i := 0; i <= len(parts); i++ {
		q := mergeQuestion{Cloud: t.options.Cloud, Term: term, Kept: aside, Last: i == len(parts)}
		if !q.Last {
			q.Part = parts[i]
		}
		text, err := json.Marshal(q)
		if err != nil {
			return err
		}
		for told := false; ; told = true {
			limited, cancel := context.WithTimeout(ctx, yieldTime)
			_, err := jetstream.Ask(limited, t.options.Other, t.options.TLS, t.options.Cloud, opMerge, text)
			cancel()
			if err == nil {
				break
			}
			t.waits("the other cloud to take what only this one has, part %d of %d: %v", i+1, len(parts)+1, err)
			if !told {
				t.options.Log.Warn("the other cloud does not take yet what only this one has; trying again and again", "error", err)
			}
			if err := pause(ctx, t.options.Lease/4); err != nil {
				return err
			}
		}
	}
	return nil
}

// merge takes what only the other cloud has.
func (t *Twin) merge(body []byte) ([]byte, error) {
	var q mergeQuestion
	if err := json.Unmarshal(body, &q); err != nil {
		return nil, err
	}
	t.mu.Lock()
	n := t.tenure
	t.mu.Unlock()
	if n == nil || n.term < q.Term {
		return nil, errors.New("this cloud does not own the shards now")
	}
	n.mu.Lock()
	inner := n.inner
	n.mu.Unlock()
	if inner == nil {
		return nil, errors.New("the node is not open yet")
	}
	var merged []failover.Merged
	if !q.Last {
		ctx, cancel := context.WithTimeout(context.Background(), yieldTime)
		defer cancel()
		var err error
		if merged, err = inner.Merge(ctx, q.Cloud, q.Part); err != nil {
			return nil, err
		}
	}
	t.reporting.Lock()
	defer t.reporting.Unlock()
	r, err := t.report(q.Term)
	if err != nil || r.Term == 0 {
		return nil, err
	}
	for _, m := range merged {
		r.Note(m)
	}
	if q.Last && r.Back == nil {
		now := time.Now().UTC()
		r.Back, r.Kept = &now, q.Kept
	}
	return nil, t.save(r)
}
