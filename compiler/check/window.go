package check

import (
	"strconv"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

const (
	defaultMessages = 10_000             // that are kept for one window
	defaultLongest  = 24 * 60 * 60 * 1e9 // of a session, in nanoseconds
)

// window checks a window, and gives what stands in the plan about it.
func (c *checker) window(d *syntax.WindowDecl) *plan.Window {
	out := &plan.Window{Name: c.qualified(d.Name.Text), Doc: d.Doc, Messages: defaultMessages, At: c.place(d.Name.At)}
	scope, span := streamScope("window")
	out.Var = span.Plan
	sources := c.watches([]*syntax.StreamSource{d.Over})
	if len(sources) == 0 {
		scope.Unsure()
	}
	out.Keys = c.partition(scope, sources)
	b := c.settings("a window", windowSettings, d.Body.Settings, d.Name.At)
	out.Clock = c.clock(scope, b, sources)
	if v, ok := b.first("messages"); ok {
		out.Messages = v.int
	}
	c.size(d, out)
	if v, ok := b.first("longest"); ok {
		out.LongestNs = int64(v.low)
		if d.Gap == nil {
			c.report(diag.Errorf(CodeSize, b.span("longest"), "only a session has no end of its own").WithHelp("leave longest out, or write gap instead of every"))
		} else if out.LongestNs <= out.GapNs {
			c.report(diag.Errorf(CodeSize, b.span("longest"), "no session is as short as the gap that ends it").WithNote(d.Gap.Span(), "here"))
		}
	} else if d.Gap != nil {
		out.LongestNs = max(defaultLongest, 2*out.GapNs)
	}
	for _, st := range d.Body.Steps {
		c.report(diag.Errorf(CodeSteps, st.How.At, "a window has no steps").WithHelp("a pattern has; what a window leaves out stands behind where"))
		break
	}
	if len(sources) == 0 {
		return out
	}
	if d.Where != nil {
		if t := c.value(c.about(scope, sources[0]), d.Where, types.Of(types.Bool)); !t.invalid() {
			out.Where = &t.Tree
		}
	}
	out.Source = sources[0].Stream
	mark := c.know.mark()
	if d.Where != nil {
		c.learn(c.about(scope, sources[0]), d.Where, true)
	}
	inner := scope.Inner()
	inner.Offer(span)
	c.folding = &folding{checker: c, keys: scope, source: sources[0], where: d.Where, emits: d.Body.Emits, known: map[string]typed{}}
	out.Emit = c.emits(inner, "window", d.Name, d.Body.Emits, sources)
	out.Aggregates = c.folding.list
	c.folding = nil
	c.know.forget(mark)
	return out
}

// multiple is a window so many times as long as the time until the next one begins.
func multiple(w *plan.Window, n int64) string {
	if w.EveryNs > 0 {
		return types.FormatDuration(time.Duration(w.EveryNs * n))
	}
	return strconv.FormatInt(w.EveryCount*n, 10)
}

// size reads how long a window is, and when it begins.
func (c *checker) size(d *syntax.WindowDecl, out *plan.Window) {
	if d.Gap != nil {
		out.GapNs, _ = c.span(d.Gap)
		return
	}
	var ok bool
	if out.EveryNs, out.EveryCount, ok = c.extent(d.Every); !ok {
		return
	}
	if d.Of == nil {
		out.OfNs, out.OfCount = out.EveryNs, out.EveryCount
		return
	}
	if out.OfNs, out.OfCount, ok = c.extent(d.Of); !ok {
		return
	}
	every, of := out.EveryNs+out.EveryCount, out.OfNs+out.OfCount
	if (out.EveryNs > 0) != (out.OfNs > 0) {
		return // so many messages every so often, or the other way round
	}
	switch {
	case of < every:
		c.report(diag.Errorf(CodeSize, d.Of.Span(), "messages between two windows would be in none of them").
			WithNote(d.Every.Span(), "one window begins every %s", d.Every.Span().Text()).WithHelp("a window is at least as long as it is until the next one begins"))
	case of%every != 0:
		c.report(diag.Errorf(CodeSize, d.Of.Span(), "%s is no whole multiple of %s", d.Of.Span().Text(), d.Every.Span().Text()).
			WithNote(d.Every.Span(), "one window begins every %s", d.Every.Span().Text()).WithHelp("windows are put together of equal parts, so that a message costs the same however long they are").
			WithFix(d.Of.Span(), multiple(out, of/every+1)).AsDraft())
	case of/every > plan.MaxPanes:
		c.errorf(CodeLimit, d.Of.Span(), "a message is part of at most %d windows and here of %d", plan.MaxPanes, of/every)
	}
}

// extent is a duration, or a number of messages.
func (c *checker) extent(e syntax.Expr) (ns, count int64, ok bool) {
	if n, whole := wholeNumber(e); whole {
		if n < 1 || n > plan.MaxLength {
			c.errorf(CodeLimit, spanOf(e), "a window has from 1 to %d messages", plan.MaxLength)
			return 0, 0, false
		}
		return 0, int64(n), true
	}
	if _, duration := DurationOf(e); !duration {
		c.report(diag.Errorf(CodeSize, spanOf(e), "a duration or a number of messages is wanted here").WithHelp("write every 1m, every 1m of 5m, or every 100 for so many messages"))
		return 0, 0, false
	}
	ns, ok = c.span(e)
	return ns, 0, ok
}
