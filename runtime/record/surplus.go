package record

// TakeSurplus says what another cloud, which owned the shard before, has of an instance
// and this one has not. It is taken only where the instance has not gone on here:
// the journal then reads as if it had happened here.
type TakeSurplus struct {
	Instance string
	// Before is the digest of the instance where this cloud took over, "" for none.
	Before string
	// Events are those of the other cloud from there on, all of this instance.
	Events []Event
}

func (TakeSurplus) command() {}

// Differs is the Command of an InstancePoisoned that says that two clouds went on with
// the instance, and not alike. Its Detail says how.
const Differs = "TakeSurplus"

// Why is what an operator is told.
func (e InstancePoisoned) Why() string {
	if e.Command == Differs {
		return e.Detail
	}
	return "a bug of this program, met while it decided " + e.Command + ": " + e.Detail
}
