package httpconnector

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
)

// TestTheLibraryDeclaresWhatIsCarriedOut holds the declaration of http in the standard
// library and this connector together, both ways: what is declared is carried out, or
// a plan that asks for it is refused.
func TestTheLibraryDeclaresWhatIsCarriedOut(t *testing.T) {
	schema := check.Standard("http")
	for _, kind := range []string{"endpoint", "binding", "operation"} {
		declared := map[string]bool{}
		for _, row := range schema.Parts[kind] {
			declared[row.Name] = true
		}
		for _, name := range Settings()[kind] {
			if !declared[name] {
				t.Errorf("%s is carried out and not declared for %s", name, kind)
			}
			delete(declared, name)
		}
		for name := range declared {
			if err := bindOne(t, asking(kind, name)); err == nil || !strings.Contains(err.Error(), "the endpoint p.e sets "+name) {
				t.Errorf("%s is declared for %s and nobody carries it out, and a plan that asks for it gets %v", name, kind, err)
			}
		}
	}
	for _, verb := range schema.Verbs {
		if len(verb.Rows) > 0 {
			t.Errorf("%s has settings that nobody carries out", verb.Name)
		}
		e := plan.Endpoint{Name: "p.e", Connector: "http", Operations: []plan.Operation{{Name: "o", Result: types.Of(types.Void),
			HTTP: &plan.HTTP{Method: strings.ToUpper(verb.Name), Path: []plan.PathPart{{Text: "/"}}}}},
			Bindings: []plan.Binding{{Cloud: "x", URL: plan.Text{Literal: "http://127.0.0.1:1"}}}}
		if err := bindOne(t, e); err != nil {
			t.Errorf("%s: %v", verb.Name, err)
		}
	}
}

// TestUnknownOptionsAreRefused: a plan that asks for what this version does not know is
// not taken as if it had not asked.
func TestUnknownOptionsAreRefused(t *testing.T) {
	for _, kind := range []string{"endpoint", "binding", "operation"} {
		if err := bindOne(t, asking(kind, "proxy")); err == nil || !strings.Contains(err.Error(), "the endpoint p.e sets proxy") {
			t.Errorf("%s: got %v", kind, err)
		}
	}
}

// asking is an endpoint with an option of that name, of itself, its binding or its operation.
func asking(kind, name string) plan.Endpoint {
	option := []plan.Option{{Name: name, Text: plan.Text{Literal: "a"}}}
	e := plan.Endpoint{Name: "p.e", Connector: "http", Bindings: []plan.Binding{{Cloud: "x", URL: plan.Text{Literal: "http://127.0.0.1:1"}, At: "p.cob:3:4"}},
		Operations: []plan.Operation{{Name: "o", Result: types.Of(types.Void), HTTP: &plan.HTTP{Method: "GET", Path: []plan.PathPart{{Text: "/"}}}}}}
	switch kind {
	case "endpoint":
		e.Options = option
	case "binding":
		e.Bindings[0].Options = option
	default:
		e.Operations[0].HTTP.Options = option
	}
	return e
}

func bindOne(t *testing.T, e plan.Endpoint) error {
	t.Helper()
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = connector.NewRegistry(c).Bind(&plan.Plan{Package: "p", Endpoints: []plan.Endpoint{e}}, nil)
	return err
}
