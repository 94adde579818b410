// Package report makes the record of an instance: what a report statement writes
// down, and what GET /v1/instances/{id}/report answers.
//
// A Path is folded from the events of one instance: its stages (what took time or
// left the instance), the calls per cloud. Make puts it together with the values of
// variables, prices and the sla into a Document, which is JSON, HTML or PDF. What is
// labelled is replaced by the names of its labels, but for those who may see it: what
// a statement writes down may go wherever its receiver is.
//
// The same events give the same document, byte for byte: a report that is sent again
// after a crash is the same one.
//
// # Bounds
//
// A path has MaxStages stages; of more the first ones are told and the rest is
// counted. A PDF has MaxPages pages.
//
// Deliberately absent: where events come from, where documents go, anybody's house
// style.
package report
