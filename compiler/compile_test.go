package compiler_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/spec/golden"
)

// sources are the sections of an archive that are files of the package.
func sources(a golden.Archive) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, f := range a.Files {
		if strings.Contains(f.Name, ".") {
			fsys[f.Name] = &fstest.MapFile{Data: []byte(f.Text)}
		}
	}
	return fsys
}

func compile(t *testing.T, fsys fs.FS, o compiler.Options) *compiler.Result {
	t.Helper()
	r, err := compiler.Compile(fsys, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDiagnostics(t *testing.T) {
	golden.Run(t, "testdata/diagnostics", func(t *testing.T, a golden.Archive) []golden.File {
		r := compile(t, sources(a), compiler.Options{})
		return []golden.File{{Name: "want", Text: diag.OneLines(r.Diagnostics)}}
	})
}

func TestPlans(t *testing.T) {
	golden.Run(t, "testdata/plans", func(t *testing.T, a golden.Archive) []golden.File {
		r := compile(t, sources(a), compiler.Options{})
		if r.Failed() {
			t.Fatal(diag.OneLines(r.Diagnostics))
		}
		return []golden.File{{Name: "plan", Text: indented(t, r.Plan)}, {Name: "suite", Text: indented(t, r.Suite)}}
	})
}

func indented(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestDecodeGivesBackThePlan also holds for everything in testdata/plans.
func TestDecodeGivesBackThePlan(t *testing.T) {
	for _, r := range []*compiler.Result{
		compile(t, os.DirFS("../examples/orders"), compiler.Options{}),
		compile(t, os.DirFS("../examples/w1"), compiler.Options{}),
		compile(t, sources(golden.Read(t, "testdata/plans/flow.txtar")), compiler.Options{}),
		compile(t, sources(golden.Read(t, "testdata/plans/operate.txtar")), compiler.Options{}),
		compile(t, sources(golden.Read(t, "testdata/plans/streams.txtar")), compiler.Options{}),
	} {
		p, err := plan.Decode(r.Encoded)
		if err != nil {
			t.Fatal(err)
		}
		again, err := plan.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again, r.Encoded) {
			t.Errorf("encoding what was decoded gives other bytes:\n%s", golden.Diff(string(r.Encoded), string(again)))
		}
	}
}

// TestEncodeIsTheJSONOfThePlan compares the writing of lists item by item with
// the encoding of the whole.
func TestEncodeIsTheJSONOfThePlan(t *testing.T) {
	orders := compile(t, os.DirFS("../examples/orders"), compiler.Options{})
	for _, p := range []*plan.Plan{orders.Plan, {}, {Package: "<&>", Types: []types.Definition{{Name: "<&>"}, {}}}} {
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(p); err != nil {
			t.Fatal(err)
		}
		got, err := plan.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want.Bytes()) {
			t.Errorf("other bytes:\n%s", golden.Diff(want.String(), string(got)))
		}
	}
}

// shuffled lists a directory backwards: the order in which a file system gives
// its files must not matter.
type shuffled struct{ fstest.MapFS }

func (s shuffled) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := s.MapFS.ReadDir(name)
	slices.Reverse(list)
	return list, err
}

// TestTheSameFilesGiveTheSameBytes splits the orders over files in several ways:
// the order of files, where the package stands and how it is called on the disk
// do not reach the plan. Places do, so each way has its own digest.
func TestTheSameFilesGiveTheSameBytes(t *testing.T) {
	text, err := os.ReadFile("../examples/orders/orders.cob")
	if err != nil {
		t.Fatal(err)
	}
	contract, err := os.ReadFile("../examples/orders/contracts/catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	types, rest, _ := strings.Cut(string(text), "\ncloud paris")
	fsys := fstest.MapFS{
		"a.cob":                  {Data: []byte("package orders\n\ncloud paris" + rest)},
		"b.cob":                  {Data: []byte(types)},
		"contracts/catalog.yaml": {Data: contract},
	}
	want := compile(t, fsys, compiler.Options{})
	if want.Failed() {
		t.Fatal(diag.OneLines(want.Diagnostics))
	}
	deep := fstest.MapFS{}
	for name, f := range fsys {
		deep["some/where/"+name] = f
	}
	for i := range 20 {
		for _, got := range []*compiler.Result{
			compile(t, shuffled{fsys}, compiler.Options{}),
			compile(t, deep, compiler.Options{Dir: "some/where", Prefix: "else/where/"}),
		} {
			if got.Digest != want.Digest {
				t.Fatalf("round %d gives other bytes:\n%s", i, golden.Diff(string(want.Encoded), string(got.Encoded)))
			}
			if !reflect.DeepEqual(got.Suite, want.Suite) {
				t.Fatalf("round %d gives another suite", i)
			}
		}
	}
}

// TestTheOrdersExample says of the small program of the language brief what an
// architect relies on.
func TestTheOrdersExample(t *testing.T) {
	r := compile(t, os.DirFS("../examples/orders"), compiler.Options{})
	want := `orders.cob:101:21-101:36: info COB5013: this call never goes to virginia: the policy europe denies it` + "\n"
	if got := diag.OneLines(r.Diagnostics); got != want {
		t.Errorf("diagnostics:\n%s", golden.Diff(want, got))
	}
	golden.Text(t, "testdata/orders.plan.json", indented(t, r.Plan))
	golden.Text(t, "testdata/orders.suite.json", indented(t, r.Suite))
}

// TestOverlay compiles what an editor holds and has not saved.
func TestOverlay(t *testing.T) {
	fsys := fstest.MapFS{"p/a.cob": {Data: []byte("package p\n\nprocess P() -> int {\n}\n")}}
	if r := compile(t, fsys, compiler.Options{Dir: "p"}); !r.Failed() {
		t.Error("a process without its return compiles")
	}
	r := compile(t, fsys, compiler.Options{Dir: "p", Overlay: map[string]string{"p/a.cob": "package p\n\nprocess P() -> int {\n  return 1\n}\n"}})
	if r.Failed() {
		t.Error(diag.OneLines(r.Diagnostics))
	}
}

// TestAFileThatIsTooLargeIsSaidOnce wants no word about what may stand in it.
func TestAFileThatIsTooLargeIsSaidOnce(t *testing.T) {
	text := "package p\n\nprocess P(a: int) -> int {\n  return " + strings.Repeat("a + ", syntax.MaxFileBytes/4) + "a\n}\n"
	r := compile(t, fstest.MapFS{"a.cob": {Data: []byte(text)}}, compiler.Options{})
	if len(r.Diagnostics) != 1 || r.Diagnostics[0].Code != syntax.CodeFileSize {
		t.Errorf("want one COB1006, got\n%s", diag.OneLines(r.Diagnostics))
	}
}
