package sim

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// refusal is why a person was not let, nil where an error says anything else: a task
// that is not there, or a form that is none, refuses nobody.
func refusal(err error) *record.Rejection {
	var no *record.Rejection
	if errors.As(err, &no) && (no.Code == record.Forbidden || no.Code == record.AlreadyTaken) {
		return no
	}
	return nil
}

// tries lets somebody act on a task. The trace says what was done where it was, and
// else that it was tried: before what follows from it.
func (b *bench) tries(by, did, act string, cmd record.Command) error {
	line := len(b.result.Trace)
	b.trace("%s %s", by, did)
	err := b.decide(cmd)
	if err == nil {
		return nil
	}
	b.result.Trace = b.result.Trace[:line]
	b.trace("%s could not %s: %s", by, act, err)
	return err
}

// wasRefused checks that who acted on the line before was not let, and why.
func (b *bench) wasRefused(t *plan.Then) {
	wanted := "refused"
	if t.Text != "" {
		wanted += fmt.Sprintf(" %q", t.Text)
	}
	no := refusal(b.outcome)
	switch {
	case no != nil && !strings.Contains(no.Detail, t.Text):
		b.fail(wanted, "refused, because: "+no.Detail)
	case no == nil && b.outcome == nil: // another outcome has failed the line itself
		b.fail(wanted, "it was done")
	}
}
