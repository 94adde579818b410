// Package replay runs recorded instances against another version of their process,
// and says what would now differ.
//
// A Recorder folds the events of one instance, with the program that it ran on, into
// a Recording: what it was started with, what it asked for and was answered, which
// events and answers of people reached it and when, what it did and how it ended. A
// Recording is plain JSON and needs neither the plan nor the journal that it came
// from.
//
// Replay starts the same instance with another program, in a world of its own with
// the engine and nothing else, at the times of the recording. What the instance asks
// for is answered as it was then: an ask is known by its step, and among those of one
// step by its arguments, else by its order. What people and events did happens again
// at the same times. Then the two stories are compared: what was asked for and in
// which order, which steps ran, what was undone, what people did, how it ended.
//
// Data that who records may not see stands in a Recording as its labels, (personal).
// Such a text is equal to every other one.
//
// Deliberately absent: instances of routes, which a message starts again; events that
// a machine takes that were not kept: a Recording that has them says so and is not
// replayed. A message that was taken out of a channel is offered at the time when it
// was taken and not before or after.
package replay
