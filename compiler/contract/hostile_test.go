package contract_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler/contract"
	"github.com/cob-lang/cob/lang/diag"
)

const head = `{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {}, "components": {"schemas": {`

// read reads one text as the file of a contract.
func read(kind contract.Kind, text string) (*contract.Contract, []diag.Diagnostic) {
	return contract.Read(kind, fstest.MapFS{"f": {Data: []byte(text)}}, "f", contract.Options{Qualify: "p.c"})
}

// TestLimits has for every limit a contract that just keeps it and one that is
// just beyond.
func TestLimits(t *testing.T) {
	nested := func(open, close, middle string) func(int) string {
		return func(n int) string { return strings.Repeat(open, n) + middle + strings.Repeat(close, n) }
	}
	enum := func(n int) string {
		return head + `"E": {"type": "object", "properties": {"e": {"type": "string", "enum": ["v` + strings.Join(numbers(n), `", "v`) + `"]}}}}}}`
	}
	record := func(n int) string { return `"v` + strings.Join(numbers(n), `": {}, "v`) + `": {}` }
	for name, c := range map[string]struct {
		kind  contract.Kind
		limit int
		text  func(int) string
		code  diag.Code
	}{
		"nesting in JSON": {contract.JSONSchema, contract.MaxNesting - 1, func(n int) string {
			return `{"properties": {"a": {"default": ` + nested("[", "]", "")(n-1) + `}}}`
		}, contract.CodeBounds},
		"nesting in YAML": {contract.JSONSchema, contract.MaxNesting - 3, func(n int) string {
			return "properties:\n  a:\n    default: " + nested("[", "]", "a")(n) + "\n"
		}, contract.CodeBounds},
		"nesting in XML": {contract.WSDL, contract.MaxNesting - 1, func(n int) string { return wsdl(nested("<a>", "</a>", "")(n)) }, contract.CodeBounds},
		"nesting in proto": {contract.Proto, contract.MaxNesting, func(n int) string {
			return "syntax = \"proto3\"; option (x) = " + nested("{ a ", "}", ": 1")(n) + "; message A {}"
		}, contract.CodeBounds},
		"nesting of schemas": {contract.JSONSchema, 24, func(n int) string {
			return `{"properties": {"a": ` + nested(`{"type": "array", "items": `, `}`, `{"type": "string"}`)(n*8) + `}}`
		}, contract.CodeBounds},
		"chain of references": {contract.JSONSchema, contract.MaxRefs, func(n int) string {
			var b strings.Builder
			for i := range n - 1 {
				fmt.Fprintf(&b, `"d%d": {"$ref": "#/$defs/d%d"}, `, i, i+1)
			}
			return `{"properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": {` + b.String() + fmt.Sprintf(`"d%d": {"type": "string"}}}`, n-1)
		}, contract.CodeBounds},
		"enum":                  {contract.OpenAPI, contract.MaxEnum, enum, contract.CodeSchema},
		"enum in proto":         {contract.Proto, contract.MaxEnum, protoEnum, contract.CodeBounds},
		"bytes of a proto file": {contract.Proto, contract.MaxProtoBytes, func(n int) string { return fill("syntax = \"proto3\"; message A {} //", n) }, contract.CodeBounds},
		"marks of a YAML file":  {contract.JSONSchema, contract.MaxMarks, func(n int) string { return "properties: { a: {} }" + strings.Repeat("\n", n-2) }, contract.CodeBounds},
		"marks of a proto file": {contract.Proto, contract.MaxMarks, func(n int) string { return "syntax = \"proto3\"; message A {}" + strings.Repeat(" //;\n", n-2) }, contract.CodeBounds},
		"bytes":                 {contract.JSONSchema, contract.MaxBytes, func(n int) string { return fill(`{"properties": {"a": {}}}`, n) }, contract.CodeContract},
		"bytes of an $id": {contract.JSONSchema, contract.MaxID, func(n int) string {
			return `{"$id": "https://h/` + strings.Repeat("i", 10) + `/f", "properties": {"a": {"$id": "` + strings.Repeat("a", n-len("https://h/iiiiiiiiii/")) + `"}}}`
		}, contract.CodeBounds},
		"schemas with an $id": {contract.JSONSchema, contract.MaxIDs, func(n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, `"d%d": {"$id": "d%d"}, `, i, i)
			}
			return `{"properties": {"a": {}}, "$defs": {` + b.String() + `"d": {}}}`
		}, contract.CodeBounds},
		"bytes of a reference": {contract.JSONSchema, contract.MaxID, func(n int) string {
			return `{"properties": {"a": {"$ref": ".` + strings.Repeat("/", n-2) + `f#/$defs/d"}}, "$defs": {"d": {"type": "string"}}}`
		}, contract.CodeSchema},
		"parts": {contract.JSONSchema, 499, func(n int) string {
			return "x: &x { type: object, properties: { " + record(1000) + " } }\n" + `properties: { "p` + strings.Join(numbers(n), `": *x, "p`) + "\": *x }\n"
		}, contract.CodeBounds},
	} {
		t.Run(name, func(t *testing.T) {
			if _, ds := read(c.kind, c.text(c.limit)); len(ds) > 0 {
				t.Errorf("at the limit: %.500s", diag.OneLines(ds))
			}
			_, ds := read(c.kind, c.text(c.limit+1))
			if len(ds) != 1 || ds[0].Code != c.code {
				t.Errorf("beyond the limit: %.500s", diag.OneLines(ds))
			}
		})
	}
}

func numbers(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint(i)
	}
	return out
}

func fill(text string, n int) string { return text + strings.Repeat(" ", n-len(text)) }

func protoEnum(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "V%d = %d;", i, i)
	}
	return "syntax = \"proto3\"; enum E {" + b.String() + "}"
}

// wsdl is a complete document with something in it that has no meaning.
func wsdl(extra string) string {
	return `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" targetNamespace="u" xmlns:t="u">` + extra +
		`<portType name="P"/><binding name="B" type="t:P"><soap:binding/></binding><service><port name="p" binding="t:B"/></service></definitions>`
}

func TestFilesAreBounded(t *testing.T) {
	many := func(n int) fstest.MapFS {
		fsys := fstest.MapFS{}
		var refs []string
		for i := range n - 1 {
			fsys[fmt.Sprintf("f%d.json", i)] = &fstest.MapFile{Data: []byte(`{"type": "string"}`)}
			refs = append(refs, fmt.Sprintf(`"p%d": {"$ref": "f%d.json"}`, i, i))
		}
		fsys["f"] = &fstest.MapFile{Data: []byte(`{"properties": {` + strings.Join(refs, ", ") + `}}`)}
		return fsys
	}
	large := func(n int) fstest.MapFS {
		const each = contract.MaxAllBytes / 4
		fsys := fstest.MapFS{"f": {Data: []byte(fill(`{"properties": {"a": {"$ref": "a"}, "b": {"$ref": "b"}, "c": {"$ref": "c"}, "d": {"$ref": "d"}}}`, 200))}}
		for _, name := range []string{"a", "b", "c"} {
			fsys[name] = &fstest.MapFile{Data: []byte(fill(`{"type": "string"}`, each))}
		}
		fsys["d"] = &fstest.MapFile{Data: []byte(fill(`{"type": "string"}`, n-3*each-200))}
		return fsys
	}
	for name, c := range map[string]struct {
		limit int
		files func(int) fstest.MapFS
	}{"files": {contract.MaxFiles, many}, "bytes": {contract.MaxAllBytes, large}} {
		for over, want := range []int{0, 1} {
			_, ds := contract.Read(contract.JSONSchema, c.files(c.limit+over), "f", contract.Options{Qualify: "p.c"})
			if len(ds) != want || want == 1 && ds[0].Code != contract.CodeBounds {
				t.Errorf("%s, %d beyond: %.500s", name, over, diag.OneLines(ds))
			}
		}
	}
}

// TestListedNumbersAreBounded has enums of numbers at the limits of what is compared, and beyond.
func TestListedNumbersAreBounded(t *testing.T) {
	text := func(fields, values int) string {
		var b strings.Builder
		for i := range fields {
			fmt.Fprintf(&b, `"p%d": {"type": "integer", "enum": [%s]}, `, i, strings.Join(numbers(values), ", "))
		}
		return head + `"T": {"type": "object", "properties": {` + b.String() + `"z": {}}}}}}`
	}
	for _, c := range []struct{ fields, values, kept int }{
		{1, contract.MaxListed, 1}, {1, contract.MaxListed + 1, 0},
		{contract.MaxListings / 100, 100, contract.MaxListings / 100}, {contract.MaxListings/100 + 2, 100, contract.MaxListings / 100},
	} {
		got, ds := read(contract.OpenAPI, text(c.fields, c.values))
		if len(got.Refinements) != c.kept || len(ds) != c.fields-c.kept || len(ds) > 0 && ds[0].Code != contract.CodeLost {
			t.Errorf("%d enums of %d: %d are kept, %.300s", c.fields, c.values, len(got.Refinements), diag.OneLines(ds))
		}
	}
}

func TestManyWarningsAreSummedUp(t *testing.T) {
	text := func(n int) string {
		return head + `"T": {"type": "object", "properties": {"p` + strings.Join(numbers(n), `": {"type": ["string", "integer"]}, "p`) + `": {"type": ["string", "integer"]}}}}}}`
	}
	_, ds := read(contract.OpenAPI, text(contract.MaxTold))
	if len(ds) != contract.MaxTold || strings.Contains(ds[len(ds)-1].Help, "more") {
		t.Errorf("at the limit: %d, %q", len(ds), ds[len(ds)-1].Help)
	}
	_, ds = read(contract.OpenAPI, text(contract.MaxTold+7))
	if len(ds) != contract.MaxTold || ds[len(ds)-1].Help != "it is read as json; the contract has 7 more such warnings" {
		t.Errorf("beyond the limit: %d, %q", len(ds), ds[len(ds)-1].Help)
	}
}

// unread is a file system whose one file is too large, and may not be read.
type unread struct{ t *testing.T }

func (u unread) Open(string) (fs.File, error) { return u, nil }
func (u unread) Stat() (fs.FileInfo, error)   { return u, nil }
func (u unread) Close() error                 { return nil }
func (u unread) Read([]byte) (int, error)     { u.t.Error("the file is read"); return 0, errors.New("no") }
func (u unread) Name() string                 { return "f" }
func (u unread) Size() int64                  { return 50 << 20 }
func (u unread) Mode() fs.FileMode            { return 0 }
func (u unread) ModTime() (none time.Time)    { return none }
func (u unread) IsDir() bool                  { return false }
func (u unread) Sys() any                     { return nil }

func TestALargeFileIsNotRead(t *testing.T) {
	_, ds := contract.Read(contract.OpenAPI, unread{t}, "f", contract.Options{})
	if len(ds) != 1 || ds[0].Message != "f has 52428800 bytes and a contract may have at most 8388608" {
		t.Error(diag.OneLines(ds))
	}
}

// TestHostileTexts has one line per trick and what is said about it.
func TestHostileTexts(t *testing.T) {
	alternatives := `"d1200": {"type": "object", "properties": {"z": {}}}`
	for i := range 1200 {
		alternatives += fmt.Sprintf(`, "d%d": {"properties": {"x%d": {}}, "anyOf": [{"$ref": "#/$defs/d%d"}, {"$ref": "#/$defs/d%d"}]}`, i, i, i+1, i+1)
	}
	laughs := "a0: &a0 { type: object, properties: { x: { type: string } } }\n"
	for i := range 30 {
		laughs += fmt.Sprintf("a%d: &a%d { type: object, properties: { l: *a%d, r: *a%d } }\n", i+1, i+1, i, i)
	}
	allOf, oneOf := `"d30": {"type": "object"}`, "    m30: { payload: { type: object } }\n"
	for i := range 30 {
		allOf += fmt.Sprintf(`, "d%d": {"allOf": [{"$ref": "#/$defs/d%d"}, {"$ref": "#/$defs/d%d"}]}`, i, i+1, i+1)
		oneOf += fmt.Sprintf("    m%d: { oneOf: [{ $ref: '#/components/messages/m%d' }, { $ref: '#/components/messages/m%d' }] }\n", i, i+1, i+1)
	}
	const manyParts = "this contract is made of more than 500000 parts, counted wherever they are used"
	doubled := `"$ref": "#/$defs/d0"`
	for name, c := range map[string]struct {
		kind       contract.Kind
		text, want string
	}{
		"aliases that double":      {contract.JSONSchema, laughs + "properties: { a: *a30 }\n", manyParts},
		"schemas that double":      {contract.JSONSchema, `{"properties": {"a": {` + doubled + `}}, "$defs": {` + allOf + `}}`, manyParts},
		"alternatives that gather": {contract.JSONSchema, `{"properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": {` + alternatives + `}}`, manyParts},
		"messages that double": {contract.AsyncAPI, "asyncapi: 2.6.0\ninfo: { title: t, version: '1' }\nchannels:\n  c: { subscribe: { message: { $ref: '#/components/messages/m0' } } }\ncomponents:\n  messages:\n" + oneOf,
			manyParts},
		"an anchor in itself":    {contract.JSONSchema, "properties: &a { x: *a }\n", "the anchor &a holds itself"},
		"a reference to itself":  {contract.JSONSchema, `{"properties": {"a": {"$ref": "#/properties/a"}}}`, "this reference leads to another one more than 50 times: it may go around"},
		"references in a circle": {contract.JSONSchema, `{"properties": {"a": {` + doubled + `}}, "$defs": {"d0": {"$ref": "#/$defs/d1"}, "d1": {` + doubled + `}}}`, "this reference leads to another one more than 50 times: it may go around"},
		"all of itself":          {contract.JSONSchema, `{"allOf": [{"$ref": "#"}], "properties": {"a": {}}}`, "this schema is all of itself"},
		"an external entity": {contract.WSDL, `<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>`,
			"f has a document type, which could define entities without end or from elsewhere"},
		"an unknown entity":       {contract.WSDL, `<a>&lol9;</a>`, "f is no valid XML: invalid character entity &lol9;"},
		"another encoding":        {contract.WSDL, `<?xml version="1.0" encoding="latin1"?><a b="é"/>`, `f is no valid XML: it says that it is written in latin1, and contracts are UTF-8`},
		"types in a circle":       {contract.WSDL, wsdl(`<types><s:schema xmlns:s="http://www.w3.org/2001/XMLSchema" targetNamespace="u"><s:simpleType name="A"><s:restriction base="t:B"/></s:simpleType><s:simpleType name="B"><s:restriction base="t:A"/></s:simpleType></s:schema></types>`), "types nest more than 200 deep, or go around"},
		"a group in itself":       {contract.WSDL, wsdl(`<types><s:schema xmlns:s="http://www.w3.org/2001/XMLSchema" targetNamespace="u"><s:group name="G"><s:sequence><s:group ref="t:G"/></s:sequence></s:group><s:complexType name="A"><s:group ref="t:G"/></s:complexType></s:schema></types>`), "types nest more than 200 deep, or go around"},
		"NUL":                     {contract.OpenAPI, "openapi: 3.0.0\x00", "f is no text: here is a NUL byte"},
		"no UTF-8":                {contract.Proto, "syntax = \"proto3\"; // \xff", "f is not UTF-8 from here on"},
		"nothing":                 {contract.AsyncAPI, " \n", "f is empty"},
		"another kind":            {contract.AsyncAPI, "openapi: 3.0.0\n", `f is no AsyncAPI 2 or 3 document: it says openapi: "3.0.0"`},
		"an old version":          {contract.OpenAPI, "swagger: \"2.0\"\n", `f is no OpenAPI 3.0 or 3.1 document: it says swagger: "2.0"`},
		"a key twice":             {contract.OpenAPI, `{"openapi": "3.0.0", "openapi": "3.0.0"}`, "the key openapi is there twice"},
		"no braces":               {contract.Proto, "message A {", "f is no valid proto file: syntax error: unexpected $end"},
		"a file outside":          {contract.JSONSchema, `{"properties": {"a": {"$ref": "../../etc/passwd"}}}`, "the contract ../../etc/passwd cannot be read"},
		"half a surrogate":        {contract.JSONSchema, `{"properties": {"a": {"const": "\ud800"}}}`, ""},
		"a file from the net":     {contract.JSONSchema, `{"properties": {"a": {"$ref": "http://localhost/x"}}}`, "http://localhost/x is somewhere else: contracts are read from files of the package alone"},
		"a schema that is a list": {contract.JSONSchema, `[]`, "f is no JSON Schema: a schema is an object"},
	} {
		t.Run(name, func(t *testing.T) {
			_, ds := read(c.kind, c.text)
			got := ""
			if len(ds) > 0 {
				got = ds[0].Message
			}
			if got != c.want || len(ds) > 1 {
				t.Errorf("got %q, want %q\n%.800s", got, c.want, diag.OneLines(ds))
			}
		})
	}
}
