package twin

import (
	"fmt"
	"time"
)

// A wait is what a cloud waits for, for people: whatever does not go on says why.
type wait struct {
	what  string // "" for nothing
	since time.Time
}

// waits says what this cloud waits for from now on. Said again it is the same wait.
func (t *Twin) waits(format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wait.what != what {
		t.wait = wait{what, time.Now()}
	}
}

// goesOn says that this cloud waits for nothing.
func (t *Twin) goesOn() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wait = wait{}
}
