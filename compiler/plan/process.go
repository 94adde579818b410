package plan

import (
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// AwaitStep waits for a handle. Catch are the blocks that handle faults of what
// is awaited, by qualified fault.
type AwaitStep struct {
	Catch []Catch `json:"catch,omitempty"`
}

// EachStep says how a loop runs its rounds at once. The step's Join says when it
// goes on.
type EachStep struct {
	// Width is how many rounds run at a time; nil: all.
	Width *expression.Tree `json:"width,omitempty"`
}

// TryStep handles the faults of the step's first block. What the block did stays
// done.
type TryStep struct {
	Catch []Catch `json:"catch,omitempty"` // by qualified fault
	// Finally runs in the end, however the rest ended.
	Finally *Block `json:"finally,omitempty"`
}

// ScopeStep is a unit of work that is undone as a whole. The step's Compensate,
// where it is set, undoes the completed scope instead of its steps.
type ScopeStep struct {
	// Catch are the blocks that handle faults, by qualified fault, after what the
	// scope did has been undone.
	Catch []Catch `json:"catch,omitempty"`
	// OnCancel runs when the scope is withdrawn before it has completed.
	OnCancel *Block `json:"on_cancel,omitempty"`
	// WithinNs is how long the scope may take; 0: for ever. Then it is withdrawn and
	// undone, and Late runs.
	WithinNs int64  `json:"within_ns,omitempty"`
	Late     *Block `json:"late,omitempty"`
}

// MachineStep is states and the ways between them. It begins in the first state,
// and is over when a state ends without waiting and without a goto.
type MachineStep struct {
	// Limit is how many states it enters at most.
	Limit  int     `json:"limit"`
	States []State `json:"states"` // in the author's order
}

// State is what happens when it is entered, and what is waited for then. The
// block of an arm that does not end in a goto goes back to waiting.
type State struct {
	Name  string     `json:"name"`
	Enter Block      `json:"enter"`
	On    []OnArm    `json:"on,omitempty"`
	After []AfterArm `json:"after,omitempty"`
}

// ReportStep is the record of the instance up to here.
type ReportStep struct {
	Format  string   `json:"format" one:"json html pdf"`
	Include []string `json:"include,omitempty"` // data path clouds cost sla, in the author's order; empty: all
	// Title stands above it; without it that is its name. Where the report goes to an
	// operation, the step has a Call without arguments: the report is its only one, of
	// type json, string (html) or bytes (pdf). Otherwise it is kept with the instance.
	Title *expression.Tree `json:"title,omitempty"`
}

// StreamStep is the durable state that a word of a route keeps.
type StreamStep struct {
	// Per is the key of a partition beside the step's Expr: of a sequence, a rate or
	// a sample; nil: there is one.
	Per      *expression.Tree `json:"per,omitempty"`
	WithinNs int64            `json:"within_ns,omitempty"` // 0: for ever
	// Rate is how many messages go on per second, Share the ratio of messages that go on.
	Rate  int64  `json:"rate,omitempty"`
	Share string `json:"share,omitempty"`
	// Group is the variable that holds the messages gathered so far, of the type
	// GroupType; Until ends a group; the rest of the flow reads Emit in the step's Var.
	Group     string           `json:"group,omitempty"`
	GroupType types.Type       `json:"group_type,omitzero"`
	Message   *expression.Tree `json:"message,omitempty"` // what is gathered of each message
	Until     *expression.Tree `json:"until,omitempty"`
	Emit      *expression.Tree `json:"emit,omitempty"`
}

// Inner are all blocks of a step, compensations and handlers included, in a
// fixed order.
func (s *Step) Inner() []*Block {
	var out []*Block
	add := func(b *Block) {
		if b != nil {
			out = append(out, b)
		}
	}
	arms := func(on []OnArm, after []AfterArm) {
		for i := range on {
			add(&on[i].Block)
		}
		for i := range after {
			add(&after[i].Block)
		}
	}
	for i := range s.Blocks {
		add(&s.Blocks[i])
	}
	add(s.Compensate)
	if s.Task != nil {
		add(s.Task.Else)
	}
	if s.Select != nil {
		arms(s.Select.On, s.Select.After)
		add(s.Select.Else)
	}
	catches := s.Catches()
	for i := range catches {
		add(&catches[i].Block)
	}
	if s.Try != nil {
		add(s.Try.Finally)
	}
	if s.Scope != nil {
		add(s.Scope.OnCancel)
		add(s.Scope.Late)
	}
	if s.Machine != nil {
		for i := range s.Machine.States {
			st := &s.Machine.States[i]
			add(&st.Enter)
			arms(st.On, st.After)
		}
	}
	return out
}

// Catches are the handlers of faults that the step has, in the author's order.
func (s *Step) Catches() []Catch {
	switch {
	case s.Call != nil:
		return s.Call.Catch
	case s.Await != nil:
		return s.Await.Catch
	case s.Try != nil:
		return s.Try.Catch
	case s.Scope != nil:
		return s.Scope.Catch
	}
	return nil
}

// Walk calls visit for every step, those in blocks included, in a fixed order.
func Walk(steps []Step, visit func(*Step)) {
	for i := range steps {
		visit(&steps[i])
		for _, b := range steps[i].Inner() {
			Walk(b.Steps, visit)
		}
	}
}

// Trees are all expressions of a step itself, without those of its blocks, in a
// fixed order; none is nil.
func (s *Step) Trees() []*expression.Tree {
	var out []*expression.Tree
	add := func(trees ...*expression.Tree) {
		for _, t := range trees {
			if t != nil {
				out = append(out, t)
			}
		}
	}
	all := func(trees []expression.Tree) {
		for i := range trees {
			add(&trees[i])
		}
	}
	add(s.Expr)
	add(s.Arms...)
	if s.Call != nil {
		all(s.Call.Args)
		add(s.Call.Key)
	}
	if s.Start != nil {
		all(s.Start.Args)
	}
	if s.Task != nil {
		all(s.Task.Args)
		add(s.Task.Users, s.Task.Groups)
	}
	if s.Wait != nil {
		add(s.Wait.For)
		add(s.Wait.Until)
	}
	arms := func(on []OnArm) {
		for i := range on {
			add(on[i].Handle, on[i].Equals, on[i].Where)
		}
	}
	if s.Select != nil {
		arms(s.Select.On)
	}
	if s.Machine != nil {
		for i := range s.Machine.States {
			arms(s.Machine.States[i].On)
		}
	}
	if s.Join != nil {
		add(s.Join.Count, s.Join.When)
	}
	if s.Each != nil {
		add(s.Each.Width)
	}
	if s.Report != nil {
		add(s.Report.Title)
	}
	if s.Stream != nil {
		add(s.Stream.Per, s.Stream.Message, s.Stream.Until, s.Stream.Emit)
	}
	return out
}
