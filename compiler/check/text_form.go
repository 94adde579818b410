package check

import (
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// noText says that a value cannot stand in a text, and what of it can.
func (c *checker) noText(e syntax.Expr, t types.Type) {
	d := diag.Errorf(CodeMismatch, e.Span(), "%s has no text form", c.show(t))
	if way := c.wayToText(e.Span().Text(), t); way != "" {
		d = d.WithHelp("%s", way)
	}
	c.report(d)
}

func (c *checker) wayToText(written string, t types.Type) string {
	switch t.Kind {
	case types.Optional:
		if c.printable(*t.Elem) {
			return "it may be absent: say what stands there then: ${" + written + " ?? ...}"
		}
		return "it may be absent, and is not a text where it is there: " + c.wayToText(written+"?", *t.Elem)
	case types.List:
		if t.Elem.Kind == types.String {
			return "write the items one after the other: ${join(" + written + ", \", \")}"
		}
		return "write how many there are: ${len(" + written + ")}"
	case types.Map:
		return "write one of its values, or how many there are: ${len(" + written + ")}"
	case types.Record, types.Named:
		fields := t.Fields
		if d := c.Universe.Lookup(t.Name); t.Kind == types.Named && d != nil {
			if d.Kind == types.UnionDefinition {
				return "which case it is decides what there is to write: match " + written + " { ... }"
			}
			fields = d.Fields
		}
		for _, f := range fields {
			if c.printable(f.Type) {
				return "write a field of it: ${" + written + "." + f.Name + "}"
			}
		}
	}
	return ""
}
