package cob_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/cob-lang/cob/"

// A room is a package, or a family of packages where its path ends in "/...".
type room struct {
	path string
	// imports are the rooms it may import, under the same notation.
	imports []string
	// libraries are the outside modules that only this room may use. A library
	// that several rooms name is shared by them on purpose.
	libraries []string
	// pure rooms have no clock, goroutine, file, socket or randomness.
	pure bool
}

// The house, lower floors first. A room that is not here may not exist.
var rooms = []room{
	{path: "lang/source", pure: true},
	{path: "lang/diag", pure: true, imports: []string{"lang/source"}},
	{path: "lang/syntax", pure: true, imports: []string{"lang/source", "lang/diag"}, libraries: []string{"github.com/alecthomas/participle/v2"}},
	{path: "lang/syntax/syntaxtest", pure: true, imports: []string{"lang/source", "lang/syntax"}},
	{path: "lang/format", pure: true, imports: []string{"lang/source", "lang/diag", "lang/syntax"}},
	{path: "lang/types", pure: true, libraries: []string{"github.com/shopspring/decimal"}},
	{path: "lang/expression", pure: true, imports: []string{"lang/source", "lang/diag", "lang/types"}, libraries: []string{"github.com/expr-lang/expr"}},
	{path: "lang/policy", pure: true, imports: []string{"lang/source", "lang/diag", "lang/types", "lang/expression"}, libraries: []string{"cel.dev/cel-go", "cel.dev/expr"}},
	{path: "compiler/plan", pure: true, imports: []string{"lang/types", "lang/expression"}},
	{path: "compiler/contract", pure: true, imports: []string{"lang/source", "lang/diag", "lang/types", "lang/expression"}, libraries: []string{"go.yaml.in/yaml/v3", "github.com/bufbuild/protocompile", "google.golang.org/protobuf"}},
	{path: "compiler/module", pure: true, imports: []string{"lang/...", "compiler/plan", "compiler/contract"}},
	{path: "compiler/resolve", pure: true, imports: []string{"lang/...", "compiler/contract", "compiler/module"}},
	{path: "compiler/check", pure: true, imports: []string{"lang/...", "compiler/plan", "compiler/contract", "compiler/module", "compiler/resolve", "stdlib"}, libraries: []string{"golang.org/x/tools/txtar"}},
	{path: "compiler/lint", pure: true, imports: []string{"lang/...", "compiler/plan", "compiler/module", "compiler/resolve", "compiler/check"}},
	{path: "compiler/lower", pure: true, imports: []string{"lang/...", "compiler/plan", "compiler/contract", "compiler/module", "compiler/resolve", "compiler/check"}},
	{path: "stdlib", pure: true},
	{path: "compiler", pure: true, imports: []string{"lang/...", "stdlib", "compiler/plan", "compiler/contract", "compiler/module", "compiler/resolve", "compiler/check", "compiler/lint", "compiler/lower"}},
	{path: "compiler/watch", imports: []string{"lang/source", "compiler"}, libraries: []string{"github.com/fsnotify/fsnotify"}},
	{path: "compiler/picture", pure: true, imports: []string{"lang/source", "lang/syntax", "lang/expression", "compiler/plan"}},
	{path: "compiler/reference", pure: true, imports: []string{"lang/syntax", "lang/types", "compiler/plan", "compiler/picture"}},
	{path: "lsp/ide", pure: true, imports: []string{"lang/...", "compiler", "compiler/check", "compiler/module", "compiler/plan", "compiler/resolve"}},
	{path: "lsp", imports: []string{"lang/source", "lang/diag", "compiler", "compiler/resolve", "lsp/ide"}, libraries: []string{"go.lsp.dev/protocol", "go.lsp.dev/jsonrpc2", "go.lsp.dev/uri"}},
	{path: "runtime/record", pure: true, imports: []string{"lang/types"}},
	{path: "runtime/placement", pure: true, imports: []string{"lang/types", "lang/policy", "compiler/plan"}},
	{path: "runtime/report", pure: true, imports: []string{"lang/types", "compiler/plan", "runtime/record"}},
	{path: "runtime/engine", pure: true, imports: []string{"lang/types", "lang/expression", "lang/policy", "compiler/plan", "runtime/record", "runtime/placement", "runtime/report"}},
	{path: "runtime/journal", pure: true},
	{path: "runtime/journal/journaltest", imports: []string{"runtime/journal"}},
	{path: "runtime/shard", imports: []string{"compiler/plan", "lang/types", "runtime/engine", "runtime/journal", "runtime/record"}},
	{path: "runtime/connector", imports: []string{"lang/types", "compiler/plan", "runtime/record"}},
	{path: "runtime/connector/http", imports: []string{"lang/types", "lang/expression", "compiler/plan", "runtime/connector", "runtime/record"}},
	{path: "runtime/health", imports: []string{"compiler/plan", "lang/types", "runtime/connector", "runtime/placement", "runtime/record"}},
	{path: "runtime/traffic", imports: []string{"lang/types", "compiler/plan", "runtime/connector", "runtime/record"}},
	{path: "runtime/observe", imports: []string{"lang/types", "compiler/plan", "runtime/engine", "runtime/journal", "runtime/record", "runtime/report"}},
	{path: "runtime/lease", pure: true},
	{path: "runtime/failover", pure: true, imports: []string{"runtime/record"}},
	{path: "runtime/twin", imports: []string{"runtime/failover", "runtime/jetstream", "runtime/lease"}},
	{path: "runtime/agent", pure: true, imports: []string{"lang/types", "runtime/connector", "runtime/record"}},
	{path: "runtime/jetstream", imports: []string{"runtime/journal", "runtime/record"}, libraries: []string{"github.com/nats-io/nats.go", "github.com/nats-io/nats-server/v2", "golang.org/x/sys"}},
	{path: "runtime/outpost", imports: []string{"compiler/plan", "runtime/agent", "runtime/connector", "runtime/jetstream", "runtime/record"}},
	{path: "runtime/sim", pure: true, imports: []string{"lang/types", "lang/expression", "compiler/plan", "runtime/connector", "runtime/engine", "runtime/journal", "runtime/lease", "runtime/placement", "runtime/record", "runtime/shard"}},
	{path: "runtime/replay", pure: true, imports: []string{"lang/types", "lang/expression", "compiler/plan", "runtime/engine", "runtime/record"}},
	{path: "runtime/deployment", imports: []string{"lang/types", "lang/expression", "compiler/plan", "runtime/connector", "runtime/engine", "runtime/failover", "runtime/record"}},
	{path: "runtime/node", imports: []string{"lang/types", "lang/expression", "compiler/plan", "runtime/..."}},
	{path: "runtime/access", pure: true},
	{path: "runtime/admin", imports: []string{"lang/types", "compiler/plan", "runtime/access", "runtime/deployment", "runtime/failover", "runtime/node", "runtime/observe", "runtime/record", "runtime/shard", "runtime/twin"}, libraries: []string{"github.com/prometheus/client_golang"}},
	{path: "spec/golden", libraries: []string{"golang.org/x/tools/txtar"}},
	{path: "spec/document"},
	{path: "spec", imports: []string{"..."}},
	{path: "examples/...", imports: []string{"lang/types"}},
	{path: "cmd/...", imports: []string{"..."}, libraries: []string{"github.com/spf13/cobra", "golang.org/x/term", "github.com/anishathalye/porcupine"}},
}

// What a pure room may not touch.
var impureImports = []string{"os", "net", "net/http", "math/rand", "math/rand/v2", "crypto/rand", "os/exec", "syscall", "io/ioutil"}
var impureCalls = map[string][]string{"time": {"Now", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Since", "Until"}}

func within(pkg, pattern string) bool {
	if pattern == "..." {
		return true
	}
	if family, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == family || strings.HasPrefix(pkg, family+"/")
	}
	return pkg == pattern
}

func roomOf(pkg string) *room {
	for i := range rooms {
		if within(pkg, rooms[i].path) {
			return &rooms[i]
		}
	}
	return nil
}

type sourceFile struct {
	pkg, name string
	tree      *ast.File
	positions *token.FileSet
}

// goFiles are all Go files of the repository that are no tests, by folder.
func goFiles(t *testing.T) []sourceFile {
	t.Helper()
	var files []sourceFile
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || otherModule(name)) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		positions := token.NewFileSet()
		tree, err := parser.ParseFile(positions, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, sourceFile{path.Dir(filepath.ToSlash(name)), name, tree, positions})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// otherModule says whether a folder is a module of its own, such as a peer of the
// benchmarks: nothing here depends on it.
func otherModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func importsOf(f sourceFile) []string {
	var paths []string
	for _, spec := range f.tree.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

func TestEveryPackageIsARoomAndImportsOnlyWhatItMay(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.pkg == "." {
			continue
		}
		r := roomOf(f.pkg)
		if r == nil {
			t.Errorf("%s: the package %s is no room of layers_test.go", f.name, f.pkg)
			continue
		}
		for _, imported := range importsOf(f) {
			if inner, ok := strings.CutPrefix(imported, module); ok && !mayImport(r, f.pkg, inner) {
				t.Errorf("%s: %s may not import %s; it may import %s", f.name, f.pkg, inner, strings.Join(r.imports, ", "))
			}
		}
	}
}

func mayImport(r *room, pkg, imported string) bool {
	if strings.HasPrefix(imported, pkg+"/internal") || strings.HasSuffix(r.path, "/...") && within(imported, r.path) {
		return true
	}
	for _, pattern := range r.imports {
		if within(imported, pattern) {
			return true
		}
	}
	return false
}

func TestEveryLibraryHasOneDoor(t *testing.T) {
	for _, f := range goFiles(t) {
		r := roomOf(f.pkg)
		for _, imported := range importsOf(f) {
			first, _, _ := strings.Cut(imported, "/")
			if !strings.Contains(first, ".") || strings.HasPrefix(imported, module) || r == nil {
				continue
			}
			if !named(r.libraries, imported) {
				t.Errorf("%s: the library %s is used outside its room", f.name, imported)
			}
		}
	}
}

func named(libraries []string, imported string) bool {
	for _, l := range libraries {
		if imported == l || strings.HasPrefix(imported, l+"/") {
			return true
		}
	}
	return false
}

func TestPureRoomsTouchNoWorld(t *testing.T) {
	for _, f := range goFiles(t) {
		r := roomOf(f.pkg)
		if r == nil || !r.pure {
			continue
		}
		for _, imported := range importsOf(f) {
			for _, forbidden := range impureImports {
				if imported == forbidden {
					t.Errorf("%s: the pure room %s imports %s", f.name, f.pkg, imported)
				}
			}
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s: a goroutine in the pure room %s", f.positions.Position(n.Pos()), f.pkg)
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Obj == nil && forbiddenCall(x.Name, n.Sel.Name) {
					t.Errorf("%s: %s.%s in the pure room %s", f.positions.Position(n.Pos()), x.Name, n.Sel.Name, f.pkg)
				}
			}
			return true
		})
	}
}

func forbiddenCall(pkg, name string) bool {
	for _, call := range impureCalls[pkg] {
		if call == name {
			return true
		}
	}
	return false
}

// Limits of size. What is over them stands in the list below, which only
// shrinks.
const (
	maxFileLines     = 800
	maxFunctionLines = 70
)

var oversized = map[string]bool{}

func TestFilesAndFunctionsStaySmall(t *testing.T) {
	found := map[string]bool{}
	for _, f := range goFiles(t) {
		if n := f.positions.File(f.tree.Pos()).LineCount(); n > maxFileLines {
			found[f.name] = true
		}
		for _, decl := range f.tree.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := f.positions.Position(fn.End()).Line - f.positions.Position(fn.Pos()).Line + 1; n > maxFunctionLines {
				found[f.name+":"+fn.Name.Name] = true
			}
		}
	}
	for _, name := range sorted(found) {
		if !oversized[name] {
			t.Errorf("%s is over %d lines (file) or %d lines (function): divide it by subject", name, maxFileLines, maxFunctionLines)
		}
	}
	for _, name := range sorted(oversized) {
		if !found[name] {
			t.Errorf("%s is small now: take it off the list", name)
		}
	}
}

func sorted(set map[string]bool) []string {
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
