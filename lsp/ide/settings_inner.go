package ide

import (
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/syntax"
)

// settingsInside are the settings that a setting has in braces, such as those of
// auth: basic { ... }, where the last of the nodes is the record that holds them.
func settingsInside(nodes []syntax.Node) []check.Setting {
	if len(nodes) < 3 {
		return nil
	}
	phrase, ok := nodes[len(nodes)-2].(*syntax.Phrase)
	setting, is := nodes[len(nodes)-3].(*syntax.Setting)
	if !ok || !is {
		return nil
	}
	word := ""
	if i := slices.Index(phrase.Terms, nodes[len(nodes)-1].(syntax.Expr)); i > 0 {
		word = phrase.Word(i - 1)
	}
	return check.TableOf(setting.Name.Text, word)
}

// inside gives what stands between the braces of a setting: names of settings, or
// what may stand behind one. It says whether the place is such a one.
func (c *completion) inside(nodes []syntax.Node, record *syntax.RecordExpr) bool {
	rows := settingsInside(nodes)
	if rows == nil {
		return false
	}
	given := map[string]bool{}
	for _, f := range record.Fields {
		if f.Value != nil && !c.inHole(f.Name.At) && f.Value.Span().Start() <= c.replace.Start && c.replace.Start <= f.Value.Span().End() {
			for i := range rows {
				if rows[i].Name == f.Name.Text {
					c.form(&rows[i])
				}
			}
			return true
		}
		given[f.Name.Text] = true
	}
	for i := range rows {
		if !given[rows[i].Name] {
			c.add(0, c.settingItem(&rows[i]))
		}
	}
	return true
}

// settingItem is a setting that could be given.
func (c *completion) settingItem(row *check.Setting) Item {
	item := Item{Label: row.Name, Kind: SettingItem, Detail: row.Form, Doc: describeSetting(row)}
	if c.follows != ':' {
		item.Insert = row.Name + ": "
	}
	return item
}

// hoverInside describes the setting in braces whose name stands at an offset.
func hoverInside(nodes []syntax.Node, offset int) *Hover {
	for i := len(nodes) - 1; i > 0; i-- {
		f, ok := nodes[i].(*syntax.FieldInit)
		if !ok || !f.Name.At.Contains(offset) {
			continue
		}
		for _, row := range settingsInside(nodes[:i]) {
			if row.Name == f.Name.Text {
				return &Hover{placeOf(f.Name.At), describeSetting(&row)}
			}
		}
	}
	return nil
}

// steps gives the names of steps to which a migration may lead: those that the
// author of the process gave.
func (c *completion) steps(d *syntax.MigrateDecl) {
	for _, m := range d.Body.Moves {
		if !c.inHole(m.To.Span()) {
			continue
		}
		s := c.program.Info.Lookup(d.Process.String())
		if s == nil || s.Kind != resolve.Process {
			return
		}
		syntax.Inspect(s.Decl, func(n syntax.Node) bool {
			if st, ok := n.(syntax.Stmt); ok && st.ExplicitID().Given() {
				c.add(0, Item{Label: st.ExplicitID().Text, Kind: ValueItem, Detail: "step of " + s.Name})
			}
			if let, ok := n.(*syntax.LetStmt); ok && let.Action != nil {
				c.add(0, Item{Label: let.Name.Text, Kind: ValueItem, Detail: "step of " + s.Name})
			}
			return true
		})
	}
}
