package record

import "github.com/cob-lang/cob/lang/types"

// OfferMessage asks whether an instance of this shard takes a message of a channel.
// Where one does, Reply.Matched is 1, now and whenever the message is offered again.
type OfferMessage struct {
	Receiver string // that reads the channel
	Position uint64 // in the channel's stream
	// Low is the position up to which every message was taken, by whichever shard.
	Low     uint64
	Message string // the message's ID
	Payload types.Value
	// Passed says that nobody is to take the message: it is among the dead letters.
	Passed bool
}

// StartPart brings a message to the shard that owns what a word of a route keeps for
// its key, and lets it go on behind the word when its turn has come. The same Part
// twice is the same message.
type StartPart struct {
	Route string // qualified
	Plan  string // digest of the plan that the message runs on
	Step  uint32 // the word
	// Part is the instance that goes on, Key its key. Where Cell is set, the word keeps
	// something there, for CellKey.
	Part    string
	Key     string
	Cell    string
	CellKey string
	Vars    map[string]types.Value // what the rest of the route reads
	// Number is that of a resequence, Value what an aggregate gathers.
	Number int64
	Value  types.Value
}

func (OfferMessage) command() {}
func (StartPart) command()    {}

// PartID is the name of an instance that lives in the shard of a cell.
func PartID(cell, key string) string { return cell + "." + InstanceID(cell, key) }
