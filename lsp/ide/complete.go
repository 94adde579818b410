package ide

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// ItemKind says what an Item is.
type ItemKind string

// The kinds of items besides those of declarations, which are resolve.Kind.
const (
	KeywordItem   ItemKind = "keyword"
	FieldItem     ItemKind = "field"
	ValueItem     ItemKind = "value" // of an enum, or a word of a setting
	OperationItem ItemKind = "operation"
	SettingItem   ItemKind = "setting"
	VariableItem  ItemKind = "variable"
	FunctionItem  ItemKind = "function"
)

// Item is one thing that could stand at a place.
type Item struct {
	Label  string
	Kind   ItemKind
	Detail string // one line
	Doc    string // Markdown
	// Insert replaces Replace; with Snippet it has stops, ${1:name}.
	Insert  string
	Snippet bool
	Replace Place
	rank    int // items of a lower rank come first
}

// The hole stands where the cursor is while the package is compiled. No name of
// an author has its form.
const hole = "x__cursor"

// holes are the ways to fill a place so that what is around it can be parsed.
var holes = []string{hole, hole + "()", hole + ": 0", hole + " = 0", hole + " {}", hole + " => end"}

// completion is one question.
type completion struct {
	*names
	path    string
	offset  int   // of the cursor
	replace Place // the word it stands in
	follows byte  // the byte behind that word
	src     *source.File
	items   []Item
	seen    map[string]bool
}

// Complete gives what could stand at an offset, the best first. It is empty in
// comments, in strings, and where a new name is to be made up.
func (s *Snapshot) Complete(path string, offset int) []Item {
	src := s.Source(path)
	if src == nil || offset > len(src.Text) || inComment(src, offset) || inString(src, offset) {
		return nil
	}
	p, prefix := wordAt(src, offset)
	if prefix != "" && prefix[0] >= '0' && prefix[0] <= '9' {
		return nil
	}
	c := &completion{path: path, offset: offset, replace: p, src: src, seen: map[string]bool{}}
	if p.End < len(src.Text) {
		c.follows = src.Text[p.End]
	}
	if p.Start == 0 || src.Text[p.Start-1] == '\n' {
		c.keywords(syntax.DeclKeywords())
	}
	filled := fill(src, p)
	mended, _ := repair(path, filled)
	r := s.replaced(map[string]string{path: mended})
	if r == nil {
		return nil
	}
	c.names = namesOf(r, s.memory)
	c.parts()
	c.missing()
	c.positions()
	slices.SortStableFunc(c.items, func(a, b Item) int {
		if a.rank != b.rank {
			return a.rank - b.rank
		}
		return strings.Compare(a.Label, b.Label)
	})
	return c.items
}

// fill puts a hole where the word is, in the way that the parser complains least
// about.
func fill(src *source.File, p Place) string {
	best, least := "", -1
	line := src.Lines.Position(p.Start).Line
	tries := holes
	if open := lacking(src.Text, p); open != "" {
		for _, h := range holes {
			tries = append(slices.Clip(tries), h+open)
		}
	}
	for _, h := range tries {
		text := src.Text[:p.Start] + h + src.Text[p.End:]
		_, problems := syntax.Parse(source.New(src.Path, text))
		wrong := len(problems)
		for _, problem := range problems {
			if problem.Primary.From().Line == line {
				wrong += len(src.Text) // what is wrong elsewhere was so before
			}
		}
		if least < 0 || wrong < least {
			best, least = text, wrong
		}
	}
	return best
}

// lacking are the brackets that close what the line opens in front of the word, where
// nothing stands behind it: somebody writes from left to right.
func lacking(text string, p Place) string {
	begin := strings.LastIndexByte(text[:p.Start], '\n') + 1
	behind, _, _ := strings.Cut(text[p.End:], "\n")
	if strings.TrimSpace(behind) != "" {
		return ""
	}
	var open []byte
	quoted := false
	for i := begin; i < p.Start; i++ {
		switch b := text[i]; {
		case b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '(':
			open = append(open, ')')
		case b == '[':
			open = append(open, ']')
		case b == '{':
			open = append(open, '}')
		case len(open) > 0 && b == open[len(open)-1]:
			open = open[:len(open)-1]
		}
	}
	slices.Reverse(open)
	return string(open)
}

func (c *completion) add(rank int, i Item) {
	if i.Label == "" || c.seen[i.Label] || strings.Contains(i.Label, hole) {
		return
	}
	c.seen[i.Label] = true
	if i.Insert == "" {
		i.Insert = i.Label
	}
	i.Replace, i.rank = c.replace, rank
	c.items = append(c.items, i)
}

func (c *completion) keywords(words []string) {
	for _, w := range words {
		c.add(5, Item{Label: w, Kind: KeywordItem, Doc: "```ebnf\n" + grammarOf(w) + "\n```"})
	}
}

// inHole says whether a span is that of the hole.
func (c *completion) inHole(s source.Span) bool {
	return s.Path() == c.path && s.Start() == c.replace.Start && s.Text() == hole
}

// parts gives what stands behind a dot or in a record.
func (c *completion) parts() {
	for _, u := range c.notes(c.path).Uses {
		switch {
		case !c.inHole(u.At):
		case u.Shape != nil:
			c.fields(*u.Shape)
		case u.Of != "":
			c.partsOf(u.Of)
		}
	}
}

func (c *completion) partsOf(full string) {
	if d := c.program.Universe.Lookup(full); d != nil {
		for _, v := range d.Values {
			doc := ""
			if m, ok := c.part(full, v).(*syntax.EnumMember); ok {
				doc = m.Doc
			}
			c.add(0, Item{Label: v, Kind: ValueItem, Detail: lastPart(full), Doc: doc})
		}
		if d.Kind != types.EnumDefinition {
			c.fields(types.Ref(full))
		}
		if d.Kind == types.UnionDefinition {
			c.fieldList(d.Fields)
		}
		return
	}
	for i := range c.program.Endpoints {
		e := &c.program.Endpoints[i]
		if e.Name != full {
			continue
		}
		for k := range e.Operations {
			sig := c.operationSignature(full, &e.Operations[k])
			c.add(0, c.called(Item{Label: e.Operations[k].Name, Kind: OperationItem, Detail: sig.label, Doc: sig.doc}, sig.params))
		}
	}
	if s := c.owner(full); s != nil && s.Contract != nil {
		for i := range s.Contract.Types {
			d := &s.Contract.Types[i]
			c.add(0, Item{Label: lastPart(d.Name), Kind: ItemKind(resolve.Type), Detail: string(d.Kind), Doc: d.Doc})
		}
	}
}

// called makes a snippet of an item that is called with arguments, unless these
// are there already.
func (c *completion) called(i Item, params []types.Field) Item {
	if c.follows == '(' {
		return i
	}
	var stops []string
	for k, p := range params {
		stops = append(stops, "${"+strconv.Itoa(k+1)+":"+p.Name+"}")
	}
	i.Insert, i.Snippet = i.Label+"("+strings.Join(stops, ", ")+")", true
	return i
}

func (c *completion) fields(t types.Type) {
	list, _ := c.program.Universe.FieldsOf(t)
	c.fieldList(list)
	if len(list) == 0 && c.dotted() {
		c.functions(1)
	}
}

func (c *completion) dotted() bool {
	return c.replace.Start > 0 && c.src.Text[c.replace.Start-1] == '.'
}

func (c *completion) fieldList(list []types.Field) {
	given := c.given()
	for _, f := range list {
		if given[f.Name] {
			continue
		}
		i := Item{Label: f.Name, Kind: FieldItem, Detail: c.show(f.Type), Doc: paragraphs(f.Doc, labelled(f.Labels))}
		if given != nil && c.follows != ':' {
			i.Insert = f.Name + ": "
		}
		c.add(-1, i)
	}
}

// given are the fields that a record around the hole has already; nil when the
// hole is no field of a record.
func (c *completion) given() map[string]bool {
	nodes := c.within(c.path, c.replace.Start)
	for i := len(nodes) - 1; i >= 0; i-- {
		switch x := nodes[i].(type) {
		case *syntax.MemberExpr:
			if c.inHole(x.Name.At) {
				return nil
			}
		case *syntax.RecordExpr:
			out := map[string]bool{}
			for _, f := range x.Fields {
				if f.Name.Text != hole {
					out[f.Name.Text] = true
				}
			}
			return out
		}
	}
	return nil
}

// missing gives what the checker would have taken for the name in the hole.
func (c *completion) missing() {
	for _, m := range c.notes(c.path).Missing {
		if !c.inHole(m.At) {
			continue
		}
		if m.Scope != nil {
			c.values(m.Scope)
		}
		from := c.program.Info
		if m.Package != nil {
			from = m.Package
		}
		for _, k := range m.Kinds {
			for _, s := range from.Of(k) {
				if m.Package == nil || !strings.HasPrefix(s.Name, "_") {
					c.add(1, c.symbolItem(s))
				}
			}
		}
		if m.Package != nil {
			continue
		}
		if slices.Contains(m.Kinds, resolve.Type) {
			for _, t := range check.TypeNames() {
				c.add(2, Item{Label: t, Kind: ItemKind(resolve.Type)})
			}
		}
	}
}

func (c *completion) symbolItem(s *resolve.Symbol) Item {
	i := Item{Label: s.Name, Kind: ItemKind(s.Kind), Detail: string(s.Kind), Doc: s.Decl.Head().Doc}
	switch s.Kind {
	case resolve.Process:
		if p := c.process(s); p != nil {
			sig := c.processSignature(p)
			i.Detail = sig.label
			if !c.setting() {
				i = c.called(i, sig.params)
			}
		}
	case resolve.Fault, resolve.Event:
		i.Detail = c.show(types.Ref(s.Full))
		if fields, _ := c.program.Universe.FieldsOf(types.Ref(s.Full)); len(fields) > 0 && c.value() {
			i.Insert, i.Snippet = s.Name+" { "+fieldStops(fields)+" }", true
		}
	}
	return i
}

func fieldStops(fields []types.Field) string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Name + ": ${" + strconv.Itoa(i+1) + ":" + f.Name + "}"
	}
	return strings.Join(out, ", ")
}

// value says whether the hole is a value, and not a name after raises or catch.
func (c *completion) value() bool {
	nodes := c.within(c.path, c.replace.Start)
	_, ok := nodes[len(nodes)-1].(syntax.Expr)
	return ok && c.follows != ' ' && c.follows != '{'
}

func (c *completion) setting() bool {
	for _, n := range c.within(c.path, c.replace.Start) {
		if _, ok := n.(*syntax.Setting); ok {
			return true
		}
	}
	return false
}

// values gives the variables that can be seen, and the functions.
func (c *completion) values(scope *resolve.Scope) {
	for _, v := range scope.Visible(math.MaxInt) {
		if v.At.Known() && c.declares(v) {
			continue
		}
		if v.At.Known() && v.At.Path() == c.path && v.At.Start() > c.replace.Start {
			continue // declared further down
		}
		i := Item{Label: v.Name, Kind: VariableItem, Doc: labelled(c.program.LabelNames(v))}
		if v.Type.Kind != types.Invalid {
			i.Detail = c.show(v.Type)
		}
		c.add(0, i)
	}
	if inWindow(c.within(c.path, c.replace.Start)) {
		for _, f := range check.Folds() {
			c.add(2, Item{Label: f.Name, Kind: FunctionItem, Detail: f.Form, Doc: f.Doc, Insert: f.Name + "($0)", Snippet: true})
		}
	}
	c.functions(3)
}

// declares says whether the statement around the hole declares the variable, which
// has no value yet.
func (c *completion) declares(v *resolve.Variable) bool {
	return slices.ContainsFunc(c.within(c.path, c.replace.Start), func(n syntax.Node) bool {
		let, ok := n.(*syntax.LetStmt)
		return ok && let.Name.At.Compare(v.At) == 0
	})
}

func (c *completion) functions(rank int) {
	for _, name := range expression.Names() {
		f, _ := expression.Lookup(name)
		i := Item{Label: name, Kind: FunctionItem, Detail: f.Form, Doc: f.Doc}
		if c.follows != '(' {
			i.Insert, i.Snippet = name+"($0)", true
		}
		c.add(rank, i)
	}
}
