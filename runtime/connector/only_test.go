package connector

import (
	"reflect"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
)

func TestOnlyLeavesThePlanAlone(t *testing.T) {
	p := func() *plan.Plan {
		return &plan.Plan{Package: "p", Endpoints: []plan.Endpoint{
			{Name: "p.a", Bindings: []plan.Binding{{Cloud: "paris"}, {Cloud: "rome"}}}, {Name: "p.b", Bindings: []plan.Binding{{Cloud: "rome"}}},
		}}
	}
	whole := p()
	part := Only(whole, func(cloud string) bool { return cloud == "paris" })
	want := []plan.Endpoint{{Name: "p.a", Bindings: []plan.Binding{{Cloud: "paris"}}}, {Name: "p.b"}}
	if part.Package != "p" || !reflect.DeepEqual(part.Endpoints, want) {
		t.Errorf("got %+v", part.Endpoints)
	}
	if !reflect.DeepEqual(whole, p()) {
		t.Errorf("the plan has changed: %+v", whole)
	}
}
