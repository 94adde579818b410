package record_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

var wired = []record.Command{
	record.StartInstance{Process: "p.P", Key: "k", Input: map[string]types.Value{"n": int64(1)}, Plan: "d", Watch: record.Watch{Instance: "a", Activation: 7}, Deadline: 9},
	record.StartInstance{Process: "p.P", Key: "k"},
	record.StartInstance{Process: "p.P", Key: "k", Depth: 7},
	record.DeliverEvent{Type: "p.E", ID: "1", Payload: map[string]types.Value{"x": "y", "l": []types.Value{true, nil}}, Instance: "a", Until: -5},
	record.OfferMessage{Receiver: "r", Position: 3, Low: 2, Message: "m", Payload: "text", Passed: true},
	record.StartPart{Route: "r", Plan: "d", Step: 4, Part: "a.b", Key: "k", Cell: "a", CellKey: "ck", Vars: map[string]types.Value{"v": "w"}, Number: -3, Value: 1.5},
	record.ChildEnded{Watch: record.Watch{Instance: "a", Activation: 2}, Child: "c", Ending: record.Ending{State: record.Faulted, Fault: "p.F", Fields: map[string]types.Value{"why": "no"}, Detail: "d"}},
	record.ChildEnded{Watch: record.Watch{Instance: "a", Activation: 2}, Child: "c", Ending: record.Ending{State: record.Completed, Result: int64(5)}},
	record.RecallChild{Process: "p.P", Key: "k", By: record.Watch{Instance: "a", Activation: 1}},
}

var wiredReplies = []record.Reply{
	{},
	{Rejected: &record.Rejection{Code: record.Busy, Detail: "later"}},
	{Instance: "a", Existing: true, Matched: 3},
	{Instance: "a", Ended: &record.Ending{State: record.Completed, Result: "r"}},
}

func TestCommandsGoFromNodeToNode(t *testing.T) {
	for _, cmd := range wired {
		text := record.AppendCommand(nil, cmd)
		got, err := record.ReadCommand(text)
		if err != nil || !reflect.DeepEqual(got, cmd) {
			t.Errorf("%+v came as %+v, %v", cmd, got, err)
		}
		spoiled(t, text, func(b []byte) error { _, err := record.ReadCommand(b); return err })
	}
	for _, r := range wiredReplies {
		text := record.AppendReply(nil, r)
		got, err := record.ReadReply(text)
		if err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("%+v came as %+v, %v", r, got, err)
		}
		spoiled(t, text, func(b []byte) error { _, err := record.ReadReply(b); return err })
	}
}

// spoiled cuts what was sent short, adds to it, and sends it in a newer form.
func spoiled(t *testing.T, text []byte, read func([]byte) error) {
	t.Helper()
	var damage *record.DamageError
	for n := range text {
		if err := read(text[:n]); !errors.As(err, &damage) {
			t.Errorf("%d of %d bytes: %v", n, len(text), err)
		}
	}
	if err := read(append(bytes.Clone(text), 0)); !errors.As(err, &damage) {
		t.Errorf("one byte more: %v", err)
	}
	newer := bytes.Clone(text)
	newer[0]++
	if err := read(newer); !errors.Is(err, record.ErrVersion) {
		t.Errorf("a newer form: %v", err)
	}
}

func TestWhatStaysOnItsNodeIsNotSent(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an outcome was sent to another node")
		}
	}()
	record.AppendCommand(nil, record.AttemptEnded{})
}

func FuzzReadCommand(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, cmd := range wired {
		text := record.AppendCommand(nil, cmd)
		f.Add(text)
		text = bytes.Clone(text)
		text[r.IntN(len(text))] ^= byte(1 + r.IntN(255))
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		cmd, err := record.ReadCommand(text)
		if err != nil {
			return
		}
		again, err := record.ReadCommand(record.AppendCommand(nil, cmd))
		if err != nil || !bytes.Equal(record.AppendCommand(nil, again), record.AppendCommand(nil, cmd)) {
			t.Fatalf("%+v came as %+v, %v", cmd, again, err)
		}
	})
}

// A field that a command gets later has to go along: of each kind, all fields of one
// of those above are set.
func TestEveryFieldGoesFromNodeToNode(t *testing.T) {
	unset := map[reflect.Type]map[string]bool{}
	for _, cmd := range wired {
		v := reflect.ValueOf(cmd)
		if unset[v.Type()] == nil {
			unset[v.Type()] = map[string]bool{}
			for i := range v.NumField() {
				unset[v.Type()][v.Type().Field(i).Name] = true
			}
		}
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				delete(unset[v.Type()], v.Type().Field(i).Name)
			}
		}
	}
	for kind, fields := range unset {
		for name := range fields {
			t.Errorf("no %v above has %s", kind, name)
		}
	}
}
