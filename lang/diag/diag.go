package diag

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/cob-lang/cob/lang/source"
)

// Severity says how bad a diagnostic is. Only an Error stops a build.
type Severity uint8

const (
	Error Severity = iota
	Warning
	Info
)

// String returns "error", "warning" or "info".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	}
	return "info"
}

// Code names a kind of diagnostic, for example "COB2001".
type Code string

// Label is a place with a word about why it matters.
type Label struct {
	Span source.Span
	Text string
}

// Edit replaces the text of its span.
type Edit struct {
	Span source.Span
	Text string
}

// Diagnostic is one message to the author.
type Diagnostic struct {
	Code      Code
	Severity  Severity
	Message   string      // one sentence, lower case, no full stop
	Primary   source.Span // the tightest place that is wrong
	Label     string      // shown under the primary span; may be empty
	Secondary []Label     // places that explain
	// Causes are declarations that, with another type, would leave nothing to be told here:
	// Text names one, and its place may be unknown. By them diagnostics are gathered.
	Causes []Label
	// Also are the other places of the same mistake, each with what is to be said there.
	Also  []Label
	Help  string // the way out; may be empty
	Fixes []Edit // applied together they remove the diagnostic; may be empty
	// Draft says that the fix stands for something that only the author knows, such
	// as an empty value: an editor offers it, and nothing applies it unasked.
	Draft bool
}

// Errorf returns an error diagnostic at a place.
func Errorf(code Code, at source.Span, format string, args ...any) Diagnostic {
	return Diagnostic{Code: code, Severity: Error, Primary: at, Message: fmt.Sprintf(format, args...)}
}

// Warningf returns a warning at a place.
func Warningf(code Code, at source.Span, format string, args ...any) Diagnostic {
	d := Errorf(code, at, format, args...)
	d.Severity = Warning
	return d
}

// WithLabel returns d with the text shown under its primary span.
func (d Diagnostic) WithLabel(format string, args ...any) Diagnostic {
	d.Label = fmt.Sprintf(format, args...)
	return d
}

// WithHelp returns d with a way out.
func (d Diagnostic) WithHelp(format string, args ...any) Diagnostic {
	d.Help = fmt.Sprintf(format, args...)
	return d
}

// WithNote returns d with one more labelled place.
func (d Diagnostic) WithNote(at source.Span, format string, args ...any) Diagnostic {
	d.Secondary = append(slices.Clip(d.Secondary), Label{Span: at, Text: fmt.Sprintf(format, args...)})
	return d
}

// WithFix returns d with one more edit of its fix.
func (d Diagnostic) WithFix(at source.Span, text string) Diagnostic {
	d.Fixes = append(slices.Clip(d.Fixes), Edit{Span: at, Text: text})
	return d
}

// AsDraft returns d with a fix that the author has to complete.
func (d Diagnostic) AsDraft() Diagnostic {
	d.Draft = true
	return d
}

// List is the diagnostics of a compilation. The zero List is empty and ready.
type List struct {
	items []Diagnostic
}

// Add appends diagnostics.
func (l *List) Add(ds ...Diagnostic) { l.items = append(l.items, ds...) }

// Amend replaces those from the i-th on.
func (l *List) Amend(i int, with func(Diagnostic) Diagnostic) {
	for ; i < len(l.items); i++ {
		l.items[i] = with(l.items[i])
	}
}

// Len returns how many there are.
func (l *List) Len() int { return len(l.items) }

// HasErrors says whether one of them is an Error.
func (l *List) HasErrors() bool { return l.HasErrorsFrom(0) }

// HasErrorsFrom says whether one of those from the i-th on is an Error.
func (l *List) HasErrorsFrom(i int) bool {
	return slices.ContainsFunc(l.items[i:], func(d Diagnostic) bool { return d.Severity == Error })
}

// Sorted returns the diagnostics ordered by path, start, end, code and message.
// The caller owns the slice.
func (l *List) Sorted() []Diagnostic {
	out := slices.Clone(l.items)
	Sort(out)
	return out
}

// Sort orders diagnostics in place by path, start, end, code and message.
func Sort(ds []Diagnostic) {
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		return cmp.Or(a.Primary.Compare(b.Primary), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
}
