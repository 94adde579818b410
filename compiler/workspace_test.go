package compiler_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

// TestAWorkspaceGivesWhatCompileGives edits a package at random and looks every time
// whether what was remembered gives the diagnostics, and the plan, of a compiler that
// remembers nothing.
func TestAWorkspaceGivesWhatCompileGives(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			e := editing{T: t, random: rand.New(rand.NewPCG(seed, 0)), disk: fstest.MapFS{}}
			text := syntaxtest.Generate(200)
			cut := strings.Index(text, "\nprocess ") + 1
			e.write("a.cob", text[:cut])
			e.write("b.cob", "package generated\n\n"+text[cut:])
			if seed%2 == 1 {
				e.write("a.cob", read(t, "../examples/orders/orders.cob"))
				delete(e.disk, "b.cob")
				e.write("contracts/catalog.yaml", read(t, "../examples/orders/contracts/catalog.yaml"))
			}
			e.run()
		})
	}
}

func read(t *testing.T, path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// editing is a package that somebody edits.
type editing struct {
	*testing.T
	random *rand.Rand
	disk   fstest.MapFS
	good   map[string]string
}

func (e *editing) write(name, text string) { e.disk[name] = &fstest.MapFile{Data: []byte(text)} }

func (e *editing) run() {
	const rounds = 60
	w, err := compiler.NewWorkspace(e.disk, compiler.Options{Each: sideBySide})
	if err != nil {
		e.Fatal(err)
	}
	e.good = map[string]string{}
	var names []string
	for name, f := range e.disk {
		e.good[name] = string(f.Data)
		if strings.HasSuffix(name, ".cob") {
			names = append(names, name)
		}
	}
	for round := range rounds {
		name := names[e.random.IntN(len(names))]
		what := e.edit(name)
		if e.random.IntN(2) == 0 {
			w.Edit(name, string(e.disk[name].Data))
		} else {
			w.Reread(name)
		}
		want, err := compiler.Compile(e.disk, compiler.Options{})
		if err != nil {
			e.Fatal(err)
		}
		what = fmt.Sprintf("round %d, %s of %s", round, what, name)
		if e.random.IntN(3) > 0 {
			got, err := w.Check()
			if err != nil {
				e.Fatal(err)
			}
			e.same(what, got.Diagnostics, want.Diagnostics)
			continue
		}
		got, err := w.Compile()
		if err != nil {
			e.Fatal(err)
		}
		e.same(what, got.Diagnostics, want.Diagnostics)
		if got.Digest != want.Digest {
			e.Fatalf("%s: the plan is another one:\n%s\ninstead of\n%s", what, got.Encoded, want.Encoded)
		}
	}
}

func (e *editing) same(what string, got, want []diag.Diagnostic) {
	e.Helper()
	if g, w := diag.Terminal(got, diag.Screen{}), diag.Terminal(want, diag.Screen{}); g != w {
		e.Fatalf("%s: told\n%s\ninstead of\n%s", what, g, w)
	}
}

// edit changes a file: mostly inside of a line, sometimes the lines themselves, and
// sometimes it takes everything back.
func (e *editing) edit(name string) (what string) {
	text := string(e.disk[name].Data)
	switch e.random.IntN(6) {
	case 0, 1:
		what, text = "restoring", e.good[name]
	case 2:
		at := strings.LastIndexByte(text[:1+e.random.IntN(len(text)-1)], '\n') + 1
		what, text = "an empty line", text[:at]+"\n"+text[at:]
	default:
		syntaxtest.Mutants(text, e.random.IntN, 1, func(done, mutant string) { what, text = done, mutant })
	}
	e.write(name, text)
	return what
}
