package engine

import "github.com/cob-lang/cob/runtime/record"

// receivers is how far the receivers of channels are.
func (c *snapper) receivers(s *State) {
	if c.writing {
		names := sortedKeys(s.received)
		c.size(len(names))
		for _, name := range names {
			low, taken := s.Received(name)
			c.text(&name)
			c.uint(&low)
			c.size(len(taken))
			for i := range taken {
				c.uint(&taken[i])
			}
		}
		return
	}
	for range c.size(0) {
		var name string
		r := &received{taken: map[uint64]struct{}{}}
		c.text(&name)
		c.uint(&r.low)
		for range c.size(0) {
			var position uint64
			c.uint(&position)
			r.taken[position] = struct{}{}
		}
		s.received[name] = r
	}
}

// cells are what the words of routes keep, and which instances came out of them.
func (c *snapper) cells(s *State) {
	names := sortedKeys(s.cells)
	for i := range c.size(len(names)) {
		k := &cell{known: map[string]struct{}{}}
		if c.writing {
			k = s.cells[names[i]]
		}
		c.cell(s, k)
		if c.err != nil {
			return
		}
		if !c.writing {
			s.cells[k.id] = k
			if k.due != 0 {
				s.timers.push(timer{due: k.due, cell: k})
			}
		}
	}
	var parts []*instance
	if c.writing {
		for _, id := range s.ids() {
			if x := s.instances[id]; x.body != nil && x.part > 0 { // which is never packed
				parts = append(parts, x)
			}
		}
	}
	for i := range c.size(len(parts)) {
		var id string
		x := &instance{body: &body{}}
		if c.writing {
			x = parts[i]
			id = x.id
		}
		c.text(&id)
		if !c.writing {
			if x = s.get(id); x == nil {
				c.fail("the message " + id + " that was handed on is not there")
				return
			}
		}
		c.u32(&x.part)
		c.text(&x.cell)
		if n := int(x.part); n > len(x.flow.steps) || n > 0 && x.flow.steps[n-1].word == nil {
			c.fail("the message " + id + " was handed on by a step that hands nothing on")
			return
		}
	}
}

func (c *snapper) cell(s *State, k *cell) {
	var digest, route string
	if c.writing {
		digest, route = k.flow.program.digest, k.flow.name
	}
	c.text(&k.id)
	c.text(&digest)
	c.text(&route)
	c.u32(&k.step)
	if !c.writing {
		if p := s.programs[digest]; p != nil {
			k.flow = p.flows[route]
		}
		if c.err == nil && (k.flow == nil || int(k.step) >= len(k.flow.steps) || k.flow.steps[k.step].word == nil) {
			c.fail("the cell " + k.id + " belongs to a word that its plan does not have")
		}
		if c.err != nil {
			return
		}
	}
	c.text(&k.key)
	c.when(&k.due)
	mark := uint64(k.mark)
	c.uint(&mark)
	k.mark = int64(mark)
	c.bits(&k.counts)
	c.when(&k.closes)
	c.list(&k.values)
	c.text(&k.busy)
	n := c.size(len(k.asked))
	if !c.writing {
		k.asked = make([]asked, n)
	}
	for i := range n {
		c.text(&k.asked[i].part)
		c.when(&k.asked[i].at)
		k.known[k.asked[i].part] = struct{}{}
	}
	n = c.size(len(k.held))
	if !c.writing {
		k.held = make([]heldPart, n)
	}
	for i := range n {
		h := &k.held[i]
		c.text(&h.part)
		c.text(&h.key)
		number := uint64(h.number)
		c.uint(&number)
		h.number = int64(number)
		c.record(&h.vars)
		c.when(&h.since)
	}
	if !c.writing {
		for _, v := range k.values {
			k.bytes += record.WeightOf(v)
		}
		for i := range k.held {
			k.bytes += record.WeightOf(k.held[i].vars)
		}
	}
}
