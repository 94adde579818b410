package main

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// sideBySide does something for each number up to n, on all processors.
func sideBySide(n int, do func(int)) {
	var group sync.WaitGroup
	var next atomic.Int64
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	group.Wait()
}
