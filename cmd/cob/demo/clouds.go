package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cob-lang/cob/examples/orders"
	"github.com/cob-lang/cob/examples/orders/services"
	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/jetstream"
)

// The two clouds that run COB. The services that they call are in others, and live.
const (
	first  = "london" // owns when the story begins
	second = "rome"
)

const (
	// pairLease is how long an owner may be silent. Shorter, and a slow machine's
	// owner would go on alone before it is killed, and nobody could take over.
	pairLease = 5 * time.Second
	// answersFirst is the part of the messages that the second cloud answers before
	// the first is started again.
	answersFirst = 4
)

// CloudsOptions describe a run with two clouds.
type CloudsOptions struct {
	Options        // without a plan: the clouds compile the package
	Command string // path of the cob that the clouds run
}

// pair is a story of two clouds.
type pair struct {
	*story
	clouds map[string]*cloud
	silent time.Time // when the first cloud was killed

	underWay  int // instances, at the kill
	takenOver time.Duration
	answered  time.Duration // how long nobody was answered
	away      time.Duration
	takeOver  failover.Report
}

// RunClouds runs the same orders with two clouds, of which the one that owns is
// killed, and gives the report. Errors are those of Run.
func RunClouds(ctx context.Context, o CloudsOptions) (r CloudsReport, err error) {
	o.Options = o.withDefaults()
	dir, remove, err := o.folder()
	if err != nil {
		return r, err
	}
	defer remove()
	tally, err := services.TallyOf(o.Messages)
	if err != nil {
		return r, err
	}
	w, err := openServices(dir)
	defer func() { err = errors.Join(err, w.close(context.WithoutCancel(ctx))) }()
	if err != nil {
		return r, err
	}
	witness, err := jetstream.OpenWitness(filepath.Join(dir, "witness"), "127.0.0.1:0", "", nil)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, witness.Close()) }()
	p := &pair{story: newStory(w, o.Options, tally)}
	p.door, p.patient = toProcess, true
	p.scenes = []scene{{len(o.Messages) / 4, p.takeBreak}, {len(o.Messages) / 2, p.lose}}
	if err := p.openClouds(dir, o.Command, witness.Address()); err != nil {
		return r, err
	}
	defer p.closeClouds()
	if err := p.begin(ctx); err != nil {
		return r, p.withLogs(err)
	}
	if err := p.run(ctx); err != nil {
		return r, p.withLogs(err)
	}
	if o.afterwards != nil {
		o.afterwards(w)
	}
	return p.tell(ctx)
}

// toProcess starts an order by itself, so that each one is a start that a cloud has acknowledged.
// What the route would drop goes to the route.
func toProcess(m services.Message) (string, any) {
	if services.Expect(m).Outcome == services.Filtered {
		return toChannel(m)
	}
	return "/v1/processes/" + process + "/instances", []byte(`{"order":` + string(m.Payload()) + `}`)
}

// openClouds writes the package and prepares both clouds; none runs yet.
func (p *pair) openClouds(dir, command, witness string) error {
	pack := filepath.Join(dir, "orders")
	if err := writePackage(pack); err != nil {
		return err
	}
	at, err := freeAddresses(4)
	if err != nil {
		return err
	}
	open := func(name, api, listen, other string, more ...string) *cloud {
		return &cloud{
			name: name, base: "http://" + api, command: command, log: filepath.Join(dir, name+".log"), settings: p.addresses(),
			args: append([]string{"run", pack, "--cloud", name, "--store", filepath.Join(dir, name), "--listen", api, "--mirror-listen", listen,
				"--mirror", "nats://" + other, "--witness", "nats://" + witness, "--lease", pairLease.String()}, more...),
		}
	}
	p.clouds = map[string]*cloud{
		first:  open(first, at[0], at[2], at[3]),
		second: open(second, at[1], at[3], at[2], "--standby"),
	}
	return nil
}

// writePackage copies the example, with what its process needs of two clouds.
func writePackage(dir string) error {
	if err := os.CopyFS(dir, orders.Files); err != nil {
		return fmt.Errorf("copying the example: %w", err)
	}
	const policy = "  failover: continuity\n"
	name := filepath.Join(dir, "orders.cob")
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if strings.Count(string(text), policy) != 1 {
		return errors.New("the example has no place for replicate: sync")
	}
	return os.WriteFile(name, []byte(strings.Replace(string(text), policy, policy+"  replicate: sync\n", 1)), 0o600)
}

// freeAddresses are some on loopback that nobody listens on.
func freeAddresses(n int) (list []string, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("looking for a free port: %w", err)
		}
		defer l.Close()
		list = append(list, l.Addr().String())
	}
	return list, nil
}

func (p *pair) closeClouds() {
	for _, c := range p.clouds {
		c.kill()
	}
}

// begin starts both clouds and waits until the second holds all that the first has.
func (p *pair) begin(ctx context.Context) error {
	for _, name := range []string{first, second} {
		if err := p.clouds[name].start(); err != nil {
			return err
		}
	}
	p.say("services are up; two clouds run examples/orders with replicate: sync, and a witness is in a third place")
	if err := p.together(ctx, first); err != nil {
		return err
	}
	p.api.at(p.clouds[first].base)
	p.say("%s owns (%s), %s mirrors it (%s)", first, p.clouds[first].base, second, p.clouds[second].base)
	return nil
}

// together waits until a cloud owns and the other one holds everything.
func (p *pair) together(ctx context.Context, owner string) error {
	return p.until(ctx, owner+" owns and the other cloud holds everything", func() bool {
		l, err := p.clouds[owner].state(ctx)
		return err == nil && l.Place == failover.Owner.String() && !l.Alone && len(l.Mirrors) > 0
	})
}

// until waits until something is so.
func (p *pair) until(ctx context.Context, what string, so func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	for !so() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w", what, ctx.Err())
		case <-time.After(lookEvery):
		}
	}
	return nil
}

// takeBreak lets the carrier rest, so that orders are under way at the kill.
func (p *pair) takeBreak(context.Context) error {
	p.rest.Store(true)
	return nil
}

// lose is how the first cloud is lost, and comes back.
func (p *pair) lose(ctx context.Context) error {
	if err := p.together(ctx, first); err != nil {
		return err
	}
	var now counts
	if err := p.api.call(ctx, "GET", "/v1/figures", "", nil, &now); err != nil {
		return fmt.Errorf("asking %s for what is under way: %w", first, err)
	}
	p.underWay = now.Counts.Instances
	p.silent, p.killedAt = time.Now(), time.Since(p.started)
	p.clouds[first].kill()
	p.api.at(p.clouds[second].base)
	before := p.answers()
	p.say("KILLING %s with %d orders under way; who asks is sent to %s", first, p.underWay, second)
	err := p.until(ctx, second+" owns", func() bool {
		l, err := p.clouds[second].state(ctx)
		return err == nil && l.Place == failover.Owner.String()
	})
	if err != nil {
		return err
	}
	p.takenOver = time.Since(p.silent)
	p.say("%s owns", second)
	p.rest.Store(false)
	if err := p.until(ctx, second+" answers", func() bool { return p.answers() > before }); err != nil {
		return err
	}
	p.answered = time.Since(p.silent)
	p.say("%s takes orders: nobody was answered for %.1f s", second, p.answered.Seconds())
	enough := min(int64(p.tally.Messages), before+int64(p.tally.Messages/answersFirst))
	if err := p.until(ctx, second+" goes on", func() bool { return p.answers() >= enough }); err != nil {
		return err
	}
	return p.comeBack(ctx)
}

// answers are how many messages were answered, with a yes or a no.
func (p *pair) answers() int64 { return p.published.Load() + p.refused.Load() }

// comeBack starts the cloud that was lost, and waits until it mirrors the other one.
func (p *pair) comeBack(ctx context.Context) error {
	p.say("%s is started again, with its store as it was", first)
	if err := p.clouds[first].start(); err != nil {
		return err
	}
	err := p.until(ctx, first+" has told what only it had", func() bool {
		return p.clouds[second].call(ctx, "/v1/clouds/report", &p.takeOver) == nil && p.takeOver.Back != nil
	})
	if err != nil {
		return err
	}
	p.say("%s has given %s what only it had, of %d instances, and put its store aside", first, second, len(p.takeOver.Merged))
	if err := p.together(ctx, second); err != nil {
		return err
	}
	p.backAt = time.Since(p.started)
	p.away = p.backAt - p.killedAt
	p.say("%s mirrors %s, which holds nothing alone any more", first, second)
	return nil
}

// withLogs adds to an error what the clouds said last.
func (p *pair) withLogs(err error) error {
	for _, name := range []string{first, second} {
		err = fmt.Errorf("%w\n%s said last:\n%s", err, name, p.clouds[name].lastWords())
	}
	return err
}
