// Package engine is the process state machine of one shard: pure, without a
// clock, a goroutine, a socket or a random number.
//
// In go commands (record.Command) with the facts of the moment; out come events
// that say what happened and effects that have to happen outside. Decide chooses
// and runs the instances concerned until every thread of theirs waits; each event
// is applied at once by Evolve, and by nothing else, so that the state is the
// fold of the journal. Evolve is dumb: it evaluates no expression and makes no
// choice.
//
// # The shape of an instance
//
// An instance is a tree of activations over its flow: an activation is a step
// that waits, or a block that runs with the place of the next step. Beside the
// tree there are the variables (one slot each, the lowering made names unique),
// and the list of completed steps that can be undone, each with the variables
// that its compensation reads, as they were.
//
// # Blocks that stand around others
//
// A scope, a try, a race, a critical section, a during or a machine is an
// activation whose block runs; the rounds of a parallel loop and the branches of a
// race are activations below it, each with a layer: the variables that it has for
// itself. The winner of a race gives its layer to what is around it.
//
// Something inside such a block may have to stop: a fault, a time that is over, a
// join with enough branches, a cancel, a goto, a return. All of them are one event,
// Stopped, at the activation that goes on afterwards. Everything under it ends,
// but for what has to be closed first: a try with a finally block, and a scope,
// which runs its on cancel and undoes its steps. These stay, each with an exit that
// says what follows when nothing is left under it. They close from the inside out,
// and whoever stopped them waits. A fault that nobody takes leaves its place by
// FaultPassed, which writes its fields no second time, so that the bounds under
// Sizes hold however deep it was.
//
// What is being closed is not disturbed: a second stop from further out changes
// only what follows. A block that closes something cannot raise; where it would, a
// person is asked.
//
// Every completed step notes the scope that it is undone with. A scope that
// completes hands its steps to the one around it, or puts its own compensation in
// their place; the order of completion stays as it was.
//
// A gate is a step that waits for another one of its instance: a critical section,
// a during, a loop whose earlier rounds were kept. Gates are looked at when
// everything else in a command waits, and only in flows that have some.
//
// # Effects
//
// A call, a start or a send leaves as an effect, with a key that is equal for
// every attempt of it, after every crash and in every cloud: the operation's
// declared key, else instance/step#activation. Pending lists what is under way.
// How an attempt ended comes back as record.AttemptEnded; late, doubled and
// forged ones change nothing.
//
// A call has the tries of its failover, over all candidates, the least tried one
// first and then by placement. Refused moves on at once while there is a
// candidate that was not asked; otherwise there is a pause, which grows and
// depends on nothing but the effect. Rejected is never repeated. What nobody can
// answer is the fault std.Unavailable, std.Rejected or std.Denied, with endpoint,
// operation and reason. Starts, sends, dead letters and compensations are not
// given up: after Limits.Attempts a person is asked (an incident).
//
// # Unknown outcomes
//
// An attempt whose outcome is unknown leaves a doubt at its cloud. While the call
// still tries it may come back there under the same key, and whatever it gets
// then is its answer. When the call is decided (another cloud did it, or it is
// given up: out of tries, a fault elsewhere, a cancel, a handler), every doubt
// that is left becomes a settlement, unless the operation is idempotent. Were it
// settled earlier, a settlement could undo what the call takes for done. A call
// that is given up with an attempt in flight waits for that attempt's answer as
// a settlement, also where it is idempotent but has a compensation. If the step has a
// compensation, the same cloud is asked again under the same key until it
// answers; if it was done, the compensation runs there. If the step has none,
// the cloud is not asked again, since asking may do it: the settlement is closed
// at once with outcome unknown and stays in the instance's details ("may have
// been done at paris too"), also after its end. It is no incident: the instance
// need not wait for anybody. An instance may be over while a settlement is open;
// it then stays until that is closed.
//
// # What is begun, and children
//
// What a step begins and does not wait for (start with a handle, or of an
// operation) is an activation without a parent, which belongs to the branch, scope
// or flow that began it. It has the attempts, doubts and settlements of a call, and
// keeps its result until the instance ends; the latest MaxTaken that were awaited are
// remembered. Nobody raises its fault but an await, or an arm of a select, that has
// its handle. When its owner is stopped, or the instance ends, a call that is under
// way is settled, one that was done and never awaited is undone as its await says,
// and a child is recalled.
//
// Whoever calls a process sends its Watch with the start. The instance keeps an
// activation per watcher and, when it has ended, tells each of them (Tell) until it
// was heard; it stays until then. Who asks for an instance that is over is told in the
// reply. A recall (Recall) cancels the instance where the watcher is its parent; it may
// arrive before the start does, and then the instance is remembered as cancelled, so
// that the start finds it so.
//
// An instance that continues with a process keeps its id, its watchers and its
// activation numbers, for keys of effects are made of them; all else is new. It
// first waits for settlements, for their steps are those of the old flow.
//
// # Messages of a channel, for instances
//
// An arm of a select may wait for messages of a channel. All instances of a process
// that do are one Receiver, which has one reader outside (a node, a world): it reads
// the channel in order and offers each message that was not taken (OfferMessage) to
// the shard of the instance that the key names, else to one shard after the other. An
// arm waits in the same index as one for events, under the receiver's name, so an
// offer finds who may take it; of several who waits longest gets it. MessageTaken is
// one event: the message is in the instance, and its position among those that were
// taken. The reader asks the shards for these (Received) when it begins, behind every
// offer that it has made before, so it needs no memory of its own. An offer nobody
// takes leaves nothing behind; who begins to wait says so (Await), and then the reader
// offers again.
//
// # The words of routes
//
// What a word keeps for a key is a cell. A cell lives in the shard that its name says,
// and not where the message came in: the instance that comes to the word hands its
// message on (Hand, StartPart) and ends, and an instance that goes on behind the word
// begins there, under a name that leads to the same shard (record.PartID). So deciding
// about the key, keeping something for it and going on is one commit, without a
// question that has to be answered; the name of the part makes handing on twice the
// same as once. The items of a split are parts without a cell.
//
// A cell has one time at which it is looked at: what it keeps is too old, its group
// has waited long enough, a number is missing for too long. A group goes on as a part
// of its own. Of a sequence one part runs at a time, and its end lets the next one go
// on. Tap, slip and delay are effects and timers of the instance itself.
//
// # Sizes
//
// For any command record.Weight(events) is at most MaxCommandBytes: whoever
// writes batches adds that to its own bound and no commit outgrows the journal.
// With B for Limits.BytesPerCommand: what enters with a command (an input, an
// event, a form, a message, an answer, the fields of a fault) is at most B, and so
// are the values of one step together. A step begins only where the instance has
// written B at most and the command 2 B, and a step writes 2 B at most (a fault is
// told twice, as it leaves the flow and as the instance ends). That makes 4 B, of
// at most 1 MiB each, and 1 MiB more for what has no values: the steps of at most
// 2048 activations and their settlements, which name the request and what they
// would undo without repeating it. Names in a plan are taken to be short.
//
// Too much is refused as Invalid, or is an incident at its step; a message goes
// to the dead letters with the reason and without its text. An answer that cannot
// be held is an incident too, and what it said was done stays in doubt. An event
// that many instances wait for reaches them in parts: Due gives the command for
// the next part, so every part is a command of its own.
//
// How deeply a value nests is bounded in the same places (MaxDepth), below what
// the journal can hold.
//
// # Bugs of this package
//
// A panic while a command is decided leaves its instance as it was: whoever runs the
// state folds it again without the command and decides PoisonInstance instead. A
// poisoned instance is found by its name only (delist): no timer, event or task
// reaches it. Retry lists it again and lets what was under way leave once more, for
// outcomes were turned away meanwhile. An instance that could not be made is made and
// poisoned before its first step. A panic while an event is folded sets the instance
// aside (SetAside): its bytes before that event, and all later events, are kept for a
// program that can fold them, which each Restore tries.
//
// # What operators say
//
// Skip, resume, terminate and going back are events of their own, so that the history
// says who and why. Going back is an exit of the root: everything is stopped and
// closed as ever, then the steps that completed from that statement of the body on are
// undone, then the root runs again there. A terminate is the one end that undoes
// nothing; what it leaves is computed from the state as the event is applied.
//
// # Decisions
//
//   - Deciding applies events before they are durable. Who cannot make them
//     durable drops the State and folds the journal again.
//   - Arguments of a call are evaluated again for a later attempt, at the time of
//     the first, where nothing can have changed them; a flow with a parallel step
//     journals them instead.
//   - A kept branch (join .. keep) runs on after the flow returned; the instance
//     ends when the last one does. A fault in it undoes the whole instance.
//   - A route that fails undoes what it did, then sends the dead letter, then
//     ends as faulted. A message that does not fit its channel's type does the
//     same, without a step.
//   - An instance that will wait for a minute or more (ParkedFor) is kept as the bytes
//     that a snapshot has of it, and unpacked when something happens to it: an order
//     that waits for its carrier takes 0.7 KB instead of 2.8. What indexes and timers
//     ask stands beside the bytes, and looking at an instance leaves it packed.
//   - An attempt that one decision both makes and gives up (a parallel branch
//     fails at once) never leaves and owes nothing.
//   - A task without else, reminders and escalation has no timer; its due time is
//     shown only.
//   - A handle that has its result goes before kept events, whichever came first: events
//     and results are numbered apart.
//   - A parent that is cancelled does not wait until its children have undone what they
//     did.
//   - Events are told apart by their type and ID, for as long as they are kept.
//   - The steps before a word that hands on are not undone when what follows fails: the
//     message was handed on as through a channel.
//   - A message that joins a group is remembered for RememberAsked after the group has
//     gone on: who hands on asks again for some seconds at most.
//
// Deliberately absent: NATS, time, retention of history (runtime/observe reads
// the journal), who may do what (the edge asks lang/policy before it sends a
// command), and the types of what comes in (the edge decodes).
package engine
