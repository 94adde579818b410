package engine

import "github.com/cob-lang/cob/runtime/record"

// inRegion says whether there is something that only blocks around others have.
func (m *extra) inRegion() bool {
	return m != nil && (m.layer != nil || m.exit != nil || m.width != 0 || m.need != 0 || m.state != 0 || m.fired != 0)
}

func (c *snapper) region(x *instance, a *activation, m *extra) {
	c.u32(&m.width)
	c.u32(&m.need)
	c.u32(&m.state)
	c.u32(&m.fired)
	if st := x.stepOf(a); c.err == nil && m.state > 0 && (st == nil || st.region == nil || int(m.state) >= len(st.region.states)) {
		c.fail("the instance " + x.id + " is in a state that its plan does not have")
		return
	}
	layered, exits := m.layer != nil, m.exit != nil
	c.bits(&layered, &exits)
	if layered {
		if m.layer == nil {
			m.layer = &layer{}
		}
		c.layer(x, m.layer)
	}
	if exits {
		if m.exit == nil {
			m.exit = &exit{}
		}
		c.exit(m.exit)
	}
}

// stepOf is the step of an activation, nil where it has none.
func (x *instance) stepOf(a *activation) *step {
	if a.step == none {
		return nil
	}
	return &x.flow.steps[a.step]
}

func (c *snapper) layer(x *instance, l *layer) {
	n := c.size(len(l.slots))
	if !c.writing && n > 0 {
		l.slots = make([]int32, n)
	}
	for i := range n {
		slot := uint32(l.slots[i])
		c.u32(&slot)
		l.slots[i] = int32(slot)
		if c.err == nil && int(slot) >= len(x.flow.vars) {
			c.fail("the instance " + x.id + " has other variables than its plan")
			return
		}
	}
	c.list(&l.vals)
	if c.err == nil && len(l.vals) != n {
		c.fail("the instance " + x.id + " has variables without values")
	}
}

func (c *snapper) exit(e *exit) {
	kind := uint32(e.kind)
	c.u32(&kind)
	e.kind = record.Exit(kind)
	c.u32(&e.block)
	c.u32(&e.step)
	c.text(&e.fault)
	c.record(&e.fields)
	c.text(&e.detail)
	c.value(&e.value)
}
