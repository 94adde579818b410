package observe

import (
	"cmp"
	"encoding/json"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/report"
)

// MaxEnded bounds how many ended instances a view remembers; the oldest go
// first. Live instances are bounded by the engine.
const MaxEnded = 1_000_000

// Plans explains what events refer to by number.
type Plans interface {
	// Step is a step of a process or route of the plan with this digest, or nil.
	Step(digest, flow string, index uint32) *plan.Step
	// CostPerCall is the price of one call of an endpoint at a cloud.
	CostPerCall(digest, endpoint, cloud string) (types.Amount, bool)
	// SLA is what a process of a plan promises, or nil.
	SLA(digest, process string) *plan.SLA
	// Result is the type of what a process gives, and Universe its types.
	Result(digest, process string) (types.Type, *types.Universe)
}

// Fault is how a process ended that did not complete.
type Fault struct {
	Type   string          `json:"type"`
	Fields json.RawMessage `json:"fields,omitempty"`
}

// Instance is one line of a list of instances.
type Instance struct {
	ID      string          `json:"id"`
	Process string          `json:"process"`
	Key     string          `json:"key,omitempty"`
	State   record.State    `json:"state"`
	Plan    string          `json:"plan"`
	Started time.Time       `json:"started"`
	Ended   *time.Time      `json:"ended,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Fault   *Fault          `json:"fault,omitempty"`
	Detail  string          `json:"detail,omitempty"`
	// Progress is what it said last about how far it is.
	Progress string `json:"progress,omitempty"`
	// Search are the values under which it is found, by name.
	Search map[string]json.RawMessage `json:"search,omitempty"`

	result types.Value // as it came, of one that completed
	fields map[string]types.Value
}

// entry is what the view keeps of an instance. There may be millions that wait, so
// what few of them have stands in more. Times are instants and results are encoded
// only when somebody asks, so that folding stays cheap.
type entry struct {
	id, key string
	*kind
	state       record.State
	started     record.Instant
	firstCommit uint64
	lastCommit  uint64
	*more
	gone bool // it is forgotten
}

// kind is what instances of a process on a plan have in common.
type kind struct{ process, plan string }

// more is what is known of an instance that has ended, and of few others. Where
// nothing is, it is nothing, which all share: own before writing.
type more struct {
	ended            record.Instant
	result           types.Value
	fault            string
	fields           map[string]types.Value
	detail, progress string
	search           map[string]types.Value
	calls            []openCall
}

var nothing = &more{}

// own is more to write to.
func (x *entry) own() *more {
	if x.more == nothing {
		x.more = &more{}
	}
	return x.more
}

// slim gives more back where nothing is left in it.
func (x *entry) slim() {
	m := x.more
	if len(m.calls) == 0 && m.ended == 0 && m.fault == "" && m.detail == "" && m.progress == "" && len(m.search) == 0 {
		x.more = nothing
	}
}

// kindOf is the one kind of a process on a plan.
func (v *View) kindOf(process, plan string) *kind {
	k := kind{process, plan}
	if v.kinds[k] == nil {
		v.kinds[k] = &k
	}
	return v.kinds[k]
}

// openCall is a call that has not ended yet.
type openCall struct {
	activation uint32
	endpoint   string // qualified
	cloud      string
	inFlight   bool
	started    record.Instant
	failedFrom string // the cloud it was tried at before
	failedAt   record.Instant
}

// View folds the events of one shard. All methods may be called from any
// goroutine.
type View struct {
	plans Plans

	mu      sync.RWMutex
	entries map[string]*entry
	order   []*entry // by start; only appended to, or made anew
	ended   int
	gone    int // in order and not among entries
	marks   marks
	figures map[string]*figures // by process
	kinds   map[kind]*kind
}

// New makes an empty view.
func New(plans Plans) *View {
	return &View{plans: plans, entries: map[string]*entry{}, figures: map[string]*figures{}, kinds: map[kind]*kind{}}
}

// Fold takes the events of one commit, numbered commit.
func (v *View) Fold(commit uint64, events []record.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, e := range events {
		v.foldOne(commit, e)
	}
}

func (v *View) fold(commit uint64, e record.Event) {
	switch e := e.(type) {
	case record.InstanceStarted:
		v.started(commit, e)
	case record.StepEntered:
		if x := v.touch(e.Instance, commit); x != nil {
			v.entered(x, e)
		}
	case record.AttemptStarted:
		if x := v.touch(e.Instance, commit); x != nil {
			v.attempted(x, e)
		}
	case record.AttemptFailed:
		if x := v.touch(e.Instance, commit); x != nil {
			v.attemptFailed(x, e)
		}
	case record.StepLeft:
		if x := v.touch(e.Instance, commit); x != nil {
			v.left(x, e)
		}
	case record.SettlementOwed:
		if x := v.touch(e.Instance, commit); x != nil {
			v.of(x).settlements++
			x.forget(e.Of)
			v.opened(x, e.Activation, e.Step)
		}
	case record.SettlementClosed:
		v.touch(e.Instance, commit)
	default:
		v.foldMore(commit, e)
	}
}

// foldMore folds what concerns the end of an instance, its faults and what it
// began.
func (v *View) foldMore(commit uint64, e record.Event) {
	switch e := e.(type) {
	case record.WorkBegun:
		if x := v.touch(e.Instance, commit); x != nil {
			v.opened(x, e.Activation, e.Step)
		}
	case record.WorkEnded:
		if x := v.touch(e.Instance, commit); x != nil {
			v.left(x, record.StepLeft{Activation: e.Activation, Cloud: e.Cloud, TookNs: e.TookNs})
		}
	case record.ChildStarted:
		v.touch(e.Instance, commit)
	case record.ChildRecalled:
		v.touch(e.Instance, commit)
	case record.HandleTaken:
		v.touch(e.Instance, commit)
	case record.TaskNudged:
		v.touch(e.Instance, commit)
	case record.TaskReleased:
		v.touch(e.Instance, commit)
	case record.TaskDelegated:
		v.touch(e.Instance, commit)
	case record.TaskClaimed:
		v.touch(e.Instance, commit)
	case record.Told:
		if x := v.touch(e.Instance, commit); x != nil && e.Telling == record.TellProgress {
			x.own().progress = e.Text
		}
	case record.Continued:
		if x := v.touch(e.Instance, commit); x != nil {
			v.continued(x, e)
		}
	case record.Indexed:
		if x := v.touch(e.Instance, commit); x != nil {
			x.own().search = e.Values
		}
	case record.Reported:
		v.touch(e.Instance, commit)
	case record.Forgotten:
		v.forget(e.Instance)
	case record.FaultRaised:
		if x := v.touch(e.Instance, commit); x != nil {
			x.raised(e)
		}
	case record.FaultPassed:
		if x := v.touch(e.Instance, commit); x != nil && e.Whole {
			x.own().fault = e.Fault
		}
	case record.StepWithdrawn:
		if x := v.touch(e.Instance, commit); x != nil {
			x.forget(e.Activation)
		}
	case record.IncidentOpened:
		// What is found out after the end is a matter of a settlement, not of the end.
		if x := v.touch(e.Instance, commit); x != nil && x.ended == 0 {
			x.state, x.own().detail = record.Incident, e.Detail
		}
	case record.IncidentResolved:
		if x := v.touch(e.Instance, commit); x != nil && x.ended == 0 {
			x.goesOn()
		}
	case record.InstanceEnded:
		if x := v.touch(e.Instance, commit); x != nil {
			v.end(x, e)
		}
	case record.InstancePoisoned, record.StepSkipped, record.InstanceTerminated, record.InstanceReset, record.WentBack, record.Operated, record.GivenUp,
		record.InstanceMigrated, record.MigrationFailed:
		v.foldVerb(commit, e)
	}
}

func (v *View) touch(instance string, commit uint64) *entry {
	x := v.entries[instance]
	if x != nil {
		x.lastCommit = commit
	}
	return x
}

func (x *entry) raised(e record.FaultRaised) {
	m := x.own()
	m.fault, m.fields, m.detail = e.Fault, e.Fields, e.Detail
}

func (v *View) continued(x *entry, e record.Continued) {
	x.kind = v.kindOf(e.Process, x.plan)
	x.own().progress, x.own().calls = "", nil
	x.slim()
}

// goesOn says that an instance has no incident any more.
func (x *entry) goesOn() {
	x.state, x.own().detail = record.Running, ""
	x.slim()
}

func (v *View) started(commit uint64, e record.InstanceStarted) {
	x := &entry{
		id: e.Instance, key: e.Key, kind: v.kindOf(e.Process, e.Plan), state: record.Running,
		started: e.At, firstCommit: commit, lastCommit: commit, more: nothing,
	}
	v.entries[e.Instance] = x
	v.order = append(v.order, x)
	v.of(x).started++
	v.marks.note(commit, e.At)
}

func (v *View) end(x *entry, e record.InstanceEnded) {
	m := x.own()
	x.state, m.ended = e.State, e.At
	m.result, m.fault, m.fields = e.Result, e.Fault, e.Fields
	if e.Detail != "" {
		m.detail = e.Detail
	}
	v.of(x).end(x)
	v.ended++
	if v.ended > MaxEnded {
		v.forgetOldest()
	}
}

// forgetOldest drops the oldest tenth of the ended instances, so that the cost
// of closing the gaps is spread over many ends.
func (v *View) forgetOldest() {
	drop := MaxEnded / 10
	kept := make([]*entry, 0, len(v.order)) // whoever walks the old ones goes on
	for _, x := range v.order {
		if x.gone {
			v.gone--
			continue
		}
		if drop > 0 && x.ended != 0 {
			if v.entries[x.id] == x { // not one of the same name that came later
				delete(v.entries, x.id)
			}
			drop--
			v.ended--
			continue
		}
		kept = append(kept, x)
	}
	v.order = kept
}

// forget drops an instance that ended. Its place in the order is closed with those of
// others.
func (v *View) forget(instance string) {
	x := v.entries[instance]
	if x == nil {
		return
	}
	x.gone = true
	delete(v.entries, instance)
	v.ended--
	if v.gone++; v.gone < 1024 || v.gone < len(v.order)/4 {
		return
	}
	kept := make([]*entry, 0, len(v.order)-v.gone) // whoever walks the old ones goes on
	for _, o := range v.order {
		if !o.gone {
			kept = append(kept, o)
		}
	}
	v.order, v.gone = kept, 0
}

// sortByStart puts the instances in the order that lists need.
func (v *View) sortByStart() {
	slices.SortFunc(v.order, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.started, b.started), strings.Compare(a.id, b.id))
	})
}

// Filter selects instances; empty fields select all.
type Filter struct {
	Process string
	State   record.State
	Key     string
	Since   time.Time
	Where   *Where // nil: all
}

func (f Filter) matches(x *entry) bool {
	switch {
	case f.Process != "" && f.Process != x.process,
		f.State != "" && f.State != x.now(),
		f.Key != "" && f.Key != x.key,
		!f.Since.IsZero() && x.started < record.Instant(f.Since.UnixNano()):
		return false
	}
	return f.Where.holds(x)
}

// listSlice is how many instances List looks at before it lets Fold in.
const listSlice = 1024

// List gives the instances that match, newest first, at most limit of them, all
// behind the given place (zero: from the newest on), as Find does.
func (v *View) List(f Filter, behind Place, limit int) []Instance {
	v.mu.RLock()
	order := v.order
	v.mu.RUnlock()
	end := len(order)
	if behind.Started != 0 { // the starts never change
		end = sort.Search(len(order), func(i int) bool { return order[i].started > behind.Started })
	}
	var list []Instance
	for more := true; more && end > 0; end -= listSlice {
		list, more = v.listSome(list, order[max(0, end-listSlice):end], f, behind, limit)
	}
	return Newest(list, limit)
}

// listSome goes on with a list; more is false when it is complete.
func (v *View) listSome(list []Instance, some []*entry, f Filter, behind Place, limit int) (out []Instance, more bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for i := len(some) - 1; i >= 0; i-- {
		x := some[i]
		if len(list) >= limit && !list[len(list)-1].Started.Equal(instant(x.started)) {
			return list, false // those of one moment stay together, so that they can be put in order
		}
		if !x.gone && behind.admits(x) && f.matches(x) {
			list = append(list, v.instance(x))
		}
	}
	return list, true
}

// Plans adds the digests of the plans that the listed instances ran on.
func (v *View) Plans(digests map[string]bool) {
	v.mu.RLock()
	order := v.order
	v.mu.RUnlock()
	for len(order) > 0 {
		n := min(len(order), listSlice)
		v.mu.RLock()
		for _, x := range order[:n] {
			digests[x.plan] = true
		}
		v.mu.RUnlock()
		order = order[n:]
	}
}

// Find gives one instance, without its result and the fields of its fault until
// somebody is shown them.
func (v *View) Find(id string) (Instance, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	x := v.entries[id]
	if x == nil {
		return Instance{}, false
	}
	return v.instance(x), true
}

// Commits are the first and the last commit that concern an instance.
func (v *View) Commits(id string) (first, last uint64, ok bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	x := v.entries[id]
	if x == nil {
		return 0, 0, false
	}
	return x.firstCommit, x.lastCommit, true
}

// CommitsAround are those of Commits, and the ones of some time before.
func (v *View) CommitsAround(id string, before time.Duration) (first, last uint64, ok bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	x := v.entries[id]
	if x == nil {
		return 0, 0, false
	}
	first, _ = v.marks.between(x.started-record.Instant(before), 0, x.firstCommit)
	return min(first, x.firstCommit), x.lastCommit, true
}

// now is the state as people mean it: without a call under way, a running
// instance waits.
func (x *entry) now() record.State {
	if x.state != record.Running {
		return x.state
	}
	for i := range x.calls {
		if x.calls[i].inFlight {
			return record.Running
		}
	}
	return record.Waiting
}

func (v *View) instance(x *entry) Instance {
	i := Instance{
		ID: x.id, Process: x.process, Key: x.key, State: x.now(), Plan: x.plan,
		Started: instant(x.started), Detail: x.detail, Progress: x.progress,
	}
	if len(x.search) > 0 {
		i.Search = make(map[string]json.RawMessage, len(x.search))
		for name, value := range x.search {
			i.Search[name] = types.AppendJSON(nil, value)
		}
	}
	if x.ended == 0 {
		return i
	}
	ended := instant(x.ended)
	i.Ended = &ended
	i.result, i.fields = x.result, x.fields
	if x.fault != "" {
		i.Fault = &Fault{Type: x.fault}
	}
	return i
}

// Show puts the result or the fault in as somebody sees it.
func (i *Instance) Show(plans Plans, sees report.Sees) {
	result, universe := plans.Result(i.Plan, i.Process)
	if i.Ended == nil || universe == nil { // without its plan nobody knows what has a label
		return
	}
	if i.State == record.Completed && result.Kind != types.Void && result.Kind != types.Invalid {
		i.Result = report.Encode(universe, i.result, result, nil, sees)
	}
	if i.Fault != nil {
		i.Fault = &Fault{i.Fault.Type, report.Encode(universe, i.fields, types.Ref(i.Fault.Type), nil, sees)}
	}
}

func instant(at record.Instant) time.Time { return time.Unix(0, int64(at)).UTC() }
