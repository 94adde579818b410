package engine

// people are names in their order.
func (c *snapper) people(l *[]string) {
	n := c.size(len(*l))
	if !c.writing && n > 0 {
		*l = make([]string, n)
	}
	for i := range n {
		c.text(&(*l)[i])
	}
}

// answers are the completed tasks that are remembered.
func (c *snapper) answers(l *[]answered) {
	n := c.size(len(*l))
	if !c.writing && n > 0 {
		*l = make([]answered, n)
	}
	for i := range n {
		t := &(*l)[i]
		c.u32(&t.activation)
		c.u32(&t.step)
		c.text(&t.flow)
		c.text(&t.by)
		c.uint(&t.form)
	}
}
