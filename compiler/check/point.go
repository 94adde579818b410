package check

import (
	"maps"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// points are the decisions that policies speak about, and the facts that each
// offers to the conditions of its rules.
var points = map[string][]string{
	"call":      {"cloud", "data"},
	"start":     {"data", "process", "user"},
	"publish":   {"channel", "data", "user"},
	"subscribe": {"channel", "data", "user"},
	"complete":  {"data", "instance", "process", "task", "user"},
	"view":      {"data", "process", "user"},
	"deploy":    {"plan", "user"},
}

// Points are the decisions that policies speak about, sorted.
func Points() []string { return slices.Sorted(maps.Keys(points)) }

// policyFacts are the variables that all of these decisions offer; of none, those
// of any.
func (c *checker) policyFacts(of []syntax.Name) []types.Field {
	all := append([]types.Field{{Name: "cloud", Type: types.RecordOf(c.facts...)}}, plan.PointFacts()...)
	return slices.DeleteFunc(all, func(f types.Field) bool {
		return slices.ContainsFunc(of, func(p syntax.Name) bool {
			offered, known := points[p.Text]
			return known && !slices.Contains(offered, f.Name)
		})
	})
}

// namesKnown reports a string in `"personal" in data.labels` that is no label, and
// one in `"manager" in user.roles` that is no role: it would silently never hold.
func (c *checker) namesKnown(e syntax.Expr) (known bool) {
	known = true
	syntax.Inspect(e, func(n syntax.Node) bool {
		b, ok := n.(*syntax.BinaryExpr)
		if !ok || b.Op != "in" || b.Y == nil {
			return true
		}
		var kind resolve.Kind
		switch b.Y.Span().Text() {
		case "data.labels":
			kind = resolve.Label
		case "user.roles":
			kind = resolve.Role
		default:
			return true
		}
		if s, ok := b.X.(*syntax.StringExpr); ok {
			if name, ok := s.Plain(); ok {
				known = c.nameKnown(s, kind, name) && known
			}
		}
		return true
	})
	return known
}

func (c *checker) nameKnown(s *syntax.StringExpr, kind resolve.Kind, name string) bool {
	if sym := c.Info.Lookup(name); sym != nil && sym.Kind == kind {
		c.Info.Use(sym, s.Span())
		return true
	}
	if kind == resolve.Label && c.labels.bit[name] != 0 {
		return true
	}
	names := c.labels.names
	if kind == resolve.Role {
		names = c.Info.Near(name, resolve.Role)
	}
	d := resolve.Unknown(s.Span(), string(kind), name, names)
	d.Fixes = nil
	c.report(d)
	return false
}

// unknownPoint is the diagnostic of a decision that there is not.
func unknownPoint(p syntax.Name) diag.Diagnostic {
	d := resolve.Unknown(p.At, "decision", p.Text, Points())
	d.Code = CodePoint
	return d
}
