package spec

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/spec/document"
	"github.com/cob-lang/cob/spec/golden"
)

func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// part holds a marked part of a document against what the code gives, or
// rewrites it with -update.
func part(t *testing.T, path, name, want string) {
	t.Helper()
	d, err := document.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := d.Between(name)
	switch {
	case !ok:
		t.Errorf("%s has no line <!-- %s -->", path, name)
	case got == want:
	case updating():
		if err := os.WriteFile(path, []byte(d.With(name, want)), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s, %s (run with -update to accept):\n%s", path, name, golden.Diff(got, want))
	}
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func TestGrammar(t *testing.T) { golden.Text(t, "grammar.ebnf", syntax.Grammar()) }

var keyword = regexp.MustCompile(`(?m)^\w+(?:Decl|Stmt|Clause) = "(\w+)"`)

// TestEveryKeywordIsDescribed wants each word that begins a declaration, a
// statement or a clause in the documents about them: in a heading, or as code.
func TestEveryKeywordIsDescribed(t *testing.T) {
	text := ""
	for _, path := range []string{"README.md", "packages.md", "types.md", "declarations.md", "statements.md"} {
		text += read(t, path)
	}
	found := keyword.FindAllStringSubmatch(syntax.Grammar(), -1)
	if len(found) < 40 {
		t.Fatalf("only %d keywords were found", len(found))
	}
	for _, m := range found {
		described := regexp.MustCompile(`(?m)^## .*\b` + m[1] + `\b|` + "`(?:let x = )?" + m[1] + `\b`)
		if !described.MatchString(text) {
			t.Errorf("no document describes %s", m[1])
		}
	}
}

func TestFunctions(t *testing.T) {
	var b strings.Builder
	b.WriteString("\n| function | gives | work | failures |\n|---|---|---|---|\n")
	for _, name := range expression.Names() {
		f, _ := expression.Lookup(name)
		fails := make([]string, len(f.Fails))
		for i, code := range f.Fails {
			fails[i] = "`" + string(code) + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", cell(f.Form), cell(f.Doc), f.Cost, strings.Join(fails, " "))
	}
	b.WriteString("\n")
	part(t, "expressions.md", "functions", b.String())
	part(t, "expressions.md", "operators", operators())
	part(t, "expressions.md", "bounds", fmt.Sprintf(`
| limit | value |
|---|---|
| nodes of one expression | %d |
| items of a list that an expression makes | %d |
| bytes of a text that an expression makes | %d |
| steps that lambdas take in one evaluation | %d |

`, expression.MaxNodes, expression.MaxItems, expression.MaxText, expression.MaxWork))
}

// operators is the table of the binary operators: for which types of operands each
// has a meaning, and what comes out. Kinds that mean the same stand together.
func operators() string {
	kinds := []types.Kind{types.Bool, types.Int, types.Decimal, types.Float, types.Money, types.String, types.Timestamp, types.Duration}
	u := types.NewUniverse(nil)
	var b strings.Builder
	b.WriteString("\n| operator | operands and result | failures |\n|---|---|---|\n")
	for _, row := range expression.Operators() {
		if row.Op == expression.Eq || row.Op == expression.Ne || row.Op == expression.Coalesce || row.Op == expression.In {
			continue // of all types: the text says so
		}
		var forms []string
		for _, left := range kinds {
			for _, right := range kinds {
				o, ok := expression.Operator(u, row.Op, types.Of(left), types.Of(right))
				if ok {
					forms = append(forms, fmt.Sprintf("%s, %s → %s", left, right, o.Result))
				}
			}
		}
		if row.Op == expression.Add {
			forms = append(forms, "[T], [T] → [T]")
		}
		fails := make([]string, len(row.Fails))
		for i, code := range row.Fails {
			fails[i] = "`" + string(code) + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", cell(row.Sign), strings.Join(forms, "; "), strings.Join(fails, " "))
	}
	b.WriteString("\n")
	return b.String()
}

func TestSettings(t *testing.T) {
	var b strings.Builder
	b.WriteString("\n")
	for _, table := range check.Tables() {
		fmt.Fprintf(&b, "## Settings of %s\n\n| setting | form | default | meaning |\n|---|---|---|---|\n", article(table.Of))
		for _, row := range table.Rows {
			byDefault := row.Default
			if row.Required {
				byDefault = "required"
			}
			fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", row.Name, cell(row.Form), cell(byDefault), cell(row.Doc))
		}
		b.WriteString("\n")
	}
	part(t, "settings.md", "settings", b.String())
}

// TestDiagnostics lists the codes with what their bad examples draw.
func TestDiagnostics(t *testing.T) {
	pages, err := check.Pages()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("\n| code | drawn by | severity | machine fix |\n|---|---|---|---|\n")
	for _, p := range pages {
		severity, fix := diag.Error.String(), "no"
		fsys := fstest.MapFS{}
		for name, text := range p.Bad {
			fsys[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if len(fsys) > 0 {
			r, err := compiler.Compile(fsys, compiler.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range r.Diagnostics {
				severity = d.Severity.String()
				if len(d.Fixes) > 0 {
					fix = "yes"
				}
			}
		}
		fmt.Fprintf(&b, "| [%s](../compiler/check/rules/%s.txt) | %s | %s | %s |\n", p.Code, p.Code, cell(p.Title), severity, fix)
	}
	b.WriteString("\n")
	part(t, "diagnostics.md", "codes", b.String())
}

func article(noun string) string {
	if noun == "sla" || noun == "mtls auth" || strings.ContainsRune("aeio", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// schemaOf is the JSON Schema of a Go type, as encoding/json writes it.
func schemaOf(t reflect.Type, defs map[string]any) map[string]any {
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem(), defs)
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Slice:
		items := schemaOf(t.Elem(), defs)
		if t.Elem().Kind() == reflect.Pointer {
			items = map[string]any{"anyOf": []any{items, map[string]any{"type": "null"}}}
		}
		return map[string]any{"type": "array", "items": items}
	case reflect.Struct:
		ref := map[string]any{"$ref": "#/$defs/" + t.Name()}
		if _, ok := defs[t.Name()]; ok {
			return ref
		}
		properties, required := map[string]any{}, []string{}
		def := map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
		defs[t.Name()] = def
		for i := range t.NumField() {
			name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			properties[name] = bounded(t.Field(i), schemaOf(t.Field(i).Type, defs))
			if options == "" {
				required = append(required, name)
			}
		}
		def["required"] = required
		return ref
	}
	panic(fmt.Sprintf("no schema for %v", t))
}

// bounded adds what beside a field of the plan says what it may hold.
func bounded(f reflect.StructField, schema map[string]any) map[string]any {
	switch f.Type.Kind() {
	case reflect.Int, reflect.Int64:
		schema["minimum"] = plan.Least(f)
	case reflect.String:
		if words := plan.Words(f); words != nil {
			schema["enum"] = words
		}
	}
	return schema
}

func TestPlanSchema(t *testing.T) {
	defs := map[string]any{}
	schema := schemaOf(reflect.TypeOf(plan.Plan{}), defs)
	schema["$schema"], schema["$defs"] = "https://json-schema.org/draft/2020-12/schema", defs
	schema["title"] = fmt.Sprintf("A plan of COB, format %d", plan.Format)
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Text(t, "plan.schema.json", string(text)+"\n")
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("plan.json", parsed); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("plan.json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := compiler.Compile(os.DirFS("../examples/orders"), compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("examples/orders does not compile: %v", err)
	}
	validate := func(text string) error {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return compiled.Validate(v)
	}
	if err := validate(string(r.Encoded)); err != nil {
		t.Errorf("the plan of examples/orders does not fit its schema: %v", err)
	}
	if validate(strings.Replace(string(r.Encoded), `{"format":`, `{"colour":"red","format":`, 1)) == nil {
		t.Error("the schema takes a field that no plan has")
	}
}

var testName = regexp.MustCompile("`([a-z0-9/]+)\\.((?:Test|Fuzz)\\w+)`")

// TestGuaranteesNameTheirTests looks up every test that guarantees.md names; a
// line without one promises what nobody proves.
func TestGuaranteesNameTheirTests(t *testing.T) {
	d, err := document.Read("guarantees.md")
	if err != nil {
		t.Fatal(err)
	}
	promises := 0
	for _, row := range d.Rows() {
		if len(row) != 3 || row[0] == "#" {
			continue
		}
		promises++
		names := testName.FindAllStringSubmatch(row[2], -1)
		if len(names) == 0 {
			t.Errorf("promise %s names no test", row[0])
		}
		for _, n := range names {
			if !slices.Contains(testsOf(t, n[1]), n[2]) {
				t.Errorf("promise %s names %s, and there is no such test", row[0], n[0])
			}
		}
	}
	if promises < 10 {
		t.Errorf("only %d promises were found", promises)
	}
}

var testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)

func testsOf(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, file := range files {
		for _, m := range testFunction.FindAllStringSubmatch(read(t, file), -1) {
			out = append(out, m[1])
		}
	}
	return out
}
