package syntax

// Inspect calls f for a node and, while f returns true, for everything below it,
// in the order of the text. Absent children are not visited; names are not nodes
// of their own.
func Inspect(n Node, f func(Node) bool) {
	if !f(n) {
		return
	}
	Children(n, func(c Node) { Inspect(c, f) })
}

// Children calls f for each direct child of a node that is there.
func Children(n Node, f func(Node)) {
	switch n := n.(type) {
	case *File:
		each(f, n.Decls)
	case Decl:
		declChildren(n, f)
	case Stmt:
		stmtChildren(n, f)
	case Expr:
		exprChildren(n, f)
	case Type:
		typeChildren(n, f)
	case Clause:
		clauseChildren(n, f)
	default:
		partChildren(n, f)
	}
}

func declChildren(n Decl, f func(Node)) {
	switch n := n.(type) {
	case *ImportDecl:
		one(f, n.Path)
	case *UseDecl:
		one(f, n.File)
	case *TypeDecl:
		one(f, n.Fields)
		some(f, n.Alias)
		some(f, n.Where)
	case *EnumDecl:
		one(f, n.Members)
	case *UnionDecl:
		one(f, n.Cases)
	case *FaultDecl:
		one(f, n.Fields)
	case *EventDecl:
		one(f, n.Fields)
	case *CloudDecl:
		one(f, n.Settings)
	case *ConnectorDecl:
		one(f, n.Body)
	case *EndpointDecl:
		one(f, n.Kind)
		one(f, n.Body)
	case *FailoverDecl:
		one(f, n.Settings)
	case *SLADecl:
		one(f, n.Body)
	case *PolicyDecl:
		one(f, n.Body)
	case *RoleDecl:
		one(f, n.Settings)
	case *ProcessDecl:
		one(f, n.Params)
		some(f, n.Result)
		each(f, n.Raises)
		one(f, n.Body)
	case *ChannelDecl:
		some(f, n.Of)
		one(f, n.Settings)
	case *RouteDecl:
		one(f, n.Body)
	case *SampleDecl:
		some(f, n.Value)
	case *TestDecl:
		one(f, n.Title)
		one(f, n.Body)
	default:
		timeChildren(n, f)
	}
}

func stmtChildren(n Stmt, f func(Node)) {
	switch n := n.(type) {
	case *LetStmt:
		some(f, n.Type)
		some(f, n.Action)
		some(f, n.Value)
	case *AssignStmt:
		one(f, n.Target)
		some(f, n.Action)
		some(f, n.Value)
	case *CallStmt:
		invocation(f, n.Target, n.Args, n.Body)
	case *TaskStmt:
		invocation(f, nil, n.Args, n.Body)
	case *StartStmt:
		invocation(f, n.Target, n.Args, n.Body)
	case *SpawnStmt:
		invocation(f, n.Target, n.Args, nil)
	case *SendStmt:
		invocation(f, n.Target, n.Args, n.Body)
	case *ToStmt:
		invocation(f, n.Target, n.Args, nil)
	case *AwaitStmt:
		some(f, n.Handle)
		one(f, n.Body)
	case *PublishStmt:
		some(f, n.Event)
	case *WaitStmt:
		some(f, n.Until)
		some(f, n.For)
	case *FailStmt:
		some(f, n.Fault)
	case *ReturnStmt:
		some(f, n.Value)
	case *FromStmt:
		one(f, n.Source)
	case *FilterStmt:
		some(f, n.Cond)
	case *DedupeStmt:
		some(f, n.By)
		some(f, n.Within)
	case *SplitStmt:
		some(f, n.List)
	default:
		flowChildren(n, f)
	}
}

func flowChildren(n Stmt, f func(Node)) {
	switch n := n.(type) {
	case *IfStmt:
		some(f, n.Cond)
		one(f, n.Then)
		each(f, n.ElseIfs)
		one(f, n.Else)
	case *ForStmt:
		some(f, n.In)
		some(f, n.Width)
		one(f, n.Body)
		one(f, n.Join)
	case *WhileStmt:
		some(f, n.Cond)
		one(f, n.Body)
	case *ParallelStmt:
		one(f, n.Branches)
		one(f, n.Join)
	case *RaceStmt:
		one(f, n.Branches)
	case *SelectStmt:
		one(f, n.Arms)
	case *TryStmt:
		one(f, n.Body)
		one(f, n.Catches)
		one(f, n.Finally)
	case *ScopeStmt:
		one(f, n.Body)
	case *MatchStmt:
		some(f, n.Subject)
		one(f, n.Arms)
	default:
		processChildren(n, f)
	}
}

func exprChildren(n Expr, f func(Node)) {
	switch n := n.(type) {
	case *StringExpr:
		for _, p := range n.Parts {
			some(f, p.Expr)
		}
	case *MemberExpr:
		some(f, n.X)
	case *IndexExpr:
		some(f, n.X)
		some(f, n.Index)
	case *SliceExpr:
		some(f, n.X)
		some(f, n.Low)
		some(f, n.High)
	case *CallExpr:
		some(f, n.Func)
		each(f, n.Args)
	case *RecordExpr:
		one(f, n.Type)
		each(f, n.Fields)
	case *ListExpr:
		each(f, n.Items)
	case *LambdaExpr:
		some(f, n.Body)
	case *CondExpr:
		some(f, n.Cond)
		some(f, n.Then)
		some(f, n.Else)
	case *BinaryExpr:
		some(f, n.X)
		some(f, n.Y)
	case *UnaryExpr:
		some(f, n.X)
	case *RangeExpr:
		some(f, n.Low)
		some(f, n.High)
	}
}

func typeChildren(n Type, f func(Node)) {
	switch n := n.(type) {
	case *NamedType:
		one(f, n.Name)
		each(f, n.Args)
	case *ListType:
		some(f, n.Elem)
	case *OptionalType:
		some(f, n.Elem)
	case *RecordType:
		one(f, n.Fields)
	}
}

func clauseChildren(n Clause, f func(Node)) {
	switch n := n.(type) {
	case *CompensateClause:
		one(f, n.Body)
	case *CatchClause:
		one(f, n.Fault)
		one(f, n.Body)
	case *OnClause:
		one(f, n.Body)
	case *WithinClause:
		some(f, n.Limit)
		one(f, n.Else)
	case *ElseClause:
		one(f, n.Body)
	case *OnArm:
		one(f, n.Source)
		some(f, n.Where)
		one(f, n.Body)
	case *AfterArm:
		some(f, n.Delay)
		one(f, n.Body)
	}
}

func partChildren(n Node, f func(Node)) {
	switch n := n.(type) {
	case *Fields:
		each(f, n.List)
	case *Params:
		each(f, n.List)
	case *Field:
		some(f, n.Type)
		some(f, n.Where)
		each(f, n.Annotations)
	case *Annotation:
		each(f, n.Args)
	case *Args:
		each(f, n.List)
	case *Settings:
		each(f, n.List)
	case *Setting:
		each(f, n.Phrases)
	case *Phrase:
		each(f, n.Terms)
	case *EnumMembers:
		each(f, n.List)
	case *Block:
		blockChildren(n, f)
	case *Catches:
		each(f, n.List)
	case *Branches:
		each(f, n.List)
	case *MatchArms:
		each(f, n.List)
	case *Join:
		some(f, n.Count)
		some(f, n.When)
	case *FieldInit:
		some(f, n.Value)
	default:
		bodyChildren(n, f)
	}
}

func bodyChildren(n Node, f func(Node)) {
	switch n := n.(type) {
	case *ConnectorBody:
		ordered(f, nodes(n.Parts), nodes(n.Verbs), nodes(n.Codes))
	case *SchemaPart:
		one(f, n.Fields)
	case *SchemaVerb:
		one(f, n.Target)
		some(f, n.Result)
		one(f, n.Fields)
	case *SchemaCode:
		some(f, n.Type)
		some(f, n.Where)
	case *EndpointBody:
		ordered(f, nodes(n.Settings), nodes(n.Operations), nodes(n.Receives), nodes(n.Bindings))
	case *Operation:
		one(f, n.Params)
		some(f, n.Result)
		each(f, n.Raises)
		one(f, n.Body)
	case *OperationBody:
		one(f, n.Request)
		ordered(f, nodes(n.Settings), nodes(n.Errors))
	case *Request:
		some(f, n.Target)
		each(f, n.Settings)
	case *ErrorMapping:
		some(f, n.Status)
		some(f, n.Fault)
	case *Receive:
		some(f, n.Type)
		one(f, n.Settings)
	case *Binding:
		one(f, n.Settings)
	case *PolicyBody:
		ordered(f, nodes(n.Settings), nodes(n.Rules))
	case *PolicyRule:
		some(f, n.When)
		one(f, n.Because)
	case *TestBody:
		ordered(f, nodes(n.Settings), nodes(n.Steps))
	case *TestStep:
		each(f, n.Terms)
	case *ElseIf:
		some(f, n.Cond)
		one(f, n.Then)
	case *Branch:
		some(f, n.When)
		one(f, n.Body)
	case *SelectArms:
		ordered(f, nodes(n.Ons), nodes(n.Afters), elseBlock(n.Else))
	case *MatchArm:
		some(f, n.Pattern)
		one(f, n.Body)
	default:
		streamChildren(n, f)
	}
}

func blockChildren(n *Block, f func(Node)) {
	if len(n.Settings) == 0 && len(n.Clauses) == 0 {
		each(f, n.Stmts)
		return
	}
	ordered(f, nodes(n.Settings), nodes(n.Stmts), nodes(n.Clauses))
}

func invocation(f func(Node), target *Path, args *Args, body *Block) {
	one(f, target)
	one(f, args)
	one(f, body)
}

func elseBlock(b *Block) []Node {
	if b == nil {
		return nil
	}
	return []Node{b}
}

// nodes is what ordered needs of a list.
func nodes[T Node](list []T) []Node {
	out := make([]Node, len(list))
	for i, n := range list {
		out[i] = n
	}
	return out
}

// ordered merges lists that are each in the order of the text.
func ordered(f func(Node), lists ...[]Node) {
	for {
		first := -1
		for i, l := range lists {
			if len(l) > 0 && (first < 0 || l[0].Span().Start() < lists[first][0].Span().Start()) {
				first = i
			}
		}
		if first < 0 {
			return
		}
		f(lists[first][0])
		lists[first] = lists[first][1:]
	}
}

func each[T Node](f func(Node), list []T) {
	for _, n := range list {
		f(n)
	}
}

// one visits a child of a concrete type, some a child of an interface type; the
// two differ in what nil is.
func one[T any, P interface {
	*T
	Node
}](f func(Node), n P) {
	if n != nil {
		f(n)
	}
}

func some[T interface {
	comparable
	Node
}](f func(Node), n T) {
	var none T
	if n != none {
		f(n)
	}
}
