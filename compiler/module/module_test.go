package module_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler/contract"
	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/lang/diag"
)

func load(t *testing.T, fsys fs.FS) (*module.Module, []diag.Diagnostic) {
	t.Helper()
	m, ds, err := module.Load(fsys, ".", module.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m, ds
}

const user = "package p\n\nuse openapi \"api.yaml\" as api\n"

const head = "openapi: 3.0.3\ninfo: { title: T, version: \"1\" }\n"

// TestContractsHaveTheNameOfTheirUse: types are qualified by package and name.
func TestContractsHaveTheNameOfTheirUse(t *testing.T) {
	m, ds := load(t, fstest.MapFS{"a.cob": {Data: []byte(user)}, "api.yaml": {Data: []byte(head + "paths: {}\ncomponents: { schemas: { Colour: { type: string, enum: [red] } } }\n")}})
	if len(ds) > 0 {
		t.Fatal(diag.OneLines(ds))
	}
	if c := m.Contracts[0]; !c.Type("p.api.Colour") || len(c.Files[0].Digest) != 64 || c.Name != "api" || c.Path != "api.yaml" {
		t.Errorf("got %+v", c.Contract)
	}
}

func TestADirectoryWithoutFiles(t *testing.T) {
	var empty *module.EmptyError
	if _, _, err := module.Load(fstest.MapFS{"p/readme.md": {}}, "p", module.Options{}); !errors.As(err, &empty) || empty.Dir != "p" {
		t.Errorf("got %v", err)
	}
	if _, _, err := module.Load(fstest.MapFS{}, "nowhere", module.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestLimits(t *testing.T) {
	fill := func(size int) string {
		text := head + "paths: { }\n#"
		return text + strings.Repeat("x", size-len(text))
	}
	for size, want := range map[int]int{contract.MaxBytes: 0, contract.MaxBytes + 1: 1} {
		_, ds := load(t, fstest.MapFS{"a.cob": {Data: []byte(user)}, "api.yaml": {Data: []byte(fill(size))}})
		if len(ds) != want {
			t.Errorf("a contract of %d bytes draws\n%s", size, diag.OneLines(ds))
		}
	}
	fsys := fstest.MapFS{}
	for i := range module.MaxFiles {
		fsys[fmt.Sprintf("f%05d.cob", i)] = &fstest.MapFile{Data: []byte("package p\n")}
	}
	if m, _ := load(t, fsys); len(m.Files) != module.MaxFiles {
		t.Errorf("%d files were read", len(m.Files))
	}
	fsys[".#f00001.cob"] = &fstest.MapFile{Data: []byte("what an editor keeps"), Mode: fs.ModeSymlink}
	if m, _ := load(t, fsys); len(m.Files) != module.MaxFiles {
		t.Errorf("hidden files are read: %d files", len(m.Files))
	}
	fsys["g.cob"] = &fstest.MapFile{Data: []byte("package p\n")}
	if _, _, err := module.Load(fsys, ".", module.Options{}); err == nil || !strings.Contains(err.Error(), "split it") {
		t.Errorf("one file too many gives %v", err)
	}
}
