package bench

import (
	"slices"
	"testing"
	"time"
)

// TestAPlanIsActiveWhenNobodyGetsTheOldOne: one quick request is not enough while
// others that were sent later still get the older version.
func TestAPlanIsActiveWhenNobodyGetsTheOldOne(t *testing.T) {
	at := func(ms int) time.Time { return time.Unix(0, 0).Add(time.Duration(ms) * time.Millisecond) }
	a := &asked{list: []answered{{at(95), 0}, {at(120), 1}, {at(130), 0}, {at(140), 1}, {at(300), 1}, {at(330), 2}}}
	got, err := a.active([]time.Time{at(100), at(310)})
	if want := []time.Duration{40 * time.Millisecond, 20 * time.Millisecond}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v %v, want %v", got, err, want)
	}
	if got, err := a.active([]time.Time{at(100), at(310), at(340)}); err == nil || err.Error() != "nobody got version 3" {
		t.Errorf("%v %v", got, err)
	}
}
