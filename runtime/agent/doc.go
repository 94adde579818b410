// Package agent holds what nodes and agents tell each other, and the rules by which a
// node chooses the agent that carries a call out.
//
// An agent runs connectors in one cloud, near the endpoints there, and owns nothing.
// It says that it is there every Beat (Status), to all nodes at once, and each node
// answers for itself (Welcome): which plans are active, and what time it is by the
// node's own clock. A call goes to one agent as a question (Call) and comes back as
// its answer (Answer).
//
//	r := agent.NewRoster()
//	r.Heard(status, now)                       // it is there
//	id, err := r.Choose("paris", digest, nil, now) // the least busy of the cloud
//	r.Took(id)                                 // and a call is under way there
//	r.Gave(id)                                 // no more
//	r.Why("paris", digest, now)                // "" or why nothing reaches that cloud
//
// The rules (Roster) are a cloud's agents by what was heard of them:
//
//   - up: heard within Lost. It gets calls, as many at once as it says it takes.
//   - silent: not heard for so long, or it left a call without an answer since it was
//     last heard. It gets none until it is heard again.
//   - gone: nobody listens at its place any more. Its next process is another agent.
//   - leaving: it said so, and finishes what it has.
//   - foreign: it speaks another Protocol.
//
// A cloud is served by agents once one was there, or somebody said so (Serve), until
// somebody says that it is not: that all of them are gone does not let calls go
// another way, for then a cloud would be reached from where it cannot be.
//
// When a call is late, it is not begun: a message can lie on a link, or before a
// process that was stopped, for any time. No two clocks have to agree for that
// (Clocks): every Welcome says what the node's clock showed, and which Status it
// answers, so an agent knows the latest that it can show now.
//
// The package is pure: times are passed in. Deliberately absent: how messages travel
// (runtime/jetstream), connectors (runtime/outpost), what a lost call means
// (runtime/node).
package agent
