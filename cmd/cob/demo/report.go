package demo

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/observe"
)

// Report is what a run came to.
type Report struct {
	Messages  int             `json:"messages"`
	Repeated  int             `json:"repeated"`   // sent twice under one message ID
	SameOrder int             `json:"same_order"` // another message with an order that came before
	Refused   int             `json:"refused"`    // malformed
	Expected  map[string]int  `json:"expected"`   // by outcome
	Figures   observe.Figures `json:"figures"`
	// Net is what each cloud's payments still hold, and how often it charged and
	// refunded.
	Net      []CloudBooks  `json:"net"`
	Outage   time.Duration `json:"outage_ns"`
	Took     time.Duration `json:"took_ns"`
	Findings []string      `json:"findings"` // disagreements; none is agreement
}

// CloudBooks are the totals of one payment service's ledger.
type CloudBooks struct {
	Cloud    string `json:"cloud"`
	Calls    int    `json:"calls"`
	Charged  int    `json:"charged"`
	Refunded int    `json:"refunded"`
	Net      string `json:"net"`
}

// Agree says whether the ledgers agree with the instances.
func (r Report) Agree() bool { return len(r.Findings) == 0 }

func (s *story) report(ctx context.Context) (Report, error) {
	r := Report{
		Messages: s.tally.Messages, Repeated: s.tally.Repeated, SameOrder: s.tally.SameOrder, Refused: int(s.refused.Load()),
		Expected: map[string]int{}, Outage: s.backAt - s.killedAt, Took: time.Since(s.started),
	}
	for outcome, n := range s.tally.Outcomes {
		r.Expected[string(outcome)] = n
	}
	var all struct{ Processes []observe.Figures }
	if err := s.api.call(ctx, "GET", "/v1/figures", "", nil, &all); err != nil {
		return r, fmt.Errorf("asking for the figures: %w", err)
	}
	for _, f := range all.Processes {
		if f.Process == process {
			r.Figures = f
		}
	}
	var err error
	if r.Net, err = s.allBooks(); err != nil {
		return r, err
	}
	r.Findings, err = s.audit(ctx)
	return r, err
}

// Write prints the report for a person.
func (r Report) Write(w io.Writer) error {
	fmt.Fprintf(w, "\n%d messages in %.1f s: %d repeated, %d with an order that was there already, %d refused as malformed\n",
		r.Messages, r.Took.Seconds(), r.Repeated, r.SameOrder, r.Refused)
	fmt.Fprintf(w, "paris payments were dead for %.1f s\n", r.Outage.Seconds())
	r.writeOutcomes(w)
	r.writeCalls(w)
	r.writeTimes(w)
	writeLedgers(w, r.Net)
	return writeVerdict(w, r.Findings)
}

func writeVerdict(w io.Writer, findings []string) error {
	if len(findings) == 0 {
		_, err := fmt.Fprint(w, "\nThe ledgers agree: every order is accounted for, nobody is charged twice, nothing is lost, virginia was never asked.\n")
		return err
	}
	_, err := fmt.Fprintf(w, "\nThe ledgers DISAGREE in %d places:\n  %s\n", len(findings), strings.Join(findings, "\n  "))
	return err
}

func table(w io.Writer, head string, rows func(t io.Writer)) {
	fmt.Fprintf(w, "\n%s\n", head)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	rows(t)
	_ = t.Flush() // the writer below reports its own errors
}

func (r Report) writeOutcomes(w io.Writer) {
	table(w, "Orders by outcome", func(t io.Writer) {
		for _, o := range slices.Sorted(maps.Keys(r.Figures.Outcomes)) {
			fmt.Fprintf(t, "  %s\t%d\t\n", o, r.Figures.Outcomes[o])
		}
	})
}

func (r Report) writeCalls(w io.Writer) {
	table(w, "Calls by cloud", func(t io.Writer) {
		fmt.Fprint(t, "  endpoint\tcloud\tattempts\tdone\tdeclined\tfailed\tmean\tcost\t\n")
		for _, c := range r.Figures.Calls {
			fmt.Fprintf(t, "  %s\t%s\t%d\t%d\t%d\t%d\t%s\t%s\t\n", c.Endpoint, c.Cloud, c.Attempts, c.Succeeded, c.Raised, c.Failed, brief(c.Mean), c.Cost)
		}
	})
	if len(r.Figures.Failovers) > 0 {
		table(w, "Failovers", func(t io.Writer) {
			fmt.Fprint(t, "  endpoint\tfrom\tto\tcalls\tmean time to switch\tlongest\t\n")
			for _, f := range r.Figures.Failovers {
				fmt.Fprintf(t, "  %s\t%s\t%s\t%d\t%s\t%s\t\n", f.Endpoint, f.From, f.To, f.N, brief(f.Mean), brief(f.Max))
			}
		})
	}
	if r.Figures.Settlements > 0 {
		fmt.Fprintf(w, "\n%d calls were cut off with an unknown outcome; each was settled with the cloud it had gone to\n", r.Figures.Settlements)
	}
}

func (r Report) writeTimes(w io.Writer) {
	c := r.Figures.Completion
	table(w, "Completion", func(t io.Writer) {
		fmt.Fprintf(t, "  p50 %s\tp90 %s\tp99 %s\tmax %s\t\n", brief(c.P50), brief(c.P90), brief(c.P99), brief(c.Max))
	})
	if c.SLA != "" {
		fmt.Fprintf(w, "  sla %s: %s of all within %s; attained %.2f%%\n", c.SLA, percent(c.Ratio), types.FormatDuration(c.Within), 100*c.Attained)
	}
	if r.Figures.Cost != "" {
		fmt.Fprintf(w, "  cost of all calls: %s\n", r.Figures.Cost)
	}
}

// percent writes a ratio such as 0.99 as 99%.
func percent(ratio string) string {
	n, err := types.ParseExact(ratio)
	if err != nil {
		return ratio
	}
	p, err := n.Mul(types.ExactInt(100))
	if err != nil {
		return ratio
	}
	text := p.String()
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text + "%"
}

func writeLedgers(w io.Writer, all []CloudBooks) {
	table(w, "Ledgers of the payment services", func(t io.Writer) {
		fmt.Fprint(t, "  cloud\trequests\tcharges\trefunds\tholds now\t\n")
		for _, c := range all {
			fmt.Fprintf(t, "  %s\t%d\t%d\t%d\t%s\t\n", c.Cloud, c.Calls, c.Charged, c.Refunded, c.Net)
		}
	})
}

// brief is a time with three digits.
func brief(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2fs", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1fms", float64(d)/1e6)
	}
	return fmt.Sprintf("%dus", d.Microseconds())
}
