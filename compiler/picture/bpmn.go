package picture

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Unsaid is something that a flow says and BPMN cannot. It stands in the documentation
// of its element.
type Unsaid struct {
	At   string // "orders.cob:57"
	What string
}

// BPMN is the BPMN 2.0 of flows, with its diagram: one process, or where there are
// several, a pool for each of them. Patterns, which BPMN does not have, are left out and
// told.
func BPMN(flows []Flow) (text string, unsaid []Unsaid) {
	b := &bpmn{roots: map[string]string{}}
	var pools []bpmnPool
	for _, f := range flows {
		if f.Kind == "pattern" {
			b.unsaid = append(b.unsaid, Unsaid{f.Nodes[0].At, "the pattern " + f.Name + ": BPMN has no word for what is recognized in streams"})
			continue
		}
		scope := &bpmnScope{}
		l := b.process(f, scope)
		pools = append(pools, bpmnPool{b.id("process"), f, scope, l})
	}
	return b.write(pools), b.unsaid
}

// bpmn collects what elements refer to, and what BPMN cannot say.
type bpmn struct {
	count  int
	roots  map[string]string // ids of errors, messages and escalations, by element and name
	order  []bpmnRoot
	unsaid []Unsaid
}

type bpmnRoot struct{ tag, id, name string }

// bpmnPool is a process with its place in the diagram.
type bpmnPool struct {
	id    string
	flow  Flow
	scope *bpmnScope
	l     layout
}

// bpmnScope is what stands in a process or a subprocess.
type bpmnScope struct {
	nodes  []*bpmnNode
	flows  []*bpmnFlow
	leaves []Node // how steps inside of it leave what stands around it, each once
}

// bpmnNode is a task, an event, a gateway or a subprocess.
type bpmnNode struct {
	id, tag, name string
	doc           []string
	attributes    [][2]string
	event         string // the element of its definition, as XML
	loop          string // likewise
	script        string
	inner         *bpmnScope
	host          *bpmnNode // of an event at its border
	in, out       []*bpmnFlow
	x, y, w, h    int
	label         []string // lines beside it
	labelAt       point
}

// bpmnFlow is a sequence flow, or where it undoes an association.
type bpmnFlow struct {
	id, name, condition string
	from, to            *bpmnNode
	way                 []point // between both ends
	fromSide, toSide    bool    // it leaves to the right, comes from the right
	association         bool
	label               []string
	labelAt             point
}

func (b *bpmn) id(what string) string {
	b.count++
	return fmt.Sprintf("%s_%d", what, b.count)
}

// root is the id of what events refer to, such as the error of a fault.
func (b *bpmn) root(tag, name string) string {
	key := tag + " " + name
	if b.roots[key] == "" {
		b.roots[key] = b.id(tag)
		b.order = append(b.order, bpmnRoot{tag, b.roots[key], name})
	}
	return b.roots[key]
}

// bpmnPath makes the elements of one process or subprocess.
type bpmnPath struct {
	*bpmn
	scope *bpmnScope
	// inside says that what leaves the flow has to leave a subprocess first; forked, that
	// other branches may go on meanwhile.
	inside, forked bool
	// states says that the links to other states stand in this scope.
	states bool
}

func (p *bpmnPath) node(tag, name string, n Node) *bpmnNode {
	el := &bpmnNode{id: p.id(tag), tag: tag, name: name}
	if n.At != "" {
		el.doc = append(el.doc, n.hint())
	}
	p.scope.nodes = append(p.scope.nodes, el)
	return el
}

// unsay writes into an element what it cannot say by itself.
func (p *bpmnPath) unsay(el *bpmnNode, n Node, what string) {
	el.doc = append(el.doc, what)
	p.unsaid = append(p.unsaid, Unsaid{n.At, what})
}

// flowFrom begins a sequence flow that leads nowhere yet.
func (p *bpmnPath) flowFrom(el *bpmnNode) *bpmnFlow {
	f := &bpmnFlow{id: p.id("flow"), from: el}
	el.out = append(el.out, f)
	p.scope.flows = append(p.scope.flows, f)
	return f
}

func (p *bpmnPath) connect(flows []*bpmnFlow, to *bpmnNode) {
	for _, f := range flows {
		f.to = to
		to.in = append(to.in, f)
	}
}

// process makes the elements of a whole flow.
func (b *bpmn) process(f Flow, scope *bpmnScope) layout {
	p := &bpmnPath{bpmn: b, scope: scope}
	nodes := f.Nodes[1:]
	begin := p.node("startEvent", f.Name, f.Nodes[0])
	if len(nodes) > 0 && nodes[0].Tag == "from" {
		begin.name, begin.doc = "from "+nodes[0].Title, append(begin.doc, nodes[0].hint())
		begin.event = p.message(nodes[0].Title)
		nodes = nodes[1:]
	}
	if f.deadline != "" {
		body := nodes
		nodes = []Node{{Style: Frame, word: "scope", Title: "within the deadline", Lanes: []Lane{{Nodes: body}}, At: f.Nodes[0].At, Ends: ends(body), Sides: []Lane{{
			Label: "deadline " + f.deadline, how: late, what: f.deadline, Nodes: []Node{{Style: Fault, Tag: "fail", Title: "std.Overdue", At: f.Nodes[0].At, Ends: true}},
		}}}}
	}
	head := p.box(begin)
	rest, out := p.sequence(nodes, []*bpmnFlow{p.flowFrom(begin)})
	parts := []layout{head, rest}
	if len(out) > 0 {
		end := p.node("endEvent", "", Node{})
		p.connect(out, end)
		parts = append(parts, p.box(end))
	}
	return stacked(parts, noLine)
}

// noLine draws nothing: sequence flows find their way when all is placed.
func noLine(*canvas, int, int) {}

// sequence makes steps behind open flows and gives the flows that are open then.
func (p *bpmnPath) sequence(nodes []Node, in []*bpmnFlow) (layout, []*bpmnFlow) {
	parts := make([]layout, 0, len(nodes))
	for _, n := range nodes {
		var l layout
		l, in = p.step(n, in)
		parts = append(parts, l)
	}
	return stacked(parts, noLine), in
}

func (p *bpmnPath) step(n Node, in []*bpmnFlow) (layout, []*bpmnFlow) {
	switch n.Style {
	case Choice:
		return p.choice(n, in)
	case Fork:
		return p.fork(n, in)
	case Frame:
		return p.frame(n, in)
	case Fault:
		el := p.node("endEvent", n.Title, n)
		el.event = p.fault("errorEventDefinition", n.Title)
		p.connect(in, el)
		return p.box(el), nil
	}
	if n.Ends && (n.Style == End || n.Tag == "cancel") {
		return p.leave(n, in)
	}
	el := p.activity(n)
	p.connect(in, el)
	p.borders(el, len(n.Sides))
	l, out := p.box(el), []*bpmnFlow{p.flowFrom(el)}
	if n.Ends {
		end, _ := p.leave(Node{Style: End, Title: "end", At: n.At, Ends: true}, out)
		l, out = stacked([]layout{l, end}, noLine), nil
	}
	return p.beside(el, l, out, n.Sides)
}

// taskOf are the elements of steps that ask somebody for something.
var taskOf = map[Style]string{Call: "serviceTask", Person: "userTask", Child: "callActivity", Data: "scriptTask"}

// receives are the words of routes that wait for messages.
var receives = []string{"aggregate", "resequence", "dedupe"}

// activity is the element of a step that is no choice and no frame.
func (p *bpmnPath) activity(n Node) *bpmnNode {
	name := strings.TrimSpace(n.Title)
	switch {
	case n.Style == Time && (n.Tag == "wait" || n.Tag == "delay"):
		el := p.node("intermediateCatchEvent", n.Tag+" "+name, n)
		el.event = timer(strings.TrimPrefix(name, "for "))
		return el
	case n.Tag == "publish":
		el := p.node("intermediateThrowEvent", name, n)
		el.event = p.message(name)
		return el
	case n.Style == Message:
		el := p.node("sendTask", n.Tag+" "+name, n)
		if n.Tag != "send" && n.Tag != "to" && n.Tag != "reply" {
			p.unsay(el, n, "BPMN has no word for "+n.Tag)
		}
		return el
	}
	tag := taskOf[n.Style]
	if slices.Contains(receives, n.Tag) {
		tag = "receiveTask"
	}
	if tag == "" {
		tag = "task"
	}
	el := p.node(tag, strings.TrimSpace(n.Tag+" "+name), n)
	switch {
	case n.Style == Call || n.Style == Person || n.Style == Child:
		el.name = name
		if n.Detail != "" {
			el.name += "\n" + n.Detail
		}
		if n.Tag == "spawn" {
			p.unsay(el, n, "the flow does not wait for the process that it spawns")
		}
	case n.Tag == "let" || n.Tag == "set":
		el.name = name
		el.script = name + " " + n.Detail
	case n.Style == Data || n.Style == Time || n.Tag == "milestone":
		p.unsay(el, n, "BPMN has no word for "+n.Tag)
	}
	return el
}

// leave ends the process, goes on at another state, or leaves the subprocesses around
// first: they tell the outside by an escalation which way it goes on.
func (p *bpmnPath) leave(n Node, in []*bpmnFlow) (layout, []*bpmnFlow) {
	name := strings.TrimSpace(n.Tag + " " + n.Title)
	if p.inside && !(p.states && n.Tag == "goto") {
		el := p.node("endEvent", name, n)
		el.event = p.escalation(name)
		p.connect(in, el)
		if !slices.ContainsFunc(p.scope.leaves, func(other Node) bool { return other.Tag == n.Tag && other.Title == n.Title }) {
			p.scope.leaves = append(p.scope.leaves, n)
		}
		return p.box(el), nil
	}
	tag := "endEvent"
	if n.Tag == "goto" {
		tag = "intermediateThrowEvent"
	}
	el := p.node(tag, name, n)
	switch {
	case n.Tag == "goto":
		el.event = linkTo(n.Title)
	case n.Tag == "cancel":
		el.event = "<bpmn:compensateEventDefinition/>"
	case p.forked:
		el.event = "<bpmn:terminateEventDefinition/>"
	}
	p.connect(in, el)
	return p.box(el), nil
}

func (p *bpmnPath) message(name string) string {
	return fmt.Sprintf(`<bpmn:messageEventDefinition messageRef="%s"/>`, p.root("message", name))
}

func (p *bpmnPath) escalation(name string) string {
	return fmt.Sprintf(`<bpmn:escalationEventDefinition escalationRef="%s"/>`, p.root("escalation", name))
}

// fault is the definition of an event for a fault, "" for any.
func (p *bpmnPath) fault(tag, name string) string {
	if name == "" {
		return "<bpmn:" + tag + "/>"
	}
	return fmt.Sprintf(`<bpmn:%s errorRef="%s"/>`, tag, p.root("error", name))
}

func linkTo(state string) string {
	return fmt.Sprintf(`<bpmn:linkEventDefinition name="%s"/>`, attribute(state))
}

// timer is the definition of an event that comes with time: a duration, or "until" and
// a point in time.
func timer(text string) string {
	tag := "timeDuration"
	if at, ok := strings.CutPrefix(text, "until "); ok {
		tag, text = "timeDate", at
	} else if iso, ok := isoDuration(text); ok {
		text = iso
	}
	return fmt.Sprintf(`<bpmn:timerEventDefinition><bpmn:%s xsi:type="bpmn:tFormalExpression">%s</bpmn:%s></bpmn:timerEventDefinition>`, tag, escape(text), tag)
}

var durationLiteral = regexp.MustCompile(`^(\d+)(ms|s|m|h|d)$`)

// isoDuration is a duration literal as ISO 8601 writes it; not ok for anything else.
func isoDuration(text string) (iso string, ok bool) {
	m := durationLiteral.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	switch n, unit := m[1], m[2]; unit {
	case "d":
		return "P" + n + "D", true
	case "ms":
		padded := "000" + n
		whole := max(strings.TrimLeft(padded[:len(padded)-3], "0"), "0")
		return "PT" + whole + "." + padded[len(padded)-3:] + "S", true
	default:
		return "PT" + n + strings.ToUpper(unit), true
	}
}
