package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

// MaxKey bounds a key in bytes.
const MaxKey = engine.MaxKey

// StartRequest asks for an instance.
type StartRequest struct {
	Process string // qualified
	Input   []byte // JSON: the parameters by name
	// Key names the instance where its process declares no key; "" makes one up.
	Key string
	// Wait is how long to wait for its end, 0 for not at all.
	Wait time.Duration
	// Who is whom the result is shown.
	Who Person
}

// StartReply says which instance there is now.
type StartReply struct {
	ID       string
	Existing bool              // it was there before
	Ended    *observe.Instance // set when it ended in time
}

// Start starts an instance, once per key. Errors: *record.Rejection,
// types.Problems for an input that does not fit.
func (n *Node) Start(ctx context.Context, r StartRequest) (StartReply, error) {
	for {
		d := n.deployments.Active(packageOf(r.Process))
		reply, err := n.startOn(ctx, d, r)
		var rejected *record.Rejection
		if errors.As(err, &rejected) && rejected.Code == record.UnknownPlan && n.deployments.Active(packageOf(r.Process)) != d {
			continue // another plan was activated, and this one dropped, meanwhile
		}
		return reply, err
	}
}

// startOn starts an instance on a plan.
func (n *Node) startOn(ctx context.Context, d *deployment.Deployment, r StartRequest) (StartReply, error) {
	if d == nil {
		return StartReply{}, n.notDeployed(r.Process)
	}
	process, ok := d.Process(r.Process)
	if !ok {
		return StartReply{}, notFound("the package %s has no process %q; it has %s", d.Plan.Package, r.Process, orNone(deployed(d).Processes))
	}
	v, err := d.ReadAs(r.Process, r.Input, types.RecordOf(process.Params...))
	if err != nil {
		return StartReply{}, err
	}
	input, _ := v.(map[string]types.Value)
	key, declared, err := d.Program.Key(r.Process, input)
	if err != nil {
		return StartReply{}, &record.Rejection{Code: record.Invalid, Detail: fmt.Sprintf("the key of %s cannot be computed: %v", r.Process, err)}
	}
	if !declared {
		if key = r.Key; key == "" {
			key = rand.Text()
		}
	}
	if len(key) > MaxKey {
		return StartReply{}, &record.Rejection{Code: record.Invalid, Detail: fmt.Sprintf("the key of %s has %d bytes; at most %d are allowed", r.Process, len(key), MaxKey)}
	}
	return n.start(ctx, r, record.StartInstance{Process: r.Process, Key: key, Input: input, Plan: d.Digest})
}

// notDeployed says that the package of a qualified name is not here.
func (n *Node) notDeployed(name string) error {
	if packageOf(name) == "" {
		return notFound("%q names no package: write PACKAGE.%s; there is %s", name, name, n.packages())
	}
	return notFound("no package %q is deployed here; there is %s", packageOf(name), n.packages())
}

func (n *Node) packages() string {
	var names []string
	for _, d := range n.deployments.All() {
		names = append(names, d.Plan.Package)
	}
	return orNone(names)
}

// orNone lists names for a person.
func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func (n *Node) start(ctx context.Context, r StartRequest, cmd record.StartInstance) (StartReply, error) {
	id := record.InstanceID(cmd.Process, cmd.Key)
	reply, err := n.submit(ctx, n.home(id), cmd)
	if err != nil {
		return StartReply{}, err
	}
	out := StartReply{ID: id, Existing: reply.Existing}
	if r.Wait > 0 {
		out.Ended = n.awaitEnd(ctx, id, r.Wait, r.Who)
	}
	return out, nil
}

// Instances lists what matches, newest first, behind a place (zero: from the
// newest on), as somebody sees it.
func (n *Node) Instances(f observe.Filter, behind observe.Place, limit int, who Person) []observe.Instance {
	var all []observe.Instance
	for _, s := range n.held() {
		all = append(all, s.view.List(f, behind, limit)...)
	}
	list := observe.Newest(all, limit)
	n.show(list, who)
	return list
}

// Instance is everything about one instance, as somebody sees it.
func (n *Node) Instance(ctx context.Context, id string, who Person) (observe.Details, error) {
	s, err := n.holder(id)
	if err != nil {
		return observe.Details{}, err
	}
	i, known := s.view.Find(id)
	var details engine.Details
	var outlook engine.Outlook
	var live bool
	look := func(state *engine.State) {
		if details, live = state.Instance(id); details.Incidents > 0 {
			outlook, _ = state.Outlook(id)
		}
	}
	if err := s.processor.Query(ctx, look); err != nil {
		return observe.Details{}, err
	}
	if !known && !live {
		return observe.Details{}, notFound("there is no instance %q; cob ps lists them", id)
	}
	n.reveal(&i, n.sightOf(&i, who))
	out := observe.Details{Instance: i}
	if details.Incidents > 0 {
		o := observe.OutlookOf(outlook)
		out.Outlook = &o
	}
	if live {
		d := n.deployments.Find(details.Plan)
		if d == nil {
			return out, nil
		}
		out.Explain(details, d.Universe, d.Program.Labels(details.Process), d.Program.Sight(details.Process, who).Sees)
	}
	return out, nil
}

// errEnough ends the reading of a history.
var errEnough = errors.New("the history is long enough")

// History is what happened to an instance, in order, read from the journal, as somebody
// sees it.
func (n *Node) History(ctx context.Context, id string, who Person) ([]observe.Entry, error) {
	s, err := n.holder(id)
	if err != nil {
		return nil, err
	}
	first, last, ok := s.view.Commits(id)
	if !ok {
		return nil, notFound("there is no instance %q; cob ps lists them", id)
	}
	i, _ := s.view.Find(id)
	teller := observe.NewTeller(n.deployments, i)
	teller.Shown = n.telling(&i, who)
	err = s.journal.Read(ctx, first, last, func(c journal.Commit) error {
		if c.Owner != "" {
			return nil
		}
		if !teller.Read(len(c.Payload)) {
			return errEnough
		}
		events, err := record.ReadEvents(c.Payload)
		if err != nil {
			return err
		}
		teller.Tell(events)
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, fmt.Errorf("reading the journal of shard %d: %w", s.number, err)
	}
	return teller.Entries(), nil
}

// Figures are what all processes did so far.
func (n *Node) Figures() []observe.Figures {
	var views []*observe.View
	for _, s := range n.held() {
		views = append(views, s.view)
	}
	return observe.Report(views)
}

// Counts says how much the shards hold, together.
func (n *Node) Counts(ctx context.Context) (engine.Counts, error) {
	var sum engine.Counts
	for _, s := range n.held() {
		err := s.processor.Query(ctx, func(state *engine.State) { sum = sum.Plus(state.Counts()) })
		if err != nil {
			return engine.Counts{}, err
		}
	}
	return sum, nil
}

// Cancel stops an instance and compensates what it did.
func (n *Node) Cancel(ctx context.Context, id string, s Saying) error {
	return n.act(ctx, id, record.CancelInstance{Instance: id, By: s.By, Reason: s.Reason, Request: s.Request})
}

// act lets the shard of an instance decide.
func (n *Node) act(ctx context.Context, id string, cmd record.Command) error {
	s, err := n.holder(id)
	if err != nil {
		return err
	}
	_, err = s.processor.Submit(ctx, cmd)
	return n.explained(id, err)
}

// explained says better what is meant by an instance that is not found.
func (n *Node) explained(id string, err error) error {
	var r *record.Rejection
	if errors.As(err, &r) && r.Code == record.NotFound && r.Detail == engine.NoInstance(id) {
		return n.noInstance(id)
	}
	return err
}

// noInstance says why an instance cannot be acted on.
func (n *Node) noInstance(id string) error {
	s, err := n.holder(id)
	if err != nil {
		return err
	}
	if i, ok := s.view.Find(id); ok && i.Ended != nil {
		return &record.Rejection{Code: record.WrongState, Detail: fmt.Sprintf("the instance %s has ended: it is %s; cob show %s tells its history", id, i.State, id)}
	}
	return notFound("there is no instance %q; cob ps lists them", id)
}

// EventReply says what became of an event.
type EventReply struct {
	ID      string
	Matched int  // instances that waited for it
	Kept    bool // it waits for instances that will ask for it
}

// PublishEvent hands an event to everybody who waits for it, now or within
// KeepEvents. The same ID twice is the same event.
func (n *Node) PublishEvent(ctx context.Context, name, id string, body []byte) (EventReply, error) {
	d := n.deployments.Holding(packageOf(name), func(d *deployment.Deployment) bool { return d.Event(name) })
	if d == nil {
		return EventReply{}, n.notDeployed(name)
	}
	if !d.Event(name) {
		return EventReply{}, notFound("the package %s has no event %q; it has %s", d.Plan.Package, name, orNone(eventsOf(d)))
	}
	v, err := d.Read(body, types.Ref(name))
	if err != nil {
		return EventReply{}, err
	}
	if id, err = idOr(id); err != nil {
		return EventReply{}, err
	}
	payload, _ := v.(map[string]types.Value)
	return n.spread(ctx, record.DeliverEvent{Type: name, ID: id, Payload: payload})
}

func eventsOf(d *deployment.Deployment) []string {
	var names []string
	for _, def := range d.Plan.Types {
		if def.Kind == types.EventDefinition {
			names = append(names, def.Name)
		}
	}
	return names
}
