package shard

// Cursor is how far the messages of a route have been handed to the shards. Which
// positions a shard has taken stands in its journal; a Cursor that is made anew
// from there hands nothing over twice and leaves nothing out.
type Cursor struct {
	at []uint64 // per shard: the position of its last message
}

// NewCursor begins behind the positions that the shards have, by number.
func NewCursor(at []uint64) *Cursor { return &Cursor{at: at} }

// Done is the position up to which every shard has taken what is its own.
func (c *Cursor) Done() uint64 {
	lowest := c.at[0]
	for _, at := range c.at[1:] {
		lowest = min(lowest, at)
	}
	return lowest
}

// Hand notes that a message goes to its shard. after is the position of the one
// before it there, which it names, so that a shard that refuses one refuses all
// behind it. It is false for what the shard has already.
func (c *Cursor) Hand(shard int, position uint64) (after uint64, hand bool) {
	if position <= c.at[shard] {
		return 0, false
	}
	after, c.at[shard] = c.at[shard], position
	return after, true
}
