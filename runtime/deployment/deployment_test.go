package deployment

import (
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
)

// Conditions on parameters and messages hold at the border, and so do those of
// the types that they are made of.
func TestReadAsChecksWhatEnters(t *testing.T) {
	r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(`package p
type Percent = int where value in 0..100
channel rates: queue of Percent { dead_letter: lost }
channel lost: queue of json
process Go(share: Percent, parts: [Percent], n: int where n > 1) { key: "${share} ${len(parts)} ${n}" }
`)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatal(err, r.Diagnostics)
	}
	d, err := Prepare(r.Encoded, connector.NewRegistry(), func(string, bool) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	process, _ := d.Process("p.Go")
	params := types.RecordOf(process.Params...)
	for _, c := range []struct {
		owner, text, want string
		of                types.Type
	}{
		{"p.Go", `{"share": 100, "parts": [0], "n": 2}`, "", params},
		{"p.Go", `{"share": 101, "parts": [0, -1], "n": 1}`,
			"n: must satisfy n > 1; parts[1]: must satisfy value in 0..100; share: must satisfy value in 0..100", params},
		{"p.Go", `{"share": "1"}`, "share: want int, not a string; parts: missing (want [int]); n: missing (want int)", params},
		{"p.rates", `100`, "", types.Of(types.Int)},
		{"p.rates", `-1`, "must satisfy value in 0..100", types.Of(types.Int)},
	} {
		got := ""
		if _, err := d.ReadAs(c.owner, []byte(c.text), c.of); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.owner, c.text, got, c.want)
		}
	}
}
