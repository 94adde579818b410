package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cob-lang/cob/examples/orders/services"
	"github.com/cob-lang/cob/runtime/admin"
	"github.com/cob-lang/cob/runtime/engine"
)

// How the demo is paced.
const (
	publishers   = 16                      // orders under way to the channel at once
	pace         = 5 * time.Millisecond    // between two orders
	outage       = 2500 * time.Millisecond // how long paris is dead
	settleWithin = 3 * time.Minute         // for everything to end after the last order
	lastWords    = 3                       // charges that paris makes without answering, before it dies
)

// Fewest is how many messages a run needs at least, so that some come after the half.
const Fewest = 100

// Options describe a run.
type Options struct {
	Plan     []byte // encoded plan of examples/orders
	Messages []services.Message
	// Progress hears what happens, a line at a time. Default: nobody.
	Progress io.Writer
	Log      *slog.Logger
	// afterwards changes the world before the ledgers are checked, so that a test
	// can see the check fail.
	afterwards func(*world)
	// Dir is where store and ledgers go; "" is a temporary folder that is removed.
	Dir string
}

// Run runs the story and gives the report. Errors: something could not be
// started or did not end; a report whose ledgers disagree is no error.
func Run(ctx context.Context, o Options) (Report, error) {
	o = o.withDefaults()
	dir, remove, err := o.folder()
	if err != nil {
		return Report{}, err
	}
	defer remove()
	tally, err := services.TallyOf(o.Messages)
	if err != nil {
		return Report{}, err
	}
	w, err := openWorld(ctx, dir, o.Plan, o.Log)
	if err == nil {
		s := newStory(w, o, tally)
		s.scenes = []scene{{len(o.Messages) / 2, s.outage}}
		s.api.at(w.base)
		s.say("services are up: catalogues in paris and finland, a warehouse, payments in paris, finland and virginia")
		s.say("a node runs examples/orders; its API is %s", w.base)
		err = s.run(ctx)
		if err == nil && o.afterwards != nil {
			o.afterwards(w)
		}
		if err == nil {
			report, auditErr := s.report(ctx)
			return report, errors.Join(auditErr, w.close(ctx))
		}
	}
	return Report{}, errors.Join(err, w.close(context.WithoutCancel(ctx)))
}

func (o Options) withDefaults() Options {
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// folder is where everything goes, and what removes it in the end.
func (o Options) folder() (dir string, remove func(), err error) {
	if o.Dir != "" {
		return o.Dir, func() {}, nil
	}
	if dir, err = os.MkdirTemp("", "cob-demo-"); err != nil {
		return "", nil, fmt.Errorf("making a folder for the demo: %w", err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}

// story is one run.
type story struct {
	*world
	options Options
	tally   services.Tally
	api     *api
	started time.Time

	door    func(services.Message) (path string, body any) // where a message goes, and as what
	scenes  []scene
	patient bool        // whoever gets no answer asks again
	rest    atomic.Bool // the carrier's

	published, refused atomic.Int64
	killedAt, backAt   time.Duration
}

// scene is what happens beside the publishing, from a message on.
type scene struct {
	from int
	play func(context.Context) error
}

func newStory(w *world, o Options, tally services.Tally) *story {
	return &story{
		world: w, options: o, tally: tally, started: time.Now(), door: toChannel,
		api: &api{http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: publishers + 4}}},
	}
}

func toChannel(m services.Message) (string, any) {
	return "/v1/channels/orders.intake/messages", m.Payload()
}

func (s *story) say(format string, args ...any) {
	fmt.Fprintf(s.options.Progress, "%6.1fs  %s\n", time.Since(s.started).Seconds(), fmt.Sprintf(format, args...))
}

func (s *story) run(ctx context.Context) error {
	people, goHome := context.WithCancel(ctx)
	var team sync.WaitGroup
	team.Go(func() { carrier(people, s.api, s.payments(), &s.rest) })
	team.Go(func() { manager(people, s.api) })
	defer team.Wait()
	defer goHome()
	if err := s.publishAll(ctx); err != nil {
		return err
	}
	s.say("all %d messages are published; %d were refused as malformed", s.tally.Messages, s.refused.Load())
	if err := s.settle(ctx); err != nil {
		return err
	}
	s.say("every order has ended and nothing is owed; checking the ledgers")
	return nil
}

// publishAll publishes every message, and ends when all scenes are over, too.
// Errors: the first that anybody met.
func (s *story) publishAll(ctx context.Context) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	work := make(chan services.Message)
	var crew sync.WaitGroup
	for range publishers {
		crew.Go(func() {
			for m := range work {
				if err := s.publish(ctx, m); err != nil {
					fail(err)
					return
				}
			}
		})
	}
	s.feed(ctx, work, func(play func(context.Context) error) {
		crew.Go(func() {
			if err := play(ctx); err != nil {
				fail(err)
			}
		})
	})
	close(work)
	crew.Wait()
	return context.Cause(ctx)
}

func (s *story) feed(ctx context.Context, work chan<- services.Message, begin func(play func(context.Context) error)) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for i, m := range s.options.Messages {
		for _, scene := range s.scenes {
			if scene.from == i {
				begin(scene.play)
			}
		}
		if i > 0 && i%200 == 0 {
			s.say("%d messages published", i)
		}
		select {
		case work <- m:
		case <-ctx.Done():
			return
		}
		<-tick.C
	}
}

func (s *story) killParis() error {
	s.say("the payments of paris begin to fail: the next %d charges are made, but their answers are lost", lastWords)
	s.paris.Tamper(services.Tampering{How: services.CutDone, Method: http.MethodPost, Times: lastWords})
	before := s.paris.Calls(http.MethodPost)
	for s.paris.Calls(http.MethodPost) < before+lastWords && time.Since(s.started) < settleWithin {
		time.Sleep(pace)
	}
	s.killedAt = time.Since(s.started)
	s.say("KILLING the payments of paris")
	return s.paris.Kill()
}

// outage is the half-way death of paris and its return.
func (s *story) outage(ctx context.Context) error {
	if err := s.killParis(); err != nil {
		return fmt.Errorf("killing the payments of paris: %w", err)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(outage):
	}
	if err := s.paris.Restart(); err != nil {
		return fmt.Errorf("bringing the payments of paris back: %w", err)
	}
	s.backAt = time.Since(s.started)
	s.say("the payments of paris are back")
	return nil
}

// publish sends one message, again while the node is busy. A message that does
// not fit is refused, as it should be.
func (s *story) publish(ctx context.Context, m services.Message) error {
	path, body := s.door(m)
	for {
		err := s.api.call(ctx, "POST", path, m.Message, body, nil)
		var p *admin.Problem
		switch {
		case err == nil:
			s.published.Add(1)
			return nil
		case errors.As(err, &p) && p.Status == http.StatusBadRequest:
			s.refused.Add(1)
			return nil
		case ctx.Err() == nil && (p != nil && p.Status == http.StatusServiceUnavailable || p == nil && s.patient):
			time.Sleep(pace)
		default:
			return fmt.Errorf("publishing %s: %w", m.Message, err)
		}
	}
}

// counts are what is still going on.
type counts struct {
	Counts engine.Counts `json:"counts"`
}

// settle waits until no instance lives and no outcome is unknown any more.
func (s *story) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	last, quiet := -1, 0
	for {
		var c counts
		if err := s.api.call(ctx, "GET", "/v1/figures", "", nil, &c); err != nil {
			return fmt.Errorf("waiting for the last orders: %w", err)
		}
		live := c.Counts.Instances
		ended, err := s.ended(ctx)
		if err != nil {
			return err
		}
		if live == 0 && ended == len(s.tally.ByOrder) {
			return nil
		}
		if live != last {
			s.say("%d orders are not over yet", live)
			last = live
		}
		if live == 0 {
			if quiet++; quiet > 100 {
				return nil // the report says what is missing
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d instances did not end within %s: see cob ps", live, settleWithin)
		case <-time.After(250 * time.Millisecond):
		}
	}
}
