package node

import "sync"

// maxIdle is how many goroutines of a crew wait for their next task at most. Each
// keeps a stack of 8 to 16 KB.
const maxIdle = 512

// crew runs tasks side by side, each on a goroutine, and lets goroutines that have
// ended one take the next: a call needs a deeper stack than a goroutine begins with, and
// growing it twice takes longer than all that a node does for the call besides HTTP.
// The zero value is ready.
type crew struct {
	mu   sync.Mutex
	idle []chan func() // where the next task of each comes; the last one rested the shortest, and its stack is warm
	gone bool
}

// Go starts a task without waiting for anything.
func (c *crew) Go(task func()) {
	c.mu.Lock()
	n := len(c.idle)
	if n == 0 {
		c.mu.Unlock()
		go c.work(task)
		return
	}
	next := c.idle[n-1]
	c.idle = c.idle[:n-1]
	c.mu.Unlock()
	next <- task // has room: who is idle has nothing to do
}

func (c *crew) work(task func()) {
	next := make(chan func(), 1)
	for task != nil {
		task()
		if !c.rest(next) {
			return
		}
		task = <-next // nil when the crew is dismissed
	}
}

// rest says where a goroutine waits for its next task; false where enough of them do.
func (c *crew) rest(next chan func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone || len(c.idle) == maxIdle {
		return false
	}
	c.idle = append(c.idle, next)
	return true
}

// dismiss ends who is idle now, and later who ends a task.
func (c *crew) dismiss() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = true
	for _, next := range c.idle {
		close(next)
	}
	c.idle = nil
}
