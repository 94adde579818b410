package expression

import (
	"testing"

	"github.com/cob-lang/cob/lang/types"
)

func BenchmarkEval(b *testing.B) {
	values := env()
	values["order"] = map[string]types.Value{"id": "o-1", "total": amount("20.00 EUR"), "lines": values["lines"]}
	values["shipped"] = map[string]types.Value{"order": "o-1"}
	order := name("order", types.Ref("t.Order"))
	id := get(order, "id", stringT)
	lines := get(order, "lines", types.ListOf(lineT))
	for _, c := range []struct {
		name string
		tree Tree
	}{
		{"field", id},
		{"correlation", node(Eq, boolT, get(name("shipped", jsonT), "order", stringT), id)},
		{"money", node(Gt, boolT, get(order, "total", moneyT), lit("1000 EUR", moneyT))},
		{"record", rec(lineT, []string{"sku", "note"}, id, str("x"))},
		{"text", node(Concat, stringT, str("price of "), id, str(" has changed"))},
		{"range", node(In, boolT, invoke("len", intT, lines), node(Range, intsT, num("1"), num("20")))},
		{"lambda", invoke("sum", intT, invoke("map", intsT, lines, lambda("l", get(name("l", lineT), "qty", intT))))},
	} {
		p, err := Compile(c.tree, universe)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Eval(values); err != nil {
					b.Fatal(err)
				}
			}
		})
		if p.direct == nil {
			continue
		}
		l := lowering{u: universe}
		root, err := l.tree(&c.tree, false)
		if err != nil {
			b.Fatal(err)
		}
		code, err := assemble(root)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name+"/bytecode", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := code.run(values, p.Reads()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	lines := name("lines", types.ListOf(lineT))
	tree := invoke("sum", intT, invoke("map", intsT, lines, lambda("l", get(name("l", lineT), "qty", intT))))
	for b.Loop() {
		if _, err := Compile(tree, universe); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRefinements(b *testing.B) {
	c, err := NewChecker(universe, refinements())
	if err != nil {
		b.Fatal(err)
	}
	order := map[string]types.Value{"id": "o", "lines": []types.Value{line(1), line(2)}, "total": amount("1 EUR")}
	b.ReportAllocs()
	for b.Loop() {
		if c.Check(order, types.Ref("t.Order")) != nil {
			b.Fatal("an order that fits does not")
		}
	}
}
