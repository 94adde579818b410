package compiler_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
)

// TestEveryPlanIsReadAsItWasWritten encodes and decodes the plan of every example.
func TestEveryPlanIsReadAsItWasWritten(t *testing.T) {
	read := 0
	err := filepath.WalkDir("../examples", func(dir string, d fs.DirEntry, err error) error {
		if names, _ := filepath.Glob(dir + "/*.cob"); err != nil || !d.IsDir() || len(names) == 0 {
			return err
		}
		r := compile(t, os.DirFS(dir), compiler.Options{})
		if r.Failed() {
			t.Errorf("%s does not compile", dir)
			return nil
		}
		p, err := plan.Decode(r.Encoded)
		if err != nil {
			t.Errorf("%s: %v", dir, err)
			return nil
		}
		read++
		if again, err := plan.Encode(p); err != nil || !bytes.Equal(again, r.Encoded) {
			t.Errorf("%s: the plan is written otherwise after it was read: %v", dir, err)
		}
		return nil
	})
	if err != nil || read < 10 {
		t.Errorf("%d examples were read: %v", read, err)
	}
}

// TestAChangedPlanIsToldWithItsPlace puts into the plan of the orders what no compiler
// writes. What is allowed there is in the message, and where it comes from.
func TestAChangedPlanIsToldWithItsPlace(t *testing.T) {
	text := string(compile(t, os.DirFS("../examples/orders"), compiler.Options{}).Encoded)
	for _, c := range []struct{ old, changed, want string }{
		{`"kind":"select"`, `"kind":"selekt"`, `.kind is "selekt", and must be one of let, call,`},
		{`"kind":"queue"`, `"kind":"stack"`, `channels[0].kind is "stack", and must be one of queue, topic`},
		{`"verdict":"allow"`, `"verdict":"alow"`, `.verdict is "alow", and must be one of allow, deny, decide`},
		{`"effect":"deny"`, `"effect":""`, `.effect is "", and must be one of allow, deny`},
		{`"prefer":"cheapest"`, `"prefer":"best"`, `failovers[0].prefer is "best", and must be one of cheapest,`},
		{`"endpoint":"orders.payments"`, `"endpoint":"orders.paymens"`, `orders.cob:`},
		{`"endpoint":"orders.payments"`, `"endpoint":"orders.paymens"`, `is "orders.paymens", and the plan has no endpoint of this name`},
		{`"role":"orders.manager"`, `"role":"orders.boss"`, `is "orders.boss", and the plan has no role of this name`},
		{`"kind":"money"`, `"kind":"monney"`, `is "monney", and must be one of bool, int,`},
		{`"kind":"list","elem":{`, `"kind":"int","elem":{`, `.elem does not fit the kind int`},
		{`"op":"var"`, `"op":"variable"`, `.op is "variable", which is no operator`},
		{`"tries":`, `"tries":-`, `, and must be at least 0`},
		{`"slas":[{`, `"slas":[{"rpo_ns":-1,`, `slas[0].rpo_ns is -1, and must be at least 0`},
		{`{"name":"orders.Order"`, `{"name":""`, `.name is empty`},
		{`{"name":"orders.Shipped"`, `{"name":"orders.Order"`, `types has the name "orders.Order" twice`},
		{`"id":"held"`, `"id":"for"`, `has two steps of the id "for"`},
	} {
		changed := strings.Replace(text, c.old, c.changed, 1)
		if changed == text {
			t.Errorf("the plan has no %s", c.old)
			continue
		}
		_, err := plan.Decode([]byte(changed))
		var unsound *plan.UnsoundError
		if !errors.As(err, &unsound) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "build it again") {
			t.Errorf("%s: %v", c.changed, err)
		}
	}
}

// TestAPlanFullOfMistakesIsToldShortly counts what the text leaves out.
func TestAPlanFullOfMistakesIsToldShortly(t *testing.T) {
	text := compile(t, os.DirFS("../examples/orders"), compiler.Options{}).Encoded
	_, err := plan.Decode(bytes.ReplaceAll(text, []byte(`"kind":"string"`), []byte(`"kind":"text"`)))
	var unsound *plan.UnsoundError
	if !errors.As(err, &unsound) || len(unsound.All) < 20 || !strings.Contains(err.Error(), "; and ") || len(err.Error()) > 3000 {
		t.Errorf("%v", err)
	}
}
