package record_test

import (
	"testing"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// TestReportsAreReadForEver: these bytes are in journals that exist.
func TestReportsAreReadForEver(t *testing.T) {
	for _, c := range []struct {
		event record.Event
		bytes string
	}{
		{record.Reported{At: 5, Instance: "a", Activation: 4, Parent: 1, Step: 2, Text: "{}"}, "0101700a01000161040102027b7d"},
		{record.Indexed{Instance: "a", Values: map[string]types.Value{"n": int64(1)}}, "01017101000161010100016e0302"},
		{record.Forgotten{At: 5, Instance: "a"}, "0101720a01000161"},
	} {
		readForEver(t, c.event, c.bytes)
	}
}
