package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/cob-lang/cob/examples/w1"
)

// commitsInARow are the commits of an instance of W1 that wait for one another: the start,
// the answer of A, the later one of B and C, and the answer of D. An answer and the calls
// that follow from it are one commit.
const commitsInARow = 4

// callTime bounds a call of W1 and of whoever does the same.
const callTime = 10 * time.Second

// W1 is start, call A, branch, calls B and C at once, join, call D, complete:
// four HTTP calls on loopback, every transition durable, fsync before each
// acknowledgement. The services, the node and what it is compared with are processes
// of their own, so that each one's share of the processors is known.
func W1(ctx context.Context, o Options) ([]Result, error) {
	dir, remove, err := folder()
	if err != nil {
		return nil, err
	}
	defer remove()
	source, err := unpack(dir, "w1", w1.Source)
	if err != nil {
		return nil, err
	}
	services, err := startPart(ctx, o, PartServices, o.Service)
	if err != nil {
		return nil, err
	}
	defer services.stop(false)
	program, err := startPart(ctx, o, PartProgram, "", "W1_URL="+services.base())
	if err != nil {
		return nil, err
	}
	defer program.stop(false)
	calls, err := newBareConnector(services.base())
	if err != nil {
		return nil, err
	}
	defer calls.close()
	var all []Result
	ratios := map[int][]w1Ratio{}
	for round := 1; round <= o.Rounds; round++ {
		for _, clients := range o.Clients {
			listen, err := freeAddress()
			if err != nil {
				return all, err
			}
			t := w1Turn{Options: o, load: Load{Clients: clients, For: o.For}, services: services, program: program, calls: calls,
				node: nodeOf(o, source, filepath.Join(dir, fmt.Sprint("store", round, "-", clients)), listen, "W1_URL="+services.base())}
			ratio, err := t.run(ctx)
			for _, r := range t.results {
				all = append(all, o.emit(round, r))
			}
			if err != nil {
				return all, err
			}
			fmt.Fprintf(o.Out, "W1 at %d clients: %s\n", clients, ratio)
			ratios[clients] = append(ratios[clients], ratio)
		}
	}
	for _, clients := range o.Clients {
		if o.Rounds > 1 {
			fmt.Fprintf(o.Out, "W1 at %d clients, medians of %d rounds: %s\n", clients, o.Rounds, medianRatio(ratios[clients]))
		}
	}
	return all, nil
}

// w1Ratio says how near W1 comes to what has nothing durable, in the same minute.
type w1Ratio struct {
	client  float64 // of the rate of the bare client
	program float64 // of the rate of the bare program
	// The same by what all that take part use of the processors for an instance, which
	// depends less on what else the machine does.
	clientWork, programWork float64
	callsWork               float64 // of the bare connector, likewise
	fsync                   time.Duration
	best                    float64 // of the rate of the bare client, were commitsInARow fsyncs all there was besides
}

func (r w1Ratio) String() string {
	return fmt.Sprintf("%.0f %% of the bare client, %.0f %% of the bare program; by the processors' time %.0f %% and %.0f %%, %.0f %% of the bare connector; an fsync takes %s here, and with %d in a row nobody passes %.0f %% of the client",
		100*r.client, 100*r.program, 100*r.clientWork, 100*r.programWork, 100*r.callsWork, r.fsync.Round(time.Microsecond), commitsInARow, 100*r.best)
}

// work is what one took of the processors, by all that take part; 0 where that was not
// measured.
func (r Result) work() float64 { return float64(r.CPU + r.Services + r.Driver) }

// medianRatio takes the median of each part.
func medianRatio(all []w1Ratio) w1Ratio {
	middle := func(part func(w1Ratio) float64) float64 {
		values := make([]float64, 0, len(all))
		for _, r := range all {
			values = append(values, part(r))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return w1Ratio{
		client:  middle(func(r w1Ratio) float64 { return r.client }),
		program: middle(func(r w1Ratio) float64 { return r.program }),

		clientWork:  middle(func(r w1Ratio) float64 { return r.clientWork }),
		programWork: middle(func(r w1Ratio) float64 { return r.programWork }),
		callsWork:   middle(func(r w1Ratio) float64 { return r.callsWork }),

		fsync: time.Duration(middle(func(r w1Ratio) float64 { return float64(r.fsync) })),
		best:  middle(func(r w1Ratio) float64 { return r.best }),
	}
}

// w1Turn is one load on everybody, in turns: the bare client, the bare program and the bare
// connector take theirs before and after cob, so that what else the machine does falls on all.
type w1Turn struct {
	Options
	load                    Load
	services, program, node *child
	calls                   *bareConnector
	first                   int64 // number of the first order
	results                 []Result
}

func (t *w1Turn) run(ctx context.Context) (w1Ratio, error) {
	if err := t.node.start(ctx); err != nil {
		return w1Ratio{}, err
	}
	defer t.node.stop(false)
	fsync, err := fsyncTime(t.node.store)
	if err != nil {
		return w1Ratio{}, err
	}
	if err := t.warm(ctx); err != nil {
		return w1Ratio{}, err
	}
	one, two, three := t.bare(ctx), t.bareProgram(ctx), t.bareConnector(ctx)
	cob, err := t.cob(ctx)
	if err != nil {
		return w1Ratio{}, err
	}
	four, five, six := t.bare(ctx), t.bareProgram(ctx), t.bareConnector(ctx)
	if t.Peer != "" {
		t.drive(ctx, "peer, W1", t.load, nil, func(ctx context.Context, n int64) error {
			return post(ctx, t.Peer, fmt.Sprint("b-", n), order("", n, t.services.base()))
		})
	}
	alone := (one.P50 + four.P50) / 2
	return w1Ratio{
		client:  2 * cob.Rate / (one.Rate + four.Rate),
		program: 2 * cob.Rate / (two.Rate + five.Rate),

		clientWork:  (one.work() + four.work()) / (2 * cob.work()),
		programWork: (two.work() + five.work()) / (2 * cob.work()),
		callsWork:   (three.work() + six.work()) / (2 * cob.work()),

		fsync: fsync,
		best:  float64(alone) / float64(alone+commitsInARow*fsync),
	}, nil
}

// warm opens the connections of all who take part, which is not what is compared: of many
// clients each has done little more than connect when a short load ends.
func (t *w1Turn) warm(ctx context.Context) error {
	first := *t
	first.load.For, first.first = t.load.For/6, 1<<40 // orders of their own
	first.bare(ctx)
	first.bareProgram(ctx)
	first.bareConnector(ctx)
	_, err := first.cob(ctx)
	return err
}

// bare does the four calls of W1 from this process.
func (t *w1Turn) bare(ctx context.Context) Result {
	half := Load{Clients: t.load.Clients, For: t.load.For / 2}
	return t.drive(ctx, "bare client, four calls", half, nil, func(ctx context.Context, n int64) error {
		_, err := fourCalls(withNetHTTP(ctx, t.services.base(), fmt.Sprint("b-", n)))
		return err
	})
}

// bareConnector does the four calls from this process, as the node does them.
func (t *w1Turn) bareConnector(ctx context.Context) Result {
	half := Load{Clients: t.load.Clients, For: t.load.For / 2}
	return t.drive(ctx, "bare connector, four calls", half, nil, func(ctx context.Context, n int64) error {
		_, err := fourCalls(t.calls.calls(ctx, fmt.Sprint("b-", n)))
		return err
	})
}

// bareProgram asks a program that does the four calls and keeps nothing.
func (t *w1Turn) bareProgram(ctx context.Context) Result {
	half := Load{Clients: t.load.Clients, For: t.load.For / 2}
	return t.drive(ctx, "bare program, start and four calls", half, t.program, func(ctx context.Context, n int64) error {
		return post(ctx, t.program.base()+"/run", "", order("input", n, ""))
	})
}

func (t *w1Turn) cob(ctx context.Context) (Result, error) {
	before, err := t.node.commits(ctx)
	if err != nil {
		return Result{}, err
	}
	empty := onDisk(t.node.store)
	r := t.drive(ctx, "cob, W1", t.load, t.node, func(ctx context.Context, n int64) error {
		return post(ctx, t.node.base()+"/v1/processes/w1.W1/instances?wait=30s", "", order("input", t.first+n, ""))
	})
	after, err := t.node.commits(ctx)
	if err != nil || r.N == 0 {
		return r, err
	}
	r.Fsyncs = float64(after-before) / float64(r.N)
	r.Bytes = float64(onDisk(t.node.store)-empty) / float64(r.N)
	t.results[len(t.results)-1] = r
	return r, nil
}

// drive puts a load on a process, nil for this one, and says what each took of the
// processors.
func (t *w1Turn) drive(ctx context.Context, what string, l Load, on *child, one func(ctx context.Context, n int64) error) Result {
	its := func() time.Duration {
		if on == nil {
			return cpuTime()
		}
		return on.used()
	}
	own, services, it := cpuTime(), t.services.used(), its()
	r := Drive(ctx, what, l, one)
	if r.N > 0 {
		r.CPU = (its() - it) / time.Duration(r.N)
		r.Services = (t.services.used() - services) / time.Duration(r.N)
		if on != nil {
			r.Driver = (cpuTime() - own) / time.Duration(r.N)
		}
	}
	t.results = append(t.results, r)
	return r
}

// commits is how many commits the journals of a node have, each one fsync.
func (c *child) commits(ctx context.Context) (sum uint64, err error) {
	text, err := get(ctx, c.base()+"/v1/journals")
	if err != nil {
		return 0, err
	}
	var all struct{ Journals []struct{ Last uint64 } }
	if err := json.Unmarshal(text, &all); err != nil {
		return 0, fmt.Errorf("reading how far the journals are: %w", err)
	}
	for _, j := range all.Journals {
		sum += j.Last
	}
	return sum, nil
}

// withNetHTTP makes the calls of one instance with net/http, each with W1's time and read
// as W1 reads it.
func withNetHTTP(ctx context.Context, base, id string) func(step string) (string, error) {
	return func(step string) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		text, err := get(ctx, fmt.Sprintf("%s/call/%s?id=%s", base, step, id))
		if err != nil {
			return "", err
		}
		var reply struct{ Ref string }
		err = json.Unmarshal(text, &reply)
		return reply.Ref, err
	}
}

// fourCalls does what W1 does, without durability: A, then B and C at once, then D. It
// gives their references.
func fourCalls(call func(step string) (string, error)) ([]string, error) {
	a, err := call("A")
	if err != nil {
		return nil, err
	}
	var c string
	other := make(chan error, 1)
	go func() {
		var err error
		c, err = call("C")
		other <- err
	}()
	b, err := call("B")
	if err := errors.Join(err, <-other); err != nil {
		return nil, err
	}
	d, err := call("D")
	return []string{a, b, c, d}, err
}

// order is the input of W1; within, if set, is the name of the parameter.
func order(within string, n int64, base string) []byte {
	fields := map[string]any{"id": fmt.Sprint("b-", n), "amount": n % 2 * 200}
	if base != "" {
		fields["base"] = base
	}
	if within != "" {
		fields = map[string]any{within: fields}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err) // numbers and strings always encode
	}
	return text
}

// fsyncTime is the median time of an fsync behind a write of about a commit, in a folder.
func fsyncTime(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, "fsync-")
	if err != nil {
		return 0, fmt.Errorf("timing an fsync: %w", err)
	}
	defer func() { _, _ = f.Close(), os.Remove(f.Name()) }()
	took := make([]time.Duration, 200)
	for i := range took {
		began := time.Now()
		if _, err := f.Write(bytes.Repeat([]byte{'x'}, 512)); err != nil {
			return 0, fmt.Errorf("timing an fsync: %w", err)
		}
		if err := f.Sync(); err != nil {
			return 0, fmt.Errorf("timing an fsync: %w", err)
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

// servicesOfW1 is the outside system of W1: GET /call/{step}?id=ID answers at once.
func servicesOfW1() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /call/{step}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"ok":true,"step":%q,"ref":"r-4711","amount":120.5,"note":"accepted"}`, r.PathValue("step"))
	})
	return mux
}

// programOfW1 takes what W1 takes, does its calls and answers what it answers.
func programOfW1(base string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /run", func(w http.ResponseWriter, r *http.Request) {
		var order struct{ Input struct{ ID string } }
		err := json.NewDecoder(r.Body).Decode(&order)
		var refs []string
		if err == nil {
			refs, err = fourCalls(withNetHTTP(r.Context(), base, order.Input.ID))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"id": order.Input.ID, "refs": refs}) // the client may have gone
	})
	return mux
}
