package compiler_test

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/spec/golden"
)

// TestConnectorOfAnotherPackage: what somebody else declares holds as what the standard
// library declares, and reaches the plan with its defaults and what the environment has to
// supply.
func TestConnectorOfAnotherPackage(t *testing.T) {
	fsys := fstest.MapFS{
		"fieldbus/fieldbus.cob": {Data: []byte(`/// Machines on a field bus.
package fieldbus

/// How quickly a value is written.
enum Speed { slow, fast }

/// Machines on a field bus, behind a gateway.
connector machines {
  endpoint { line: int where line in 1..8 @default(1) }
  binding {
    url:      string
    password: secret
    pause:    duration where pause in 10ms..1h @default(1s)
  }
  operation { urgent: bool @default(false) }
  verb read(register: string) -> decimal idempotent
  verb write(register: string) { value: decimal, speed: Speed @default(slow), note: string? }
  receive { register: string, share: decimal where share in 0%..100% @default(50%) }
  error code: int where code in 1..255
}
`)},
		"plant/plant.cob": {Data: []byte(`package plant

import "../fieldbus"

cloud hall { jurisdiction: "FR" }

fault Stuck { code: int }

endpoint press: fieldbus.machines {
  line: 3
  operation heat(n: int) -> decimal { read "press/${n}/heat" }
  operation set(n: int, to: decimal) raises Stuck {
    write "press/${n}/set" { value: to, speed: fast }
    urgent: to > 100
    error 7: Stuck { code: 7 }
  }
  receive alarms: json { register: "press/alarm", share: 10% }
  on hall { url: env.GATEWAY, password: secret.gateway, availability: 99% }
}

process Heat(n: int) -> decimal raises Stuck {
  let now_at = call press.heat(n)
  call press.set(n, now_at + 1)
  return now_at
}
`)},
	}
	r, err := compiler.Compile(fsys, compiler.Options{Dir: "plant"})
	if err != nil || r.Failed() {
		t.Fatalf("%v\n%s", err, diag.OneLines(r.Diagnostics))
	}
	text, err := json.MarshalIndent(map[string]any{"endpoints": r.Plan.Endpoints, "settings": r.Plan.Settings}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Text(t, "testdata/connector.plan.json", string(text)+"\n")
	decoded, err := plan.Decode(r.Encoded)
	if err != nil {
		t.Fatal(err)
	}
	again, err := plan.Encode(decoded)
	if err != nil || string(again) != string(r.Encoded) {
		t.Errorf("the plan is not canonical: %v", err)
	}
}

// TestStandardConnectors: each is read once, and says of every setting what it is for or
// has a name that does.
func TestStandardConnectors(t *testing.T) {
	names := check.StandardNames()
	if len(names) != 14 {
		t.Fatal(names)
	}
	for _, name := range names {
		s := check.Standard(name)
		if s == nil || s.Name != name || s.Doc == "" || s != check.Standard(name) {
			t.Fatalf("%s: %+v", name, s)
		}
		all := slices.Clone(s.Parts["endpoint"])
		for _, rows := range [][]check.Setting{s.Parts["binding"], s.Parts["operation"], s.Parts["receive"]} {
			all = append(all, rows...)
		}
		for _, v := range s.Verbs {
			if v.Doc == "" || v.Target.Name != "" && v.Target.Doc == "" {
				t.Errorf("%s does not say what %s does", name, v.Name)
			}
			all = append(all, v.Rows...)
		}
		for _, row := range all {
			if row.Doc == "" || row.Default == "" && !row.Required {
				t.Errorf("%s does not say what %s is", name, row.Name)
			}
		}
		if len(s.Parts["binding"]) == 0 {
			t.Errorf("nothing says where a service of %s is", name)
		}
		if s.Code != nil && s.Code.Doc == "" {
			t.Errorf("%s does not say what its codes are", name)
		}
	}
	if check.Standard("nothing") != nil {
		t.Error("there is a connector that nobody declared")
	}
}
