package contract_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/cob-lang/cob/compiler/contract"
)

// fuzz reads whatever comes as a contract of one kind, beside the files of the
// archives of that kind. What is read is sound, and reading it again gives the
// same.
func fuzz(f *testing.F, kind contract.Kind) {
	paths, err := filepath.Glob("testdata/golden/" + string(kind) + "_*.txtar")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no archives (%v)", err)
	}
	beside := fstest.MapFS{}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for i, file := range txtar.Parse(raw).Files {
			if file.Name != "want" && file.Name != "diagnostics" {
				beside[file.Name] = &fstest.MapFile{Data: file.Data}
			}
			if i == 0 {
				f.Add(string(file.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		fsys := fstest.MapFS{"f": {Data: []byte(text)}}
		for name, file := range beside {
			fsys[name] = file
		}
		c, ds := contract.Read(kind, fsys, "f", contract.Options{Qualify: "p.api"})
		if c.Failed && len(ds) == 0 {
			t.Error("it failed without a word")
		}
		sound(t, c)
		again, _ := contract.Read(kind, fsys, "f", contract.Options{Qualify: "p.api"})
		if a, b := print(c), print(again); a != b {
			t.Errorf("read twice:\n%s\nand\n%s", a, b)
		}
		if changes := contract.Diff(c, again); len(changes) > 0 {
			t.Errorf("it differs from itself: %v", changes)
		}
		for _, d := range ds {
			if strings.TrimSpace(d.Message) == "" || d.Primary.Known() && d.Primary.End() > len(d.Primary.File().Text) {
				t.Errorf("a diagnostic without words or place: %+v", d)
			}
		}
	})
}

func FuzzOpenAPI(f *testing.F)    { fuzz(f, contract.OpenAPI) }
func FuzzAsyncAPI(f *testing.F)   { fuzz(f, contract.AsyncAPI) }
func FuzzProto(f *testing.F)      { fuzz(f, contract.Proto) }
func FuzzWSDL(f *testing.F)       { fuzz(f, contract.WSDL) }
func FuzzJSONSchema(f *testing.F) { fuzz(f, contract.JSONSchema) }
