package lease

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Bounds of the time that a session outlives its last renewal.
const (
	MinTTL     = 2 * time.Second
	MaxTTL     = time.Minute
	DefaultTTL = 6 * time.Second
)

// ValidTTL says whether a time is within the bounds.
func ValidTTL(ttl time.Duration) error {
	if ttl < MinTTL || ttl > MaxTTL {
		return fmt.Errorf("a lease of %v: want %v to %v", ttl, MinTTL, MaxTTL)
	}
	return nil
}

// Keeper is what one node knows of its session. Times are those of a clock that
// only goes forward, from any beginning, and is the node's own. It is used by one
// goroutine at a time.
type Keeper struct {
	id    string
	ttl   time.Duration
	until time.Duration // the session is over then, unless it is renewed
	begun bool
	over  bool
	// crowd is who was there at the last look, and since when it is the same.
	crowd string
	since time.Duration
	free  map[int]time.Duration // shards without an owner, since when
}

// New is the keeper of a session that is not begun. id is never used again.
func New(id string, ttl time.Duration) *Keeper {
	return &Keeper{id: id, ttl: ttl, free: map[int]time.Duration{}}
}

// ID is that of the session.
func (k *Keeper) ID() string { return k.id }

// margin is how much earlier the node takes its session for over than the store
// does, for clocks that do not go equally fast.
func (k *Keeper) margin() time.Duration { return k.ttl / 10 }

// Every is the time between two renewals: several may fail.
func (k *Keeper) Every() time.Duration { return k.ttl / 5 }

// Begin says that the session is in the store, by a request that left at sent.
func (k *Keeper) Begin(sent time.Duration) {
	k.begun, k.until = true, sent+k.ttl-k.margin()
}

// Renewed says that the store took a renewal that left at sent. It counts from there,
// and not at all where the session has lapsed meanwhile: nobody may rely on it then.
func (k *Keeper) Renewed(now, sent time.Duration) {
	if k.Valid(now) {
		k.until = max(k.until, sent+k.ttl-k.margin())
	}
}

// Lost says that the store knows no such session any more.
func (k *Keeper) Lost() { k.over = true }

// Valid says whether the node may act as an owner. Once it is false it stays so.
func (k *Keeper) Valid(now time.Duration) bool {
	if k.begun && now >= k.until {
		k.over = true
	}
	return k.begun && !k.over
}

// Moves are what a node is to do now.
type Moves struct {
	Take    []int // shards without an owner
	Release []int // its own, for others
}

// Decide says what the node is to do as it sees the store. A shard whose owner is
// gone is taken at once by whom Share says; where that node does not, for whatever
// reason, by anybody after a while. A shard that has an owner moves only when the same nodes
// have been there for a while, so that one that comes and goes moves nothing twice.
func (k *Keeper) Decide(now time.Duration, v View) Moves {
	var m Moves
	if !k.Valid(now) {
		return m
	}
	takers := v.takers()
	if crowd := strings.Join(takers, "\x00"); crowd != k.crowd {
		k.crowd, k.since = crowd, now
	}
	leaves := !slices.Contains(takers, k.id)
	settled := now-k.since >= k.ttl
	for shard, to := range Share(v) {
		if v.Alive(shard) {
			delete(k.free, shard)
			if v.Shards[shard].Owner == k.id && to != k.id && (settled || leaves) {
				m.Release = append(m.Release, shard)
			}
			continue
		}
		since, known := k.free[shard]
		if !known {
			since = now
			k.free[shard] = now
		}
		if !leaves && (to == k.id || now-since >= 2*k.ttl) {
			m.Take = append(m.Take, shard)
		}
	}
	return m
}
