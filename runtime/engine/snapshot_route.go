package engine

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
