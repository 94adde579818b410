package syntax

func (x *LetStmt) read(s *session) bool {
	return s.word() && s.readName(&x.Name) && (!s.accept(":") || s.readType(&x.Type)) && s.needs("=") && s.readValue(&x.Action, &x.Value)
}

func (x *AssignStmt) read(s *session) bool {
	return s.readPath(&x.Target) && s.needs("=") && s.readValue(&x.Action, &x.Value)
}

func (x *CallStmt) read(s *session) bool {
	return s.word() && s.readPath(&x.Target) && s.readArgs(&x.Args) && s.mayBlock(&x.Body)
}

func (x *TaskStmt) read(s *session) bool {
	return s.word() && s.readName(&x.Name) && s.readArgs(&x.Args) && s.mayBlock(&x.Body)
}

func (x *IfStmt) read(s *session) bool {
	return s.word() && s.readExpr(&x.Cond) && s.readBlock(&x.Then) && x.elseIfs(s) && (!s.accept("else") || s.readBlock(&x.Else))
}

func (x *IfStmt) elseIfs(s *session) bool {
	for s.at("else") && s.is(s.peek(1), "if") {
		e := &ElseIf{}
		e.read(s)
		x.ElseIfs = append(x.ElseIfs, e)
	}
	return true
}

// read reads `else if condition { }`. The condition is asked for and not looked
// for: after these two words nothing else can have been meant.
func (x *ElseIf) read(s *session) {
	start := s.pos
	s.pos += 2
	x.Cond, x.Then = s.expr(), &Block{}
	if s.opens() {
		x.Then.read(s)
	} else {
		x.Then.At = s.since(s.pos)
		s.expected(s.pos, "`{`")
		s.skip(false)
	}
	x.At = s.since(start)
}

func (x *ForStmt) read(s *session) bool {
	return s.word() && s.readName(&x.Var) && s.needs("in") && s.readExpr(&x.In) && x.width(s) && s.readBlock(&x.Body) &&
		(!s.accept("join") || s.readJoin(&x.Join))
}

func (x *ForStmt) width(s *session) bool {
	x.Parallel = s.accept("parallel")
	return !x.Parallel || s.mayExpr(&x.Width)
}

func (s *session) readJoin(j **Join) bool {
	if !s.startsExpr() || s.broken() {
		return s.lacks(plainName("Join"))
	}
	*j = &Join{}
	(*j).read(s)
	return true
}

func (x *FailStmt) read(s *session) bool { return s.word() && s.readExpr(&x.Fault) }

func (x *ReturnStmt) read(s *session) bool { return s.word() && s.mayExpr(&x.Value) }

func (x *SelectStmt) read(s *session) bool {
	x.Arms = &SelectArms{}
	if s.at("on") {
		x.Arms.alone(s)
		return true
	}
	if s.word(); !s.opens() {
		x.Arms = nil
		return s.lacks("`{`")
	}
	x.Arms.read(s)
	return true
}

func (x *OnArm) read(s *session) bool {
	if !s.word() || !s.readPath(&x.Source) {
		return false
	}
	x.Transient = s.accept("transient")
	return (!s.accept("as") || s.readName(&x.As)) && (!s.accept("where") || s.readExpr(&x.Where)) && s.readTarget(&x.Goto, &x.Body)
}

func (x *AfterArm) read(s *session) bool {
	return s.word() && s.readExpr(&x.Delay) && s.readTarget(&x.Goto, &x.Body)
}

func (x *CompensateClause) read(s *session) bool { return s.word() && s.readBlock(&x.Body) }

func (x *CatchClause) read(s *session) bool {
	if s.word(); s.startsName() {
		s.readPath(&x.Fault)
	}
	return (!s.accept("as") || s.readName(&x.As)) && s.readBlock(&x.Body)
}

func (x *OnClause) read(s *session) bool {
	return s.word() && s.readName(&x.What) && s.readBlock(&x.Body)
}

func (x *WithinClause) read(s *session) bool {
	return s.word() && s.readExpr(&x.Limit) && (!s.accept("else") || s.readBlock(&x.Else))
}

func (x *ElseClause) read(s *session) bool { return s.word() && s.readBlock(&x.Body) }
