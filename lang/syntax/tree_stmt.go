package syntax

// Stmt is a statement of a process or a route.
type Stmt interface {
	Node
	// ExplicitID returns the name of `name: statement`, or the zero Name.
	ExplicitID() Name
	setID(Name)
	setDoc(string)
}

// StmtHead is what every statement has.
type StmtHead struct {
	Place
	ID  Name // of `name: statement`; zero when not given
	Doc string
}

// ExplicitID returns the name of `name: statement`, or the zero Name.
func (h *StmtHead) ExplicitID() Name { return h.ID }

func (h *StmtHead) setID(n Name) { h.ID = n }

func (h *StmtHead) setDoc(doc string) { h.Doc = doc }

// Action is a statement that can stand on the right of `=`: call, task, start,
// await.
type Action interface {
	Stmt
	action()
}

// Block is `{ ... }`: the body of a process, route, branch, call or task. What it
// may hold depends on its owner: only processes, routes, scopes, calls and tasks
// have settings; calls and tasks have no statements.
type Block struct {
	Place
	Settings []*Setting
	Stmts    []Stmt
	Clauses  []Clause
}

// Find returns the first setting of that name, or nil.
func (b *Block) Find(name string) *Setting {
	if b == nil {
		return nil
	}
	return findSetting(b.Settings, name)
}

// Compensate returns the block of the `compensate` clause, or nil.
func (b *Block) Compensate() *Block {
	if b != nil {
		for _, c := range b.Clauses {
			if c, ok := c.(*CompensateClause); ok {
				return c.Body
			}
		}
	}
	return nil
}

// Else returns the block of the `else` clause, or nil.
func (b *Block) Else() *Block {
	if b != nil {
		for _, c := range b.Clauses {
			if c, ok := c.(*ElseClause); ok {
				return c.Body
			}
		}
	}
	return nil
}

// Catches returns the `catch` clauses in the order of the text.
func (b *Block) Catches() []*CatchClause {
	var out []*CatchClause
	if b != nil {
		for _, c := range b.Clauses {
			if c, ok := c.(*CatchClause); ok {
				out = append(out, c)
			}
		}
	}
	return out
}

// Clause is what a call, task or scope has besides settings and statements.
type Clause interface {
	Node
	clause()
}

// CompensateClause is `compensate { ... }`.
type CompensateClause struct {
	Place
	Body *Block
}

// CatchClause is `catch Declined as d { ... }`. Without a fault it catches all.
type CatchClause struct {
	Place
	Fault *Path
	As    Name
	Body  *Block
}

// OnClause is `on cancel { ... }` or `on breach { ... }`.
type OnClause struct {
	Place
	What Name
	Body *Block
}

// WithinClause is `within 1h else { ... }`.
type WithinClause struct {
	Place
	Limit Expr
	Else  *Block
}

// ElseClause is the `else { ... }` of a task or a select.
type ElseClause struct {
	Place
	Body *Block
}

func (*CompensateClause) clause() {}
func (*CatchClause) clause()      {}
func (*OnClause) clause()         {}
func (*WithinClause) clause()     {}
func (*ElseClause) clause()       {}

// LetStmt is `let x: T = value`. Exactly one of Value and Action is set.
type LetStmt struct {
	StmtHead
	Name   Name
	Type   Type // nil when inferred
	Action Action
	Value  Expr
}

// AssignStmt is `x = value`. Exactly one of Value and Action is set.
type AssignStmt struct {
	StmtHead
	Target *Path
	Action Action
	Value  Expr
}

// CallStmt is `call endpoint.operation(args) { settings, catch, compensate }`.
type CallStmt struct {
	StmtHead
	Target *Path
	Args   *Args
	Body   *Block // nil when there is none
}

// TaskStmt is `task approve(order) { role: manager, due: 2d, else { ... } }`.
type TaskStmt struct {
	StmtHead
	Name Name
	Args *Args
	Body *Block
}

// StartStmt is `start Fulfil(order)`.
type StartStmt struct {
	StmtHead
	Target *Path  `parser:"'start' @@"`
	Args   *Args  `parser:"@@"`
	Body   *Block `parser:"@@?"`
}

// AwaitStmt is `await handle`.
type AwaitStmt struct {
	StmtHead
	Handle Expr   `parser:"'await' @@"`
	Body   *Block `parser:"@@?"`
}

// SpawnStmt is `spawn Fulfil(order)`.
type SpawnStmt struct {
	StmtHead
	Target *Path `parser:"'spawn' @@"`
	Args   *Args `parser:"@@"`
}

// SendStmt is `send channel(message)`.
type SendStmt struct {
	StmtHead
	Target *Path  `parser:"'send' @@"`
	Args   *Args  `parser:"@@"`
	Body   *Block `parser:"@@?"`
}

// PublishStmt is `publish Shipped { order: id }`.
type PublishStmt struct {
	StmtHead
	Event Expr `parser:"'publish' @@"`
}

// IfStmt is `if a { } else if b { } else { }`.
type IfStmt struct {
	StmtHead
	Cond    Expr
	Then    *Block
	ElseIfs []*ElseIf
	Else    *Block
}

// ElseIf is `else if condition { ... }`.
type ElseIf struct {
	Place
	Cond Expr
	Then *Block
}

// ForStmt is `for line in order.lines parallel 10 { ... } join 2 cancel`.
type ForStmt struct {
	StmtHead
	Var      Name
	In       Expr
	Parallel bool
	Width    Expr // nil: all at once
	Body     *Block
	Join     *Join // nil: all
}

// WhileStmt is `while condition { ... }`.
type WhileStmt struct {
	StmtHead
	Cond Expr   `parser:"'while' @@"`
	Body *Block `parser:"@@"`
}

// ParallelStmt is `parallel { branch a { } branch b when c { } } join any cancel`.
type ParallelStmt struct {
	StmtHead
	Branches *Branches `parser:"'parallel' @@"`
	Join     *Join     `parser:"( 'join' @@ )?"` // nil: all
}

// Join is `all`, `any`, a number, or `when condition`, and what becomes of the
// other branches. Exactly one of Count and When is set.
type Join struct {
	Place
	Count Expr // the word all or any as an *Ident, or a number
	When  Expr // is asked whenever a branch has ended
	Rest  Name // cancel or keep; zero when not given
}

// RaceStmt is `race { branch a { } branch b { } }`.
type RaceStmt struct {
	StmtHead
	Branches *Branches `parser:"'race' @@"`
}

// Branches is the braced list of branches.
type Branches struct {
	Place
	List []*Branch
}

// Branch is `branch b after a when condition { ... }`.
type Branch struct {
	Place
	Name  Name   `parser:"'branch' @@"`
	After []Name `parser:"( 'after' @@ ( ',' @@ )* )?"`
	When  Expr   `parser:"( 'when' @@ )?"` // nil: always
	Body  *Block `parser:"@@"`
}

// SelectStmt is `select { on E as e where cond { } after 2d { } else { } }`, or one
// arm alone, `on E as e where cond { }`.
type SelectStmt struct {
	StmtHead
	Arms *SelectArms
}

// SelectArms is what a select has between its braces.
type SelectArms struct {
	Place
	Ons    []*OnArm
	Afters []*AfterArm
	Else   *Block // nil when there is none
}

// OnArm is `on Shipped as s where s.order == order.id { ... }`, or with `goto open`
// instead of the block. Exactly one of Body and Goto is set.
type OnArm struct {
	Place
	Source    *Path // an event, channel, endpoint's receive, or handle
	Transient bool
	As        Name
	Where     Expr
	Goto      Name
	Body      *Block
}

// AfterArm is `after 7d { ... }` or `after 7d goto late`. Exactly one of Body and
// Goto is set.
type AfterArm struct {
	Place
	Delay Expr
	Goto  Name
	Body  *Block
}

// WaitStmt is `wait 5m` or `wait until t`. Exactly one of For and Until is set.
type WaitStmt struct {
	StmtHead
	Until Expr `parser:"'wait' ( 'until' @@"`
	For   Expr `parser:"| @@ )"`
}

// FailStmt is `fail Declined { reason: "..." }`.
type FailStmt struct {
	StmtHead
	Fault Expr
}

// ReturnStmt is `return expr`.
type ReturnStmt struct {
	StmtHead
	Value Expr // nil when nothing is returned
}

// TryStmt is `try { } catch F as f { } finally { }`.
type TryStmt struct {
	StmtHead
	Body    *Block   `parser:"'try' @@"`
	Catches *Catches `parser:"@@?"` // nil when there is none
	Finally *Block   `parser:"( 'finally' @@ )?"`
}

// Catches are the catch clauses of a try, in the order of the text.
type Catches struct {
	Place
	List []*CatchClause // never empty
}

// ScopeStmt is `scope name { ... compensate { } on cancel { } within 1h else { } }`.
type ScopeStmt struct {
	StmtHead
	Name Name   `parser:"'scope' @@"`
	Body *Block `parser:"@@"`
}

// MatchStmt is `match x { pattern => statement, else => statement }`. Without a
// subject each pattern is a condition.
type MatchStmt struct {
	StmtHead
	Subject Expr       `parser:"'match' @@?"`
	Arms    *MatchArms `parser:"@@"`
}

// MatchArms is the braced list of arms.
type MatchArms struct {
	Place
	List []*MatchArm
}

// MatchArm is `pattern as name => statement` or `... => { statements }`.
type MatchArm struct {
	Place
	Pattern Expr // nil for else
	As      Name
	Body    *Block // a single statement is wrapped in a Block
}

// FromStmt is `from intake as order`: what a route reads.
type FromStmt struct {
	StmtHead
	Source *Path `parser:"'from' @@"`
	As     Name  `parser:"( 'as' @@ )?"`
}

// FilterStmt is `filter condition`.
type FilterStmt struct {
	StmtHead
	Cond Expr `parser:"'filter' @@"`
}

// DedupeStmt is `dedupe by key within 10m`.
type DedupeStmt struct {
	StmtHead
	By     Expr `parser:"'dedupe' 'by' @@"`
	Within Expr `parser:"( 'within' @@ )?"`
}

// SplitStmt is `split order.lines as line`.
type SplitStmt struct {
	StmtHead
	List Expr `parser:"'split' @@"`
	As   Name `parser:"( 'as' @@ )?"`
}

// ToStmt is `to archive` or `to archive(message)`.
type ToStmt struct {
	StmtHead
	Target *Path `parser:"'to' @@"`
	Args   *Args `parser:"@@?"`
}

func (*CallStmt) action()  {}
func (*TaskStmt) action()  {}
func (*StartStmt) action() {}
func (*AwaitStmt) action() {}
