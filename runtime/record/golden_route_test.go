package record_test

import (
	"testing"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// TestWhatRoutesKeepIsReadForEver: these bytes are in journals that exist.
func TestWhatRoutesKeepIsReadForEver(t *testing.T) {
	for _, c := range []struct {
		event record.Event
		bytes string
	}{
		{record.MessageTaken{At: 5, Receiver: "p.P<-p.c", Position: 7, Low: 3, Message: "m", Instance: "a", Activation: 2, Arm: 1, Payload: int64(9)}, "0101800a0008702e503c2d702e630703016d0100016102010312"},
		{record.MessagePassed{Receiver: "p.P<-p.c", Position: 7, Low: 3}, "0101810008702e503c2d702e630703"},
		{record.PartBegan{Instance: "a.b", Step: 2, Cell: "a"}, "010182010003612e6202000161"},
		{record.CellOpened{At: 5, Cell: "a", Route: "p.r", Plan: "d", Step: 2, Key: "k"}, "0101830a0001610003702e7200016402016b"},
		{record.CellMarked{At: 5, Cell: "a", Mark: -4, Due: 8}, "0101840a000161070106"},
		{record.CellGathered{At: 5, Cell: "a", Part: "a.b", Value: "x", Due: 8}, "0101850a00016103612e620501780106"},
		{record.CellEmptied{At: 5, Cell: "a", Due: 8}, "0101860a0001610106"},
		{record.CellHeld{At: 5, Cell: "a", Part: "a.b", Key: "k", Number: -1, Vars: map[string]types.Value{"n": int64(1)}, Due: 8}, "0101870a00016103612e62016b01010100016e03020106"},
		{record.CellReleased{At: 5, Cell: "a", Part: "a.b", Number: 3, Due: 8}, "0101880a00016103612e62060106"},
		{record.CellClosed{Cell: "a"}, "010189000161"},
	} {
		readForEver(t, c.event, c.bytes)
	}
}

// TestACellAndItsPartsAreOnOneShard, however many there are.
func TestACellAndItsPartsAreOnOneShard(t *testing.T) {
	cell := record.InstanceID("p.r/dedupe", "k")
	for n := 1; n <= 64; n++ {
		for _, key := range []string{"", "m-1", "m.2"} {
			if got, want := record.ShardOf(record.PartID(cell, key), n), record.ShardOf(cell, n); got != want {
				t.Fatalf("of %d shards the part of %q is on %d and its cell on %d", n, key, got, want)
			}
		}
	}
	if record.PartID(cell, "a") == record.PartID(cell, "b") {
		t.Error("two messages have one name")
	}
}
