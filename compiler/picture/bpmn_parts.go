package picture

import (
	"fmt"
	"slices"
	"strings"
)

// choice is a gateway, before it what decides or waits, and a gateway where the ways
// that go on come together.
func (p *bpmnPath) choice(n Node, in []*bpmnFlow) (layout, []*bpmnFlow) {
	var parts []layout
	tag := "exclusiveGateway"
	switch n.Tag {
	case "match":
		rule := p.node("businessRuleTask", "match "+n.Title, n)
		p.connect(in, rule)
		in = []*bpmnFlow{p.flowFrom(rule)}
		parts = append(parts, p.box(rule))
	case "select":
		tag = "eventBasedGateway"
		if slices.ContainsFunc(n.Lanes, func(l Lane) bool { return l.how == atOnce }) {
			tag = "exclusiveGateway" // nothing waits
		}
	}
	if tag == "eventBasedGateway" && len(n.Lanes) == 1 {
		return p.arm(n.Lanes[0], in)
	}
	gate := p.node(tag, n.Title, n)
	if n.Tag == "match" || n.Tag == "select" {
		gate.name = ""
	}
	if n.Tag == "during" {
		p.unsay(gate, n, "it is left as soon as the milestone no longer holds")
	}
	p.connect(in, gate)
	l, out := p.lanes(gate, n, func(inner *bpmnPath, lane Lane, f *bpmnFlow) (layout, []*bpmnFlow) {
		if tag == "eventBasedGateway" {
			return inner.arm(lane, []*bpmnFlow{f})
		}
		f.name, f.condition = lane.Label, condition(n, lane)
		return inner.sequence(lane.Nodes, []*bpmnFlow{f})
	})
	parts = append(parts, l)
	if len(out) > 1 {
		meet := p.node("exclusiveGateway", "", Node{})
		p.connect(out, meet)
		parts, out = append(parts, p.box(meet)), []*bpmnFlow{p.flowFrom(meet)}
	}
	return stacked(parts, noLine), out
}

// condition is what has to hold for a lane of a choice, "" for the last one.
func condition(n Node, lane Lane) string {
	switch lane.Label {
	case "no", "else", "else, at once":
		return ""
	case "yes":
		return n.Title
	}
	if n.Tag == "match" && n.Title != "which one holds first?" {
		return n.Title + " is " + lane.Label
	}
	return lane.Label
}

// arm is a lane behind an event-based gateway: it begins with its event.
func (p *bpmnPath) arm(lane Lane, in []*bpmnFlow) (layout, []*bpmnFlow) {
	event := p.node("intermediateCatchEvent", lane.Label, Node{})
	if lane.how == late {
		event.event = timer(lane.what)
	} else {
		event.event = p.message(lane.what)
	}
	p.connect(in, event)
	rest, out := p.sequence(lane.Nodes, []*bpmnFlow{p.flowFrom(event)})
	if len(lane.Nodes) == 0 {
		return p.box(event), out
	}
	return stacked([]layout{p.box(event), rest}, noLine), out
}

// fork is a gateway where branches begin, and one where they come together. A race ends
// with its first branch, which is what a subprocess does whose branches terminate it;
// branches one at a time are an ad-hoc subprocess.
func (p *bpmnPath) fork(n Node, in []*bpmnFlow) (layout, []*bpmnFlow) {
	switch n.Tag {
	case "race":
		return p.frame(Node{Style: Frame, word: "race", Title: "race: " + n.Join, At: n.At, Lanes: n.Lanes}, in)
	case "one at a time":
		return p.frame(Node{Style: Frame, word: "interleave", Title: n.Tag + ", " + n.Title, At: n.At, Lanes: n.Lanes}, in)
	}
	l, out := p.branches(n, in)
	if len(out) == 0 {
		return l, nil
	}
	tag := p.gateOf(n)
	if n.Join != "join all" {
		tag = "complexGateway"
	}
	meet := p.node(tag, "", n)
	if tag == "complexGateway" {
		meet.name = n.Join
		p.unsay(meet, n, n.Join+": what becomes of the other branches")
	}
	p.connect(out, meet)
	out = []*bpmnFlow{p.flowFrom(meet)}
	return stacked([]layout{l, p.box(meet)}, noLine), out
}

// gateOf is a gateway that all branches leave, or those whose condition holds.
func (p *bpmnPath) gateOf(n Node) string {
	if slices.ContainsFunc(n.Lanes, func(l Lane) bool { return l.what != "" }) {
		return "inclusiveGateway"
	}
	return "parallelGateway"
}

func (p *bpmnPath) branches(n Node, in []*bpmnFlow) (layout, []*bpmnFlow) {
	gate := p.node(p.gateOf(n), "", n)
	p.connect(in, gate)
	return p.lanes(gate, n, func(inner *bpmnPath, lane Lane, f *bpmnFlow) (layout, []*bpmnFlow) {
		inner.forked = true
		f.name, f.condition = lane.Label, lane.what
		if gate.tag == "inclusiveGateway" && lane.what == "" {
			f.condition = "true"
		}
		if strings.Contains(strings.TrimSuffix(lane.Label, " when "+lane.what), " after ") {
			p.unsay(gate, n, "the branch "+lane.Label)
		}
		if len(lane.Nodes) == 0 {
			lane.Nodes = []Node{{Style: Note, Title: lane.Label, At: n.At}}
		}
		return inner.sequence(lane.Nodes, []*bpmnFlow{f})
	})
}

// frame is a subprocess.
func (p *bpmnPath) frame(n Node, in []*bpmnFlow) (layout, []*bpmnFlow) {
	tag := "subProcess"
	if n.word == "interleave" {
		tag = "adHocSubProcess"
	}
	el := p.node(tag, n.Title, n)
	el.inner = &bpmnScope{}
	p.connect(in, el)
	var nodes []Node
	if len(n.Lanes) > 0 {
		nodes = n.Lanes[0].Nodes
	}
	inner := &bpmnPath{bpmn: p.bpmn, scope: el.inner, inside: true}
	over := false
	var body layout
	switch n.word {
	case "race":
		body = inner.race(n)
	case "interleave":
		el.attributes = append(el.attributes, [2]string{"ordering", "Sequential"})
		body = inner.interleave(n)
	case "machine":
		body = inner.machine(nodes)
	default:
		loop := n.word == "while" || strings.HasPrefix(n.word, "for")
		over = ends(nodes) && !loop && !elsewhere(nodes)
		body = inner.body(nodes, over)
	}
	p.loops(el, n)
	sides := slices.Clone(n.Sides)
	for _, way := range el.inner.leaves {
		name := strings.TrimSpace(way.Tag + " " + way.Title)
		sides = append(sides, Lane{Label: name, Nodes: []Node{way}, how: told, what: name})
	}
	l, out := p.subprocess(el, body, len(sides)), []*bpmnFlow{p.flowFrom(el)}
	if over {
		end, _ := p.leave(Node{Style: End, Title: "end", At: n.At, Ends: true}, out)
		l, out = stacked([]layout{l, end}, noLine), nil
	}
	return p.beside(el, l, out, sides)
}

// elsewhere says whether a step of a path goes to another state, or undoes the process.
func elsewhere(nodes []Node) bool {
	return slices.ContainsFunc(nodes, func(n Node) bool {
		in := func(l Lane) bool { return elsewhere(l.Nodes) }
		return n.Ends && (n.Tag == "goto" || n.Tag == "cancel") || slices.ContainsFunc(n.Lanes, in) || slices.ContainsFunc(n.Sides, in)
	})
}

// loops says how often a subprocess runs, and what BPMN cannot say of it.
func (p *bpmnPath) loops(el *bpmnNode, n Node) {
	switch n.word {
	case "for":
		el.loop = `<bpmn:multiInstanceLoopCharacteristics isSequential="true"/>`
	case "for parallel":
		el.loop = `<bpmn:multiInstanceLoopCharacteristics isSequential="false"/>`
		if _, join, ok := strings.Cut(n.Title, ", join "); ok {
			p.unsay(el, n, "join "+join+": what becomes of the other rounds")
		}
	case "while":
		el.loop = fmt.Sprintf(`<bpmn:standardLoopCharacteristics testBefore="true"><bpmn:loopCondition xsi:type="bpmn:tFormalExpression">%s</bpmn:loopCondition></bpmn:standardLoopCharacteristics>`,
			escape(strings.TrimPrefix(n.Title, "while ")))
	case "critical":
		p.unsay(el, n, n.Title)
	}
}

// body is what stands in a subprocess. Where all its ways are over, those who leave end
// it, and it is left behind it.
func (p *bpmnPath) body(nodes []Node, over bool) layout {
	begin := p.node("startEvent", "", Node{})
	p.inside = !over
	rest, out := p.sequence(nodes, []*bpmnFlow{p.flowFrom(begin)})
	parts := []layout{p.box(begin)}
	if len(nodes) > 0 {
		parts = append(parts, rest)
	}
	if len(out) > 0 {
		end := p.node("endEvent", "", Node{})
		p.connect(out, end)
		parts = append(parts, p.box(end))
	}
	return stacked(parts, noLine)
}

// race runs branches of which each ends all.
func (p *bpmnPath) race(n Node) layout {
	begin := p.node("startEvent", "", Node{})
	gate := p.node("parallelGateway", "", Node{})
	p.connect([]*bpmnFlow{p.flowFrom(begin)}, gate)
	l, _ := p.lanes(gate, n, func(inner *bpmnPath, lane Lane, f *bpmnFlow) (layout, []*bpmnFlow) {
		inner.forked, f.name = true, lane.Label
		rest, out := inner.sequence(lane.Nodes, []*bpmnFlow{f})
		if len(out) == 0 {
			return rest, nil
		}
		end := inner.node("endEvent", "", Node{})
		end.event = "<bpmn:terminateEventDefinition/>"
		inner.connect(out, end)
		parts := []layout{inner.box(end)}
		if len(lane.Nodes) > 0 {
			parts = []layout{rest, inner.box(end)}
		}
		return stacked(parts, noLine), nil
	})
	return stacked([]layout{p.box(begin), l}, noLine)
}

// interleave holds a subprocess for each branch.
func (p *bpmnPath) interleave(n Node) layout {
	parts := make([]layout, len(n.Lanes))
	for i, lane := range n.Lanes {
		parts[i], _ = p.frame(Node{Style: Frame, word: "scope", Title: lane.Label, At: n.At, Lanes: []Lane{lane}}, nil)
		last := p.scope.nodes[slices.IndexFunc(p.scope.nodes, func(x *bpmnNode) bool { return x.name == lane.Label && x.inner != nil })]
		p.drop(last.out)
		if strings.Contains(lane.Label, " after ") {
			p.unsay(last, n, "the branch "+lane.Label)
		}
	}
	return stacked(parts, noLine)
}

// drop takes flows away that lead nowhere.
func (p *bpmnPath) drop(flows []*bpmnFlow) {
	for _, f := range flows {
		p.scope.flows = slices.DeleteFunc(p.scope.flows, func(x *bpmnFlow) bool { return x == f })
		f.from.out = slices.DeleteFunc(f.from.out, func(x *bpmnFlow) bool { return x == f })
	}
}

// machine holds its states below each other, each behind the link that leads to it.
func (p *bpmnPath) machine(states []Node) layout {
	begin := p.node("startEvent", "", Node{})
	parts := []layout{p.box(begin)}
	in := []*bpmnFlow{p.flowFrom(begin)}
	p.states = true
	for i, state := range states {
		name := strings.TrimPrefix(state.Title, "state ")
		if i == 0 {
			throw := p.node("intermediateThrowEvent", name, state)
			throw.event = linkTo(name)
			p.connect(in, throw)
			parts = append(parts, p.box(throw))
		}
		catch := p.node("intermediateCatchEvent", state.Title, state)
		catch.event = linkTo(name)
		l, out := p.sequence(state.Lanes[0].Nodes, []*bpmnFlow{p.flowFrom(catch)})
		parts = append(parts, p.box(catch))
		if len(state.Lanes[0].Nodes) > 0 {
			parts = append(parts, l)
		}
		if len(out) > 0 {
			end := p.node("endEvent", "", Node{})
			p.connect(out, end)
			parts = append(parts, p.box(end))
		}
	}
	return stacked(parts, noLine)
}
