package deployment_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/deployment"
)

func TestARuleThatNobodyWouldAskIsRefused(t *testing.T) {
	for rule, refused := range map[string]bool{
		`deny call when cloud.name == "rome"`: false, "deny view": false, `deny complete when "a" in user.groups`: false, "deny start": true, `deny deploy when "a" in user.groups`: true,
	} {
		r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte("package a\n\ncloud paris { x: 1 }\n\npolicy p { " + rule + " }\n\nprocess Q() { policy: p }\n")}}, compiler.Options{})
		if err != nil || r.Failed() {
			t.Fatalf("%s: %v %v", rule, err, r.Diagnostics)
		}
		encoded, err := plan.Encode(r.Plan)
		if err != nil {
			t.Fatal(err)
		}
		_, err = deployment.Prepare(encoded, webOnly(t), nil)
		if (err != nil) != refused {
			t.Errorf("%s: %v", rule, err)
		}
		if refused && !strings.Contains(err.Error(), "\n  a.cob:5:12: a rule of a.p is about ") {
			t.Errorf("%s: the error does not say where and what: %v", rule, err)
		}
	}
}
