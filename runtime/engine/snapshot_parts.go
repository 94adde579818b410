package engine

import (
	"github.com/cob-lang/cob/runtime/record"
)

func (c *snapper) keptEvent(e *keptEvent) {
	c.uint(&e.number)
	c.text(&e.typ)
	c.text(&e.id)
	c.record(&e.payload)
	c.text(&e.instance)
	c.when(&e.until)
	c.text(&e.next)
	c.when(&e.handed)
	if c.writing {
		names := sortedKeys(e.takenBy)
		c.size(len(names))
		for _, name := range names {
			c.text(&name)
		}
		return
	}
	for range c.size(0) {
		var name string
		c.text(&name)
		if e.takenBy == nil {
			e.takenBy = map[string]struct{}{}
		}
		e.takenBy[name] = struct{}{}
	}
}

// instance writes or reads one. Its bytes have their length before them, so that those
// of one that is packed are taken as they are.
func (c *snapper) instance(s *State, x *instance) {
	c.text(&x.id)
	if !c.writing {
		x.body = &body{}
	}
	if c.version < 9 {
		c.text(&x.key)
	}
	c.pin(s, x)
	switch {
	case c.err != nil:
	case c.version < 9:
		c.state(x)
	case c.writing && x.body == nil:
		b := x.inSnapshot()
		c.size(len(b))
		c.buf = append(c.buf, b...)
	case c.writing:
		inner := snapper{buf: c.scratch[:0], writing: true, version: c.version}
		inner.body(x)
		c.scratch = inner.buf
		c.size(len(inner.buf))
		c.buf = append(c.buf, inner.buf...)
	default:
		n := c.size(0)
		inner := snapper{buf: c.buf[c.at : c.at+n], version: c.version}
		if inner.body(x); inner.err != nil {
			c.err = inner.err
			return
		}
		c.at += n
	}
}

// pin is the flow of an instance and its plan: a number where there is a table.
func (c *snapper) pin(s *State, x *instance) {
	var digest, name string
	if c.writing {
		digest, name = x.flow.program.digest, x.flow.name
	}
	if c.flows != nil {
		n := c.flowNumber(x.flow)
		c.u32(&n)
		if c.err == nil && int(n) >= len(c.flows) {
			c.fail("the instance " + x.id + " is pinned to a plan that is not listed")
		}
		if c.err != nil || c.writing {
			return
		}
		digest, name = c.flows[n].digest, c.flows[n].name
	} else {
		c.text(&digest)
		c.text(&name)
	}
	if c.writing || c.err != nil {
		return
	}
	if p := s.programs[digest]; p != nil {
		x.flow = p.flows[name]
	}
	if x.flow == nil {
		c.fail("the instance " + x.id + " of " + name + " is pinned to the plan " + digest + ", which is not here")
	}
}

// body is an instance without its name and its flow, and all of the bytes.
func (c *snapper) body(x *instance) {
	c.text(&x.key)
	c.state(x)
	if !c.writing && c.err == nil && c.at != len(c.buf) {
		c.fail("there is text after the instance " + x.id)
	}
}

func (c *snapper) state(x *instance) {
	c.when(&x.started)
	c.text(&x.channel)
	c.uint(&x.position)
	c.u32(&x.last)
	c.u32(&x.steps)
	phase := uint32(x.phase)
	c.u32(&phase)
	x.phase = phaseOf(phase)
	c.value(&x.result)
	over, followed, found, asked, deep := x.over != nil, x.path != nil, x.search != nil, len(x.requests) > 0, x.depth > 0
	c.bits(&over, &followed, &found, &asked, &deep)
	if over {
		if x.over == nil {
			x.over = &ending{}
		}
		c.ending(x.over)
	}
	if followed {
		c.path(x)
	}
	if found {
		c.blob(&x.search)
	}
	if asked {
		c.requests(&x.requests)
	}
	if deep {
		c.u32(&x.depth)
	}
	c.settledList(&x.settled)
	if c.version > 3 {
		c.text(&x.progress)
	}
	if c.version > 5 {
		c.people(&x.people)
		c.answers(&x.answered)
	}
	c.doneList(x)
	c.activations(x)
	c.packed(x)
	if c.version > 6 {
		c.poison(x)
	}
	if c.version > 8 {
		c.backs(x)
	}
}

func (c *snapper) backs(x *instance) {
	n := c.size(len(x.backs))
	if !c.writing && n > 0 {
		x.backs = make([]uint32, n)
	}
	for i := range x.backs {
		c.u32(&x.backs[i])
	}
}

// packed reads the variables and leaves them packed: most instances wait.
func (c *snapper) packed(x *instance) {
	var b []byte
	if c.writing {
		b = x.bytes()
	}
	n := c.size(len(b))
	if c.writing {
		c.buf = append(c.buf, b...)
		return
	}
	if c.err != nil {
		return
	}
	x.raw = c.buf[c.at : c.at+n : c.at+n]
	if !c.owned {
		x.raw = append([]byte{}, x.raw...)
	}
	c.at += n
	if c.owned { // and was checked when it was packed
		return
	}
	if _, ok := x.contents(); !ok {
		c.fail("the instance " + x.id + " has other variables than its plan")
	}
}

func phaseOf(n uint32) phase { return phase(min(n, uint32(finished))) }

func (c *snapper) doneList(x *instance) {
	n := c.size(len(x.done))
	if !c.writing && n > 0 {
		x.done = make([]doneStep, n)
	}
	for i := range n {
		c.u32(&x.done[i].step)
		c.text(&x.done[i].cloud)
		if c.version > 2 {
			c.u32(&x.done[i].scope)
		}
		if !c.writing && int(x.done[i].step) >= len(x.flow.steps) {
			c.fail("the instance " + x.id + " has done a step that its plan does not have")
			return
		}
	}
}

func (c *snapper) activations(x *instance) {
	if c.writing {
		c.size(x.alive)
		for _, a := range x.acts {
			if !a.dead {
				c.activation(x, a)
			}
		}
		return
	}
	n := c.size(0)
	x.acts = make([]*activation, 0, n)
	for range n {
		a := &activation{}
		c.activation(x, a)
		if c.err != nil {
			return
		}
		if n := len(x.acts); n > 0 && x.acts[n-1].id >= a.id || a.parent != none && a.parent >= a.id || a.id > x.last {
			c.fail("the activations of the instance " + x.id + " do not count up")
			return
		}
		x.acts = append(x.acts, a)
	}
}

func (c *snapper) activation(x *instance, a *activation) {
	c.u32(&a.id)
	c.u32(&a.parent)
	c.u32(&a.step)
	c.u32(&a.block)
	c.u32(&a.next)
	c.u32(&a.round)
	c.u32(&a.attempt)
	r := uint32(a.role)
	c.u32(&r)
	a.role = role(min(r, uint32(lastRole)))
	more, region := c.writing && !a.x.empty(), c.writing && a.x.inRegion()
	c.bits(&a.inflight, &a.stuck, &a.detached, &more, &region)
	c.when(&a.since)
	c.when(&a.due)
	c.list(&a.items)
	if c.err != nil {
		return
	}
	if !c.writing {
		stepless := a.role == roleRoot || a.role == roleLetter || a.role == roleTell
		if !stepless && int(a.step) >= len(x.flow.steps) || a.block != none && int(a.block) >= len(x.flow.blocks) {
			c.fail("the instance " + x.id + " stands at a step that its plan does not have")
			return
		}
		if more || region || a.role == roleUndo || a.role == roleSettlement || a.role >= roleWork {
			a.x = &extra{}
		}
	}
	if more {
		c.extra(a.x)
	}
	if region {
		c.region(x, a, a.x)
	}
}

// empty says whether there is nothing that a fresh extra has not.
func (m *extra) empty() bool {
	return m == nil || m.cloud == "" && len(m.vars) == 0 && len(m.tried) == 0 && m.base == 0 && m.by == "" && m.incident == "" &&
		len(m.doubts) == 0 && m.of == 0 && m.ofTry == 0 && !m.adopted && m.outcome == "" && m.detail == "" &&
		m.result == nil && m.watch == nil && m.child == "" && !m.escalated
}

func (c *snapper) extra(m *extra) {
	c.text(&m.cloud)
	c.list(&m.vars)
	n := c.size(len(m.tried))
	if !c.writing && n > 0 {
		m.tried = make([]tried, n)
	}
	for i := range n {
		c.text(&m.tried[i].cloud)
		c.u32(&m.tried[i].times)
	}
	c.u32(&m.base)
	c.text(&m.by)
	c.text(&m.incident)
	n = c.size(len(m.doubts))
	if !c.writing && n > 0 {
		m.doubts = make([]doubt, n)
	}
	for i := range n {
		c.text(&m.doubts[i].cloud)
		c.u32(&m.doubts[i].attempt)
	}
	c.u32(&m.of)
	c.u32(&m.ofTry)
	c.bits(&m.adopted)
	outcome := string(m.outcome)
	c.text(&outcome)
	m.outcome = record.Outcome(outcome)
	c.text(&m.detail)
	if c.version > 3 {
		c.begun(m)
	}
}

func (c *snapper) ending(e *ending) {
	c.when(&e.at)
	state := string(e.state)
	c.text(&state)
	e.state = record.State(state)
	c.u32(&e.step)
	c.text(&e.fault)
	c.record(&e.fields)
	c.text(&e.detail)
	c.bits(&e.cancelled)
}

func (c *snapper) settledList(l *[]closedSettlement) {
	n := c.size(len(*l))
	if !c.writing && n > 0 {
		*l = make([]closedSettlement, n)
	}
	for i := range n {
		v := &(*l)[i]
		c.u32(&v.activation)
		c.u32(&v.step)
		c.text(&v.cloud)
		c.when(&v.since)
		outcome := string(v.outcome)
		c.text(&outcome)
		v.outcome = record.Outcome(outcome)
		c.text(&v.detail)
	}
}

func (c *snapper) tombstone(g *graveyard, t *tombstone) {
	var from uint32
	if c.writing {
		from = g.number(t.origin)
	}
	c.u32(&from)
	if !c.writing && c.err == nil {
		if int(from) >= len(g.origins) {
			c.fail("an instance that is over has no origin")
			return
		}
		t.origin = g.origins[from]
	}
	c.text(&t.id)
	c.text(&t.key)
	c.when(&t.started)
	c.value(&t.result)
	c.ending(&t.end)
	c.settledList(&t.settled)
	if c.version > 5 {
		c.answers(&t.answered)
	}
	if c.version > 7 {
		c.when(&t.keep)
		c.blob(&t.search)
	}
	if c.version > 9 {
		c.requests(&t.requests)
	}
}

func (c *snapper) graveyard(g *graveyard) {
	n := c.size(len(g.origins))
	for i := range n {
		var o origin
		if c.writing {
			o = g.origins[i]
		}
		c.text(&o.name)
		c.text(&o.plan)
		c.bits(&o.route)
		if !c.writing {
			g.number(o)
		}
	}
	for _, route := range []bool{false, true} {
		c.plot(g, route)
	}
}

func (c *snapper) plot(g *graveyard, route bool) {
	if c.writing {
		p := g.plot(route)
		c.size(p.n)
		for _, r := range p.rows {
			for _, id := range r.all() {
				b := g.byID[id]
				c.size(len(b))
				c.buf = append(c.buf, b...)
			}
		}
		return
	}
	for range c.size(0) {
		n := c.size(0)
		if c.err != nil {
			return
		}
		b := append([]byte{}, c.buf[c.at:c.at+n]...)
		t, err := g.read(b, c.version)
		if err != nil {
			c.err = err
			return
		}
		c.at += n
		if c.version == SnapshotVersion {
			g.put(t, b)
		} else {
			g.add(t)
		}
	}
}

// blob is bytes that may be absent.
func (c *snapper) blob(v *[]byte) {
	text := string(*v)
	c.text(&text)
	if !c.writing && text != "" {
		*v = []byte(text)
	}
}
