package compiler_test

import (
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
)

// TestErrorsInTestsLeaveThePlan compiles packages whose errors lie in different
// places. Errors in tests alone leave a plan to look at, the one that the package has
// without them, and nothing that could be run.
func TestErrorsInTestsLeaveThePlan(t *testing.T) {
	const flow = "process P(id: string) -> string {\n  key: id\n  wait 1h\n  return id\n}\n"
	const broken = "\ntest \"x\" {\n  when P(\"a\")\n  then completes nobody\n}\n"
	for name, c := range map[string]struct {
		text    string
		failed  bool
		hasPlan bool
	}{
		"none":           {"package a\n\n" + flow, false, true},
		"test":           {"package a\n\n" + flow + broken, true, true},
		"test's syntax":  {"package a\n\n" + flow + "\ntest \"x\" {\n  when P(id: 1)\n}\n", true, true},
		"two tests":      {"package a\n\n" + flow + broken + broken, true, true},
		"flow":           {"package a\n\n" + flow + "\nprocess Q() { return 1 + \"a\" }\n", true, false},
		"flow and test":  {"package a\n\n" + flow + "\nprocess Q() { return 1 + \"a\" }\n" + broken, true, false},
		"migrate's step": {"package a\n\n" + flow + "\nmigrate P from \"00112233\" { rest -> gone }\n" + broken, true, false},
		"imported test":  {"package a\n\nimport \"./other\"\n\nprocess R(id: string) {\n  key: id\n  let p = start other.P(id)\n}\n", true, true},
		"imported flow":  {"package a\n\nimport \"./wrong\"\n\nprocess R(id: string) {\n  key: id\n  let p = start wrong.P(id)\n}\n", true, false},
	} {
		files := fstest.MapFS{"a.cob": {Data: []byte(c.text)},
			"other/o.cob": {Data: []byte("package other\n\n" + flow + broken)},
			"wrong/w.cob": {Data: []byte("package wrong\n\n" + flow + "\nprocess Q() { return 1 + \"a\" }\n")}}
		r, err := compiler.Compile(files, compiler.Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		if r.Failed() != c.failed || (r.Plan != nil) != c.hasPlan || (r.Suite == nil) != c.failed || (r.Encoded == nil) != c.failed || (r.Digest == "") != c.failed {
			t.Errorf("%s: failed %v, plan %v, suite %v, digest %q; %v", name, r.Failed(), r.Plan != nil, r.Suite != nil, r.Digest, r.Diagnostics)
		}
		if name != "test" || r.Plan == nil {
			continue
		}
		without, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte("package a\n\n" + flow)}}, compiler.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if changes := plan.Diff(without.Plan, r.Plan); len(changes) > 0 {
			t.Errorf("the plan beside a broken test does something else: %v", changes)
		}
	}
}
