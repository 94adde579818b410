package main

import (
	"os/exec"
	"testing"
	"time"
)

// BenchmarkCheckOrders is `cob check examples/orders` as a whole process: ns/op is
// what a person waits, cpu-ms/op what the machine works.
//
//	go test -run xxx -bench CheckOrders ./cmd/cob
func BenchmarkCheckOrders(b *testing.B) {
	var worked time.Duration
	for b.Loop() {
		c := exec.Command("cob", "check", "../../examples/orders")
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		worked += c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	}
	b.ReportMetric(float64(worked.Microseconds())/1000/float64(b.N), "cpu-ms/op")
}
