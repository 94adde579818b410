package ide

import (
	"reflect"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/syntax"
)

// kindName is the name of a node's construct in the tables and in the grammar's
// words: ProcessDecl is process, CallStmt is call, Binding is binding.
func kindName(n syntax.Node) string {
	name := reflect.TypeOf(n).Elem().Name()
	for _, suffix := range []string{"Decl", "Stmt", "Clause"} {
		name = strings.TrimSuffix(name, suffix)
	}
	return strings.ToLower(name)
}

// settingsAround are the settings of the innermost construct that has any, of
// the nodes around a place.
func (n *names) settingsAround(nodes []syntax.Node) []check.Setting {
	tables := check.Tables()
	for i := len(nodes) - 1; i >= 0; i-- {
		of := kindName(nodes[i])
		if of == "request" {
			of = "operation"
		}
		own, known := n.connectorRows(nodes[:i+1])
		if k := slices.IndexFunc(tables, func(t check.Table) bool { return t.Of == of }); k >= 0 {
			return slices.Concat(own, tables[k].Rows)
		} else if known {
			return own
		}
		switch nodes[i].(type) {
		case syntax.Stmt, syntax.Clause:
			return nil // its blocks have no settings
		}
	}
	return nil
}
