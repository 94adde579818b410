package agent

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/record"
)

func aCall() *Call {
	return &Call{Node: "n", Number: 7, Plan: "d", Sent: 10 * second, Request: connector.Request{
		Endpoint: "p.e", Operation: "get", Cloud: "paris", Key: "p.P/1/3", TimeoutNs: int64(4 * time.Second), Instance: "p.P/1",
		Activation: math.MaxUint32, Attempt: 2, Args: map[string]types.Value{"id": "a", "n": int64(3), "none": nil, "list": []types.Value{true, 1.5}},
	}}
}

func TestCallsAndAnswersArriveAsTheyWere(t *testing.T) {
	c := aCall()
	got, err := ReadCall(c.Append(nil))
	if err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, a := range []Answer{
		{How: Full, Detail: "2 calls are under way"}, {How: Unable, Detail: "PAY is not set"},
		{How: Done, Reply: connector.Reply{Outcome: record.Succeeded, Value: map[string]types.Value{"x": int64(1)}, TookNs: 5, Sign: connector.Alive}},
		{How: Done, Reply: connector.Reply{Outcome: record.Raised, Fault: "p.No", Fields: map[string]types.Value{"why": "so"}, Detail: "409", Sign: connector.Alive}},
		{How: Done, Reply: connector.Reply{Outcome: record.Raised, Fault: "p.No", Fields: map[string]types.Value{}}},
		{How: Done, Reply: connector.Reply{Outcome: record.Unknown, Detail: "no answer", Sign: connector.Failing}},
		{How: Done, Reply: connector.Reply{Sign: connector.Alive}}, // of a probe
	} {
		got, err := ReadAnswer(a.Append(nil))
		if err != nil || !reflect.DeepEqual(*got, a) {
			t.Errorf("%+v became %+v, %v", a, got, err)
		}
	}
}

func TestWhatIsNoCallIsRefused(t *testing.T) {
	with := func(change func(c *Call)) []byte {
		c := aCall()
		change(c)
		return c.Append(nil)
	}
	for name, text := range map[string][]byte{
		"empty": {}, "short": with(func(*Call) {})[:20], "long": append(with(func(*Call) {}), 0), "no record": record.AppendValue(nil, "call"),
		"no node": with(func(c *Call) { c.Node = "" }), "no plan": with(func(c *Call) { c.Plan = "" }), "no time": with(func(c *Call) { c.Request.TimeoutNs = 0 }),
	} {
		if c, err := ReadCall(text); err == nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
	_, err := ReadCall(record.AppendValue(nil, map[string]types.Value{"protocol": int64(Protocol + 1)}))
	if err == nil || !strings.Contains(err.Error(), "run the same version") {
		t.Errorf("another protocol: %v", err)
	}
	for name, v := range map[string]types.Value{
		"how": map[string]types.Value{"how": "so"}, "sign": map[string]types.Value{"how": Done, "sign": int64(3)},
		"outcome": map[string]types.Value{"how": Done, "outcome": "fine"},
	} {
		if a, err := ReadAnswer(record.AppendValue(nil, v)); err == nil {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

func TestWhatIsNoStatusIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		`[`:              "cannot be read",
		`{"protocol":1}`: "want 1 to 128 bytes",
		`{"protocol":1,"id":"a","name":"a","at_once":1}`:                          "names no cloud",
		`{"protocol":1,"id":"a","name":"a","cloud":"x"}`:                          "takes 0 calls at once",
		`{"protocol":1,"id":"a","name":"a","cloud":"x","at_once":65537}`:          "takes 65537 calls at once",
		`{"protocol":1,"id":"a","name":"` + strings.Repeat("n", MaxName+1) + `"}`: "want 1 to 128 bytes",
		`{"protocol":1,"id":"a","name":"a","cloud":"x","at_once":65536}`:          "",
		`{"protocol":2,"id":"a"}`:                                                 "",
	} {
		_, err := ReadStatus([]byte(text))
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A call that lay on its way until its time was over is not begun, however the clocks
// of the two stand.
func TestALateCallHasNoTimeLeft(t *testing.T) {
	c := NewClocks()
	call := aCall() // sent at 10 s, 4 s
	if _, ok := c.Left(call, 0); ok {
		t.Error("the node is not known")
	}
	number := c.Told(100 * time.Second)
	c.Heard(Welcome{Node: "n", Number: number, Now: 9 * second}) // so at 100 s here it was at most 9 s there
	left := func(at time.Duration) time.Duration {
		left, ok := c.Left(call, at)
		if !ok {
			t.Fatal("the node is known")
		}
		return left
	}
	if got := left(101 * time.Second); got != 4*time.Second {
		t.Errorf("it comes at once, and has %v left", got)
	}
	if got := left(105 * time.Second); got != 0 {
		t.Errorf("it comes when its time is over, and has %v left", got)
	}
	if got := left(200 * time.Second); got > 0 {
		t.Errorf("the process was stopped, and it has %v left", got)
	}
	// A welcome that answers an older status, or one that nobody remembers, says less.
	newer := c.Told(110 * time.Second)
	c.Heard(Welcome{Node: "n", Number: newer, Now: 19 * second})
	c.Heard(Welcome{Node: "n", Number: number, Now: 18 * second})
	c.Heard(Welcome{Node: "n", Number: newer + 9, Now: second})
	if got := left(110 * time.Second); got != -5*time.Second {
		t.Errorf("left is %v", got)
	}
	for range remembered {
		c.Told(0)
	}
	if len(c.told) != remembered {
		t.Errorf("%d numbers are remembered", len(c.told))
	}
	for i := range MaxNodes + 1 {
		c.Heard(Welcome{Node: strings.Repeat("x", i+1), Number: c.last})
	}
	if len(c.nodes) > MaxNodes {
		t.Errorf("%d nodes are remembered", len(c.nodes))
	}
}

func FuzzReadCall(f *testing.F) {
	f.Add(aCall().Append(nil))
	f.Fuzz(func(t *testing.T, text []byte) {
		if c, err := ReadCall(text); err == nil {
			again, err := ReadCall(c.Append(nil))
			if err != nil || !bytes.Equal(again.Append(nil), c.Append(nil)) {
				t.Errorf("%+v became %+v, %v", c, again, err)
			}
		}
	})
}

func FuzzReadAnswer(f *testing.F) {
	f.Add((&Answer{How: Done, Reply: connector.Reply{Outcome: record.Succeeded, Value: "x", Fields: map[string]types.Value{"a": nil}}}).Append(nil))
	f.Add((&Answer{How: Full, Detail: "x"}).Append(nil))
	f.Fuzz(func(t *testing.T, text []byte) {
		if a, err := ReadAnswer(text); err == nil {
			again, err := ReadAnswer(a.Append(nil))
			if err != nil || !bytes.Equal(again.Append(nil), a.Append(nil)) {
				t.Errorf("%+v became %+v, %v", a, again, err)
			}
		}
	})
}
