package lease

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

const ttl = 6 * time.Second

func members(ids ...string) (list []Member) {
	for _, id := range ids {
		list = append(list, Member{ID: id})
	}
	return list
}

// owned makes holds of owners by shard.
func owned(owners ...string) (list []Hold) {
	for _, o := range owners {
		list = append(list, Hold{Owner: o})
	}
	return list
}

func count(owners []string) map[string]int {
	n := map[string]int{}
	for _, o := range owners {
		n[o]++
	}
	return n
}

func TestShareIsEvenAndMovesLittle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		shards, nodes := 1+r.IntN(64), 1+r.IntN(7)
		v := View{Shards: make([]Hold, shards)}
		for i := range nodes {
			v.Members = append(v.Members, Member{ID: fmt.Sprint("n", i), Leaving: i > 0 && r.IntN(5) == 0})
		}
		for i := range v.Shards {
			v.Shards[i].Owner = fmt.Sprint("n", r.IntN(nodes+2)) // some are gone
		}
		to := Share(v)
		takers := v.takers()
		least, most, n := shards, 0, count(to)
		for _, id := range takers {
			least, most = min(least, n[id]), max(most, n[id])
		}
		if most-least > 1 {
			t.Fatalf("%+v: %v", v, n)
		}
		moved, surplus := 0, 0
		held := map[string]int{}
		for i, h := range v.Shards {
			held[h.Owner]++
			if slices.Contains(takers, h.Owner) && to[i] != h.Owner {
				moved++
			}
		}
		// No even share leaves a node more than the larger part, nor more nodes the
		// larger part than there are.
		larger := shards % len(takers)
		for _, id := range takers {
			if over := held[id] - shards/len(takers); over > 0 {
				surplus += over
				if larger > 0 {
					larger--
					surplus--
				}
			}
		}
		if moved != surplus {
			t.Fatalf("%+v: %d shards move, %d have to", v, moved, surplus)
		}
		slices.Reverse(v.Members)
		if again := Share(v); !slices.Equal(again, to) {
			t.Fatalf("another order of the nodes gives another share: %v, %v", to, again)
		}
		for i := range v.Shards {
			v.Shards[i].Owner = to[i]
		}
		if again := Share(v); !slices.Equal(again, to) {
			t.Fatalf("a share that is there is changed: %v, %v", to, again)
		}
	}
}

func TestShareWithoutAnybody(t *testing.T) {
	if got := Share(View{Members: []Member{{ID: "a", Leaving: true}}, Shards: owned("a", "")}); !slices.Equal(got, []string{"", ""}) {
		t.Errorf("got %q", got)
	}
}

// The shards of a node that is gone spread over all others.
func TestTheShardsOfOneThatIsGoneSpread(t *testing.T) {
	v := View{Members: members("a", "b", "c"), Shards: make([]Hold, 60)}
	for i, o := range Share(v) {
		v.Shards[i].Owner = o
	}
	v.Members = members("a", "c")
	n := map[string]int{}
	for i, o := range Share(v) {
		if v.Shards[i].Owner == "b" {
			n[o]++
		}
	}
	if n["a"] != 10 || n["c"] != 10 {
		t.Errorf("of 20 shards each of two gets 10, got %v", n)
	}
}

func TestALapsedSessionIsOverForGood(t *testing.T) {
	k := New("a", ttl)
	if k.Valid(0) {
		t.Error("valid before it began")
	}
	k.Begin(0)
	end := ttl - k.margin()
	if !k.Valid(end-1) || k.Valid(end) {
		t.Errorf("it ends at %v", end)
	}
	k.Renewed(end+1, end-1) // the answer was late
	if k.Valid(end - 1) {
		t.Error("a late answer brought it back")
	}
	k = New("b", ttl)
	k.Begin(0)
	k.Renewed(4*time.Second, 3*time.Second)
	k.Renewed(4*time.Second, 1*time.Second) // overtaken by the one before
	if want := 3*time.Second + end; !k.Valid(want-1) || k.Valid(want) {
		t.Errorf("it ends %v after the latest renewal left", end)
	}
	k = New("c", ttl)
	k.Begin(0)
	k.Lost()
	k.Renewed(1, 1)
	if k.Valid(1) || len(k.Decide(1, View{Members: members("c"), Shards: owned("")}).Take) > 0 {
		t.Error("what the store does not know owns nothing")
	}
}

func begun(id string) *Keeper {
	k := New(id, time.Hour) // does not lapse here
	k.ttl = ttl
	k.begun, k.until = true, time.Hour
	return k
}

func TestFreeShardsAreTakenAtOnce(t *testing.T) {
	a, b := begun("a"), begun("b")
	v := View{Members: members("a", "b"), Shards: owned("gone", "gone", "", "")}
	all := slices.Concat(a.Decide(0, v).Take, b.Decide(0, v).Take)
	slices.Sort(all)
	if !slices.Equal(all, []int{0, 1, 2, 3}) {
		t.Errorf("each free shard is taken once, got %v", all)
	}
	// What b does not take, a takes in the end, and not before.
	if got := a.Decide(2*ttl-1, v).Take; len(got) != 2 {
		t.Errorf("a takes %v", got)
	}
	if got := a.Decide(2*ttl, v).Take; len(got) != 4 {
		t.Errorf("after %v a takes %v, want all", 2*ttl, got)
	}
}

func TestShardsMoveOnlyWhenTheNodesAreSettled(t *testing.T) {
	k := begun("a")
	alone := View{Members: members("a"), Shards: owned("a", "a", "a", "a")}
	both := View{Members: members("a", "b"), Shards: owned("a", "a", "a", "a")}
	k.Decide(0, alone)
	if got := k.Decide(ttl, both).Release; got != nil {
		t.Errorf("moved at once: %v", got)
	}
	k.Decide(ttl+ttl/2, alone) // it went and came
	k.Decide(ttl+ttl/2+1, both)
	if got := k.Decide(2*ttl+ttl/2, both).Release; got != nil {
		t.Errorf("moved too early: %v", got)
	}
	if got := k.Decide(2*ttl+ttl/2+1, both).Release; len(got) != 2 {
		t.Errorf("two of four move, got %v", got)
	}
}

func TestOneWhoLeavesReleasesAtOnceAndTakesNothing(t *testing.T) {
	k := begun("a")
	v := View{Members: []Member{{ID: "a", Leaving: true}, {ID: "b"}}, Shards: owned("a", "", "gone", "a")}
	if m := k.Decide(0, v); !slices.Equal(m.Release, []int{0, 3}) || m.Take != nil {
		t.Errorf("got %+v", m)
	}
	v.Members = v.Members[:1] // nobody is there to take anything
	if m := k.Decide(ttl*4, v); !slices.Equal(m.Release, []int{0, 3}) || m.Take != nil {
		t.Errorf("alone: %+v", m)
	}
}

func TestTTLHasBounds(t *testing.T) {
	for d, ok := range map[time.Duration]bool{MinTTL: true, MaxTTL: true, DefaultTTL: true, MinTTL - 1: false, MaxTTL + 1: false} {
		if (ValidTTL(d) == nil) != ok {
			t.Errorf("%v: want %v", d, ok)
		}
	}
}
