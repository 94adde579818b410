package ide

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/syntax"
)

// positions gives what the place in the tree admits: settings and their words,
// keywords, labels.
func (c *completion) positions() {
	nodes := c.within(c.path, c.replace.Start)
	for i := len(nodes) - 1; i >= 0; i-- {
		outer := nodes[:i]
		if st, ok := nodes[i].(syntax.Stmt); ok && st.Span().Start() == c.replace.Start {
			c.list(outer)
			return
		}
		switch x := nodes[i].(type) {
		case *syntax.RecordExpr:
			if c.inside(nodes[:i+1], x) {
				return
			}
		case *syntax.Annotation:
			if c.inHole(x.Name.At) {
				c.symbols(resolve.Label)
				c.add(1, Item{Label: "json", Kind: KeywordItem, Detail: "the name in JSON", Insert: `json("$1")`, Snippet: true})
				return
			}
		case *syntax.Setting:
			if c.inHole(x.Name.At) {
				c.list(outer)
				return
			}
			c.settingValue(x, outer)
			if behindComma(c.src.Text, c.replace.Start) {
				c.list(outer) // the next setting of the line
			}
			return
		case *syntax.MigrateDecl:
			c.steps(x)
		case *syntax.TestStep:
			c.testLine(x)
		case *syntax.LetStmt:
			if id, ok := x.Value.(*syntax.Ident); ok && c.inHole(id.Span()) {
				c.keywords(syntax.AllKeywords().Actions)
			}
		case *syntax.Binding:
			if x.Cloud != nil && c.inHole(x.Cloud.At) {
				c.symbols(resolve.Cloud)
			}
		case *syntax.EndpointDecl:
			if x.Kind != nil && c.inHole(x.Kind.Parts[0].At) {
				c.connectors()
			}
		}
	}
	if len(c.items) == 0 {
		c.list(nodes)
	}
}

// behindComma says whether a comma stands in front of an offset, on its line.
func behindComma(text string, offset int) bool {
	return strings.HasSuffix(strings.TrimRight(text[:offset], " \t"), ",")
}

func (c *completion) symbols(kind resolve.Kind) {
	for _, s := range c.program.Info.Of(kind) {
		c.add(0, c.symbolItem(s))
	}
}

// list gives what the innermost braced list around a place can hold: its
// settings, and the keywords of its items.
func (c *completion) list(nodes []syntax.Node) {
	for i := len(nodes) - 1; i >= 0; i-- {
		name := reflect.TypeOf(nodes[i]).Elem().Name()
		words, ok := begins(name)
		if !ok {
			continue
		}
		given := settingsOf(nodes[i])
		for _, row := range c.settingsAround(nodes[:i+1]) {
			if given[row.Name] {
				continue
			}
			c.add(0, c.settingItem(&row))
		}
		c.verbs(nodes[:i+1])
		c.keywords(c.fitting(words, nodes[:i]))
		return
	}
}

// fitting leaves out the words that only routes have where no route is around.
func (c *completion) fitting(words []string, nodes []syntax.Node) []string {
	for _, n := range nodes {
		if _, ok := n.(*syntax.RouteDecl); ok {
			return words
		}
	}
	routing := strings.Join(syntax.AllKeywords().Routing, " ") + " "
	var out []string
	for _, w := range words {
		if !strings.Contains(" "+routing, " "+w+" ") {
			out = append(out, w)
		}
	}
	return out
}

// settingsOf are the names of the settings that a list has already.
func settingsOf(n syntax.Node) map[string]bool {
	out := map[string]bool{}
	syntax.Children(n, func(x syntax.Node) {
		if s, ok := x.(*syntax.Setting); ok {
			out[s.Name.Text] = true
		}
	})
	return out
}

var formTerm = regexp.MustCompile(`<[^>]*>|[a-z_]+`)

// settingValue gives the words and names of a setting's form.
func (c *completion) settingValue(x *syntax.Setting, outer []syntax.Node) {
	for _, row := range c.settingsAround(outer) {
		if row.Name == x.Name.Text {
			c.form(&row)
		}
	}
}

func (c *completion) form(row *check.Setting) {
	for _, term := range formTerm.FindAllString(row.Form, -1) {
		kind, rest, _ := strings.Cut(strings.Trim(term, "<>"), " ")
		switch {
		case term[0] != '<':
			c.add(1, Item{Label: term, Kind: KeywordItem, Detail: row.Form, Doc: row.Doc})
		case kind == "one" || kind == "block":
			for _, w := range strings.Fields(strings.TrimPrefix(rest, "of ")) {
				c.add(0, Item{Label: w, Kind: ValueItem, Detail: row.Name, Doc: row.Doc})
			}
		case kind == "name" || kind == "names":
			for _, k := range strings.Fields(rest) {
				c.symbols(resolve.Kind(k))
			}
		case kind == "calendar":
			for _, w := range check.CalendarWords() {
				c.add(0, Item{Label: w, Kind: KeywordItem, Detail: row.Name, Doc: row.Doc})
			}
		case kind == "secret":
			c.add(0, Item{Label: "secret", Kind: KeywordItem, Detail: "from the secrets", Insert: "secret."})
		case kind == "bool" || kind == "value" && rest == "bool":
			c.add(0, Item{Label: "true", Kind: ValueItem})
			c.add(0, Item{Label: "false", Kind: ValueItem})
		case kind == "text":
			c.add(2, Item{Label: "env", Kind: KeywordItem, Detail: "from the environment", Insert: "env."})
			c.add(2, Item{Label: "secret", Kind: KeywordItem, Detail: "from the secrets", Insert: "secret."})
		}
	}
}
