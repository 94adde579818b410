package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/types"
)

// TestConnectors lists the connectors of the standard library with all that their
// declarations say.
func TestConnectors(t *testing.T) {
	var b strings.Builder
	b.WriteString("\n| connector | this version | verbs | comes in |\n|---|---|---|---|\n")
	for _, name := range check.StandardNames() {
		s := check.Standard(name)
		verbs := make([]string, len(s.Verbs))
		for i := range s.Verbs {
			verbs[i] = "`" + s.Verbs[i].Name + "`"
		}
		in := "no"
		if _, ok := s.Parts["receive"]; ok {
			in = "yes"
		}
		if len(verbs) == 0 {
			verbs = []string{"those of a contract"}
		}
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s | %s |\n", name, name, state(name), strings.Join(verbs, " "), in)
	}
	for _, name := range check.StandardNames() {
		describeConnector(&b, check.Standard(name))
	}
	b.WriteString("\n")
	part(t, "connectors.md", "connectors", b.String())
}

// state says whether there is a room that carries a connector out.
func state(name string) string {
	if _, err := os.Stat(filepath.Join("..", "runtime", "connector", name)); err == nil {
		return "runs"
	}
	return "compiles"
}

func describeConnector(b *strings.Builder, s *check.Schema) {
	fmt.Fprintf(b, "\n### %s\n\n%s\n", s.Name, s.Doc)
	var verbs strings.Builder
	for _, v := range s.Verbs {
		form := v.Name
		if v.Target.Name != "" {
			form += fmt.Sprintf(" \"%s\"", v.Target.Name)
		}
		gives := "nothing"
		if v.Result.Kind != types.Void {
			gives = "`" + v.Result.String() + "`"
		}
		if v.Idempotent {
			form += ", idempotent"
		}
		fmt.Fprintf(&verbs, "| `%s` | %s | %s |\n", form, cell(gives), cell(line(v.Doc+" "+v.Target.Doc)))
	}
	if verbs.Len() > 0 {
		fmt.Fprintf(b, "\n| verb | gives | meaning |\n|---|---|---|\n%s", verbs.String())
	}
	var rows strings.Builder
	for _, kind := range []string{"endpoint", "binding", "operation"} {
		settingRows(&rows, kind, s.Parts[kind])
	}
	for _, v := range s.Verbs {
		settingRows(&rows, v.Name, v.Rows)
	}
	settingRows(&rows, "receive", s.Parts["receive"])
	fmt.Fprintf(b, "\n| of | setting | form | default | meaning |\n|---|---|---|---|---|\n%s", rows.String())
	if s.Code != nil {
		fmt.Fprintf(b, "\n`error` stands before the %s, `%s`: %s\n", s.Code.Name, s.Code.Form, s.Code.Doc)
	}
}

func settingRows(b *strings.Builder, of string, rows []check.Setting) {
	for _, row := range rows {
		byDefault := "`" + row.Default + "`"
		switch {
		case row.Required:
			byDefault = "required"
		case row.Default == "none":
			byDefault = "none"
		}
		fmt.Fprintf(b, "| %s | `%s` | `%s` | %s | %s |\n", of, row.Name, cell(row.Form), cell(byDefault), cell(row.Doc))
	}
}

// line is a text without line breaks.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }
