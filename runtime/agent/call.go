package agent

import (
	"errors"
	"fmt"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/record"
)

// Call is a request on its way to an agent, or a probe.
type Call struct {
	Node   string         // ID of the node that asks
	Number int64          // of that node, never again
	Plan   string         // digest
	Sent   record.Instant // by the clock of the node
	// Request has its bound in time from Sent on, more than 0.
	Request connector.Request
}

// How an agent answers a call.
const (
	// Done: it was carried out, and Reply says how it ended.
	Done = "done"
	// Full: no more calls at once; nothing was done.
	Full = "full"
	// Unable: the agent cannot carry it out, as Detail says; nothing was done.
	Unable = "unable"
)

// Answer is what an agent answers.
type Answer struct {
	How    string
	Detail string          // of all but Done
	Reply  connector.Reply // of Done
}

var errMessage = errors.New("the message is not one of this protocol")

// fields are a message as a record: it has the codec of the journal.
type fields map[string]types.Value

func (f fields) text(name string) (s string) { s, _ = f[name].(string); return }
func (f fields) number(name string) (n int64) {
	n, _ = f[name].(int64)
	return
}
func (f fields) record(name string) (m map[string]types.Value) {
	m, _ = f[name].(map[string]types.Value)
	return
}

func readFields(text []byte) (fields, error) {
	v, rest, err := record.ReadValue(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errMessage, err)
	}
	f, ok := v.(map[string]types.Value)
	if !ok || len(rest) > 0 {
		return nil, errMessage
	}
	return f, nil
}

// Append writes the call behind to.
func (c *Call) Append(to []byte) []byte {
	q := &c.Request
	return record.AppendValue(to, map[string]types.Value{
		"protocol": int64(Protocol), "node": c.Node, "number": c.Number, "plan": c.Plan, "sent": int64(c.Sent),
		"endpoint": q.Endpoint, "operation": q.Operation, "cloud": q.Cloud, "args": q.Args, "key": q.Key, "timeout": q.TimeoutNs,
		"instance": q.Instance, "activation": int64(q.Activation), "attempt": int64(q.Attempt),
	})
}

// ReadCall reads a call. Errors: what is no call of this protocol.
func ReadCall(text []byte) (*Call, error) {
	f, err := readFields(text)
	if err != nil {
		return nil, err
	}
	if p := f.number("protocol"); p != Protocol {
		return nil, errors.New(Foreign(int(p), Protocol))
	}
	c := &Call{
		Node: f.text("node"), Number: f.number("number"), Plan: f.text("plan"), Sent: record.Instant(f.number("sent")),
		Request: connector.Request{
			Endpoint: f.text("endpoint"), Operation: f.text("operation"), Cloud: f.text("cloud"), Args: f.record("args"), Key: f.text("key"),
			TimeoutNs: f.number("timeout"), Instance: f.text("instance"), Activation: uint32(f.number("activation")), Attempt: uint32(f.number("attempt")),
		},
	}
	if c.Node == "" || c.Plan == "" || c.Request.TimeoutNs <= 0 {
		return nil, fmt.Errorf("%w: it does not say whose it is, of which plan, or until when it has time", errMessage)
	}
	return c, nil
}

// outcomes are those that an answer may have.
var outcomes = map[record.Outcome]bool{record.Succeeded: true, record.Raised: true, record.Refused: true, record.Unknown: true, record.Rejected: true}

// Append writes the answer behind to.
func (a *Answer) Append(to []byte) []byte {
	m := map[string]types.Value{"how": a.How, "detail": a.Detail}
	if a.How == Done {
		r := &a.Reply
		m = map[string]types.Value{
			"how": a.How, "outcome": string(r.Outcome), "value": r.Value, "fault": r.Fault, "detail": r.Detail, "took": r.TookNs, "sign": int64(r.Sign),
		}
		if r.Fields != nil {
			m["fields"] = r.Fields
		}
	}
	return record.AppendValue(to, m)
}

// ReadAnswer reads an answer. Errors: what is none of this protocol.
func ReadAnswer(text []byte) (*Answer, error) {
	f, err := readFields(text)
	if err != nil {
		return nil, err
	}
	a := &Answer{How: f.text("how")}
	switch a.How {
	case Full, Unable:
		a.Detail = f.text("detail")
		return a, nil
	case Done:
	default:
		return nil, errMessage
	}
	sign := f.number("sign")
	a.Reply = connector.Reply{
		Outcome: record.Outcome(f.text("outcome")), Value: f["value"], Fault: f.text("fault"), Fields: f.record("fields"),
		Detail: f.text("detail"), TookNs: f.number("took"), Sign: connector.Sign(sign),
	}
	if sign < 0 || sign > int64(connector.Failing) || a.Reply.Outcome != "" && !outcomes[a.Reply.Outcome] {
		return nil, errMessage
	}
	return a, nil
}
