package compiler

import (
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/lower"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// migrations reports the steps that migrations lead to and that a package without
// other errors does not have: steps have their names only in the plan.
func migrations(u *unit) []diag.Diagnostic {
	var ds []diag.Diagnostic
	var program *check.Program
	for _, f := range u.files {
		for _, x := range f.Decls {
			d, ok := x.(*syntax.MigrateDecl)
			if !ok || len(d.Body.Moves) == 0 {
				continue
			}
			if program == nil {
				program = u.program()
			}
			ds = append(ds, moves(program, d)...)
		}
	}
	return ds
}

func moves(program *check.Program, d *syntax.MigrateDecl) []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, p := range program.Processes {
		if p.Decl.Name.Text != d.Process.String() {
			continue
		}
		ids := lower.StepIDs(program, p)
		there := make(map[string]bool, len(ids))
		for _, id := range ids {
			there[id] = true
		}
		for _, m := range d.Body.Moves {
			if !there[m.To.Text] {
				ds = append(ds, noStep(p.Decl.Name.Text, m.To, ids))
			}
		}
	}
	return ds
}

func noStep(process string, to *syntax.StepRef, ids []string) diag.Diagnostic {
	d := resolve.Unknown(to.Span(), "step of "+process, to.Text, ids)
	d.Code = check.CodeNoStep
	for i := range d.Fixes {
		if strings.ContainsAny(d.Fixes[i].Text, " #") {
			d.Fixes[i].Text = strconv.Quote(d.Fixes[i].Text)
		}
	}
	return d
}
