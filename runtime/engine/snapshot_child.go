package engine

// begun are the parts of an activation that concern what was begun, and who waits
// for the end. Snapshots before the form 4 do not have them.
func (c *snapper) begun(m *extra) {
	ended, watched := m.result != nil, m.watch != nil
	c.bits(&ended, &watched, &m.escalated)
	c.text(&m.child)
	if ended {
		if m.result == nil {
			m.result = &outcome{}
		}
		c.value(&m.result.value)
		c.text(&m.result.fault)
		c.record(&m.result.fields)
		c.text(&m.result.detail)
		c.bits(&m.result.taken)
	}
	if watched {
		if m.watch == nil {
			m.watch = &watch{}
		}
		c.text(&m.watch.by.Instance)
		c.u32(&m.watch.by.Activation)
		c.bits(&m.watch.parent)
	}
}
