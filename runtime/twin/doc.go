// Package twin is one of two clouds that share one set of shards: it carries the rules
// of runtime/failover out, with a mirror that listens to the other cloud and a witness
// in a third place.
//
//	t, err := twin.Open(ctx, twin.Options{...})
//	place, err := t.Decide(ctx)    // what this cloud is to be, as soon as that is known
//	err = t.Follow(ctx)            // a mirror, until it is to take over
//	tenure, err := t.Own(ctx)      // an owner: node.Options.Pair
//
// What was decided last stands in the file ROLE of the mirror's directory, what each
// take-over meant in reports/.
//
// Deliberately absent: the node that runs while this cloud owns, and HTTP.
package twin
