package contract

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

// shape is what a node of a document is.
type shape uint8

const (
	null shape = iota
	boolean
	number
	text
	list
	object
)

// node is one value of a JSON or YAML document and where it stands. An alias of
// YAML is the same node in two places, so a document may be a graph, but it has
// no circles.
type node struct {
	doc   *document
	shape shape
	text  string // of a scalar
	items []*node
	keys  []*node // of an object, in the order of the document
	start int     // offset in the file
	end   int
	index map[string]*node // of an object with many keys, made when asked

	base   *resource // what references in it are relative to
	schema bool      // it stands where a schema stands
}

// document is one file.
type document struct {
	name string
	file *source.File
	root *node

	resources map[string]*resource // by URI
}

func (n *node) at() source.Span {
	if n == nil {
		return source.Span{}
	}
	return span(n.doc.file, n.start, n.end)
}

// get finds the value of a key, or nil.
func (n *node) get(key string) *node {
	if n == nil || n.shape != object {
		return nil
	}
	if len(n.keys) > 12 {
		if n.index == nil {
			n.index = make(map[string]*node, len(n.keys))
			for i := len(n.keys) - 1; i >= 0; i-- {
				n.index[n.keys[i].text] = n.items[i]
			}
		}
		return n.index[key]
	}
	for i, k := range n.keys {
		if k.text == key {
			return n.items[i]
		}
	}
	return nil
}

// str is the text of a scalar, or "".
func (n *node) str() string {
	if n == nil || n.shape == object || n.shape == list || n.shape == null {
		return ""
	}
	return n.text
}

// isTrue says whether n is the boolean true.
func (n *node) isTrue() bool { return n != nil && n.shape == boolean && n.text == "true" }

// list are the items of a list; of anything else there are none.
func (n *node) list() []*node {
	if n == nil || n.shape != list {
		return nil
	}
	return n.items
}

// each visits the entries of an object in the order of the document.
func (n *node) each(visit func(key, value *node)) {
	if n == nil || n.shape != object {
		return
	}
	for i, k := range n.keys {
		visit(k, n.items[i])
	}
}

// document reads a file as JSON where it begins like it, else as YAML.
func (r *reader) document(name string, at source.Span) *document {
	if d := r.documents[name]; d != nil {
		return d
	}
	d := &document{name: name, file: r.open(name, at)}
	r.documents[name] = d
	body := strings.TrimPrefix(d.file.Text, "\ufeff")
	if first := strings.TrimLeft(body, " \t\r\n"); strings.HasPrefix(first, "{") || strings.HasPrefix(first, "[") {
		if root, err := parseJSON(d); err == nil {
			d.root = root
			r.index(d)
			return d
		} else if strings.HasSuffix(name, ".json") || err.bound {
			r.fail(err.code(), span(d.file, err.at, err.at+1), "%s is no valid JSON: %s", name, err.text)
		}
	}
	r.yaml(d)
	r.index(d)
	return d
}

var yamlLine = regexp.MustCompile(`line (\d+)(?:, column (\d+))?: *(.*)`)

func (r *reader) yaml(d *document) {
	r.marks(d.name, d.file, "\n[{,")
	var tree yaml.Node
	if err := unmarshal(d.file.Text, &tree); err != nil {
		what, at := err.Error(), span(d.file, 0, 0)
		if m := yamlLine.FindStringSubmatch(what); m != nil {
			line, _ := strconv.Atoi(m[1])
			what, at = m[3], lineSpan(d.file, line, 1)
		}
		r.fail(CodeContract, at, "%s is no valid YAML: %s", d.name, strings.TrimPrefix(what, "yaml: "))
	}
	if len(tree.Content) == 0 {
		r.fail(CodeContract, span(d.file, 0, 0), "%s is empty", d.name)
	}
	c := converter{r: r, d: d, done: map[*yaml.Node]*node{}, open: map[*yaml.Node]bool{}}
	d.root = c.node(tree.Content[0], 0)
}

// unmarshal makes an error of a panic: a fault of the YAML library in a text from
// outside is no bug of a caller.
func unmarshal(text string, to *yaml.Node) (err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("%v", x)
		}
	}()
	return yaml.Unmarshal([]byte(text), to)
}

func lineAt(text string, i int) string {
	rest := text[i:]
	if n := strings.IndexByte(rest, '\n'); n >= 0 {
		return rest[:n]
	}
	return rest
}

// converter makes nodes of a YAML tree.
type converter struct {
	r    *reader
	d    *document
	done map[*yaml.Node]*node
	open map[*yaml.Node]bool

	line, column int // of the last node
	at, lineEnd  int // offsets: of the last node, and of the end of its line
}

func (c *converter) node(y *yaml.Node, depth int) *node {
	if y.Kind == yaml.AliasNode {
		y = y.Alias
	}
	if n := c.done[y]; n != nil {
		return n
	}
	at := c.offset(y)
	if depth > MaxNesting {
		c.r.fail(CodeBounds, span(c.d.file, at, at+1), "%s nests more than %d deep", c.d.name, MaxNesting)
	}
	if c.open[y] {
		c.r.fail(CodeContract, span(c.d.file, at, at+1), "the anchor &%s holds itself", y.Anchor)
	}
	c.open[y] = true
	defer delete(c.open, y)
	n := &node{doc: c.d, start: at, end: c.end(at, y)}
	switch y.Kind {
	case yaml.MappingNode:
		c.mapping(n, y, depth)
	case yaml.SequenceNode:
		n.shape = list
		for _, item := range y.Content {
			n.items = append(n.items, c.node(item, depth+1))
		}
	default:
		n.shape, n.text = scalar(y), y.Value
	}
	c.done[y] = n
	return n
}

func scalar(y *yaml.Node) shape {
	switch y.ShortTag() {
	case "!!null":
		return null
	case "!!bool":
		return boolean
	case "!!int", "!!float":
		return number
	}
	return text
}

func (c *converter) mapping(n *node, y *yaml.Node, depth int) {
	n.shape = object
	seen := map[string]bool{}
	var merged []*node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := c.node(y.Content[i], depth+1), c.node(y.Content[i+1], depth+1)
		if y.Content[i].ShortTag() == "!!merge" {
			merged = append(merged, value)
			continue
		}
		if seen[key.text] {
			c.r.fail(CodeContract, key.at(), "the key %s is there twice", key.text)
		}
		seen[key.text] = true
		n.keys, n.items = append(n.keys, key), append(n.items, value)
	}
	for len(merged) > 0 {
		m := merged[0]
		merged = append(merged[1:], m.list()...)
		m.each(func(key, value *node) {
			c.r.part(key.at())
			if !seen[key.text] {
				seen[key.text] = true
				n.keys, n.items = append(n.keys, key), append(n.items, value)
			}
		})
	}
}

// offset turns the library's column of characters into an offset of bytes. A long
// line is walked once, for its nodes are asked for in their order.
func (c *converter) offset(y *yaml.Node) int {
	if y.Line != c.line || y.Column < c.column {
		c.line, c.column = y.Line, 1
		c.at = c.d.file.Lines.Offset(source.Position{Line: y.Line, Column: 1})
		c.lineEnd = c.at + len(strings.TrimRight(c.d.file.Lines.Line(y.Line), " \r"))
	}
	for ; c.column < y.Column && c.at < c.lineEnd; c.column++ {
		_, size := utf8.DecodeRuneInString(c.d.file.Text[c.at:])
		c.at += size
	}
	return c.at
}

// end of a scalar is where its text ends, where that can be seen, else the end
// of the line, which is where offset stands.
func (c *converter) end(start int, y *yaml.Node) int {
	if y.Kind == yaml.ScalarNode {
		quotes := 0
		if y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
			quotes = 1
		}
		if strings.HasPrefix(c.d.file.Text[min(start+quotes, len(c.d.file.Text)):], y.Value) && !strings.Contains(y.Value, "\n") {
			return start + len(y.Value) + 2*quotes
		}
	}
	return max(start, c.lineEnd)
}

// lineSpan is the text of a line from a column on.
func lineSpan(file *source.File, line, column int) source.Span {
	start := file.Lines.Offset(source.Position{Line: line, Column: column})
	end := file.Lines.Offset(source.Position{Line: line, Column: 1}) + len(file.Lines.Line(line))
	return file.Span(start, max(start, end))
}

// pointer follows a JSON pointer and gives the last name on the way.
func (n *node) pointer(p string) (*node, string, error) {
	if p == "" {
		return n, "", nil
	}
	last := ""
	for _, part := range strings.Split(p[1:], "/") {
		last = strings.ReplaceAll(strings.ReplaceAll(unescape(part), "~1", "/"), "~0", "~")
		next := n.get(last)
		if next == nil && n.shape == list {
			if i, err := strconv.Atoi(last); err == nil && i >= 0 && i < len(n.items) {
				next = n.items[i]
			}
		}
		if next == nil {
			return nil, "", fmt.Errorf("there is no %q", last)
		}
		n = next
	}
	return n, last, nil
}

func (n *node) values() []*node {
	if n == nil || n.shape != object {
		return nil
	}
	return n.items
}

// unescape resolves %20 and its like; what is no escape stays as it is.
func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// resolve follows $ref until there is none; name is that of the last one, or "".
// It gives nil where a reference leads nowhere or around, which it tells.
func (r *reader) resolve(n *node) (target *node, name string) {
	first := n
	for hops := 0; ; hops++ {
		ref := n.get("$ref")
		if ref == nil || ref.shape != text {
			return n, name
		}
		if hops >= MaxRefs {
			r.fail(CodeBounds, first.at(), "this reference leads to another one more than %d times: it may go around", MaxRefs)
		}
		if n, name = r.target(ref); n == nil {
			return nil, ""
		}
	}
}

// parseError is what is wrong in a JSON text.
type parseError struct {
	at    int
	text  string
	bound bool // a limit, and no mistake
}

func (e *parseError) code() diag.Code {
	if e.bound {
		return CodeBounds
	}
	return CodeContract
}
