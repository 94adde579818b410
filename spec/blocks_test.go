package spec

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/format"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/sim"
	"github.com/cob-lang/cob/spec/document"
)

// documents are all documents of this directory.
func documents(t *testing.T) []document.Document {
	t.Helper()
	paths, err := filepath.Glob("*.md")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no documents (%v)", err)
	}
	var out []document.Document
	for _, path := range paths {
		d, err := document.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, d)
	}
	return out
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// compile compiles texts as the files of one package, with the contract of the
// example at hand.
func compile(t *testing.T, texts ...string) *compiler.Result {
	t.Helper()
	files := fstest.MapFS{"contracts/catalog.yaml": {Data: []byte(read(t, "../examples/orders/contracts/catalog.yaml"))}}
	for i, text := range texts {
		files[fmt.Sprintf("%c.cob", 'a'+i)] = &fstest.MapFile{Data: []byte(text)}
	}
	return compileAll(t, files, compiler.Options{})
}

// compileAll compiles a package. A plan that comes of it is one that a node reads.
func compileAll(t *testing.T, files fstest.MapFS, o compiler.Options) *compiler.Result {
	t.Helper()
	r, err := compiler.Compile(files, o)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Failed() {
		if _, err := plan.Decode(r.Encoded); err != nil {
			t.Errorf("its plan is not sound: %v", err)
		}
	}
	return r
}

// steps is a package file whose one process has the statements in its body.
const steps = "package shop\n\nprocess Example(order: Order) -> Receipt? raises Declined, Late {\n%s}\n"

// compileBlock compiles a cob block as spec/README.md says.
func compileBlock(t *testing.T, prelude string, b document.Block) *compiler.Result {
	t.Helper()
	_, inside := b.Attribute("steps")
	switch {
	case severalFiles(b):
		return compileFiles(t, b)
	case inside:
		return compile(t, prelude, fmt.Sprintf(steps, b.Text))
	case strings.HasPrefix(b.Text, "package ") || strings.Contains(b.Text, "\npackage "):
		return compile(t, b.Text)
	}
	return compile(t, prelude, "package shop\n\n"+b.Text)
}

// severalFiles says whether lines `-- PATH --` divide a block into files.
func severalFiles(b document.Block) bool { return strings.HasPrefix(b.Text, "-- ") }

// compileFiles compiles the package in the directory of the first file.
func compileFiles(t *testing.T, b document.Block) *compiler.Result {
	t.Helper()
	files := fstest.MapFS{}
	archive := txtar.Parse([]byte(b.Text))
	for _, f := range archive.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return compileAll(t, files, compiler.Options{Dir: path.Dir(archive.Files[0].Name)})
}

// written are the texts in COB of a block.
func written(b document.Block) []string {
	if !severalFiles(b) {
		return []string{b.Text}
	}
	var out []string
	for _, f := range txtar.Parse([]byte(b.Text)).Files {
		if strings.HasSuffix(f.Name, ".cob") {
			out = append(out, string(f.Data))
		}
	}
	return out
}

// preludeNoise are warnings about what the prelude declares and a block does not
// use, and about bodies that end without a result: no block is about them.
func preludeNoise(d diag.Diagnostic, b document.Block) bool {
	if d.Code == "COB2005" && strings.HasPrefix(d.Primary.Path(), "a.cob") && !strings.HasPrefix(b.Text, "package ") {
		return true
	}
	_, inside := b.Attribute("steps")
	return inside && (d.Code == "COB4010" || d.Code == "COB4001")
}

func TestBlocksOfCOB(t *testing.T) {
	prelude := read(t, "prelude.cob")
	n := 0
	for _, d := range documents(t) {
		for _, b := range d.Kind("cob") {
			n++
			t.Run(b.Place(), func(t *testing.T) { checkBlock(t, prelude, b) })
		}
	}
	if n < 50 {
		t.Errorf("only %d blocks were found", n)
	}
}

func checkBlock(t *testing.T, prelude string, b document.Block) {
	r := compileBlock(t, prelude, b)
	want := map[diag.Severity]string{}
	want[diag.Error], _ = b.Attribute("error")
	want[diag.Warning], _ = b.Attribute("warning")
	want[diag.Info], _ = b.Attribute("info")
	got := map[diag.Severity][]string{}
	for _, d := range r.Diagnostics {
		if code := string(d.Code); !preludeNoise(d, b) && !slices.Contains(got[d.Severity], code) {
			got[d.Severity] = append(got[d.Severity], code)
		}
	}
	for severity, code := range want {
		if strings.Join(got[severity], ",") != code {
			t.Errorf("want %q as %v, got\n%s", code, severity, diag.OneLines(r.Diagnostics))
		}
	}
	if want[diag.Error] == "" {
		for _, written := range written(b) {
			if text := format.Source(written); text != written {
				t.Errorf("not formatted; want\n%s", text)
			}
		}
		runTests(t, r)
	}
}

// runTests runs the test blocks of a package in virtual time.
func runTests(t *testing.T, r *compiler.Result) {
	t.Helper()
	if r.Suite == nil || len(r.Suite.Tests) == 0 {
		return
	}
	program, err := engine.Link(r.Plan, r.Digest)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range r.Suite.Tests {
		if result := sim.RunTest(program, test); !result.Passed() {
			t.Errorf("%s: %+v", test.Name, result.Failures)
		}
	}
}

// valuesPackage declares what blocks of values may read, and given is its value.
const valuesPackage = `package values

enum Status { open, closed }
type Line  { sku: string, qty: int, price: money }
type Order { id: string, lines: [Line], note: string?, status: Status }

process P(order: Order, tags: map<string>, raw: json) {
  if order.status == Status.closed || len(tags) > 9 || raw == null { return }
  let _x = %s
}
`

const given = `{"order": {"id": "o-1", "status": "open", "lines": [
	{"sku": "p-1", "qty": 2, "price": {"amount": "20.00", "currency": "EUR"}},
	{"sku": "p-2", "qty": 1, "price": {"amount": "5.50", "currency": "EUR"}}]},
  "tags": {"b": "two", "a": "one"}, "raw": {"n": 1, "list": [true, null]}}`

// TestValues evaluates blocks of values: an expression, then behind // its value
// as text, or "fails: " and the code of the failure.
func TestValues(t *testing.T) {
	n := 0
	for _, d := range documents(t) {
		for _, b := range d.Kind("values") {
			for i, line := range strings.Split(strings.TrimSuffix(b.Text, "\n"), "\n") {
				n++
				t.Run(fmt.Sprintf("%s:%d", b.Path, b.Line+1+i), func(t *testing.T) { checkValue(t, line) })
			}
		}
	}
	if n < 40 {
		t.Errorf("only %d values were found", n)
	}
}

func checkValue(t *testing.T, line string) {
	text, want, ok := strings.Cut(line, "// ")
	if !ok {
		t.Fatalf("%s: want EXPRESSION // VALUE", line)
	}
	r := compile(t, fmt.Sprintf(valuesPackage, text))
	if r.Failed() {
		t.Fatalf("%s", diag.OneLines(r.Diagnostics))
	}
	p := &r.Plan.Processes[0]
	u := types.NewUniverse(r.Plan.Types)
	env, err := u.DecodeJSON([]byte(given), types.RecordOf(p.Params...), types.Strict)
	if err != nil {
		t.Fatal(err)
	}
	program, err := expression.Compile(*p.Flow.Body[1].Expr, u)
	if err != nil {
		t.Fatal(err)
	}
	v, err := program.Eval(env.(map[string]types.Value))
	if got := describe(v, err); got != strings.TrimSpace(want) {
		t.Errorf("%s gives %s, want %s", strings.TrimSpace(text), got, want)
	}
}

func describe(v types.Value, err error) string {
	var failure *expression.Failure
	switch {
	case errors.As(err, &failure):
		return "fails: " + string(failure.Code)
	case err != nil:
		return err.Error()
	case v == nil:
		return "null"
	}
	if s, ok := v.(string); ok {
		return strconv.Quote(s)
	}
	return expression.Text(v)
}
