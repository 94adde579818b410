// Package sim is a made-up world for shards: one thread, virtual time, one seed.
//
// In goes a seed; out comes nothing, or the promise that was broken, with a
// trace of what led there. The world runs the same shard.Core, engine and
// journal frames as a node does, over journal's in-memory store. Around them it
// makes everything up: workers that crash, stop for a while and take each
// other's shards away, disks that refuse, forget to answer and run full, a
// network that loses, doubles, delays and reorders, clouds that are down, slow
// or fall silent after they did the work, clients that ask again, people, and
// pumps that begin anew. After a while the faults stop, and then everything has
// to finish.
//
// What is checked, while it runs and at the end:
//
//   - every start that was acknowledged ends, and nothing else than what was
//     asked for exists;
//   - no activation, attempt, instance, message or event is committed twice, and
//     attempts count up;
//   - an effect leaves only when its attempt stands in the journal;
//   - compensations are the completed steps in reverse, each carried out in the
//     cloud where the work was done, and only once what it undoes was done;
//   - epochs never fall; a commit lands only in the epoch of its owner;
//   - the state that decides is the fold of the journal, and so is a state
//     restored from a snapshot and what follows it;
//   - a timer fires once, never before its time, and always;
//   - an instance stays on the plan it started with;
//   - money: per effect, over all clouds, one unit of work stands where the step
//     completed and the instance was not undone, else none.
//
// A seed gives the same run on every machine: no goroutine, no clock, no map
// order. Run is to be called again with the failing seed; the failure prints the
// command.
//
// # Tests
//
// RunTest tells the story of a test block to one shard of its own: given answers,
// outages and mocked processes (testgiven, testchild), what somebody does
// (testwhen), and assertions on what the journal told (testran, assert). Time goes on by
// itself to the next timer while nothing else can happen. A crash drops the
// shard and folds its journal again: an attempt that leaves once more is the same
// request to the same service, so it is answered the same and counts once.
// ExploreTest crashes a test around every commit; Cover adds up what tests reach.
//
// Deliberately absent: sockets, NATS, and what the outside of a node looks like
// (runtime/node, runtime/connector/http have tests against the real thing).
package sim
