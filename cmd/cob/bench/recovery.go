package bench

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// Recovered is what a kill -9 with parked instances came to.
type Recovered struct {
	Parked int           `json:"parked"`
	Ready  time.Duration `json:"ready_ns"` // from the start of the process to all of them in memory and the API open
	// Bytes of the node's memory, with its code: when the last one was parked, and some
	// seconds after the start. 0 where the system does not tell.
	Before int64         `json:"resident_before,omitempty"`
	After  int64         `json:"resident_after,omitempty"`
	Disk   int64         `json:"disk"`   // bytes of the store
	CPU    time.Duration `json:"cpu_ns"` // of the process that recovered, to its end
}

func (r Recovered) String() string {
	each := func(bytes int64) int64 { return bytes / int64(max(1, r.Parked)) }
	return fmt.Sprintf("%d parked instances, kill -9: all there and the API open after %s, with %s of the processor\n"+
		"  resident %d MB before, %d MB after; %d bytes an instance after, %d on the disk",
		r.Parked, r.Ready.Round(time.Millisecond), r.CPU.Round(time.Millisecond), r.Before>>20, r.After>>20, each(r.After), each(r.Disk))
}

// settled is how long a node that was started is left alone before its memory is
// looked at.
const settled = 3 * time.Second

// parked is a process that waits an hour.
const parked = `package parked

process Park(id: string, note: string) -> string {
  key: id
  wait 1h
  return note
}
`

// Recovery parks instances in a node, kills it, and starts it again.
func Recovery(ctx context.Context, o Options) (Recovered, error) {
	o.Parked = cmp.Or(o.Parked, ParkedRecovery)
	dir, remove, err := folder()
	if err != nil {
		return Recovered{}, err
	}
	defer remove()
	source, err := unpack(dir, "parked", parked)
	if err != nil {
		return Recovered{}, err
	}
	listen, err := freeAddress()
	if err != nil {
		return Recovered{}, err
	}
	c := nodeOf(o, source, filepath.Join(dir, "store"), listen)
	if err := c.start(ctx); err != nil {
		return Recovered{}, err
	}
	defer func() { c.stop(true) }()
	if err := park(ctx, c.base(), "parked.Park", o.Parked); err != nil {
		return Recovered{}, err
	}
	r := Recovered{Parked: o.Parked, Before: resident(c.cmd.Process.Pid)}
	c.stop(true)
	r.Disk = onDisk(c.store)
	if listen, err = freeAddress(); err != nil { // a client may have got the old one meanwhile
		return r, err
	}
	c = nodeOf(o, source, c.store, listen)
	began := time.Now()
	if err := c.start(ctx); err != nil {
		return Recovered{}, err
	}
	r.Ready = time.Since(began)
	text, err := get(ctx, c.base()+"/v1/figures")
	if err != nil {
		return r, err
	}
	var figures struct{ Counts struct{ Instances int } }
	if err := json.Unmarshal(text, &figures); err != nil {
		return r, err
	}
	if figures.Counts.Instances != o.Parked {
		return r, fmt.Errorf("%d instances were parked and %d are there after the kill", o.Parked, figures.Counts.Instances)
	}
	time.Sleep(settled)
	r.After = resident(c.cmd.Process.Pid)
	r.CPU = c.stop(true)
	fmt.Fprintln(o.Out, r)
	return r, nil
}

// park starts instances that wait, of a process that takes an id and a note.
func park(ctx context.Context, base, process string, count int) error {
	var next atomic.Int64
	failures := make(chan error, 64)
	var crew sync.WaitGroup
	for range 64 {
		crew.Go(func() {
			for i := next.Add(1); i <= int64(count); i = next.Add(1) {
				body := fmt.Appendf(nil, `{"id":"p-%d","note":"%0180d"}`, i, i)
				if err := post(ctx, base+"/v1/processes/"+process+"/instances", "", body); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	crew.Wait()
	select {
	case err := <-failures:
		return fmt.Errorf("parking: %w", err)
	default:
		return nil
	}
}
