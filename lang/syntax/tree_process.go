package syntax

// CriticalStmt is `critical stock { ... }`: of all regions of one name in an
// instance at most one is active.
type CriticalStmt struct {
	StmtHead
	Name Name   `parser:"'critical' @@"`
	Body *Block `parser:"@@"`
}

// InterleaveStmt is `interleave { branch a { } branch b after a { } }`: the
// branches run one at a time.
type InterleaveStmt struct {
	StmtHead
	Branches *Branches `parser:"'interleave' @@"`
}

// MilestoneStmt is `milestone paid`: holds from here to the end of its block.
type MilestoneStmt struct {
	StmtHead
	Name Name `parser:"'milestone' @@"`
}

// DuringStmt is `during paid { ... } else { ... }`.
type DuringStmt struct {
	StmtHead
	Milestone Name   `parser:"'during' @@"`
	Body      *Block `parser:"@@"`
	Else      *Block `parser:"( 'else' @@ )?"` // nil when there is none
}

// CancelStmt is `cancel reservation` or `cancel process`.
type CancelStmt struct {
	StmtHead
	Name Name `parser:"'cancel' @@"`
}

// EndStmt is `end` or `end receipt`: the whole instance completes here.
type EndStmt struct {
	StmtHead
	Value Expr `parser:"'end' @@?"` // nil when nothing is given back
}

// MachineStmt is `machine name { state a { ... } state b { ... } }`.
type MachineStmt struct {
	StmtHead
	Name Name         `parser:"'machine' @@?"` // zero when not given
	Body *MachineBody `parser:"@@"`
}

// MachineBody is what a machine has between its braces; the first state is the
// one it begins with.
type MachineBody struct {
	Place
	Settings []*Setting
	States   []*State
}

// State is `state open { statements, on E goto b, after 5m goto c }`. The clauses
// of its body are its arms.
type State struct {
	Place
	Doc  string
	Name Name   `parser:"'state' @@"`
	Body *Block `parser:"@@"`
}

// GotoStmt is `goto shipped`, in a state of a machine.
type GotoStmt struct {
	StmtHead
	State Name `parser:"'goto' @@"`
}

// ContinueStmt is `continue with Fulfil(order)`: the instance begins again with a
// fresh history.
type ContinueStmt struct {
	StmtHead
	Target *Path `parser:"'continue' 'with' @@"`
	Args   *Args `parser:"@@"`
}

// ProgressStmt is `progress "half of it is done"`.
type ProgressStmt struct {
	StmtHead
	Text Expr `parser:"'progress' @@"`
}

// AuditStmt is `audit "approved by ${decision.by}"`.
type AuditStmt struct {
	StmtHead
	Text Expr `parser:"'audit' @@"`
}

// ReportStmt is `report summary { format: pdf }`.
type ReportStmt struct {
	StmtHead
	Name     Name      `parser:"'report' @@"`
	Settings *Settings `parser:"@@?"` // nil when there is none
}

func (*OnArm) clause()    {}
func (*AfterArm) clause() {}
