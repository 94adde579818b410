package contract_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/contract"
	"github.com/cob-lang/cob/lang/diag"
)

// TestContractsOfOthers reads contracts that were written for something else: the
// protos of the Common Expression Language (Apache-2.0), where the module that
// brings them stands, and the schema of plans.
func TestContractsOfOthers(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "cel.dev/expr").Output()
	if err != nil {
		t.Fatal(err)
	}
	cel := filepath.Join(strings.TrimSpace(string(out)), "proto")
	for _, c := range []struct {
		kind      contract.Kind
		dir, file string
		types     []string
		service   string
		warnings  bool
	}{
		{contract.Proto, cel, "cel/expr/checked.proto", []string{"CheckedExpr", "Decl", "Type_PrimitiveType", "Expr"}, "", false},
		{contract.Proto, cel, "cel/expr/conformance/conformance_service.proto", []string{"CheckRequest", "ExprValue", "UnknownSet"}, "ConformanceService", false},
		{contract.Proto, cel, "cel/expr/conformance/proto3/test_all_types.proto", []string{"TestAllTypes", "NestedTestAllTypes"}, "", false},
		{contract.Proto, cel, "cel/expr/conformance/proto2/test_all_types.proto", []string{"TestAllTypes", "TestRequired"}, "", false},
		{contract.JSONSchema, "../../spec", "plan.schema.json", []string{"Endpoint", "Process", "Tree"}, "", true},
	} {
		t.Run(c.file, func(t *testing.T) {
			got, ds := contract.Read(c.kind, os.DirFS(c.dir), c.file, contract.Options{Qualify: "p.api"})
			for _, d := range ds {
				if d.Severity == diag.Error || !c.warnings {
					t.Error(diag.OneLines(ds))
					break
				}
			}
			sound(t, got)
			for _, name := range c.types {
				if !got.Type("p.api." + name) {
					t.Errorf("there is no type %s", name)
				}
			}
			if strings.Join(got.Services, ",") != c.service {
				t.Errorf("the services are %v", got.Services)
			}
		})
	}
}
