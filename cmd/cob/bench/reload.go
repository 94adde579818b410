package bench

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Reloaded is what saving a package came to while its instances ran and others were
// started.
type Reloaded struct {
	Running int `json:"running"` // instances of the package, parked all the while
	// Active are the times of the saves, in order of length: from the moment the file
	// was about to be written until no request that was sent got the old plan.
	Active []time.Duration `json:"active_ns"`
	// Load are the requests that were sent all the while; Refused of them were not
	// answered with the result of their instance.
	Load    Result `json:"load"`
	Refused int64  `json:"refused"`
}

func (r Reloaded) String() string {
	n := len(r.Active)
	return fmt.Sprintf("%v\n%d saves with %d instances running: active after p50 %s, at most %s; %d of %d requests refused",
		r.Load, n, r.Running, r.Active[n/2].Round(time.Millisecond), r.Active[n-1].Round(time.Millisecond),
		r.Refused, r.Load.N+r.Refused)
}

const (
	reloadRate  = 200             // requests a second that fall due while files are saved
	reloadSaves = 10              // in each round
	reloadPause = 2 * time.Second // between two saves
)

// reloading is a package whose processes are others in each version.
func reloading(version int) string {
	return fmt.Sprintf(`package reload

process Park(id: string, note: string) -> string {
  key: id
  wait 1h
  return "${note}, by version %[1]d"
}

process Ask(id: string) -> int {
  key: id
  return %[1]d
}
`, version)
}

// Reload saves a package's file again and again beside a node that watches it, while
// Parked instances of it run and requests flow.
func Reload(ctx context.Context, o Options) ([]Reloaded, error) {
	o.Parked = cmp.Or(o.Parked, ParkedReload)
	var all []Reloaded
	for range o.Rounds {
		r, err := reload(ctx, o)
		if err != nil {
			return all, err
		}
		fmt.Fprintln(o.Out, r)
		all = append(all, r)
	}
	return all, nil
}

func reload(ctx context.Context, o Options) (Reloaded, error) {
	dir, remove, err := folder()
	if err != nil {
		return Reloaded{}, err
	}
	defer remove()
	source, err := unpack(dir, "reload", reloading(0))
	if err != nil {
		return Reloaded{}, err
	}
	listen, err := freeAddress()
	if err != nil {
		return Reloaded{}, err
	}
	c := nodeOf(o, source, filepath.Join(dir, "store"), listen)
	c.args = append(c.args, "--watch")
	if err := c.start(ctx); err != nil {
		return Reloaded{}, err
	}
	defer func() { c.stop(true) }()
	if err := park(ctx, c.base(), "reload.Park", o.Parked); err != nil {
		return Reloaded{}, err
	}
	a := &asked{base: c.base()}
	load := Load{}.at(reloadRate)
	load.For = reloadPause * (reloadSaves + 1)
	var saves []time.Time
	var failed error
	var writer sync.WaitGroup
	writer.Go(func() { saves, failed = saveOften(ctx, filepath.Join(source, "reload.cob")) })
	r := Reloaded{Running: o.Parked, Load: Drive(ctx, "requests beside saves", load, a.one)}
	writer.Wait()
	if failed != nil {
		return r, failed
	}
	r.Refused = r.Load.Errors
	if r.Active, err = a.active(saves); err != nil {
		return r, fmt.Errorf("%w\n%v\n%s", err, r.Load, c.log.String())
	}
	slices.Sort(r.Active)
	return r, stillRunning(ctx, c.base(), o.Parked)
}

// saveOften writes one version after the other, and says when it was about to.
func saveOften(ctx context.Context, file string) (saves []time.Time, err error) {
	for version := 1; version <= reloadSaves && ctx.Err() == nil; version++ {
		time.Sleep(reloadPause)
		saves = append(saves, time.Now())
		if err := os.WriteFile(file, []byte(reloading(version)), 0o644); err != nil {
			return saves, err
		}
	}
	return saves, ctx.Err()
}

// stillRunning says where instances were lost on the way.
func stillRunning(ctx context.Context, base string, want int) error {
	text, err := get(ctx, base+"/v1/deployments")
	if err != nil {
		return err
	}
	var found struct {
		Versions []struct{ Instances int }
	}
	if err := json.Unmarshal(text, &found); err != nil {
		return err
	}
	running := 0
	for _, v := range found.Versions {
		running += v.Instances
	}
	if running != want {
		return fmt.Errorf("%d instances ran before the saves and %d after them", want, running)
	}
	return nil
}

// asked are requests that were answered, each with the version that it got.
type asked struct {
	base string
	mu   sync.Mutex
	list []answered
}

type answered struct {
	sent    time.Time
	version int
}

// one starts an instance and waits for its result.
func (a *asked) one(ctx context.Context, n int64) error {
	sent := time.Now()
	text, err := ask(ctx, "POST", a.base+"/v1/processes/reload.Ask/instances?wait=30s", "", fmt.Appendf(nil, `{"id":"a-%d"}`, n))
	if err != nil {
		return err
	}
	var ended struct{ Result *int }
	if err := json.Unmarshal(text, &ended); err != nil || ended.Result == nil {
		return fmt.Errorf("no result in %.200s: %w", text, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list = append(a.list, answered{sent, *ended.Result})
	return nil
}

// active are the times from each save, the first of version 1, until no request that
// was sent got an older version. Errors: a save that came to nothing.
func (a *asked) active(saves []time.Time) ([]time.Duration, error) {
	slices.SortFunc(a.list, func(x, y answered) int { return x.sent.Compare(y.sent) })
	var took []time.Duration
	for i, save := range saves {
		last := -1 // the last request that got an older version
		for j, r := range a.list {
			if r.version <= i {
				last = j
			}
		}
		if last+1 >= len(a.list) {
			return nil, fmt.Errorf("nobody got version %d", i+1)
		}
		took = append(took, a.list[last+1].sent.Sub(save))
	}
	return took, nil
}
