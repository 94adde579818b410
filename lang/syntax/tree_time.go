package syntax

// PatternDecl is `pattern calm over readings by patient within 5m { ... }`.
type PatternDecl struct {
	DeclHead
	Name   Name            `parser:"'pattern' @@"`
	Over   []*StreamSource `parser:"'over' @@ ( ',' @@ )*"`
	Within Expr            `parser:"( 'within' @@ )?"` // nil: only its steps bound it
	Body   *StreamBody     `parser:"@@"`
}

// StreamSource is `readings` or `readings by patient`: messages that are watched,
// and what tells their partitions apart. A source without By has that of the next
// one which has any; where there is none, all messages are one partition.
type StreamSource struct {
	Place
	What *Path
	By   Expr // an expression over the message, or a list of several
}

// WindowDecl is `window load over readings by ward every 1m of 5m { ... }`.
// Exactly one of Every and Gap is set.
type WindowDecl struct {
	DeclHead
	Name  Name          `parser:"'window' @@"`
	Over  *StreamSource `parser:"'over' @@"`
	Where Expr          `parser:"( 'where' @@ )?"` // nil: all messages
	Every Expr          `parser:"( 'every' @@"`
	Of    Expr          `parser:"( 'of' @@ )?"` // nil: as long as Every
	Gap   Expr          `parser:"| 'gap' @@ )"`
	Body  *StreamBody   `parser:"@@"`
}

// StreamBody is what a pattern or a window has between its braces.
type StreamBody struct {
	Place
	Settings []*Setting
	Steps    []*PatternStep // of a pattern
	Emits    []*EmitClause  // one; the checker says so
}

// Find returns the first setting of that name, or nil.
func (b *StreamBody) Find(name string) *Setting {
	if b == nil {
		return nil
	}
	return findSetting(b.Settings, name)
}

// PatternStep is `every high = Reading where heart_rate > 120 times 3`,
// `then not Reading for 5m` or `without Reading where heart_rate < 100`.
type PatternStep struct {
	Place
	How    StepWord       `parser:"@@"`
	Source *PatternSource `parser:"@@"`
	Where  Expr           `parser:"( 'where' @@ )?"`
	Times  Expr           `parser:"( 'times' @@ )?"`  // nil: once
	For    Expr           `parser:"( 'for' @@ )?"`    // of what does not come: how long; nil: while the step, or with `without` the match, lasts
	Within Expr           `parser:"( 'within' @@ )?"` // nil: as long as the pattern
}

// StepWord begins a step of a pattern: first, every, then, next, and, or, without.
type StepWord struct{ Name }

// PatternSource is `high = Reading`, `Reading` or `not Reading`.
type PatternSource struct {
	Place
	Not  Name // the word, zero when it is not there
	As   Name // zero when not given
	What *Path
}

// EmitClause is `emit Load { ward: ward } when count() > 3` or
// `emit { ward: ward } to loads`.
type EmitClause struct {
	Place
	Value Expr  `parser:"'emit' @@"`
	To    *Path `parser:"( 'to' @@ )?"`   // a channel; nil: an event is published
	When  Expr  `parser:"( 'when' @@ )?"` // nil: always
}

// ScheduleDecl is `schedule nightly { every: day at 02:30 in "Europe/Paris", start Reconcile() }`.
type ScheduleDecl struct {
	DeclHead
	Name Name   `parser:"'schedule' @@"`
	Body *Block `parser:"@@"`
}

// TenantDecl is `tenant acme { limit: 500/s, store: 10GiB }`.
type TenantDecl struct {
	DeclHead
	Name     Name      `parser:"'tenant' @@"`
	Settings *Settings `parser:"@@?"`
}

// PartnerDecl is `partner hospital { imports: [Admit] }`.
type PartnerDecl struct {
	DeclHead
	Name     Name      `parser:"'partner' @@"`
	Settings *Settings `parser:"@@?"`
}

// MigrateDecl is `migrate Fulfil from "digest" { charge -> authorize, total = order.total }`.
type MigrateDecl struct {
	DeclHead
	Process *Path        `parser:"'migrate' @@"`
	From    *StringExpr  `parser:"'from' @@"`
	Body    *MigrateBody `parser:"@@"`
}

// MigrateBody is what a migration has between its braces.
type MigrateBody struct {
	Place
	Moves []*MigrateMove
	Sets  []*MigrateSet
}

// MigrateMove is `charge -> authorize`: who waits at the one step goes on at the other.
type MigrateMove struct {
	Place
	From *StepRef `parser:"@@"`
	To   *StepRef `parser:"'->' @@"`
}

// MigrateSet is `total = order.total`: the value of a variable that is new.
type MigrateSet struct {
	Place
	Name  Name `parser:"@@"`
	Value Expr `parser:"'=' @@"`
}

// StepRef is the id of a step: a dotted name, or a string where it has other characters.
type StepRef struct {
	Place
	Text string
}

// RolloutDecl is `rollout Fulfil { new: 10% by order.customer.id }`.
type RolloutDecl struct {
	DeclHead
	Process  *Path     `parser:"'rollout' @@"`
	Settings *Settings `parser:"@@"`
}

// DeclName returns the name of the pattern.
func (d *PatternDecl) DeclName() Name { return d.Name }

// DeclName returns the name of the window.
func (d *WindowDecl) DeclName() Name { return d.Name }

// DeclName returns the name of the schedule.
func (d *ScheduleDecl) DeclName() Name { return d.Name }

// DeclName returns the name of the tenant.
func (d *TenantDecl) DeclName() Name { return d.Name }

// DeclName returns the name of the partner.
func (d *PartnerDecl) DeclName() Name { return d.Name }
