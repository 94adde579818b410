package httpconnector

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
)

// Trees as the checker would make them.

func variable(name string, t types.Type) expression.Tree {
	return expression.Tree{Op: expression.Var, Name: name, Type: t}
}

func fieldOf(of expression.Tree, name string, t types.Type) expression.Tree {
	return expression.Tree{Op: expression.Field, Name: name, Type: t, Args: []expression.Tree{of}}
}

func text(name string) expression.Tree { return variable(name, types.Of(types.String)) }

func ptr(t expression.Tree) *expression.Tree { return &t }

func record1(fault, name string, value expression.Tree) expression.Tree {
	return expression.Tree{Op: expression.RecordOf, Type: types.Ref(fault), Keys: []string{name}, Args: []expression.Tree{value}}
}

var response = variable("response", types.Of(types.JSON))

// shop is a plan with one endpoint that has an operation of every kind.
func shop(url plan.Text) *plan.Plan {
	str, money := types.Of(types.String), types.Of(types.Money)
	itemRead := types.Ref("shop.Item")
	charge := types.RecordOf(types.Field{Name: "order", Type: str}, types.Field{Name: "amount", Type: money})
	return &plan.Plan{
		Format: plan.Format, Package: "shop",
		Types: []types.Definition{
			{Name: "shop.Charge", Kind: types.RecordDefinition, Fields: []types.Field{{Name: "id", Type: str}, {Name: "amount", Type: money}}},
			{Name: "shop.Declined", Kind: types.FaultDefinition, Fields: []types.Field{{Name: "reason", Type: str}}},
			{Name: "shop.Item", Kind: types.RecordDefinition, Fields: []types.Field{{Name: "sku", Type: str}, {Name: "price", Type: money}, {Name: "stock", Type: types.OptionalOf(types.Of(types.Int)), Refined: true}}},
		},
		Refinements: []plan.Refinement{{
			Type: "shop.Item", Field: "stock", Text: "stock >= 0",
			Test: expression.Tree{Op: expression.Ge, Type: types.Of(types.Bool), Args: []expression.Tree{
				variable("stock", types.Of(types.Int)), {Op: expression.Literal, Text: "0", Type: types.Of(types.Int)},
			}},
		}},
		Settings: []plan.Setting{{Name: "SHOP", At: "shop.cob:9:15"}},
		Endpoints: []plan.Endpoint{{
			Name: "shop.store", Connector: "http",
			Operations: []plan.Operation{
				{Name: "charge", Params: charge.Fields, Result: types.Ref("shop.Charge"), Raises: []string{"shop.Declined"}, HTTP: &plan.HTTP{
					Method: "POST", Path: []plan.PathPart{{Text: "/charges"}},
					Body:   ptr(expression.Tree{Op: expression.RecordOf, Type: charge, Keys: []string{"order", "amount"}, Args: []expression.Tree{text("order"), variable("amount", money)}}),
					Errors: []plan.HTTPError{{Status: 402, Fault: "shop.Declined", Fields: record1("shop.Declined", "reason", fieldOf(response, "reason", types.Of(types.JSON)))}},
				}},
				{Name: "item", Result: itemRead, HTTP: &plan.HTTP{
					Method: "GET", Path: []plan.PathPart{{Text: "/items/"}, {Expr: ptr(text("sku"))}},
					Query:   []plan.NamedTree{{Name: "in lang", Expr: variable("lang", types.OptionalOf(types.Of(types.String)))}, {Name: "tag", Expr: variable("tags", types.OptionalOf(types.ListOf(str)))}},
					Headers: []plan.NamedTree{{Name: "X-Shop", Expr: variable("header", types.OptionalOf(types.Of(types.String)))}},
				}},
				{Name: "ping", Result: types.Of(types.Void), HTTP: &plan.HTTP{Method: "POST", Path: []plan.PathPart{{Text: "/ping"}}}},
				{Name: "put", Result: itemRead, Idempotent: true, HTTP: &plan.HTTP{Method: "PUT", Path: []plan.PathPart{{Text: "/put"}}}},
				{Name: "refund", Result: types.Of(types.Void), Idempotent: true, HTTP: &plan.HTTP{Method: "DELETE", Path: []plan.PathPart{{Text: "/charges/"}, {Expr: ptr(text("id"))}}}},
				{Name: "remove", Result: types.Of(types.Void), HTTP: &plan.HTTP{Method: "DELETE", Path: []plan.PathPart{{Text: "/once"}}}},
			},
			Bindings: []plan.Binding{{Cloud: "paris", URL: url, At: "shop.cob:20:14"}},
		}},
	}
}

func nothingSet(string, bool) (string, bool) { return "", false }

func newConnector(t testing.TB, o Options) *Connector {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func bind(t testing.TB, c *Connector, url string) connector.Sink {
	t.Helper()
	sink, err := c.Bind(shop(plan.Text{Literal: url}), nothingSet)
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

func euros(amount string) types.Amount {
	a, err := types.ParseAmount(amount + " EUR")
	if err != nil {
		panic(err)
	}
	return a
}

var arguments = map[string]map[string]types.Value{
	"charge": {"order": "o-1", "amount": euros("20.00")},
	"item":   {"sku": "p-1"},
	"refund": {"id": "c-1"},
}

func request(operation string) connector.Request {
	return connector.Request{
		Endpoint: "shop.store", Operation: operation, Cloud: "paris", Args: arguments[operation],
		Key: "i1/" + operation + "#1", Instance: "i1", Activation: 3, Attempt: 1, TimeoutNs: int64(10 * time.Second),
	}
}

func do(t testing.TB, sink connector.Sink, q connector.Request) connector.Reply {
	t.Helper()
	r := sink.Do(context.Background(), q)
	if r.TookNs <= 0 {
		t.Errorf("TookNs is %d", r.TookNs)
	}
	for _, private := range []string{"o-1", "c-1", "p-1", "20.00", "secret-word"} {
		if strings.Contains(r.Detail, private) {
			t.Errorf("the detail holds the data %q: %s", private, r.Detail)
		}
	}
	return r
}

func planText(url string) plan.Text { return plan.Text{Literal: url} }
