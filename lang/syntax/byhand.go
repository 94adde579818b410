package syntax

// The productions of which programs mostly consist read themselves: the generated
// parsers find their way through a production by reflection, which costs several
// times what reading its tokens does. Such a production is one expression in the
// order of its grammar line, which stands beside it in the table; each step says
// whether to go on. The steps below keep the promises of the generated parsers: a
// literal may stand behind a line break, a name behind a keyword may not, and the
// first step that finds nothing reports what it wanted and leaves the node as it is.

// readable is a node that reads itself; the reader stands at its first token.
type readable interface {
	spanned
	read(*session) bool
}

// byHand is a production whose node reads itself and has this line in the grammar.
func byHand[T any, P interface {
	*T
	readable
}](grammar string) *production {
	return &production{grammar: grammar, read: func(s *session) spanned {
		x := P(new(T))
		x.read(s)
		return x
	}}
}

// lacks reports what a production wants at the reader, and moves the reader behind
// what stands there instead.
func (s *session) lacks(what string) bool {
	bare := s.lacksBraces(s.expected(s.pos, what))
	if s.pos < s.end && !s.at("}") && !s.tok().Newline {
		s.skip(false)
	}
	if bare && s.at("else") {
		s.pos++
		s.skip(false) // an echo: the other body lacks its braces too
	}
	return false
}

// word passes the keyword that the production was chosen by.
func (s *session) word() bool {
	s.pos++
	return true
}

// needs passes a literal.
func (s *session) needs(text string) bool { return s.accept(text) || s.lacks("`"+text+"`") }

func (s *session) startsName() bool { return s.atWord() && !s.continues() }

func (s *session) readName(n *Name) bool {
	if !s.startsName() {
		return s.lacks("a name")
	}
	*n = s.name()
	return true
}

func (s *session) readPath(p **Path) bool {
	if !s.startsName() {
		return s.lacks("a name")
	}
	*p = s.nodes.paths.take()
	(*p).read(s)
	return true
}

// readPaths reads names with commas between them.
func (s *session) readPaths(list *[]*Path) bool {
	for {
		var p *Path
		if !s.readPath(&p) {
			return false
		}
		if *list = append(*list, p); !s.accept(",") {
			return true
		}
	}
}

func (s *session) readType(t *Type) bool {
	if !s.startsType() || s.continues() {
		return s.lacks("a type")
	}
	*t = s.typ()
	return true
}

// mayExpr reads an expression where one begins.
func (s *session) mayExpr(x *Expr) bool {
	if s.startsExpr() && !s.continues() {
		if s.asValue() {
			*x = s.bad()
			return true
		}
		*x = s.expr()
	}
	return true
}

func (s *session) readExpr(x *Expr) bool {
	if !s.startsExpr() || s.continues() {
		return s.lacks("an expression")
	}
	*x = s.expr()
	return true
}

// readValue reads what may stand on the right of `=`.
func (s *session) readValue(a *Action, x *Expr) bool {
	if *a = s.action(); *a != nil {
		return true
	}
	if s.asValue() {
		*x = s.bad()
		return true
	}
	if !s.startsExpr() || s.continues() {
		return s.lacks("`call` or an expression")
	}
	*x = s.expr()
	return true
}

func (s *session) readParams(p **Params) bool {
	if !s.at("(") {
		return s.lacks("`(`")
	}
	*p = &Params{}
	(*p).read(s)
	return true
}

func (s *session) readArgs(a **Args) bool {
	if !s.at("(") || s.broken() {
		return s.lacks("`(`")
	}
	*a = &Args{}
	(*a).read(s)
	return true
}

// mayBlock reads a block where one begins.
func (s *session) mayBlock(b **Block) bool {
	if s.opens() {
		*b = &Block{}
		(*b).read(s)
	}
	return true
}

func (s *session) readBlock(b **Block) bool {
	s.mayBlock(b)
	return *b != nil || s.lacks("`{`")
}

// readTarget reads a block, or where the machine goes instead.
func (s *session) readTarget(to *Name, b **Block) bool {
	if s.accept("goto") {
		return s.readName(to)
	}
	s.mayBlock(b)
	return *b != nil || s.lacks("`goto` or `{`")
}

// mayFields reads the fields of a record where they begin.
func (s *session) mayFields(f **Fields) bool {
	if s.opens() {
		*f = &Fields{}
		(*f).read(s)
	}
	return true
}
