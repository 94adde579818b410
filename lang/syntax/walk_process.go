package syntax

// processChildren visits the parts of the statements of tree_process.go.
func processChildren(n Stmt, f func(Node)) {
	switch n := n.(type) {
	case *CriticalStmt:
		one(f, n.Body)
	case *InterleaveStmt:
		one(f, n.Branches)
	case *DuringStmt:
		one(f, n.Body)
		one(f, n.Else)
	case *EndStmt:
		some(f, n.Value)
	case *MachineStmt:
		one(f, n.Body)
	case *ContinueStmt:
		invocation(f, n.Target, n.Args, nil)
	case *ProgressStmt:
		some(f, n.Text)
	case *AuditStmt:
		some(f, n.Text)
	case *ReportStmt:
		one(f, n.Settings)
	default:
		routeChildren(n, f)
	}
}

// routeChildren visits the parts of the statements of tree_route.go.
func routeChildren(n Stmt, f func(Node)) {
	switch n := n.(type) {
	case *EnrichStmt:
		some(f, n.Type)
		some(f, n.Action)
		some(f, n.Value)
	case *AggregateStmt:
		some(f, n.By)
		some(f, n.Until)
		some(f, n.Within)
		some(f, n.Emit)
	case *ResequenceStmt:
		some(f, n.By)
		some(f, n.Per)
		some(f, n.Within)
	case *ThrottleStmt:
		some(f, n.Rate)
		some(f, n.By)
	case *DelayStmt:
		some(f, n.For)
	case *SampleStmt:
		some(f, n.Share)
		some(f, n.By)
	case *TapStmt:
		invocation(f, n.Target, n.Args, nil)
	case *DetourStmt:
		some(f, n.When)
		one(f, n.Body)
	case *ClaimStmt:
		some(f, n.Value)
	case *WrapStmt:
		some(f, n.Value)
	case *UnwrapStmt:
		some(f, n.Value)
	case *SlipStmt:
		some(f, n.List)
		each(f, n.Targets)
	case *ReplyStmt:
		some(f, n.Value)
	}
}

// timeChildren visits the parts of the declarations of tree_time.go.
func timeChildren(n Decl, f func(Node)) {
	switch n := n.(type) {
	case *PatternDecl:
		each(f, n.Over)
		some(f, n.Within)
		one(f, n.Body)
	case *WindowDecl:
		one(f, n.Over)
		some(f, n.Where)
		some(f, n.Every)
		some(f, n.Of)
		some(f, n.Gap)
		one(f, n.Body)
	case *ScheduleDecl:
		one(f, n.Body)
	case *TenantDecl:
		one(f, n.Settings)
	case *PartnerDecl:
		one(f, n.Settings)
	case *MigrateDecl:
		one(f, n.Process)
		one(f, n.From)
		one(f, n.Body)
	case *RolloutDecl:
		one(f, n.Process)
		one(f, n.Settings)
	}
}

// streamChildren visits the parts of bodies in tree_process.go and tree_time.go.
func streamChildren(n Node, f func(Node)) {
	switch n := n.(type) {
	case *MachineBody:
		ordered(f, nodes(n.Settings), nodes(n.States))
	case *State:
		one(f, n.Body)
	case *StreamBody:
		ordered(f, nodes(n.Settings), nodes(n.Steps), nodes(n.Emits))
	case *PatternStep:
		one(f, n.Source)
		some(f, n.Where)
		some(f, n.Times)
		some(f, n.For)
		some(f, n.Within)
	case *PatternSource:
		one(f, n.What)
	case *StreamSource:
		one(f, n.What)
		some(f, n.By)
	case *EmitClause:
		some(f, n.Value)
		one(f, n.To)
		some(f, n.When)
	case *MigrateBody:
		ordered(f, nodes(n.Moves), nodes(n.Sets))
	case *MigrateMove:
		one(f, n.From)
		one(f, n.To)
	case *MigrateSet:
		some(f, n.Value)
	}
}
