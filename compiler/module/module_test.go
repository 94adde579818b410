package module_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

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

func contract(t *testing.T, yaml string) *module.Contract {
	t.Helper()
	m, ds := load(t, fstest.MapFS{"a.cob": {Data: []byte(user)}, "api.yaml": {Data: []byte(yaml)}})
	if len(ds) > 0 {
		t.Fatal(diag.OneLines(ds))
	}
	return m.Contracts[0]
}

const head = "openapi: 3.0.3\ninfo: { title: T, version: \"1\" }\n"

// TestSchemasBecomeTypes has one line per schema: what is written, what it is.
func TestSchemasBecomeTypes(t *testing.T) {
	for _, c := range []struct{ schema, want string }{
		{`{ type: string }`, "string"},
		{`{ type: string, nullable: true }`, "string?"},
		{`{ type: string, format: decimal }`, "decimal"},
		{`{ type: string, format: date-time }`, "timestamp"},
		{`{ type: string, format: duration }`, "duration"},
		{`{ type: string, format: byte }`, "bytes"},
		{`{ type: integer }`, "int"},
		{`{ type: number }`, "decimal"},
		{`{ type: number, format: double }`, "float"},
		{`{ type: boolean }`, "bool"},
		{`{ type: array, items: { type: integer } }`, "[int]"},
		{`{ type: object }`, "json"},
		{`{ }`, "json"},
		{`{ oneOf: [ { type: string }, { type: integer } ] }`, "json"},
		{`{ type: object, additionalProperties: { type: integer } }`, "map<int>"},
		{`{ type: object, properties: { amount: { type: string }, currency: { type: string } } }`, "money"},
		{`{ type: object, properties: { amount: { type: number }, currency: { type: string } } }`, "money"},
		{`{ type: object, required: [a], properties: { a: { type: string }, "b-c": { type: integer } } }`, "{ a: string, b_c: int? }"},
		{`{ allOf: [ { type: object, required: [a], properties: { a: { type: string } } }, { $ref: "#/components/schemas/Other" } ] }`, "{ a: string, o: int? }"},
		{`{ $ref: "#/components/schemas/Other" }`, "p.api.Other"},
		{`{ $ref: "#/components/schemas/Names" }`, "[p.api.Colour]"},
	} {
		got := contract(t, head+`paths:
  /x:
    get:
      operationId: x
      responses: { "200": { description: ok, content: { application/json: { schema: `+c.schema+` } } } }
components:
  schemas:
    Other: { type: object, properties: { o: { type: integer } } }
    Colour: { type: string, enum: [red, green] }
    Names: { type: array, items: { $ref: "#/components/schemas/Colour" } }
`).Find("x").Result
		if got.String() != c.want {
			t.Errorf("%s is %s, want %s", c.schema, got, c.want)
		}
	}
}

func TestOperations(t *testing.T) {
	c := contract(t, head+`paths:
  /shops/{shop}/items/{item-id}:
    parameters:
      - { name: item-id, in: path, required: true, schema: { type: integer } }
      - { name: shop, in: path, required: true, schema: { type: string } }
    post:
      operationId: putItem
      parameters:
        - { name: dry, in: query, schema: { type: boolean } }
        - { name: by, in: query, required: true, schema: { type: string } }
      requestBody:
        required: true
        content: { application/json: { schema: { type: array, items: { type: string } } } }
      responses:
        "404": { description: none }
        "202": { description: later }
        "201": { description: made, content: { application/json: { schema: { type: integer } } } }
`)
	op := c.Find("putItem")
	var params []string
	for _, p := range op.Params {
		params = append(params, fmt.Sprintf("%s %s %s %s", p.In, p.Name, p.Type, p.WireName()))
	}
	want := "path shop string shop; path item_id int item-id; query dry bool? dry; query by string by; body body [string] body"
	if got := strings.Join(params, "; "); got != want {
		t.Errorf("parameters:\n%s, want\n%s", got, want)
	}
	if op.Method != "POST" || op.Path != "/shops/{shop}/items/{item-id}" || op.Result.String() != "int" {
		t.Errorf("got %s %s -> %s", op.Method, op.Path, op.Result)
	}
	if len(c.Digest) != 64 {
		t.Errorf("the digest is %q", c.Digest)
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
	for size, want := range map[int]int{module.MaxContractBytes: 0, module.MaxContractBytes + 1: 1} {
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
	fsys["g.cob"] = &fstest.MapFile{Data: []byte("package p\n")}
	if _, _, err := module.Load(fsys, ".", module.Options{}); err == nil || !strings.Contains(err.Error(), "split it") {
		t.Errorf("one file too many gives %v", err)
	}
}
