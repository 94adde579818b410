package bench

import (
	"context"
	"fmt"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Load is a closed loop: Clients ask, each as soon as its last answer came. With a
// Rate it is an open one: so many requests a second fall due whatever the answers do,
// and each is timed from when it fell due, so that one that has to wait for a client
// is not left out of the figures.
type Load struct {
	Clients int
	For     time.Duration
	Rate    float64 // 0: closed
}

// at is the load as an open loop, with enough clients for requests to leave when they
// fall due although each takes openFor.
func (l Load) at(rate float64) Load {
	l.Rate, l.Clients = rate, max(l.Clients, openClients, int(rate*openFor.Seconds()))
	return l
}

// MaxRate bounds an open loop, in requests a second.
const MaxRate = 100_000

const (
	openClients = 512
	openFor     = 200 * time.Millisecond
)

// Result is what a load came to.
type Result struct {
	What    string        `json:"what"`
	Round   int           `json:"round"`
	Clients int           `json:"clients"`
	N       int64         `json:"n"`
	Elapsed time.Duration `json:"elapsed_ns"`
	Rate    float64       `json:"per_second"`
	P50     time.Duration `json:"p50_ns"`
	P99     time.Duration `json:"p99_ns"`
	P999    time.Duration `json:"p999_ns"`
	// What one took: of the processors, of fsyncs and of the disk; 0 where that was
	// not measured. Services and Driver are what the outside services and whoever
	// asks took of the processors beside CPU.
	CPU      time.Duration `json:"cpu_ns,omitempty"`
	Services time.Duration `json:"services_cpu_ns,omitempty"`
	Driver   time.Duration `json:"driver_cpu_ns,omitempty"`
	Fsyncs   float64       `json:"fsyncs,omitempty"`
	Bytes    float64       `json:"bytes,omitempty"`
	Errors   int64         `json:"errors,omitempty"`
	Error    string        `json:"error,omitempty"` // one of them
}

func (r Result) String() string {
	text := fmt.Sprintf("%-34s %4d clients %10.0f/s", r.What, r.Clients, r.Rate)
	if r.P50 > 0 {
		text += fmt.Sprintf("   p50 %8s   p99 %8s   p999 %8s", r.P50.Round(10*time.Microsecond), r.P99.Round(10*time.Microsecond), r.P999.Round(10*time.Microsecond))
	}
	if r.CPU > 0 {
		text += fmt.Sprintf("   cpu %8s", r.CPU.Round(100*time.Nanosecond))
	}
	if r.Services > 0 {
		text += fmt.Sprintf(" + services %s", r.Services.Round(100*time.Nanosecond))
	}
	if r.Driver > 0 {
		text += fmt.Sprintf(" + driver %s", r.Driver.Round(100*time.Nanosecond))
	}
	if r.Fsyncs > 0 {
		text += fmt.Sprintf("   %.3f fsyncs", r.Fsyncs)
	}
	if r.Bytes > 0 {
		text += fmt.Sprintf("   %.0f B", r.Bytes)
	}
	if r.Errors > 0 {
		text += fmt.Sprintf("   %d errors: %s", r.Errors, r.Error)
	}
	return text
}

// Drive runs a load. one is called with numbers that never repeat; an error
// counts and the client goes on.
func Drive(ctx context.Context, what string, l Load, one func(ctx context.Context, n int64) error) Result {
	var next, failed, due atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	var problem string
	began := time.Now()
	end := began.Add(l.For)
	var crew sync.WaitGroup
	for range l.Clients {
		crew.Go(func() {
			var mine []time.Duration
			for ctx.Err() == nil {
				at := l.turn(began, due.Add(1)-1)
				if !at.Before(end) {
					break
				}
				if err := one(ctx, serial.Add(1)); err != nil {
					failed.Add(1)
					mu.Lock()
					problem = err.Error()
					mu.Unlock()
					time.Sleep(time.Millisecond)
					continue
				}
				next.Add(1)
				mine = append(mine, time.Since(at))
			}
			mu.Lock()
			took = append(took, mine...)
			mu.Unlock()
		})
	}
	crew.Wait()
	elapsed := time.Since(began)
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	r := Result{What: what, Clients: l.Clients, N: next.Load(), Elapsed: elapsed, Errors: failed.Load(), Error: problem}
	r.Rate = float64(r.N) / elapsed.Seconds()
	if n := len(took); n > 0 {
		r.P50, r.P99, r.P999 = took[n/2], took[n*99/100], took[n*999/1000]
	}
	return r
}

// turn waits until request n of a load falls due, and says when that was.
func (l Load) turn(began time.Time, n int64) time.Time {
	if l.Rate == 0 {
		return time.Now()
	}
	at := began.Add(time.Duration(float64(n) / l.Rate * float64(time.Second)))
	time.Sleep(time.Until(at))
	return at
}

// serial numbers what is asked for, over all loads of a run.
var serial atomic.Int64
