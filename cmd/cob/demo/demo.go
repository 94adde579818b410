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
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	dir := o.Dir
	if dir == "" {
		made, err := os.MkdirTemp("", "cob-demo-")
		if err != nil {
			return Report{}, fmt.Errorf("making a folder for the demo: %w", err)
		}
		defer os.RemoveAll(made)
		dir = made
	}
	tally, err := services.TallyOf(o.Messages)
	if err != nil {
		return Report{}, err
	}
	w, err := openWorld(ctx, dir, o.Plan, o.Log)
	if err == nil {
		s := &story{world: w, options: o, tally: tally, started: time.Now()}
		s.api = &api{w.base, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: publishers + 4}}}
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

// story is one run.
type story struct {
	*world
	options Options
	tally   services.Tally
	api     *api
	started time.Time

	published, refused atomic.Int64
	killedAt, backAt   time.Duration
}

func (s *story) say(format string, args ...any) {
	fmt.Fprintf(s.options.Progress, "%6.1fs  %s\n", time.Since(s.started).Seconds(), fmt.Sprintf(format, args...))
}

func (s *story) run(ctx context.Context) error {
	s.say("services are up: catalogues in paris and finland, a warehouse, payments in paris, finland and virginia")
	s.say("a node runs examples/orders; its API is %s", s.base)
	people, goHome := context.WithCancel(ctx)
	var team sync.WaitGroup
	team.Go(func() { carrier(people, s.api, s.payments()) })
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

// publishAll publishes every message. Half-way paris dies, and comes back
// outage later.
func (s *story) publishAll(ctx context.Context) error {
	work := make(chan services.Message)
	failures := make(chan error, publishers)
	var crew sync.WaitGroup
	for range publishers {
		crew.Go(func() {
			for m := range work {
				if err := s.publish(ctx, m); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	var outages sync.WaitGroup
	err := s.feed(ctx, work, failures, &outages)
	close(work)
	crew.Wait()
	outages.Wait()
	select {
	case failure := <-failures:
		err = errors.Join(err, failure)
	default:
	}
	return err
}

func (s *story) feed(ctx context.Context, work chan<- services.Message, failures <-chan error, outages *sync.WaitGroup) error {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for i, m := range s.options.Messages {
		if i == len(s.options.Messages)/2 {
			outages.Go(func() { s.outage(ctx) })
		}
		if i > 0 && i%200 == 0 {
			s.say("%d messages published", i)
		}
		select {
		case work <- m:
		case err := <-failures:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
		<-tick.C
	}
	return nil
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
func (s *story) outage(ctx context.Context) {
	if err := s.killParis(); err != nil {
		s.say("the payments of paris cannot be killed: %v", err)
		return
	}
	select {
	case <-ctx.Done():
		return
	case <-time.After(outage):
	}
	if err := s.paris.Restart(); err != nil {
		s.say("the payments of paris do not come back: %v", err)
		return
	}
	s.backAt = time.Since(s.started)
	s.say("the payments of paris are back")
}

// publish sends one message, again while the node is busy. A message that does
// not fit is refused, as it should be.
func (s *story) publish(ctx context.Context, m services.Message) error {
	for {
		err := s.api.call(ctx, "POST", "/v1/channels/orders.intake/messages", m.Message, m.Payload(), nil)
		var p *admin.Problem
		switch {
		case err == nil:
			s.published.Add(1)
			return nil
		case errors.As(err, &p) && p.Status == http.StatusBadRequest:
			s.refused.Add(1)
			return nil
		case errors.As(err, &p) && p.Status == http.StatusServiceUnavailable:
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
