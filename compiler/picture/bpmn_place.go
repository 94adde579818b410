package picture

import "strings"

// Sizes in pixels, as programs that draw BPMN have them.
const (
	eventSize   = 36
	gatewaySize = 50
	taskMin     = 100
	taskHeight  = 80
	taskMax     = 210
	borderStep  = 50 // from one event at a border to the next one
	borderTop   = 10
	sideHead    = 24 // above what stands beside
	trackStep   = 16 // between the ways down to what stands beside
	scopePad    = 24
)

func (el *bpmnNode) isEvent() bool   { return strings.HasSuffix(el.tag, "Event") }
func (el *bpmnNode) isGateway() bool { return strings.HasSuffix(el.tag, "Gateway") }

func widest(f font, lines []string) int {
	w := 0
	for _, t := range lines {
		w = max(w, f.width(t))
	}
	return w
}

// box is the place of an element with its label.
func (p *bpmnPath) box(el *bpmnNode) layout {
	if el.isEvent() || el.isGateway() {
		el.w, el.h = eventSize, eventSize
		if el.isGateway() {
			el.w, el.h = gatewaySize, gatewaySize
		}
		el.label = detailFont.wrap(el.name, labelMax, 3)
		w := el.w
		if len(el.label) > 0 {
			w += 8 + widest(detailFont, el.label)
		}
		return layout{w: w, h: el.h, axis: el.w / 2, draw: func(_ *canvas, x, y int) {
			el.x, el.y = x, y
			el.labelAt = point{x + el.w + 8, y + (el.h-len(el.label)*detailFont.line())/2}
		}}
	}
	var lines []string
	for _, part := range strings.Split(el.name, "\n") {
		lines = append(lines, detailFont.wrap(part, taskMax, 4)...)
	}
	el.w = max(taskMin, widest(detailFont, lines)+2*pad)
	if el.h > 0 { // what stands at the border hides no text
		el.w += eventSize
	}
	el.h = max(el.h, taskHeight, len(lines)*detailFont.line()+4*pad)
	return layout{w: el.w, h: el.h, axis: el.w / 2, draw: func(_ *canvas, x, y int) { el.x, el.y = x, y }}
}

// borders makes an element high enough for events at its border.
func (p *bpmnPath) borders(el *bpmnNode, n int) {
	if n > 0 {
		el.h = max(el.h, 2*borderTop+n*borderStep)
	}
}

// subprocess is the place of a subprocess around its body.
func (p *bpmnPath) subprocess(el *bpmnNode, body layout, borders int) layout {
	title := detailFont.wrap(el.name, max(body.w, textMax), 3)
	head := len(title)*detailFont.line() + sideHead
	inner := max(body.w, widest(detailFont, title), taskMin)
	el.w, el.h = inner+2*scopePad, head+body.h+scopePad
	p.borders(el, borders)
	return layout{w: el.w, h: el.h, axis: el.w / 2, draw: func(c *canvas, x, y int) {
		el.x, el.y = x, y
		body.draw(c, x+scopePad+(inner-body.w)/2, y+head)
	}}
}

// lanes puts the ways behind a gateway beside each other; build makes what stands in one.
func (p *bpmnPath) lanes(gate *bpmnNode, n Node, build func(inner *bpmnPath, l Lane, f *bpmnFlow) (layout, []*bpmnFlow)) (layout, []*bpmnFlow) {
	head := p.box(gate)
	if len(n.Lanes) == 0 {
		return head, []*bpmnFlow{p.flowFrom(gate)}
	}
	var out, first []*bpmnFlow
	parts := make([]layout, len(n.Lanes))
	for i, l := range n.Lanes {
		inner := *p
		f := p.flowFrom(gate)
		body, ends := build(&inner, l, f)
		f.label = labelFont.wrap(f.name, labelMax, 4)
		first, out = append(first, f), append(out, ends...)
		parts[i] = labelled(f, body)
	}
	f := fanOf(parts, n.Lanes)
	w, axis, shift := f.spread(2 * max(head.w-head.axis, head.axis))
	return layout{w: w, h: head.h + busRoom + f.h, axis: axis, draw: func(c *canvas, x, y int) {
		head.draw(c, x+axis-head.axis, y)
		for i, l := range f.lanes {
			first[i].way = append(first[i].way, point{x + shift + f.at(i), y + head.h + busRoom})
			l.draw(c, x+shift+f.xs[i], y+head.h+busRoom)
		}
	}}, out
}

// labelled is what a flow leads to, below the label of the flow.
func labelled(f *bpmnFlow, body layout) layout {
	before := len(f.label)*labelFont.line() + gapY
	axis := max(body.axis, pad)
	right := max(body.w-body.axis, widest(labelFont, f.label)+pad)
	return layout{w: axis + right, h: before + body.h, axis: axis, draw: func(c *canvas, x, y int) {
		f.labelAt = point{x + axis + 6, y + 2}
		body.draw(c, x+axis-body.axis, y+before)
	}}
}

// side is what stands beside an element, behind an event at its border.
type side struct {
	event *bpmnNode
	flow  *bpmnFlow
	body  layout
	back  []*bpmnFlow
	y     int
}

// beside puts what handles or undoes an element to its right, and lets what goes on
// meet below.
func (p *bpmnPath) beside(el *bpmnNode, main layout, out []*bpmnFlow, lanes []Lane) (layout, []*bpmnFlow) {
	var sides []*side
	var last []Lane
	y, w := 0, 0
	for _, l := range lanes {
		if l.how == anyway {
			last = append(last, l)
			continue
		}
		s := p.side(el, l)
		s.y = max(y, borderTop+eventSize/2+borderStep*len(sides))
		y, w = s.y+sideHead+s.body.h+gapY, max(w, s.body.w)
		sides = append(sides, s)
	}
	l := main
	if len(sides) > 0 {
		tracks := main.w + gapX + max(labelMax, eventSize)
		left := tracks + trackStep*len(sides)
		l = layout{w: left + w + gapX, h: max(main.h, y), axis: main.axis, draw: func(c *canvas, x, y int) {
			main.draw(c, x, y)
			for i, s := range sides {
				s.place(c, el, i, point{x + left, y + s.y}, x+tracks+trackStep*(len(sides)-1-i))
				for _, f := range s.back {
					bottom := y + s.y + sideHead + s.body.h + gapY/2
					f.way = append(f.way, point{x + left + s.body.axis, bottom}, point{x + left + w + gapX/2, bottom})
				}
			}
		}}
	}
	parts := []layout{l}
	var back []*bpmnFlow
	for _, s := range sides {
		back = append(back, s.back...)
	}
	if len(back) > 0 {
		meet := p.node("exclusiveGateway", "", Node{})
		p.connect(append(out, back...), meet)
		for _, f := range back {
			f.toSide = true
		}
		parts, out = append(parts, p.box(meet)), []*bpmnFlow{p.flowFrom(meet)}
	}
	for _, lane := range last {
		n := Node{Style: Frame, word: "scope", Title: lane.Label, Lanes: []Lane{lane}}
		if len(lane.Nodes) > 0 {
			n.At = lane.Nodes[0].At
		}
		p.unsay(el, n, "what stands in finally also runs when a fault leaves the step")
		var part layout
		part, out = p.frame(n, out)
		parts = append(parts, part)
	}
	return stacked(parts, noLine), out
}

// side makes the event at the border and what it leads to.
func (p *bpmnPath) side(el *bpmnNode, l Lane) *side {
	n := Node{}
	if len(l.Nodes) > 0 {
		n.At = l.Nodes[0].At
	}
	b := p.node("boundaryEvent", l.Label, Node{})
	b.host, b.w, b.h = el, eventSize, eventSize
	b.label = detailFont.wrap(b.name, labelMax, 2)
	switch {
	case l.how == undone:
		b.event = "<bpmn:compensateEventDefinition/>"
		return p.undo(b, l, n)
	case l.how == faulted:
		b.event = p.fault("errorEventDefinition", l.what)
	case l.how == late && l.what != "":
		b.event = timer(l.what)
	default:
		b.event = p.escalation(strings.TrimSpace(l.what + " " + l.Label))
		if l.how == told {
			b.event = p.escalation(l.what)
		}
		if l.what == "breach" {
			b.attributes = append(b.attributes, [2]string{"cancelActivity", "false"})
		}
	}
	s := &side{event: b, flow: p.flowFrom(b)}
	inner := *p
	var out []*bpmnFlow
	s.body, out = inner.sequence(l.Nodes, []*bpmnFlow{s.flow})
	if len(l.Nodes) == 0 {
		s.body.axis = pad
	}
	if l.Back {
		s.back = out
	} else if len(out) > 0 {
		end := p.node("endEvent", "", Node{})
		p.connect(out, end)
		s.body = stacked([]layout{s.body, p.box(end)}, noLine)
	}
	return s
}

// undo makes the activity that undoes another one: a task, or a subprocess for more.
func (p *bpmnPath) undo(b *bpmnNode, l Lane, n Node) *side {
	s := &side{event: b, flow: &bpmnFlow{id: p.id("association"), from: b, association: true}}
	p.scope.flows = append(p.scope.flows, s.flow)
	at := len(p.scope.nodes)
	one := len(l.Nodes) == 1 && len(l.Nodes[0].Sides) == 0 && (l.Nodes[0].Style == Call || l.Nodes[0].Style == Person || l.Nodes[0].Tag == "send")
	if one {
		s.body = p.box(p.activity(l.Nodes[0]))
	} else {
		inner := *p
		var out []*bpmnFlow
		s.body, out = inner.frame(Node{Style: Frame, word: "undo", Title: l.Label, At: n.At, Lanes: []Lane{{Nodes: l.Nodes}}}, nil)
		p.drop(out)
	}
	handler := p.scope.nodes[at]
	handler.attributes = append(handler.attributes, [2]string{"isForCompensation", "true"})
	s.flow.to = handler
	return s
}

// place puts the number i of the sides: its event, the way along a track, its body.
func (s *side) place(c *canvas, el *bpmnNode, i int, at point, track int) {
	b := s.event
	b.x, b.y = el.x+el.w-eventSize/2, el.y+borderTop+borderStep*i
	middle := b.y + eventSize/2
	b.labelAt = point{b.x + eventSize + 4, middle - 2 - len(b.label)*detailFont.line()}
	s.flow.fromSide = true
	s.flow.way = append(s.flow.way, point{track, middle}, point{track, at.y}, point{at.x + s.body.axis, at.y})
	s.body.draw(c, at.x, at.y+sideHead)
}

// points are the corners of a flow from border to border, each above, below or beside
// the next one.
func (f *bpmnFlow) points() []point {
	from, to := f.from, f.to
	list := []point{{from.x + from.w/2, from.y + from.h}}
	if f.fromSide {
		list[0] = point{from.x + from.w, from.y + from.h/2}
	}
	add := func(p point) {
		last := list[len(list)-1]
		if last.x != p.x && last.y != p.y {
			list = append(list, point{last.x, p.y})
		}
		if last != p {
			list = append(list, p)
		}
	}
	for _, p := range f.way {
		add(p)
	}
	last := list[len(list)-1]
	if f.toSide {
		add(point{last.x, to.y + to.h/2})
		add(point{to.x + to.w, to.y + to.h/2})
		return list
	}
	top := point{to.x + to.w/2, to.y}
	if last.x != top.x {
		add(point{last.x, top.y - busRoom})
		add(point{top.x, top.y - busRoom})
	}
	add(top)
	return list
}
