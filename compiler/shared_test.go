package compiler_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
)

// counting is a package whose bodies use the fields of a line in many ways; %s is the type
// of its number, %s are more statements.
const counting = `package p

type Line { sku: string, qty: %s, note: string }
type Sum { n: int }

event Counted { n: int }
channel lines: queue of Line

process Count(line: Line) -> Sum {
  let next = line.qty + 1
  let text = "${line.qty}"
  if line.qty > 3 { progress text }
  publish Counted { n: line.qty }
  publish Counted { n: next }
  let parts = round(line.qty * 2)
  %s
  return Sum { n: parts }
}

process Fill(sku: string) {
  send lines(Line { sku: sku, qty: 7, note: "" })
  send lines({ sku: sku, qty: 8, note: "" })
}
`

func mistaken(t *testing.T, text string) []diag.Diagnostic {
	t.Helper()
	r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(text)}}, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var errors []diag.Diagnostic
	for _, d := range r.Diagnostics {
		if d.Severity == diag.Error {
			errors = append(errors, d)
		}
	}
	return errors
}

// A field whose type was changed is one mistake, however many uses want the one that it had.
// Every use is a place of it.
func TestAFieldOfAnotherTypeIsOneDiagnostic(t *testing.T) {
	if ds := mistaken(t, fmt.Sprintf(counting, "int", "")); len(ds) != 0 {
		t.Fatal(diag.OneLines(ds))
	}
	ds := mistaken(t, fmt.Sprintf(counting, "string", ""))
	if len(ds) != 1 {
		t.Fatalf("want one diagnostic, got\n%s", diag.OneLines(ds))
	}
	text := diag.Terminal(ds, diag.Screen{})
	for _, want := range []string{"line.qty + 1", "string is declared here", "and 5 more: a.cob:12:15, ", "Line.qty is string, and 6 uses want something else"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	var b strings.Builder
	if err := diag.JSON(&b, ds); err != nil {
		t.Fatal(err)
	}
	var got []struct {
		Also []struct {
			Line int
			Text string
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	var lines []int
	for _, p := range got[0].Also {
		lines = append(lines, p.Line)
		if p.Text == "" {
			t.Error("a place without its message")
		}
	}
	if want := "[12 13 15 21 22]"; fmt.Sprint(lines) != want {
		t.Errorf("also at the lines %v, want %s", lines, want)
	}
}

// What is wrong besides is told besides: a mistake with another field, two uses that are
// wrong themselves.
func TestOtherMistakesAreNotGathered(t *testing.T) {
	ds := mistaken(t, fmt.Sprintf(counting, "string", "progress line.sku - 1\n  progress missing"))
	var messages []string
	for _, d := range ds {
		messages = append(messages, d.Message)
	}
	want := []string{"string + int has no meaning", "string - int has no meaning", "no variable is called missing"}
	if strings.Join(messages, ";") != strings.Join(want, ";") {
		t.Errorf("got %q, want %q", messages, want)
	}
	if ds := mistaken(t, fmt.Sprintf(counting, "int", "progress line.note > 3 ? \"a\" : \"b\"\n  progress string(line.note * 2)")); len(ds) != 2 {
		t.Errorf("two uses that are wrong themselves give\n%s", diag.OneLines(ds))
	}
}

// A field of a contract is one mistake too; its place is in no file of the package.
func TestAFieldOfAContractOfAnotherTypeIsOneDiagnostic(t *testing.T) {
	const contract = `{"$defs": {"Line": {"type": "object", "required": ["qty"], "properties": {"qty": {"type": "%s"}}}}}`
	const text = `package p

use jsonschema "line.json" as shop

type Sum { n: int }

event Counted { n: int }

process Count(line: shop.Line) -> Sum {
  if line.qty > 3 { progress "many" }
  let next = line.qty + 1
  publish Counted { n: next }
  return Sum { n: line.qty }
}
`
	for typ, want := range map[string]int{"integer": 0, "string": 1} {
		r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(text)}, "line.json": {Data: []byte(fmt.Sprintf(contract, typ))}}, compiler.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Diagnostics) != want || want > 0 && !strings.Contains(r.Diagnostics[0].Help, "shop.Line.qty is string, and 3 uses") {
			t.Errorf("%s: want %d diagnostics, got\n%s%v", typ, want, diag.OneLines(r.Diagnostics), helps(r.Diagnostics))
		}
	}
}
