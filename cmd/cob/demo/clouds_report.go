package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/observe"
)

// CloudsReport is what a run with two clouds came to.
type CloudsReport struct {
	Lost      string `json:"lost"` // the cloud that was killed
	Survivor  string `json:"survivor"`
	Messages  int    `json:"messages"`
	Repeated  int    `json:"repeated"`
	SameOrder int    `json:"same_order"`
	Refused   int    `json:"refused"`
	UnderWay  int    `json:"under_way"` // orders that ran in the lost cloud when it was killed
	// Ran counts the orders by where they began and ended.
	Ran Ran `json:"ran"`
	// TakenOver, Unanswered and Away are times since the kill: until the other cloud
	// owned, until it answered somebody, until the lost one mirrored it.
	TakenOver  time.Duration `json:"taken_over_ns"`
	Unanswered time.Duration `json:"unanswered_ns"`
	Away       time.Duration `json:"away_ns"`
	// TakeOver is what cob report --failover says.
	TakeOver failover.Report `json:"take_over"`
	Net      []CloudBooks    `json:"net"`
	Took     time.Duration   `json:"took_ns"`
	Findings []string        `json:"findings"` // disagreements; none is agreement
}

// Ran counts orders: those that were over before the kill, those that had begun by
// then and ended elsewhere, and those that came later.
type Ran struct {
	Before  int `json:"before"`
	Through int `json:"through"`
	After   int `json:"after"`
}

// Agree says whether the ledgers agree with the instances.
func (r CloudsReport) Agree() bool { return len(r.Findings) == 0 }

// tell looks at everything and makes the report.
func (p *pair) tell(ctx context.Context) (r CloudsReport, err error) {
	r = CloudsReport{
		Lost: first, Survivor: second,
		Messages: p.tally.Messages, Repeated: p.tally.Repeated, SameOrder: p.tally.SameOrder, Refused: int(p.refused.Load()),
		UnderWay: p.underWay, TakenOver: p.takenOver, Unanswered: p.answered, Away: p.away, TakeOver: p.takeOver, Took: time.Since(p.started),
	}
	all, err := p.instances(ctx)
	if err != nil {
		return r, err
	}
	for _, i := range all {
		r.Ran.count(i, p.silent)
	}
	if r.Net, err = p.allBooks(); err != nil {
		return r, err
	}
	if r.Findings, err = p.audit(ctx); err != nil {
		return r, err
	}
	r.Findings = append(r.Findings, differences(r.TakeOver)...)
	return r, nil
}

func (r *Ran) count(i observe.Instance, killed time.Time) {
	switch {
	case i.Started.After(killed):
		r.After++
	case i.Ended != nil && i.Ended.Before(killed):
		r.Before++
	default:
		r.Through++
	}
}

// differences are the instances of which both clouds had something that does not fit.
func differences(t failover.Report) (list []string) {
	for _, m := range t.Merged {
		if m.Verdict == failover.Differs {
			list = append(list, fmt.Sprintf("the clouds had gone on differently with %s: %s", m.Instance, m.Detail))
		}
	}
	return list
}

// Write prints the report for a person.
func (r CloudsReport) Write(w io.Writer) error {
	fmt.Fprintf(w, "\n%d messages in %.1f s: %d repeated, %d with an order that was there already, %d refused as malformed\n",
		r.Messages, r.Took.Seconds(), r.Repeated, r.SameOrder, r.Refused)
	fmt.Fprintf(w, "%s was killed with %d orders under way; %s owned after %.1f s, answered after %.1f s, and had a mirror again after %.1f s\n",
		r.Lost, r.UnderWay, r.Survivor, r.TakenOver.Seconds(), r.Unanswered.Seconds(), r.Away.Seconds())
	table(w, "Orders by where they ran", func(t io.Writer) {
		fmt.Fprintf(t, "  begun and ended in %s\t%d\t\n", r.Lost, r.Ran.Before)
		fmt.Fprintf(t, "  begun in %s and ended in %s\t%d\t\n", r.Lost, r.Survivor, r.Ran.Through)
		fmt.Fprintf(t, "  begun and ended in %s\t%d\t\n", r.Survivor, r.Ran.After)
	})
	r.writeTakeOver(w)
	writeLedgers(w, r.Net)
	return writeVerdict(w, r.Findings)
}

// shown is how many lines of a list a person reads.
const shown = 5

func (r CloudsReport) writeTakeOver(w io.Writer) {
	t := r.TakeOver
	fmt.Fprintf(w, "\nThe take-over (cob report --failover)\n  %s\n  %s\n", t.Why, t.Bound)
	var asked []string
	for _, x := range t.Twice {
		asked = append(asked, x.What+" of "+x.Instance)
	}
	list(w, fmt.Sprintf("%d calls were under way and left again under the same key, so that they count once", len(t.Twice)), asked)
	var merged []string
	for _, m := range t.Merged {
		merged = append(merged, strings.TrimSpace(fmt.Sprintf("%s: %d events, %s %s", m.Instance, m.Events, m.Verdict, m.Detail)))
	}
	list(w, fmt.Sprintf("%s came back with something that %s had not for %d instances", r.Lost, r.Survivor, len(merged)), merged)
}

// list prints a sentence and the first of what it is about.
func list(w io.Writer, sentence string, of []string) {
	if len(of) == 0 {
		fmt.Fprintf(w, "  %s\n", sentence)
		return
	}
	more := ""
	if len(of) > shown {
		more = fmt.Sprintf("\n    and %d more", len(of)-shown)
	}
	fmt.Fprintf(w, "  %s:\n    %s%s\n", sentence, strings.Join(of[:min(shown, len(of))], "\n    "), more)
}
