package syntax

// EnrichStmt is `enrich x: T = value`. Exactly one of Value and Action is set.
type EnrichStmt struct {
	StmtHead
	Name   Name   `parser:"'enrich' @@"`
	Type   Type   `parser:"( ':' @@ )?"` // nil when inferred
	Action Action `parser:"'=' ( @@"`
	Value  Expr   `parser:"| @@ )"`
}

// AggregateStmt is `aggregate by key as group until full within 10m emit value as name`.
type AggregateStmt struct {
	StmtHead
	By     Expr `parser:"'aggregate' 'by' @@"`
	As     Name `parser:"( 'as' @@ )?"`     // of the list of messages so far
	Until  Expr `parser:"( 'until' @@ )?"`  // nil: only the time ends a group
	Within Expr `parser:"( 'within' @@ )?"` // nil: only the condition ends a group
	Emit   Expr `parser:"'emit' @@"`
	Into   Name `parser:"( 'as' @@ )?"` // of the new message
}

// ResequenceStmt is `resequence by reading.number per reading.patient within 10s`.
type ResequenceStmt struct {
	StmtHead
	By     Expr `parser:"'resequence' 'by' @@"`
	Per    Expr `parser:"( 'per' @@ )?"`    // nil: one sequence for all
	Within Expr `parser:"( 'within' @@ )?"` // nil: a gap is waited for for ever
}

// ThrottleStmt is `throttle 100/s by order.customer.id`.
type ThrottleStmt struct {
	StmtHead
	Rate Expr `parser:"'throttle' @@"`
	By   Expr `parser:"( 'by' @@ )?"` // nil: one rate for all
}

// DelayStmt is `delay 5m`.
type DelayStmt struct {
	StmtHead
	For Expr `parser:"'delay' @@"`
}

// SampleStmt is `sample 5%` or `sample 1m by reading.patient`.
type SampleStmt struct {
	StmtHead
	Share Expr `parser:"'sample' @@"`
	By    Expr `parser:"( 'by' @@ )?"`
}

// TapStmt is `tap copies` or `tap copies(message)`.
type TapStmt struct {
	StmtHead
	Target *Path `parser:"'tap' @@"`
	Args   *Args `parser:"@@?"`
}

// DetourStmt is `detour when suspicious { ... }`.
type DetourStmt struct {
	StmtHead
	When Expr   `parser:"'detour' 'when' @@"`
	Body *Block `parser:"@@"`
}

// ClaimStmt is `claim order.scan as ticket`.
type ClaimStmt struct {
	StmtHead
	Value Expr `parser:"'claim' @@"`
	As    Name `parser:"'as' @@"`
}

// WrapStmt is `wrap Envelope { body: order } as envelope`.
type WrapStmt struct {
	StmtHead
	Value Expr `parser:"'wrap' @@"`
	As    Name `parser:"( 'as' @@ )?"`
}

// UnwrapStmt is `unwrap envelope.body as order`.
type UnwrapStmt struct {
	StmtHead
	Value Expr `parser:"'unwrap' @@"`
	As    Name `parser:"( 'as' @@ )?"`
}

// SlipStmt is `slip order.stations to press, paint, pack`.
type SlipStmt struct {
	StmtHead
	List    Expr    `parser:"'slip' @@"`
	Targets []*Path `parser:"'to' @@ ( ',' @@ )*"`
}

// ReplyStmt is `reply Receipt { order: order.id }`.
type ReplyStmt struct {
	StmtHead
	Value Expr `parser:"'reply' @@"`
}
