package syntax

func (x *TypeDecl) read(s *session) bool {
	if !s.word() || !s.readName(&x.Name) {
		return false
	}
	if s.mayFields(&x.Fields); x.Fields != nil {
		return true
	}
	if !s.accept("=") {
		return s.lacks("`{` or `=`")
	}
	return s.readType(&x.Alias) && (!s.accept("where") || s.readExpr(&x.Where))
}

func (x *FaultDecl) read(s *session) bool {
	return s.word() && s.readName(&x.Name) && s.mayFields(&x.Fields)
}

func (x *EventDecl) read(s *session) bool {
	return s.word() && s.readName(&x.Name) && s.mayFields(&x.Fields)
}

func (x *ProcessDecl) read(s *session) bool {
	return s.word() && s.readName(&x.Name) && s.readParams(&x.Params) && s.readOutcome(&x.Result, &x.Raises) && s.readBlock(&x.Body)
}

// readOutcome reads what comes back and which faults may.
func (s *session) readOutcome(result *Type, raises *[]*Path) bool {
	return (!s.accept("->") || s.readType(result)) && (!s.accept("raises") || s.readPaths(raises))
}

func (x *EndpointDecl) read(s *session) bool {
	if !s.word() || !s.readName(&x.Name) || !s.needs(":") || !s.readPath(&x.Kind) {
		return false
	}
	if s.opens() {
		x.Body = &EndpointBody{}
		x.Body.read(s)
	}
	return true
}

func (x *Operation) read(s *session) bool {
	if !s.word() || !s.readName(&x.Name) || !s.readParams(&x.Params) || !s.readOutcome(&x.Result, &x.Raises) {
		return false
	}
	if s.opens() {
		x.Body = &OperationBody{}
		x.Body.read(s)
	}
	return true
}

func (x *ErrorMapping) read(s *session) bool {
	return s.word() && s.readExpr(&x.Status) && s.needs(":") && s.readExpr(&x.Fault)
}

func (x *Binding) read(s *session) bool {
	if !s.word() || !s.readPath(&x.Cloud) {
		return false
	}
	if !s.opens() {
		return s.lacks("`{`")
	}
	x.Settings = &Settings{}
	x.Settings.read(s)
	return true
}
