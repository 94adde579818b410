package sim

import (
	"errors"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// hands lets messages go on where the words of their route take them.
func (b *bench) hands(e engine.Hand) error {
	c := record.AttemptEnded{Outcome: record.Succeeded}
	for _, part := range e.Parts {
		_, err := b.ask(part)
		var no *record.Rejection
		switch {
		case errors.As(err, &no) && no.Code == record.Busy:
			c = record.AttemptEnded{Outcome: record.Refused, Detail: no.Detail}
		case errors.As(err, &no):
			c = record.AttemptEnded{Outcome: record.Rejected, Detail: no.Detail}
		case err != nil:
			return err
		}
	}
	return b.ended(e.Target, c)
}
