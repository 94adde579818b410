package syntax

import "github.com/alecthomas/participle/v2/lexer"

// ConnectorDecl is `connector mqtt { binding { url: string } verb publish(topic: string) { qos: int? } }`.
type ConnectorDecl struct {
	DeclHead
	Name Name           `parser:"'connector' @@"`
	Body *ConnectorBody `parser:"@@"`
}

// DeclName returns the name of the connector.
func (d *ConnectorDecl) DeclName() Name { return d.Name }

// ConnectorBody is what a connector has between its braces, each list in the order
// of the text.
type ConnectorBody struct {
	Place
	Parts []*SchemaPart
	Verbs []*SchemaVerb
	Codes []*SchemaCode
}

// SchemaPart is `binding { url: string }`: the settings of one kind of block.
type SchemaPart struct {
	Place
	Doc    string
	Kind   Name    `parser:"@@"` // endpoint, binding, operation or receive
	Fields *Fields `parser:"@@"`
}

// SchemaVerb is `verb get(path: string) -> json idempotent { query: json? }`: one kind
// of request, with what stands in quotes behind it, what it gives, and its settings.
type SchemaVerb struct {
	Place
	Doc        string
	Name       Name
	Target     *Params // nil when nothing stands behind the verb
	Result     Type    // nil when nothing comes back
	Idempotent bool
	Fields     *Fields
}

// SchemaCode is `error status: int where status in 400..599`: what stands behind error
// in an operation.
type SchemaCode struct {
	Place
	Doc   string
	Name  Name `parser:"'error' @@"`
	Type  Type `parser:"':' @@"`
	Where Expr `parser:"( 'where' @@ )?"`
}

func (x *SchemaVerb) read(s *session) bool {
	if !s.word() || !s.readName(&x.Name) {
		return false
	}
	if s.at("(") && !s.broken() {
		s.readParams(&x.Target)
	}
	if s.accept("->") && !s.readType(&x.Result) {
		return false
	}
	x.Idempotent = !s.broken() && s.accept("idempotent")
	return s.mayFields(&x.Fields)
}

// schemaParts are the kinds of blocks that a connector gives settings to.
var schemaParts = []string{"endpoint", "binding", "operation", "receive"}

// Parse reads what a connector has between its braces.
func (b *ConnectorBody) Parse(lex *lexer.PeekingLexer) error {
	return open(lex, func(s *session) {
		start := s.pos
		s.braced(false, func() { b.entry(s) })
		b.At = s.since(start)
	})
}

func (b *ConnectorBody) entry(s *session) {
	first := s.pos
	switch {
	case s.at("verb"):
		if x, ok := s.produce(productions().schemaVerb).(*SchemaVerb); ok {
			x.Doc = s.doc(first)
			b.Verbs = append(b.Verbs, x)
		}
	case s.at("error"):
		if x, ok := s.produce(productions().schemaCode).(*SchemaCode); ok {
			x.Doc = s.doc(first)
			b.Codes = append(b.Codes, x)
		}
	case s.atWord() && s.is(s.peek(1), "{"):
		if x, ok := s.produce(productions().schemaPart).(*SchemaPart); ok {
			x.Doc = s.doc(first)
			b.Parts = append(b.Parts, x)
		}
	default:
		s.suggest(s.wants("`endpoint`, `binding`, `operation`, `receive`, `verb` or `error`"), append([]string{"verb", "error"}, schemaParts...)...)
	}
}
