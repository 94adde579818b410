package picture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// Style says what a step is about, and so its colour.
type Style string

// The styles.
const (
	Begin   Style = "begin"
	Call    Style = "call"    // somebody else does something
	Person  Style = "person"  // a person does
	Message Style = "message" // something is sent, published or received
	Child   Style = "child"   // another process
	Data    Style = "data"    // variables
	Time    Style = "time"
	Note    Style = "note" // what people read
	Choice  Style = "choice"
	Fork    Style = "fork"
	Frame   Style = "frame"
	Fault   Style = "fault"
	End     Style = "end"
)

// Flow is the picture of one process, route or pattern.
type Flow struct {
	Name  string // "Fulfil"
	Kind  string // "process", "route" or "pattern"
	Head  string // "Fulfil(order: Order) -> Receipt"
	Doc   string
	Nodes []Node

	deadline string // of a process: "1h", "" where it has none
}

// Node is a step. Which parts are set depends on its style: a choice and a fork
// have lanes side by side, a frame has one lane inside.
type Node struct {
	Style  Style
	Tag    string // "call", "task": what kind of statement it is
	Title  string
	Detail string
	At     string // "orders.cob:57"
	Lanes  []Lane
	Join   string // of a fork: when it goes on
	Sides  []Lane // what handles or undoes the step
	Ends   bool   // nothing follows

	word string // of a frame, whose title says it in other words: "for", "state"
}

// Lane is a path with a word on when it is taken.
type Lane struct {
	Label string
	Nodes []Node
	Back  bool // of a side: the flow goes on behind the step

	how  occasion
	what string // the fault, time, event or condition that the label names
}

// occasion says what makes a flow take a lane.
type occasion uint8

const (
	chosen  occasion = iota // by a choice or a fork
	undone                  // the step has to be undone
	faulted                 // a fault comes; what is "" for any
	told                    // what is cancel or breach
	late                    // the time is over; what is "" where only the step knows it
	instead                 // the step did not come to its end, for a reason of its own
	anyway                  // whatever came before
	heard                   // an event or a message comes
	atOnce                  // nothing is there yet
)

// ends says whether the last step of a path leaves it.
func ends(nodes []Node) bool { return len(nodes) > 0 && nodes[len(nodes)-1].leaves() }

func (n Node) leaves() bool {
	switch {
	case n.Ends:
		return true
	case n.Style == Choice || n.Style == Fork && n.Join == "":
		return len(n.Lanes) > 0 && !slices.ContainsFunc(n.Lanes, func(l Lane) bool { return !ends(l.Nodes) })
	}
	return false
}

// Flows are the pictures of the processes, routes and patterns of parsed files, in the
// order of the text.
func Flows(files []*syntax.File) []Flow {
	var out []Flow
	for _, f := range files {
		for _, d := range f.Decls {
			if flow, ok := FlowOf(d); ok {
				out = append(out, flow)
			}
		}
	}
	return out
}

// FlowOf is the picture of a declaration; not ok for one that has no flow.
func FlowOf(d syntax.Decl) (flow Flow, ok bool) {
	switch d := d.(type) {
	case *syntax.ProcessDecl:
		head := text(d.Name.At) + text(d.Params.Span())
		if d.Result != nil {
			head += " -> " + text(d.Result.Span())
		}
		deadline := ""
		if s := d.Body.Find("deadline"); s != nil {
			deadline = textOf(s.Expr())
		}
		return Flow{Name: d.Name.Text, Kind: "process", Head: head, Doc: d.Doc, deadline: deadline,
			Nodes: append([]Node{{Style: Begin, Tag: "process", Title: d.Name.Text, Detail: strings.TrimPrefix(head, d.Name.Text), At: place(d.Name.At)}}, whole(d.Body)...)}, true
	case *syntax.RouteDecl:
		return Flow{Name: d.Name.Text, Kind: "route", Head: d.Name.Text, Doc: d.Doc,
			Nodes: append([]Node{{Style: Begin, Tag: "route", Title: d.Name.Text, At: place(d.Name.At)}}, whole(d.Body)...)}, true
	case *syntax.PatternDecl:
		return pattern(d), true
	}
	return Flow{}, false
}

// whole is the body of a process: its clauses stand beside a frame around all.
func whole(b *syntax.Block) []Node {
	nodes := block(b)
	if !ends(nodes) {
		nodes = append(nodes, Node{Style: End, Title: "end", Ends: true, At: place(b.Span())})
	}
	if sides := sides(b); len(sides) > 0 {
		return []Node{{Style: Frame, word: "whole", Title: "the whole process", Lanes: []Lane{{Nodes: nodes}}, Sides: sides, Ends: ends(nodes)}}
	}
	return nodes
}

func block(b *syntax.Block) []Node {
	var out []Node
	if b == nil {
		return nil
	}
	for _, s := range b.Stmts {
		n := step(s)
		if n.At == "" {
			n.At = place(s.Span())
		}
		out = append(out, n)
	}
	return out
}

// text is what a place says, on one line.
func text(s source.Span) string { return strings.Join(strings.Fields(s.Text()), " ") }

func textOf(n syntax.Node) string {
	if n == nil {
		return ""
	}
	return text(n.Span())
}

func place(s source.Span) string { return fmt.Sprintf("%s:%d", s.Path(), s.From().Line) }
