package node

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
)

// goroutineID tells goroutines apart.
func goroutineID() string {
	text := make([]byte, 64)
	return string(text[:runtime.Stack(text, false)])
}

// TestTheCrewTakesTheNextTask: who has ended a task gets the next one, and nobody waits
// for anybody else.
func TestTheCrewTakesTheNextTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c crew
		defer c.dismiss()
		var first, second string
		c.Go(func() { first = goroutineID() })
		synctest.Wait()
		c.Go(func() { second = goroutineID() })
		synctest.Wait()
		if first == "" || first != second {
			t.Errorf("the second task ran on %q; want %q, which was idle", second, first)
		}
		const together = 10
		var all, ended sync.WaitGroup
		all.Add(together)
		for range together {
			ended.Add(1)
			c.Go(func() {
				defer ended.Done()
				all.Done()
				all.Wait() // each needs all others
			})
		}
		ended.Wait()
	})
}

func TestTheCrewKeepsFewIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c crew
		together := func(n int) {
			release := make(chan struct{})
			for range n {
				c.Go(func() { <-release })
			}
			close(release)
			synctest.Wait()
		}
		together(maxIdle)
		if len(c.idle) != maxIdle {
			t.Errorf("%d are idle after %d tasks at once; want all", len(c.idle), maxIdle)
		}
		together(maxIdle + 1)
		if len(c.idle) != maxIdle {
			t.Errorf("%d are idle after %d tasks at once; want %d", len(c.idle), maxIdle+1, maxIdle)
		}
		held := make(chan struct{})
		c.Go(func() { <-held })
		synctest.Wait()
		c.dismiss()
		close(held)
		synctest.Wait() // synctest.Test fails where a goroutine stays
		if len(c.idle) != 0 {
			t.Errorf("%d are idle in a crew that is dismissed", len(c.idle))
		}
		done := false
		c.Go(func() { done = true })
		synctest.Wait()
		if !done {
			t.Error("a task of a crew that is dismissed was not done")
		}
	})
}
