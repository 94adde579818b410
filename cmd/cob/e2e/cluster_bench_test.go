package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cob-lang/cob/examples/steps"
)

// askers are the customers who start instances at once.
const askers = 64

// BenchmarkNodesOnACluster starts instances of five transitions over the API of one, two
// and three nodes that share a cluster of three servers, each commit with one fsync on one
// server or on all three. Everything is on this machine: what it shows is what sharing and
// copying cost, not what more machines give.
//
//	go test ./cmd/cob/e2e -run '^$' -bench NodesOnACluster -benchtime 20000x
func BenchmarkNodesOnACluster(b *testing.B) {
	for _, copies := range []int{1, 3} {
		for nodes := 1; nodes <= 3; nodes++ {
			b.Run(fmt.Sprintf("copies=%d/nodes=%d", copies, nodes), func(b *testing.B) { startOnACluster(b, copies, nodes) })
		}
	}
}

func startOnACluster(b *testing.B, copies, nodes int) {
	w := newWorld(b)
	w.pack = filepath.Join(b.TempDir(), "steps")
	write(b, filepath.Join(w.pack, "steps.cob"), steps.Source)
	c := muster(b, w, newServers(b), nodes, "--replicas", strconv.Itoa(copies))
	before := c.used()
	var number atomic.Int64
	b.SetParallelism(max(1, askers/runtime.GOMAXPROCS(0)))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := number.Add(1)
			body := fmt.Sprintf(`{"input":{"id":"i-%d","n":%d}}`, i, i)
			a, err := c.all[i%int64(nodes)].ask("POST", "/v1/processes/steps.Five/instances", body)
			if err != nil || a.status >= 300 {
				b.Errorf("%d %s %v", a.status, a.text, err)
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "instances/s")
	b.ReportMetric(float64((c.used()-before).Microseconds())/float64(b.N), "node-cpu-µs/instance")
}

// used is what the nodes have used of the processors so far, by /proc; 0 where there is
// none.
func (c *crew) used() (sum time.Duration) {
	for _, n := range c.all {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", n.cmd.Process.Pid))
		if err != nil {
			return 0
		}
		_, behind, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(behind)
		user, _ := strconv.Atoi(fields[11])
		system, _ := strconv.Atoi(fields[12])
		sum += time.Duration(user+system) * 10 * time.Millisecond // it counts in hundredths
	}
	return sum
}
