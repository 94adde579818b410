// Package sim is a made-up world for shards: one thread, virtual time, one seed.
//
// In goes a seed; out comes nothing, or the promise that was broken, with a
// trace of what led there. The world runs the same shard.Loop, shard.Recover,
// shard.Cursor, engine and journal frames as a node does, over journal's
// in-memory store: what is batched with what, when somebody is told, when a
// snapshot is due and what may be dropped after it, how a pump finds its place
// again, is the code of the node and not a likeness of it. Around them it makes
// everything up: workers that crash, between any two effects of a commit too, or
// stop for a while, or lose power all at once, and take each other's shards away;
// owners that do not know that they were taken over; disks that refuse, forget to
// answer, run full, take nothing for seconds, and are damaged while nobody looks;
// a network that loses, doubles, delays and reorders; clouds that are down, slow
// or fall silent after they did the work; clients that ask again, people
// who claim, hand on and answer the same task in the last moment, operators who
// terminate, skip, resume, retry and let instances go back with or without need, and
// whose words arrive twice; clocks that jump by hours, alarms that ring early, and pumps that begin anew. After
// a while the faults stop, and then everything has to finish.
//
// What 1,000 seeds live through, about (Figures; TestEveryPromiseHoldsInEveryWorld
// holds that none of it is absent):
//
//	110,000 commits, 260 of them of 100 kB and more, 7,100 snapshots
//	13,000 crashes, 200 of them between two effects, 2,100 losses of all power
//	23,000 take-overs, 5,500 pauses, 560 appends that met a rival
//	1,700 appends of unknown outcome, 2,200 disks away, 1,800 owners that write again
//	900 disks damaged, found and put right; 2,400 requests turned away meanwhile
//	4,600 messages of the network lost, 3,200 doubled, 4,200 late
//	10,000 instances, 52,000 effects, 8,900 attempts of unknown outcome
//	4,300 compensations, 2,200 settlements, 770 incidents, 1,500 verbs of operators:
//	290 steps skipped, 145 instances terminated, 380 times back, 26 resumed
//	3,000 messages of channels, 1,700 events, 600 timers, 8,600 queries
//	1,240 tasks, 1,390 quarrels over them, 260 answers in the last moment
//	1,500 jumps of clocks, 2,200 alarms for timers that are not due
//	150 children, 120 instances that begin again, 190 scopes stopped, 200 new versions
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
//   - a query sees all that is durable and nothing else;
//   - damage of a disk is found before the shard is owned, and the commit is named;
//   - a timer fires once, never before its time, and always;
//   - an instance stays on the plan it started with;
//   - what a person was told is so: who claimed, answered, skipped, terminated finds it
//     in the journal, a task is done once and by whoever has it, and what was
//     terminated stands still;
//   - money: per effect, over all clouds, one unit of work stands where the step
//     completed and the instance was not undone, else none. What a terminate or a
//     resume gave up may stand, and the instance names it.
//
// Operators are honest: where one says that a step was done it was done, under the
// key of the step. Clocks jump in one world of four, also when all else is calm.
//
// A seed gives the same run on every machine: no goroutine, no clock, no map
// order. Run is to be called again with the failing seed; the failure prints the
// command. Any number of seeds, from any one on, on all processors:
//
//	COB_SIM_FROM=0 COB_SIM_SEEDS=1000000 go test -timeout 0 -run EveryPromise ./runtime/sim
//
// States are compared with the fold of the journal at every take-over, whenever an
// owner ends, at some commits and queries, and at the end; a state of more than
// 128 kB every eighth time and at the end. Four neighbouring seeds share the plan
// of the random load, and one world in 32 has much to carry.
//
// # Leases
//
// RunLeases is another world: nodes that crash, pause and hear late share shards by the
// rules of runtime/lease, over a board that is away at times and replicas of it that are
// behind, each node with a clock of its own rate. Effects leave only while the store
// takes their node for alive, later owners have later leases, nobody is robbed, and in
// the calm afterwards every shard has one owner, evenly, and every effect is done.
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
