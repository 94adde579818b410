package lsp_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lsp/ide"
	"github.com/cob-lang/cob/spec/golden"
)

// TestTheGrammarOfColours holds the grammar of Visual Studio Code against the one
// of the parser.
func TestTheGrammarOfColours(t *testing.T) {
	words := func(list []string) string { return `\b(` + strings.Join(list, "|") + `)\b` }
	grammar := object{
		"$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json", "name": "COB", "scopeName": "source.cob",
		"patterns": []object{
			{"include": "#comment"}, {"include": "#string"},
			{"name": "constant.numeric.cob", "match": `\b\d[\d_]*(\.\d+)?(\s[A-Z]{3}\b|[a-zA-Z%]+(/[a-z]+)?)?`},
			{"name": "constant.language.cob", "match": `\b(true|false|null)\b`},
			{"name": "storage.modifier.label.cob", "match": `@[A-Za-z_]\w*`},
			{"name": "support.type.cob", "match": words(check.TypeNames())},
			{"name": "variable.other.property.cob", "match": `\b[a-z_]\w*(?=\s*:)`},
			{"name": "keyword.control.cob", "match": words(ide.Keywords())},
			{"name": "keyword.other.verb.cob", "match": `\b[a-z_]\w*(?=\s+"[^"])`},
			{"name": "entity.name.type.cob", "match": `\b[A-Z]\w*`},
			{"name": "entity.name.function.cob", "match": `\b[a-z_]\w*(?=\()`},
		},
		"repository": object{
			"comment": object{"patterns": []object{
				{"name": "comment.line.documentation.cob", "match": "///.*$"}, {"name": "comment.line.double-slash.cob", "match": "//.*$"}}},
			"string": object{"patterns": []object{
				{"name": "string.quoted.triple.cob", "begin": `"""`, "end": `"""`, "patterns": []object{{"include": "#inside"}}},
				{"name": "string.quoted.double.cob", "begin": `"`, "end": `"|$`, "patterns": []object{{"include": "#inside"}}}}},
			"inside": object{"patterns": []object{
				{"name": "constant.character.escape.cob", "match": `\\(u\{[0-9a-fA-F]+\}|.)`},
				{"name": "meta.embedded.cob", "begin": `\$\{`, "end": `\}`, "patterns": []object{{"include": "$self"}}}}},
		},
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(grammar); err != nil {
		t.Fatal(err)
	}
	golden.Text(t, "editors/vscode/syntaxes/cob.tmLanguage.json", b.String())
}

// TestTheExtensionIsWellFormed reads what no program of ours reads.
func TestTheExtensionIsWellFormed(t *testing.T) {
	for _, name := range []string{"package.json", "language-configuration.json"} {
		text, err := os.ReadFile(filepath.Join("editors/vscode", name))
		if err != nil || !json.Valid(text) {
			t.Errorf("%s is no JSON: %v", name, err)
		}
	}
}

// TestNeovim runs the configuration of editors/neovim in a real Neovim without a
// screen, which checks, jumps, renames, formats and completes.
func TestNeovim(t *testing.T) {
	nvim, err := exec.LookPath("nvim")
	if err != nil {
		t.Skip("Neovim is not installed: apt-get install neovim")
	}
	dir := t.TempDir()
	write(t, dir, "types.cob", "package shop\n\ntype Order { id: string, count: int }\n")
	write(t, dir, "shop.cob", "package shop\n\nprocess Sell(order: Order) -> int {\n  let n =    order.cuont\n  return n\n}\n")
	lua, err := filepath.Abs("editors/neovim/cob.lua")
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/neovim.lua")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(nvim, "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", "luafile "+script)
	c.Dir = dir
	c.Env = append(os.Environ(), "COB_LUA="+lua, "COB="+cob, "HOME="+dir, "XDG_STATE_HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	stuck := time.AfterFunc(within, func() { c.Process.Kill() })
	err = c.Wait()
	stuck.Stop()
	result, readErr := os.ReadFile(filepath.Join(dir, "result"))
	if err != nil || readErr != nil {
		t.Fatalf("Neovim ended with %v, %v:\n%s\n%s", err, readErr, out.String(), result)
	}
	golden.Text(t, "testdata/neovim.txt", string(result))
}
