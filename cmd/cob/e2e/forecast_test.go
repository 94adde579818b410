package e2e

import (
	"reflect"
	"testing"
)

// A hundred storms have every hazard, none hits one part twice at a time, a seed says
// it all, and who is not there is not hit.
func TestForecasts(t *testing.T) {
	met := map[string]int{}
	for seed := range uint64(100) {
		f := schedule(seed)
		if !reflect.DeepEqual(f, schedule(seed)) {
			t.Errorf("seed %d has two forecasts", seed)
		}
		if n := len(f.rounds); n < 3 || n > 5 {
			t.Errorf("seed %d has %d rounds", seed, n)
		}
		for i, round := range f.rounds {
			if len(round) == 0 {
				t.Errorf("seed %d, round %d: nothing happens", seed, i)
			}
			hit := [parts]bool{}
			for _, g := range round {
				h := hazards[g.hazard]
				if hit[h.part] || h.part == atAgent && !f.leaf {
					t.Errorf("seed %d, round %d: %v", seed, i, round)
				}
				hit[h.part] = true
				met[h.name]++
			}
		}
	}
	for _, h := range hazards {
		if met[h.name] == 0 {
			t.Errorf("no storm of a hundred has: %s", h.name)
		}
	}
}
