package syntax

// PatternDecl is `pattern calm over readings by patient within 5m { ... }`.
type PatternDecl struct {
	DeclHead
	Name   Name        `parser:"'pattern' @@"`
	Over   []*Path     `parser:"'over' @@ ( ',' @@ )*"`
	By     Expr        `parser:"( 'by' @@ )?"`     // nil: all messages are one partition
	Within Expr        `parser:"( 'within' @@ )?"` // nil: only its steps bound it
	Body   *StreamBody `parser:"@@"`
}

// WindowDecl is `window load over readings by ward every 1m of 5m { ... }`.
// Exactly one of Every and Gap is set.
type WindowDecl struct {
	DeclHead
	Name  Name        `parser:"'window' @@"`
	Over  *Path       `parser:"'over' @@"`
	By    Expr        `parser:"( 'by' @@ )?"`    // nil: all messages are one partition
	Where Expr        `parser:"( 'where' @@ )?"` // nil: all messages
	Every Expr        `parser:"( 'every' @@"`
	Of    Expr        `parser:"( 'of' @@ )?"` // nil: as long as Every
	Gap   Expr        `parser:"| 'gap' @@ )"`
	Body  *StreamBody `parser:"@@"`
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

// PatternStep is `every high = Reading where heart_rate > 120 times 3` or
// `without Reading where heart_rate < 100 for 5m`.
type PatternStep struct {
	Place
	How    Name           `parser:"@@"` // first, every, then, and, or, without
	Source *PatternSource `parser:"@@"`
	Where  Expr           `parser:"( 'where' @@ )?"`
	Times  Expr           `parser:"( 'times' @@ )?"` // nil: once
	For    Expr           `parser:"( 'for' @@ )?"`   // of `without`: how long; nil: to the end of the pattern
}

// PatternSource is `high = Reading` or `Reading`.
type PatternSource struct {
	Place
	As   Name // zero when not given
	What *Path
}

// EmitClause is `emit Load { ward: ward }`.
type EmitClause struct {
	Place
	Value Expr `parser:"'emit' @@"`
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
